//! What is wrong with a flow as a graph.

use std::collections::{BTreeMap, BTreeSet};

use crate::flow::node::NodeType;
use crate::flow::problem::{Code, Problem};
use crate::flow::{Flow, NodeId};

type Nodes<'a> = BTreeSet<&'a NodeId>;

pub(super) fn problems(flow: &Flow, problems: &mut Vec<Problem>) {
    starts(flow, problems);
    let ways = ways(flow);
    loops(flow, &ways, problems);
    let Some(start) = flow.start().filter(|start| flow.node(start.as_str()).is_some()) else { return };
    let reached = reached(&ways, start);
    for (id, _) in flow.nodes().filter(|(id, _)| !reached.contains(id)) {
        let message = "no call comes here; connect another node to it, or delete it";
        problems.push(Problem::warning(Code::Unreachable, message).at(id.as_str(), ""));
    }
    dead_ends(flow, &ways, &reached, start, problems);
}

/// Where each node leads to, of the nodes that are there.
fn ways(flow: &Flow) -> BTreeMap<&NodeId, Nodes<'_>> {
    let known = |next: &&NodeId| flow.node(next.as_str()).is_some();
    flow.nodes()
        .map(|(id, node)| {
            (id, node.task.ways_out().iter().filter_map(|way| way.next).filter(known).collect())
        })
        .collect()
}

fn starts(flow: &Flow, problems: &mut Vec<Problem>) {
    let is_start =
        |id: &NodeId| flow.node(id.as_str()).is_some_and(|node| node.task.node_type() == NodeType::Start);
    let problem = match flow.start() {
        None => "no node is the start; add a start node, and write its id in start".to_owned(),
        Some(id) if flow.node(id.as_str()).is_none() => {
            format!("start is node {id}, which isn't there; write the start node's id")
        }
        Some(id) if !is_start(id) => {
            format!("start is node {id}, which is no start node; write the start node's id")
        }
        Some(start) => {
            for (id, _) in flow.nodes().filter(|(id, _)| is_start(id) && *id != start) {
                let message = format!("the flow starts at node {start}; delete this second start node");
                problems.push(Problem::error(Code::NoStart, message).at(id.as_str(), ""));
            }
            return;
        }
    };
    problems.push(Problem { field: "start".into(), ..Problem::error(Code::NoStart, problem) });
}

fn reached<'a>(ways: &BTreeMap<&'a NodeId, Nodes<'a>>, start: &'a NodeId) -> Nodes<'a> {
    let mut reached = Nodes::new();
    let mut open = vec![start];
    while let Some(id) = open.pop() {
        if reached.insert(id) {
            open.extend(ways.get(id).into_iter().flatten());
        }
    }
    reached
}

/// Nodes of which a call gets to no end. Named is the first of each such part of the flow.
fn dead_ends<'a>(
    flow: &'a Flow,
    ways: &BTreeMap<&'a NodeId, Nodes<'a>>,
    reached: &Nodes<'a>,
    start: &'a NodeId,
    problems: &mut Vec<Problem>,
) {
    // A branch that goes nowhere has a problem of its own.
    let may_end = |id: &&&NodeId| {
        flow.node(id.as_str()).is_some_and(|node| {
            let unknown = |next: &NodeId| flow.node(next.as_str()).is_none();
            let open = |way: &crate::flow::WayOut<'_>| way.next.is_none_or(unknown);
            node.task.node_type().ends() || node.task.ways_out().iter().any(open)
        })
    };
    let mut ending: Nodes<'a> = reached.iter().filter(may_end).copied().collect();
    loop {
        let leads_there = |id: &&&NodeId| ways.get(**id).is_some_and(|next| !next.is_disjoint(&ending));
        let more: Vec<&NodeId> = reached.difference(&ending).filter(leads_there).copied().collect();
        if more.is_empty() {
            break;
        }
        ending.extend(more);
    }
    let entered: Nodes<'a> =
        ending.iter().filter_map(|id| ways.get(id)).flatten().copied().chain([start]).collect();
    for id in entered.difference(&ending) {
        let message = "from here no call gets to an end; lead it to a dial, routing_plan or reject node";
        problems.push(Problem::error(Code::NoEnd, message).at(id.as_str(), ""));
    }
}

/// Loops in which nothing waits would go round until the limit on steps.
fn loops<'a>(flow: &'a Flow, ways: &BTreeMap<&'a NodeId, Nodes<'a>>, problems: &mut Vec<Problem>) {
    let busy = |id: &NodeId| flow.node(id.as_str()).is_some_and(|node| !node.task.node_type().waits());
    let mut done = Nodes::new();
    for (first, _) in flow.nodes().filter(|(id, _)| busy(id)) {
        // A path from `first`, and of each node on it the ways that were not gone yet.
        let mut path = vec![(first, ways.get(first).into_iter().flatten())];
        while let Some((here, open)) = path.last_mut() {
            let here = *here;
            let Some(&next) = open.next().filter(|_| !done.contains(here)) else {
                done.insert(here);
                path.pop();
                continue;
            };
            if let Some(from) = path.iter().position(|(id, _)| *id == next) {
                let ids: Vec<&str> =
                    path[from..].iter().map(|(id, _)| id.as_str()).chain([next.as_str()]).collect();
                let message = format!(
                    "the loop {} has no wait in it; put a hold, menu or dial node into it",
                    ids.join(" → ")
                );
                problems.push(Problem::error(Code::LoopWithoutWait, message).at(here.as_str(), ""));
            } else if busy(next) && !done.contains(next) {
                path.push((next, ways.get(next).into_iter().flatten()));
            }
        }
    }
}
