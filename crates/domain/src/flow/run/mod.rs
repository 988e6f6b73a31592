//! A call's run through a flow, from one wait to the next.

mod answers;
mod chance;
mod enter;
mod outside;
mod resume;
mod scope;
mod state;
mod tags;
mod trace;
mod walk;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Flow, NodeId};
use crate::ids::{RoutingPlanId, TargetId};
use crate::routing::DialStrategy;
use crate::tags::TagName;
use crate::time::Timestamp;

pub use state::FlowState;
pub use tags::{CallTags, NotSet};
pub use trace::{NodeTrace, Read};

/// What a run may ask for besides its flow and its state. The same values give the same run.
#[derive(Clone, Copy)]
pub struct Env<'a> {
    pub tags: &'a dyn CallTags,
    pub now: Timestamp,
    /// Drawn once for each call, and kept with it: a past call can be run again.
    pub chance: u64,
    /// How many calls a round-robin node has distributed.
    pub round_robin: &'a dyn Fn(&NodeId) -> u64,
}

/// What happened, that the run goes on.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    Begin,
    Dialed(DialOutcome),
    /// The keys that the caller pressed.
    Digits(String),
    NoInput,
    HoldOver,
    HttpDone(Result<HttpAnswer, HttpFailure>),
    ScriptDone(Result<Value, ScriptFailure>),
    PlanNoRoute(String),
    /// A tag that the run has read is another now. A call that is held or not yet connected is
    /// decided again from the start; what was already asked of the caller, of other servers and of
    /// targets is not asked again, as long as the question is the same.
    TagsChanged,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DialOutcome {
    Connected,
    NoAnswer,
    Busy,
    Failed,
}

impl DialOutcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::NoAnswer => "no_answer",
            Self::Busy => "busy",
            Self::Failed => "failed",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct HttpAnswer {
    pub status: u16,
    /// Null if the body is no JSON.
    pub body: Value,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum HttpFailure {
    #[error("no answer in time")]
    Timeout,
    #[error("the server could not be reached")]
    Unreachable,
    #[error("the server's address is not allowed")]
    AddressNotAllowed,
    #[error("the answer is too large")]
    TooLarge,
    #[error("the answer could not be read")]
    Unreadable,
}

/// Why a script has no result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ScriptFailure {
    #[error("the script ran out of time")]
    Timeout,
    #[error("the script ran out of memory")]
    Memory,
    #[error("the script failed: {0}")]
    Threw(String),
    #[error("scripts can't be run at the moment")]
    Unavailable,
}

/// How far the run came.
#[derive(Debug, Clone)]
pub struct Advanced {
    pub state: FlowState,
    /// In order, and all of them before what the pause asks for.
    pub effects: Vec<Effect>,
    pub pause: Pause,
    pub trace: Vec<NodeTrace>,
    /// After [`Input::TagsChanged`]: the call waits where it did, and nothing has to be told anyone.
    pub same_wait: bool,
}

/// What the caller of [`advance`] has to do to the call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Effect {
    /// Under the name by which it is kept; the source is the flow.
    SetTag { name: TagName, value: String },
    /// The node's counter goes up by one.
    CountRoundRobin { node: NodeId },
}

/// What a run waits for, or how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Pause {
    /// Each once; [`Input::Dialed`] when one has the call, or none of them does.
    Dial {
        targets: Vec<TargetId>,
        strategy: DialStrategy,
    },
    /// The plan decides; [`Input::PlanNoRoute`] if it has no target for the call, and
    /// [`Input::Dialed`] with `Connected` when one of its targets has the call.
    Plan {
        plan: RoutingPlanId,
    },
    Menu {
        prompt: String,
        digits: Vec<String>,
        timeout_seconds: u32,
        /// From 1.
        attempt: u32,
    },
    Hold {
        /// What is left of it.
        seconds: u32,
    },
    Http(HttpRequest),
    Script {
        source: String,
        /// An object as JSON: the names that the node asks for, and null for those that have no value.
        input: String,
        timeout_ms: u32,
    },
    Reject {
        reason: String,
    },
    End(Ending),
}

/// A request with its values in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpRequest {
    pub method: super::Method,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Option<String>,
    pub timeout_ms: u32,
}

/// How a run ended, but for a `reject`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "ending", rename_all = "snake_case")]
pub enum Ending {
    Connected,
    /// The last target did not take the call, and its node has no branch for that.
    NotReached {
        outcome: DialOutcome,
    },
    /// The plan had no target, and its node has no branch for that.
    NoRoute {
        reason: String,
    },
    Failed {
        failure: Failure,
    },
}

/// Why a run could not go on. A flow that was validated gives only the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "failure", rename_all = "snake_case")]
pub enum Failure {
    #[error("the call passed {} nodes without an end", super::STEPS_MAX)]
    TooManySteps,
    #[error("the flow has no start")]
    NoStart,
    #[error("there is no node {node}")]
    UnknownNode { node: NodeId },
    #[error("{branch} of node {node} goes nowhere")]
    MissingBranch { node: NodeId, branch: String },
}

/// The run does not wait for such an input: it came late, or twice. The state stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the call does not wait for this")]
pub struct NotExpected;

/// Goes on from the last wait to the next one, or to the end.
///
/// # Errors
/// If the run waits for something else.
pub fn advance(flow: &Flow, state: &FlowState, input: Input, env: Env<'_>) -> Result<Advanced, NotExpected> {
    walk::Walk::new(flow, state.clone(), env).take(input)
}
