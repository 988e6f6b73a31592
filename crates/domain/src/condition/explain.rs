//! Why a condition passed or did not.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::leaf::{Leaf, Op, Operand, Verdict};
use super::{Lookup, Node};
use crate::tags::TagName;

/// Characters of a value that an explanation repeats.
pub const EXPLAINED_CHARS_MAX: usize = 200;
/// Values of a list that an explanation repeats.
const EXPLAINED_LIST_MAX: usize = 10;

/// A condition with what each part of it came to. A group ends with the part that decided it: what comes after
/// was not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Explained {
    All(Vec<Explained>, bool),
    Any(Vec<Explained>, bool),
    Not(Box<Explained>, bool),
    Leaf(ExplainedLeaf),
}

/// One comparison. As JSON: `{"tag":"age","op":"at_least","expected":"65","value":"sixty",
/// "passed":false,"why":"not a number"}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedLeaf {
    pub tag: TagName,
    pub op: Op,
    /// What the value is compared with, for people; long ones are cut.
    pub expected: Option<String>,
    /// The tag's value as it was seen, `None` if the call has no such tag; long ones are cut.
    pub value: Option<String>,
    pub passed: bool,
    pub why: Option<&'static str>,
}

impl Explained {
    pub fn passed(&self) -> bool {
        match self {
            Self::All(_, passed) | Self::Any(_, passed) | Self::Not(_, passed) => *passed,
            Self::Leaf(leaf) => leaf.passed,
        }
    }
}

pub(super) fn explain(node: &Node, lookup: &Lookup<'_>) -> Explained {
    match node {
        Node::All(nodes) => {
            let (parts, stopped) = explain_group(nodes, lookup, false);
            Explained::All(parts, !stopped)
        }
        Node::Any(nodes) => {
            let (parts, stopped) = explain_group(nodes, lookup, true);
            Explained::Any(parts, stopped)
        }
        Node::Not(inner) => {
            let inner = explain(inner, lookup);
            let passed = !inner.passed();
            Explained::Not(Box::new(inner), passed)
        }
        Node::Leaf(leaf) => Explained::Leaf(explain_leaf(leaf, lookup)),
    }
}

/// The parts up to the first that came to `stop`, and whether one did.
fn explain_group(nodes: &[Node], lookup: &Lookup<'_>, stop: bool) -> (Vec<Explained>, bool) {
    let mut parts = Vec::new();
    for node in nodes {
        let part = explain(node, lookup);
        let stopped = part.passed() == stop;
        parts.push(part);
        if stopped {
            return (parts, true);
        }
    }
    (parts, false)
}

fn explain_leaf(leaf: &Leaf, lookup: &Lookup<'_>) -> ExplainedLeaf {
    let value = lookup(leaf.tag.as_str());
    let verdict = leaf.test(value.as_deref());
    ExplainedLeaf {
        tag: leaf.tag.clone(),
        op: leaf.op,
        expected: expected(&leaf.operand),
        value: value.as_deref().map(shortened),
        passed: verdict == Verdict::Passed,
        why: (verdict == Verdict::NotANumber).then_some("not a number"),
    }
}

fn expected(operand: &Operand) -> Option<String> {
    match operand {
        Operand::None => None,
        Operand::Text(needle) => Some(shortened(&needle.sent)),
        Operand::Pattern(regex) => Some(shortened(regex.as_str())),
        Operand::Number(bound) => Some(bound.clone()),
        Operand::Range { from, to } => Some(format!("{from} to {to}")),
        Operand::List(needles) => {
            let shown = needles.sent.len().min(EXPLAINED_LIST_MAX);
            let mut text = needles.sent[..shown].join(", ");
            if shown < needles.sent.len() {
                text.push_str(", …");
            }
            Some(shortened(&text))
        }
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(EXPLAINED_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

impl Serialize for Explained {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::All(parts, _) => map.serialize_entry("all", parts)?,
            Self::Any(parts, _) => map.serialize_entry("any", parts)?,
            Self::Not(inner, _) => map.serialize_entry("not", inner)?,
            Self::Leaf(leaf) => {
                map.serialize_entry("tag", &leaf.tag)?;
                map.serialize_entry("op", &leaf.op)?;
                if let Some(expected) = &leaf.expected {
                    map.serialize_entry("expected", expected)?;
                }
                map.serialize_entry("value", &leaf.value)?;
            }
        }
        map.serialize_entry("passed", &self.passed())?;
        if let Self::Leaf(ExplainedLeaf { why: Some(why), .. }) = self {
            map.serialize_entry("why", why)?;
        }
        map.end()
    }
}
