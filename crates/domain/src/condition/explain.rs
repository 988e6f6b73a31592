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

/// A condition with what each part of it came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Explained {
    All(Vec<Explained>, Option<bool>),
    Any(Vec<Explained>, Option<bool>),
    Not(Box<Explained>, Option<bool>),
    Leaf(ExplainedLeaf),
}

/// One comparison. As JSON: `{"tag":"age","op":"at_least","expected":"65","value":"sixty",
/// "passed":false,"why":"not a number"}`, or with `"evaluated":false` instead of the last three.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedLeaf {
    pub tag: TagName,
    pub op: Op,
    /// What the value is compared with, for people; long ones are cut.
    pub expected: Option<String>,
    /// The tag's value as it was seen, `None` if the call has no such tag; long ones are cut.
    pub value: Option<String>,
    /// `None` if what came before it had decided already.
    pub passed: Option<bool>,
    pub why: Option<&'static str>,
}

impl Explained {
    /// `None` if it was not evaluated, which a whole condition always is.
    pub fn passed(&self) -> Option<bool> {
        match self {
            Self::All(_, passed) | Self::Any(_, passed) | Self::Not(_, passed) => *passed,
            Self::Leaf(leaf) => leaf.passed,
        }
    }
}

/// `reached` is false for what a group before it had decided already.
pub(super) fn explain(node: &Node, lookup: &Lookup<'_>, reached: bool) -> Explained {
    match node {
        Node::All(nodes) => {
            let (parts, stopped) = explain_group(nodes, lookup, reached, false);
            Explained::All(parts, reached.then_some(!stopped))
        }
        Node::Any(nodes) => {
            let (parts, stopped) = explain_group(nodes, lookup, reached, true);
            Explained::Any(parts, reached.then_some(stopped))
        }
        Node::Not(inner) => {
            let inner = explain(inner, lookup, reached);
            let passed = inner.passed().map(|passed| !passed);
            Explained::Not(Box::new(inner), passed)
        }
        Node::Leaf(leaf) => Explained::Leaf(explain_leaf(leaf, lookup, reached)),
    }
}

/// The parts in order, and whether one came to `stop`, so that the rest was not evaluated.
fn explain_group(nodes: &[Node], lookup: &Lookup<'_>, reached: bool, stop: bool) -> (Vec<Explained>, bool) {
    let mut stopped = false;
    let parts = nodes
        .iter()
        .map(|node| {
            let part = explain(node, lookup, reached && !stopped);
            stopped |= part.passed() == Some(stop);
            part
        })
        .collect();
    (parts, stopped)
}

fn explain_leaf(leaf: &Leaf, lookup: &Lookup<'_>, reached: bool) -> ExplainedLeaf {
    let (tag, expected) = (leaf.tag.clone(), expected(&leaf.operand));
    let mut explained = ExplainedLeaf { tag, op: leaf.op, expected, value: None, passed: None, why: None };
    if reached {
        let value = lookup(leaf.tag.as_str());
        let verdict = leaf.test(value.as_deref());
        explained.value = value.as_deref().map(shortened);
        explained.passed = Some(verdict == Verdict::Passed);
        explained.why = (verdict == Verdict::NotANumber).then_some("not a number");
    }
    explained
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
                if leaf.passed.is_some() {
                    map.serialize_entry("value", &leaf.value)?;
                }
            }
        }
        match self.passed() {
            Some(passed) => map.serialize_entry("passed", &passed)?,
            None => map.serialize_entry("evaluated", &false)?,
        }
        if let Self::Leaf(ExplainedLeaf { why: Some(why), .. }) = self {
            map.serialize_entry("why", why)?;
        }
        map.end()
    }
}
