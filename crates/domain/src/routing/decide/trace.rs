//! Why a call went where it went, for people to read; it is only ever written as JSON.

use serde::Serialize;

use crate::condition::Explained;
use crate::ids::{RoutingPlanId, TargetId};
use crate::routing::plan::DuplicateAction;
use crate::time::Timestamp;

/// In the order in which things were looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trace {
    pub plan: PlanTrace,
    /// Up to and with the one that applied.
    pub overrides: Vec<OverrideTrace>,
    /// The plan to which an override led; the rest is about that one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub led_to: Option<PlanTrace>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicate: Option<DuplicateTrace>,
    /// By priority, then as in the plan.
    pub routes: Vec<RouteTrace>,
    /// If no route took the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<RouteTrace>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chosen: Option<Chosen>,
    /// Those that ring at the same time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub together_with: Vec<Chosen>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanTrace {
    pub id: RoutingPlanId,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OverrideTrace {
    pub order: u32,
    pub verdict: OverrideVerdict,
    /// If it was the filter that did not pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<Explained>,
    /// If it was about this call, but its target could not take it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<RouteTrace>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OverrideVerdict {
    Publisher,
    Caller,
    Filter,
    /// Its target cannot take the call.
    TargetCannot,
    Applied,
}

/// The caller's earlier call that made this one a duplicate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DuplicateTrace {
    pub previous_at: Timestamp,
    pub previous_target: Option<TargetId>,
    pub then: DuplicateAction,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RouteTrace {
    pub target: TargetId,
    /// `None` if there is no such target.
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
    pub verdict: Verdict,
    /// If it was the filter that did not pass, and not too much was explained already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<Explained>,
    /// If it was a cap or the concurrency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
}

/// Whether a target could take the call, and if not, what is in the way. Later is further: a target that is
/// merely busy was nearer to getting the call than one that is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Something before it has got the call.
    NotReached,
    /// No such target.
    Missing,
    Disabled,
    /// It has had this caller.
    Duplicate,
    Filter,
    Closed,
    CapHour,
    CapDay,
    CapMonth,
    CapTotal,
    Concurrency,
    Unavailable,
    Attempted,
    Eligible,
}

/// How much of a cap or of the concurrency is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Limit {
    pub used: u32,
    pub max: u32,
}

/// Which target got the call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chosen {
    pub target: TargetId,
    pub name: String,
    pub by: ChosenBy,
    /// Its part among the routes that could have got the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChosenBy {
    Override,
    /// The caller was there before.
    SameTarget,
    /// A bid was promised this target.
    Reservation,
    Weight,
    Fallback,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Share {
    pub weight: u32,
    pub of: u32,
}
