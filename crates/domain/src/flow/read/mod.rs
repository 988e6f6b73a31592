//! From JSON to a flow.

mod http;
mod node;

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::limits::{FLOW_BYTES_MAX, NODE_ID_CHARS_MAX, NODES_MAX};
use super::node::Branch;
use super::problem::{Code, Problem};
use super::{FLOW_FORMAT, Flow, NodeId, NotANodeId};
use crate::document::{self, Document, Fields};

pub(crate) use http::{header_name, url};
pub(crate) use node::as_template;

pub(super) fn flow(json: &str) -> Result<Flow, Vec<Problem>> {
    if json.len() > FLOW_BYTES_MAX {
        let message = format!("a flow has at most {} KiB; split it into several", FLOW_BYTES_MAX / 1024);
        return Err(vec![Problem::error(Code::Invalid, message)]);
    }
    let raw: &RawValue = serde_json::from_str(json)
        .map_err(|error| vec![Problem::error(Code::Invalid, format!("this is not JSON: {error}"))])?;
    let (start, members) = frame(&Document::new(raw, "")).map_err(|problem| vec![problem])?;
    let mut nodes = BTreeMap::new();
    let mut problems = Vec::new();
    for (id, document) in members {
        // Paths count from the node on, which the problem names itself.
        let document = Document::new(document.raw(), "");
        let read = id.parse().map_err(|error: NotANodeId| document.problem(error.to_string()));
        match read.and_then(|id: NodeId| Ok((id, node::node(&document)?))) {
            Ok((id, node)) => {
                nodes.insert(id, node);
            }
            Err(problem) => {
                let field = problem.path.clone();
                problems.push(Problem::invalid(problem).at(&id, &field));
            }
        }
    }
    if problems.is_empty() { Ok(Flow { start, nodes }) } else { Err(problems) }
}

type Frame<'a> = (Branch, Vec<(String, Document<'a>)>);

fn frame<'a>(document: &Document<'a>) -> Result<Frame<'a>, Problem> {
    let mut fields = document.fields().map_err(Problem::invalid)?;
    let mut read = || -> Result<(Branch, Document<'a>), document::Problem> {
        fields.require("version", "write 1")?.whole_number(FLOW_FORMAT..=FLOW_FORMAT)?;
        let start = branch(&mut fields, "start")?;
        Ok((start, fields.require("nodes", "an object of nodes by their ids")?))
    };
    let (start, nodes) = read().map_err(Problem::invalid)?;
    fields.finish().map_err(Problem::invalid)?;
    let members = nodes.members(usize::MAX).map_err(Problem::invalid)?;
    if members.len() > NODES_MAX {
        let message = format!(
            "this flow has {} nodes and {NODES_MAX} are allowed; move a part of it into a routing plan",
            members.len()
        );
        return Err(Problem { field: "nodes".into(), ..Problem::error(Code::TooManyNodes, message) });
    }
    Ok((start, members))
}

/// The id of the node that comes next, if the field is there.
pub(super) fn branch(fields: &mut Fields<'_>, name: &'static str) -> Result<Branch, document::Problem> {
    fields.take(name).map(|field| node_id(&field)).transpose()
}

fn node_id(field: &Document<'_>) -> Result<NodeId, document::Problem> {
    field.parsed(NODE_ID_CHARS_MAX)
}
