//! A routing plan: the targets among which its calls are shared out, and the exceptions.

mod caller;
mod parse;

use serde::{Deserialize, Serialize};

use super::directory::Directory;
use super::target::Conversion;
use crate::condition::Condition;
use crate::document::Problem;
use crate::ids::{PublisherId, RoutingPlanId, TargetId};

pub use caller::{CallerPattern, NotACallerPattern};

pub const ROUTES_MAX: usize = 1_000;
pub const OVERRIDES_MAX: usize = 500;
pub const PRIORITY_MAX: u32 = 1_000;
pub const WEIGHT_MAX: u32 = 1_000;
/// Seconds in which a caller's calls count as duplicates: 400 days.
pub const WINDOW_SECONDS_MAX: u32 = 400 * 86_400;
/// Targets that ring at the same time.
pub const SIMULTANEOUS_MIN: u32 = 2;
pub const SIMULTANEOUS_MAX: u32 = 10;
pub const SIMULTANEOUS_DEFAULT: u32 = 3;
/// Characters of the reason that an override gives.
pub const REASON_CHARS_MAX: usize = 256;

/// Its JSON has the fields' names; what is `None` is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoutingPlan {
    pub id: RoutingPlanId,
    /// For people.
    pub name: String,
    pub routes: Vec<Route>,
    pub strategy: DialStrategy,
    /// How many of one priority ring at the same time, if the strategy is that.
    pub simultaneous_max: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicates: Option<DuplicateRule>,
    /// In their order, which no two share.
    pub overrides: Vec<Override>,
    /// Gets the call if no route does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<TargetId>,
}

/// In what way several targets are rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DialStrategy {
    /// One after another.
    #[default]
    Sequential,
    /// All at once; the first that answers has the call.
    Simultaneous,
}

impl DialStrategy {
    /// Each by its word in JSON.
    pub const WORDS: [(&'static str, Self); 2] =
        [("sequential", Self::Sequential), ("simultaneous", Self::Simultaneous)];
}

/// A target in a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Route {
    pub target: TargetId,
    /// From 1 on; lower ones first.
    pub priority: u32,
    /// Its part of the calls among the routes of its priority.
    pub weight: u32,
    /// Takes only calls that pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<Condition>,
    pub enabled: bool,
    /// In place of the target's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversion: Option<Conversion>,
}

/// What happens to a caller who has called before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DuplicateRule {
    pub window_seconds: u32,
    /// Which earlier calls count.
    pub counts: DuplicateCounts,
    pub then: DuplicateAction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DuplicateCounts {
    Any,
    Connected,
    Converted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DuplicateAction {
    RouteNormally,
    Reject,
    /// To the target of the newest earlier call, if it takes this one; else as any other call.
    SameTarget,
    /// To none of the targets that had the caller in the window.
    OtherTarget,
}

/// An exception for some calls; all that it names must be so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Override {
    /// Lower ones are looked at first.
    pub order: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<PublisherId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller: Option<CallerPattern>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<Condition>,
    pub then: OverrideAction,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OverrideAction {
    /// If it takes the call; else the next override, or the routes.
    Target(TargetId),
    /// That plan's duplicate rule, routes and fallback, but not its overrides: no two plans can send a call
    /// round in circles.
    Plan(RoutingPlanId),
    /// With a reason for people.
    Reject(String),
}

impl RoutingPlan {
    /// Everything in it that names what is not in the directory.
    pub fn unknown(&self, directory: &Directory) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut target = |path: String, id| {
            if directory.target(id).is_none() {
                let message = format!("names the target {id}, which does not exist; choose another");
                problems.push(Problem { path, message });
            }
        };
        for (at, route) in self.routes.iter().enumerate() {
            target(format!("routes[{at}].target"), route.target);
        }
        if let Some(fallback) = self.fallback {
            target("fallback".to_owned(), fallback);
        }
        for (at, exception) in self.overrides.iter().enumerate() {
            if let OverrideAction::Target(id) = exception.then {
                target(format!("overrides[{at}].then.target"), id);
            }
        }
        for (at, exception) in self.overrides.iter().enumerate() {
            let OverrideAction::Plan(id) = exception.then else { continue };
            let message = match directory.plan(id) {
                _ if id == self.id => "is this plan itself; choose another".to_owned(),
                None => format!("names the plan {id}, which does not exist; choose another"),
                Some(_) => continue,
            };
            problems.push(Problem { path: format!("overrides[{at}].then.plan"), message });
        }
        problems
    }
}
