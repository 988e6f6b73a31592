//! What is wrong with a flow that could be read.

mod graph;
mod nodes;

pub(super) use nodes::is_read_only;

use super::Flow;
use super::problem::Problem;
use crate::ids::{RoutingPlanId, TargetId};

/// What the organization has.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    pub target: &'a dyn Fn(TargetId) -> bool,
    pub plan: &'a dyn Fn(RoutingPlanId) -> bool,
}

/// What the switch that will run the calls can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Play a prompt and collect keys.
    pub menus: bool,
    /// Keep a caller waiting.
    pub holds: bool,
    /// Tell what became of a dialled target, and ask what to do then.
    pub dial_outcomes: bool,
}

impl Capabilities {
    pub const ALL: Self = Self { menus: true, holds: true, dial_outcomes: true };
}

/// Errors before warnings, and in the order of the nodes' ids.
pub(super) fn flow(flow: &Flow, known: &Known<'_>, connector: Capabilities) -> Vec<Problem> {
    let mut problems = nodes::problems(flow, known, connector);
    graph::problems(flow, &mut problems);
    problems.sort_by(|a, b| (a.severity, &a.node).cmp(&(b.severity, &b.node)));
    problems
}
