//! Why a call went where it went.

use serde::Serialize;

use super::Effect;
use crate::condition::Explained;
use crate::flow::limits::TRACE_CHARS_MAX;
use crate::flow::{NodeId, NodeType};
use crate::tags::TagName;

/// One node that the call passed, waited at or ended at. A node that waited has a second one for what
/// came of it. As JSON: `{"node":"n2","type":"condition","read":[{"name":"lead_source","value":"google"}],
/// "branch":"then","next":"n3"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NodeTrace {
    pub node: NodeId,
    #[serde(rename = "type")]
    pub node_type: NodeType,
    /// What it read, each once, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub read: Vec<Read>,
    /// What it came to, of a condition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explained: Option<Explained>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<Effect>,
    /// The way it went on; none if it waits, or if the run ended here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<NodeId>,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// It was answered before, by an earlier decision on this call.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub replayed: bool,
}

/// A tag or variable with the value that was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Read {
    pub name: TagName,
    /// Long ones are cut.
    pub value: Option<String>,
    /// It is a variable of the flow, and no tag.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub variable: bool,
}

pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(TRACE_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
