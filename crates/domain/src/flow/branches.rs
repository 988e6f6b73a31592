//! The ways out of a node, each by the field that names it.

use std::borrow::Cow;

use super::NodeId;
use super::node::{Branch, Task};

/// One way out of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayOut<'a> {
    /// Such as `then` or `cases[2].next`.
    pub field: Cow<'static, str>,
    pub next: Option<&'a NodeId>,
    /// The call must go on; without it it ends.
    pub required: bool,
}

impl Task {
    pub fn ways_out(&self) -> Vec<WayOut<'_>> {
        match self {
            Self::Start { next }
            | Self::SetVariable { next, .. }
            | Self::SetTag { next, .. }
            | Self::Hold { next, .. }
            | Self::Debug { next, .. } => vec![required("next", next)],
            Self::Condition { then, otherwise, .. } => {
                vec![required("then", then), required("else", otherwise)]
            }
            Self::Switch { cases, default, .. } => {
                let cases = cases.iter().enumerate();
                let mut ways: Vec<_> =
                    cases.map(|(at, case)| required(format!("cases[{at}].next"), &case.next)).collect();
                ways.push(required("default", default));
                ways
            }
            Self::HttpRequest(http) => vec![required("next", &http.next), required("error", &http.error)],
            Self::Javascript { next, error, .. } => vec![required("next", next), required("error", error)],
            Self::Time { open, closed, .. } => vec![required("open", open), required("closed", closed)],
            Self::Menu(menu) => {
                let digits = menu.digits.iter();
                let mut ways: Vec<_> =
                    digits.map(|(digits, next)| required(format!("digits.{digits}"), next)).collect();
                ways.push(required("invalid", &menu.invalid));
                ways.push(required("no_input", &menu.no_input));
                ways
            }
            Self::Distribute { branches, .. } => {
                let branches = branches.iter().enumerate();
                branches.map(|(at, branch)| required(format!("branches[{at}].next"), &branch.next)).collect()
            }
            Self::Dial { no_answer, busy, failed, .. } => {
                vec![optional("no_answer", no_answer), optional("busy", busy), optional("failed", failed)]
            }
            Self::RoutingPlan { no_route, .. } => vec![optional("no_route", no_route)],
            Self::Reject { .. } => Vec::new(),
        }
    }
}

fn required(field: impl Into<Cow<'static, str>>, next: &Branch) -> WayOut<'_> {
    WayOut { field: field.into(), next: next.as_ref(), required: true }
}

fn optional<'a>(field: &'static str, next: &'a Branch) -> WayOut<'a> {
    WayOut { required: false, ..required(field, next) }
}
