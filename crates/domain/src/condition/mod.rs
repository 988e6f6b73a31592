//! Filters on a call's tags, as routing plans, call flows and overrides use them.
//!
//! As JSON: `{"all":[…]}`, `{"any":[…]}`, `{"not":…}`, or one comparison, such as
//! `{"tag":"lead_source","op":"equals","value":"google"}`. Texts are compared without regard to case unless
//! it says `"case_sensitive":true`. Of a tag that the call does not have, the negative comparisons
//! (`not_equals`, `not_contains`, `is_not_one_of`, `not_exists`) are true and all others false.

mod decimal;
mod explain;
mod leaf;
mod parse;
#[cfg(test)]
mod tests;
mod text;

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::document::{Document, Problem};

pub use explain::{EXPLAINED_CHARS_MAX, Explained, ExplainedLeaf};
pub use leaf::Op;

/// Groups within groups.
pub const CONDITION_DEPTH_MAX: usize = 8;
/// Comparisons in one condition.
pub const CONDITION_LEAVES_MAX: usize = 200;
/// Values in the list of `is_one_of`.
pub const CONDITION_LIST_MAX: usize = 1_000;
/// Regular expressions in one condition: they alone can take more than a microsecond.
pub const CONDITION_PATTERNS_MAX: usize = 20;
/// Characters of a regular expression.
pub const PATTERN_CHARS_MAX: usize = 256;
/// Bytes of a compiled regular expression: a search takes this times the value's length at worst.
pub const PATTERN_SIZE_MAX: usize = 16 * 1024;

/// Finds a call's tag by its normalized name, such as `tags::TagView::lookup` does.
pub type Lookup<'t> = dyn Fn(&str) -> Option<Cow<'t, str>> + 't;

/// A filter on tags: read once, then evaluated on every call.
#[derive(Debug, Clone)]
pub struct Condition {
    root: Node,
    leaves: usize,
    /// As it was sent: what a person wrote is what they see again.
    source: Box<RawValue>,
}

#[derive(Debug, Clone)]
enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Leaf(leaf::Leaf),
}

impl Condition {
    /// # Errors
    /// What is wrong, with its place below `path`: `filter.all[2].op must be one of …`.
    pub fn parse(raw: &RawValue, path: &str) -> Result<Self, Problem> {
        Self::read(&Document::new(raw, path))
    }

    pub fn read(document: &Document<'_>) -> Result<Self, Problem> {
        let mut parser = parse::Parser::default();
        let root = parser.node(document, 0)?;
        Ok(Self { root, leaves: parser.leaves, source: document.raw().to_owned() })
    }

    /// Whether it passes. A group is read from left to right, only until it is decided.
    pub fn evaluate(&self, lookup: &Lookup<'_>) -> bool {
        self.root.evaluate(lookup)
    }

    /// Evaluates and tells what each part came to.
    pub fn explain(&self, lookup: &Lookup<'_>) -> Explained {
        explain::explain(&self.root, lookup)
    }

    /// How many comparisons it has: the measure of what it costs to explain.
    pub fn leaves(&self) -> usize {
        self.leaves
    }
}

impl Node {
    fn evaluate(&self, lookup: &Lookup<'_>) -> bool {
        match self {
            Self::All(nodes) => nodes.iter().all(|node| node.evaluate(lookup)),
            Self::Any(nodes) => nodes.iter().any(|node| node.evaluate(lookup)),
            Self::Not(inner) => !inner.evaluate(lookup),
            Self::Leaf(leaf) => leaf.test(lookup(leaf.tag.as_str()).as_deref()) == leaf::Verdict::Passed,
        }
    }
}

impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.source.get() == other.source.get()
    }
}

impl Eq for Condition {}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.source.serialize(serializer)
    }
}

/// Only from JSON; [`Condition::parse`] names the place of a problem better.
impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Self::parse(&raw, "condition").map_err(serde::de::Error::custom)
    }
}
