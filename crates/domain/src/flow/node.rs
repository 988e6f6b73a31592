//! The nodes of a flow.
//!
//! What is written here is the JSON of a node, field by field; `read` is its way in.

use serde::{Deserialize, Serialize};

use super::NodeId;
use super::http::HttpNode;
use super::switch::Case;
use crate::condition::Condition;
use crate::ids::{RoutingPlanId, TargetId};
use crate::routing::{DialStrategy, Hours};
use crate::tags::TagName;
use crate::template::Template;

/// A node, and what the canvas keeps with it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Node {
    #[serde(flatten)]
    pub task: Task,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}

/// Where the node is on the canvas; the run knows nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Position {
    pub x: f64,
    pub y: f64,
}

/// The node that comes next. A draft may leave it open; validation does not.
pub type Branch = Option<NodeId>;

/// What a node does.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Task {
    Start {
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Branch,
    },
    Condition {
        condition: Condition,
        #[serde(skip_serializing_if = "Option::is_none")]
        then: Branch,
        #[serde(rename = "else", skip_serializing_if = "Option::is_none")]
        otherwise: Branch,
    },
    /// The first case that the value fits.
    Switch {
        value: Template,
        cases: Vec<Case>,
        #[serde(skip_serializing_if = "Option::is_none")]
        default: Branch,
    },
    SetVariable {
        name: TagName,
        value: Template,
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Branch,
    },
    SetTag {
        name: TagName,
        value: Template,
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Branch,
    },
    HttpRequest(HttpNode),
    Javascript {
        /// The body of a function of `input`.
        source: String,
        /// The names whose values `input` has.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        inputs: Vec<TagName>,
        timeout_ms: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Branch,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Branch,
    },
    Time {
        hours: Hours,
        #[serde(skip_serializing_if = "Option::is_none")]
        open: Branch,
        #[serde(skip_serializing_if = "Option::is_none")]
        closed: Branch,
    },
    Menu(MenuNode),
    Distribute {
        mode: Mode,
        branches: Vec<Share>,
    },
    /// Without a branch for what became of it, the call ends.
    Dial {
        #[serde(flatten)]
        to: DialTo,
        #[serde(skip_serializing_if = "Option::is_none")]
        no_answer: Branch,
        #[serde(skip_serializing_if = "Option::is_none")]
        busy: Branch,
        #[serde(skip_serializing_if = "Option::is_none")]
        failed: Branch,
    },
    RoutingPlan {
        plan: RoutingPlanId,
        #[serde(skip_serializing_if = "Option::is_none")]
        no_route: Branch,
    },
    Hold {
        seconds: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Branch,
    },
    Reject {
        reason: String,
    },
    /// Its message is in the trace only.
    Debug {
        message: Template,
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Branch,
    },
}

/// Whom a `dial` node rings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum DialTo {
    One {
        target: TargetId,
    },
    /// No target is there twice.
    Several {
        targets: Vec<TargetId>,
        strategy: DialStrategy,
    },
}

impl DialTo {
    pub fn targets(&self) -> &[TargetId] {
        match self {
            Self::One { target } => std::slice::from_ref(target),
            Self::Several { targets, .. } => targets,
        }
    }

    pub fn strategy(&self) -> DialStrategy {
        match self {
            Self::One { .. } => DialStrategy::Sequential,
            Self::Several { strategy, .. } => *strategy,
        }
    }

    /// Each target with its place in the node's JSON.
    pub fn places(&self) -> impl Iterator<Item = (String, TargetId)> {
        let is_one = matches!(self, Self::One { .. });
        let place = move |at| if is_one { "target".to_owned() } else { format!("targets[{at}]") };
        self.targets().iter().enumerate().map(move |(at, target)| (place(at), *target))
    }
}

/// A question to the caller, answered by the telephone's keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MenuNode {
    pub prompt: Template,
    #[serde(serialize_with = "choices")]
    pub digits: Vec<(String, Branch)>,
    pub timeout_seconds: u32,
    /// How often it asks before it goes on by `invalid` or `no_input`.
    pub attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invalid: Branch,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_input: Branch,
}

fn choices<S: serde::Serializer>(digits: &[(String, Branch)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(digits.iter().map(|(digits, next)| (digits, next)))
}

/// One of the ways of a `distribute` node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Share {
    /// Its part of the sum of all weights; 0 is switched off.
    pub weight: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Branch,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// By chance, in proportion to the weights.
    Weighted,
    /// By turns: of a sum of weights in calls, each branch takes its weight.
    RoundRobin,
}

/// The type of a node, as its JSON says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeType {
    Start,
    Condition,
    Switch,
    SetVariable,
    SetTag,
    HttpRequest,
    Javascript,
    Time,
    Menu,
    Distribute,
    Dial,
    RoutingPlan,
    Hold,
    Reject,
    Debug,
}

impl NodeType {
    /// Every type by its name in JSON.
    pub const ALL: [(&'static str, Self); 15] = [
        ("start", Self::Start),
        ("condition", Self::Condition),
        ("switch", Self::Switch),
        ("set_variable", Self::SetVariable),
        ("set_tag", Self::SetTag),
        ("http_request", Self::HttpRequest),
        ("javascript", Self::Javascript),
        ("time", Self::Time),
        ("menu", Self::Menu),
        ("distribute", Self::Distribute),
        ("dial", Self::Dial),
        ("routing_plan", Self::RoutingPlan),
        ("hold", Self::Hold),
        ("reject", Self::Reject),
        ("debug", Self::Debug),
    ];

    /// The call waits there for a person or for time to pass, so a loop through it is no busy loop.
    pub fn waits(self) -> bool {
        matches!(self, Self::Dial | Self::Menu | Self::Hold)
    }

    /// The run may be over there.
    pub fn ends(self) -> bool {
        matches!(self, Self::Dial | Self::RoutingPlan | Self::Reject)
    }
}

impl Task {
    pub fn node_type(&self) -> NodeType {
        match self {
            Self::Start { .. } => NodeType::Start,
            Self::Condition { .. } => NodeType::Condition,
            Self::Switch { .. } => NodeType::Switch,
            Self::SetVariable { .. } => NodeType::SetVariable,
            Self::SetTag { .. } => NodeType::SetTag,
            Self::HttpRequest(_) => NodeType::HttpRequest,
            Self::Javascript { .. } => NodeType::Javascript,
            Self::Time { .. } => NodeType::Time,
            Self::Menu(_) => NodeType::Menu,
            Self::Distribute { .. } => NodeType::Distribute,
            Self::Dial { .. } => NodeType::Dial,
            Self::RoutingPlan { .. } => NodeType::RoutingPlan,
            Self::Hold { .. } => NodeType::Hold,
            Self::Reject { .. } => NodeType::Reject,
            Self::Debug { .. } => NodeType::Debug,
        }
    }
}
