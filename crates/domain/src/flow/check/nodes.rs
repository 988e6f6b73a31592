//! What is wrong with a node for itself.

use super::{Capabilities, Known};
use crate::flow::node::{NodeType, Task};
use crate::flow::problem::{Code, Problem};
use crate::flow::{Destination, Flow, NodeId};
use crate::tags::{SystemTag, TagName, place_key};

pub(super) fn problems(flow: &Flow, known: &Known<'_>, connector: Capabilities) -> Vec<Problem> {
    let mut found = Vec::new();
    for (id, node) in flow.nodes() {
        let mut add = |field: &str, problem: Problem| found.push(problem.at(id.as_str(), field));
        for way in node.task.ways_out() {
            match way.next {
                Some(next) if flow.node(next.as_str()).is_none() => {
                    add(&way.field, unknown_node(&way.field, next))
                }
                None if way.required => add(&way.field, missing(&way.field)),
                _ => {}
            }
        }
        references(&node.task, known, &mut add);
        abilities(&node.task, connector, &mut add);
        read_only(&node.task, &mut add);
    }
    found
}

fn unknown_node(field: &str, next: &NodeId) -> Problem {
    let message = format!("{field} goes to node {next}, which isn't there; connect it to another node");
    Problem::error(Code::UnknownNode, message)
}

fn missing(field: &str) -> Problem {
    Problem::error(Code::MissingBranch, format!("{field} goes nowhere; connect it to a node"))
}

fn references(task: &Task, known: &Known<'_>, add: &mut impl FnMut(&str, Problem)) {
    match task {
        Task::Dial { to, .. } => {
            for (field, target) in to.places().filter(|(_, target)| !(known.target)(*target)) {
                let message = format!("there is no target {target}; choose another");
                add(&field, Problem::error(Code::UnknownTarget, message));
            }
        }
        Task::RoutingPlan { plan, no_route } => {
            if !(known.plan)(*plan) {
                let message = format!("there is no routing plan {plan}; choose another");
                add("plan", Problem::error(Code::UnknownPlan, message));
            }
            if no_route.is_none() {
                let message = "a call for which the plan has no target ends here; connect no_route to go on";
                add("no_route", Problem::warning(Code::CallsEnd, message));
            }
        }
        _ => {}
    }
}

fn abilities(task: &Task, connector: Capabilities, add: &mut impl FnMut(&str, Problem)) {
    let mut unable = |field: &str, what: &str| {
        let message = format!("the connector can't {what}; remove it, or use another connector");
        add(field, Problem::error(Code::NotSupported, message));
    };
    match task.node_type() {
        NodeType::Menu if !connector.menus => unable("", "ask for keys, as a menu does"),
        NodeType::Hold if !connector.holds => unable("", "hold a call"),
        NodeType::Dial if !connector.dial_outcomes => {
            for way in task.ways_out().iter().filter(|way| way.next.is_some()) {
                unable(&way.field, &format!("say what became of a dialled target, as {} needs", way.field));
            }
        }
        _ => {}
    }
}

fn read_only(task: &Task, add: &mut impl FnMut(&str, Problem)) {
    let mut check = |field: &str, name: &TagName| {
        if is_read_only(name.as_str()) {
            let message = format!("{name} is what the call itself says and can't be set; use another name");
            add(field, Problem::error(Code::ReadOnlyTag, message));
        }
    };
    match task {
        Task::SetTag { name, .. } => check("name", name),
        Task::HttpRequest(http) => {
            for (at, mapping) in http.response.iter().enumerate() {
                if let Destination::Tag(name) = &mapping.to {
                    check(&format!("response[{at}].to.tag"), name);
                }
            }
        }
        _ => {}
    }
}

/// A system tag, but not one of the places (state, ZIP, time zone), which are tags too.
pub(in crate::flow) fn is_read_only(name: &str) -> bool {
    SystemTag::named(name).is_some() && place_key(name).is_none()
}
