//! Call flows: a graph of nodes that decides, step by step, where a call goes.
//!
//! As JSON: `{"version":1,"start":"n1","nodes":{"n1":{"type":"start","next":"n2"},…}}`. [`Flow::parse`]
//! reads what can be read, also an unfinished draft; [`Flow::validate`] says what is in the way of
//! publishing it; [`advance`] runs it from one wait to the next.

mod branches;
mod check;
mod diff;
mod http;
mod id;
mod limits;
mod node;
mod problem;
mod read;
mod run;
mod switch;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// How requests to other systems are read, which outgoing webhooks share.
pub(crate) mod outside {
    pub(crate) use super::read::{as_template, header_name, url};
}

pub use branches::WayOut;
pub use check::{Capabilities, Known};
pub use diff::{ChangedField, ChangedNode, FlowDiff, diff};
pub use http::{Body, BodyKind, Destination, Header, HttpNode, Mapping, Method, Source};
pub use id::{NodeId, NotANodeId};
pub use limits::*;
pub use node::{Branch, DialTo, MenuNode, Mode, Node, NodeType, Position, Share, Task};
pub use problem::{Code, Problem, Severity};
pub use run::{
    Advanced, CallTags, DialOutcome, Effect, Ending, Env, Failure, FlowState, HttpAnswer, HttpFailure,
    HttpRequest, Input, NodeTrace, NotExpected, NotSet, Pause, Read, ScriptFailure, advance,
};
pub use switch::Case;

/// The form of the JSON that this version reads and writes.
pub const FLOW_FORMAT: u32 = 1;

/// A flow, read from its JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow {
    start: Option<NodeId>,
    nodes: BTreeMap<NodeId, Node>,
}

impl Flow {
    /// Reads a flow, also one that is not finished.
    ///
    /// # Errors
    /// What can't be read: at most one problem of each node.
    pub fn parse(json: &str) -> Result<Self, Vec<Problem>> {
        read::flow(json)
    }

    /// Everything that is wrong with it: an empty list, or one with warnings only, may be published.
    pub fn validate(&self, known: &Known<'_>, connector: Capabilities) -> Vec<Problem> {
        check::flow(self, known, connector)
    }

    pub fn start(&self) -> Option<&NodeId> {
        self.start.as_ref()
    }

    pub fn node(&self, id: &str) -> Option<&Node> {
        self.nodes.get(id)
    }

    /// By id.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = (&NodeId, &Node)> {
        self.nodes.iter()
    }

    /// The JSON that [`Flow::parse`] reads as this flow.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("names are strings and no number is infinite")
    }
}

impl Serialize for Flow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut flow = serializer.serialize_struct("Flow", 3)?;
        flow.serialize_field("version", &FLOW_FORMAT)?;
        flow.serialize_field("start", &self.start)?;
        flow.serialize_field("nodes", &self.nodes)?;
        flow.end()
    }
}
