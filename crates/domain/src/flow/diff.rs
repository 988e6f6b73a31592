//! What is different between two versions of a flow.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;

use super::{Flow, Node, NodeId};

/// What was done to the first flow to make the second.
#[derive(Debug, Clone, Serialize)]
pub struct FlowDiff {
    /// The start, if it is another node.
    pub start: Option<ChangedField>,
    pub added: Vec<NodeId>,
    pub removed: Vec<NodeId>,
    pub changed: Vec<ChangedNode>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ChangedNode {
    pub node: NodeId,
    pub fields: Vec<ChangedField>,
}

/// A field's JSON before and after; null if it is not there.
#[derive(Debug, Clone, Serialize)]
pub struct ChangedField {
    pub field: String,
    pub from: Option<Box<RawValue>>,
    pub to: Option<Box<RawValue>>,
}

impl FlowDiff {
    pub fn is_empty(&self) -> bool {
        self.start.is_none() && self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

pub fn diff(before: &Flow, after: &Flow) -> FlowDiff {
    let missing_in = |flow: &Flow, other: &Flow| -> Vec<NodeId> {
        let missing = flow.nodes().filter(|(id, _)| other.node(id.as_str()).is_none());
        missing.map(|(id, _)| id.clone()).collect()
    };
    let changed = before.nodes().filter_map(|(id, node)| {
        let fields = changed_fields(&fields(node), &fields(after.node(id.as_str())?));
        (!fields.is_empty()).then(|| ChangedNode { node: id.clone(), fields })
    });
    let start = |flow: &Flow| {
        flow.start().map(|id| ("start".to_owned(), raw(&format!("\"{id}\"")))).into_iter().collect()
    };
    FlowDiff {
        start: changed_fields(&start(before), &start(after)).pop(),
        added: missing_in(after, before),
        removed: missing_in(before, after),
        changed: changed.collect(),
    }
}

type Fields = BTreeMap<String, Box<RawValue>>;

fn fields(node: &Node) -> Fields {
    let json = serde_json::to_string(node).expect("a node is JSON");
    serde_json::from_str(&json).expect("a node is an object")
}

fn raw(json: &str) -> Box<RawValue> {
    RawValue::from_string(json.to_owned()).expect("an id needs no escape")
}

fn changed_fields(before: &Fields, after: &Fields) -> Vec<ChangedField> {
    let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
    let text = |raw: Option<&Box<RawValue>>| raw.map(|raw| raw.get().to_owned());
    names
        .filter(|name| text(before.get(*name)) != text(after.get(*name)))
        .map(|name| ChangedField {
            field: name.clone(),
            from: before.get(name).cloned(),
            to: after.get(name).cloned(),
        })
        .collect()
}
