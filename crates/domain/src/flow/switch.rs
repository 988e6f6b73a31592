//! The cases of a `switch` node: a comparison as in a condition, but of the switch's value.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::node::Branch;
use crate::condition::Condition;
use crate::document::{Document, Problem};

/// What the condition inside a case calls the switch's value.
const VALUE: &str = "value";
/// The fields of a comparison, without its tag.
const COMPARISON: [&str; 6] = ["op", "value", "values", "from", "to", "case_sensitive"];

/// As JSON: a comparison without its tag, and the way to go:
/// `{"op":"is_one_of","values":["a","b"],"next":"n3"}`.
#[derive(Debug, Clone)]
pub struct Case {
    test: Condition,
    /// The comparison as it was sent.
    fields: Vec<(&'static str, Box<RawValue>)>,
    pub next: Branch,
}

impl Case {
    pub(super) fn read(document: &Document<'_>, path: &str) -> Result<Self, Problem> {
        let mut members = document.fields()?;
        let mut fields: Vec<(&'static str, Box<RawValue>)> = Vec::new();
        for name in COMPARISON {
            if let Some(field) = members.take(name) {
                fields.push((name, field.raw().to_owned()));
            }
        }
        let next = super::read::branch(&mut members, "next")?;
        members.finish()?;
        let mut comparison = format!("{{\"tag\":\"{VALUE}\"");
        for (name, raw) in &fields {
            comparison.push_str(&format!(",\"{name}\":{}", raw.get()));
        }
        comparison.push('}');
        let comparison =
            RawValue::from_string(comparison).map_err(|_| document.problem("is no comparison"))?;
        Ok(Self { test: Condition::parse(&comparison, path)?, fields, next })
    }

    /// It runs a regular expression, of which a switch has no more than a condition may have.
    pub(super) fn has_pattern(&self) -> bool {
        let is_matches =
            |raw: &RawValue| serde_json::from_str(raw.get()).is_ok_and(|op: String| op == "matches");
        self.fields.iter().any(|(name, raw)| *name == "op" && is_matches(raw))
    }

    pub fn fits(&self, value: &str) -> bool {
        self.test.evaluate(&|_| Some(value.into()))
    }
}

impl PartialEq for Case {
    fn eq(&self, other: &Self) -> bool {
        self.test == other.test && self.next == other.next
    }
}

impl Serialize for Case {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, raw) in &self.fields {
            map.serialize_entry(name, raw)?;
        }
        if let Some(next) = &self.next {
            map.serialize_entry("next", next)?;
        }
        map.end()
    }
}
