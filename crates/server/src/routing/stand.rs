//! Where a call stands on its way, kept with it from its start to its end.

use std::collections::BTreeSet;

use hookline_domain::flow::{DialOutcome, FlowState, HttpRequest};
use hookline_domain::ids::{FlowId, RoutingPlanId, TargetId};
use hookline_domain::routing::{Conversion, CounterKey, DialStrategy, Reservation};
use hookline_domain::tags::TagName;
use hookline_domain::time::{MICROS_PER_SECOND, Timestamp};
use serde::{Deserialize, Serialize};

/// Beyond the time that another system has, seconds for its answer to be committed: then whoever asked is
/// taken to be gone.
const ASK_MARGIN_SECONDS: i64 = 5;

/// Stored with the call as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routed {
    /// Raised by every decision that tells the switch or another system something new. What is reported of
    /// an older one comes too late.
    pub decision: u32,
    /// Drawn once, so that a past call can be decided again.
    pub chance: u64,
    pub stand: Stand,
    /// When the other system was last asked, while it is.
    #[serde(default)]
    pub asked_at: Option<Timestamp>,
    /// What leads the call just now, if it is to be sent somewhere.
    pub leads: Option<Leads>,
    /// Targets that were tried for it in vain.
    pub attempted: Vec<TargetId>,
    /// What became of the last of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<DialOutcome>,
    /// Answers to availability checks.
    pub availability: Vec<(TargetId, bool)>,
    /// Who rings, or is connected; that is one. While another system is asked since a tag has changed, who
    /// rings rings on.
    pub dialing: Vec<Dialing>,
    /// Who was connected, once the call is over.
    pub had: Option<TargetId>,
    /// The place that a bid holds for it, until it is sent somewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserved: Option<Dialing>,
    /// Where that place is, or was: a call that is decided again still belongs there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised: Option<TargetId>,
    /// Of a campaign that is routed by a flow.
    pub flow: Option<FlowState>,
    /// A change of one of these is worth deciding again, until the call is connected.
    pub tags_read: BTreeSet<TagName>,
    /// One of them has changed, and the call could not be decided again yet.
    #[serde(default)]
    pub is_behind: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leads {
    Plan(RoutingPlanId),
    /// A flow's own choice of targets.
    Targets {
        targets: Vec<TargetId>,
        strategy: DialStrategy,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stand {
    /// The switch was told this, and reports what comes of it.
    Told(Instruction),
    /// Another system is asked; the call goes on with its answer.
    Asking(Ask),
    Connected,
    /// The call is over, or goes nowhere.
    Over,
}

/// What a switch is to do with a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Instruction {
    /// Ring these.
    Dial { strategy: DialStrategy, targets: Vec<DialTarget> },
    /// Lead the caller there.
    Redirect { url: String, target: TargetId, name: String },
    Menu {
        prompt: String,
        digits: Vec<String>,
        timeout_seconds: u32,
        /// From 1.
        attempt: u32,
    },
    /// Let the caller wait, then ask again.
    Hold { seconds: u32 },
    /// Refuse the call, or end it.
    Reject { code: String, reason: String },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialTarget {
    pub id: TargetId,
    pub name: String,
    /// A number in E.164, or a SIP address.
    pub destination: String,
    pub ring_seconds: u32,
}

/// A call at a target, with the places that it takes there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dialing {
    pub target: TargetId,
    pub name: String,
    pub claims: Vec<CounterKey>,
    pub conversion: Option<Conversion>,
}

/// A question to another system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    Availability { target: TargetId, url: String, timeout_ms: u32 },
    Http(HttpRequest),
    Script { source: String, input: String, timeout_ms: u32 },
}

impl Dialing {
    /// The same as the decision sees it, before the call is sent there.
    pub fn reservation(&self) -> Reservation {
        Reservation { target: self.target, claims: self.claims.clone() }
    }
}

impl Ask {
    /// Milliseconds that the other system has.
    pub fn timeout_ms(&self) -> u32 {
        match self {
            Self::Availability { timeout_ms, .. } | Self::Script { timeout_ms, .. } => *timeout_ms,
            Self::Http(request) => request.timeout_ms,
        }
    }
}

impl Stand {
    /// What may be reported of it, for an error.
    pub fn expects(&self) -> &'static str {
        match self {
            Self::Told(Instruction::Dial { targets, .. }) if targets.len() > 1 => {
                "the call rings at several targets: send `outcome` connected with the `target` that answered, or no_answer, busy or failed for all of them, or for the `target` that you name"
            }
            Self::Told(Instruction::Dial { .. }) => {
                "the call rings at a target: send `outcome` connected, no_answer, busy or failed"
            }
            Self::Told(Instruction::Redirect { .. }) => {
                "the caller is led to a URL: send `outcome` connected or failed"
            }
            Self::Told(Instruction::Menu { .. }) => "a menu is played: send `digits`, or `outcome` no_input",
            Self::Told(Instruction::Hold { .. }) => "the caller waits: send `outcome` hold_over",
            Self::Told(Instruction::Reject { .. }) => "the call was rejected: report that it ended",
            Self::Asking(_) => "another system is asked: send no outcome to hear where the call stands",
            Self::Connected => "the call is connected: report that it ended",
            Self::Over => "the call is over",
        }
    }
}

impl Instruction {
    /// For the timeline.
    pub fn summary(&self) -> String {
        match self {
            Self::Dial { targets, .. } => {
                let names: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
                format!("dial {}", names.join(", "))
            }
            Self::Redirect { name, .. } => format!("redirect to {name}"),
            Self::Menu { attempt, .. } => format!("menu, attempt {attempt}"),
            Self::Hold { seconds } => format!("hold {seconds} s"),
            Self::Reject { reason, .. } => format!("reject: {reason}"),
        }
    }
}

impl Routed {
    /// Of a call that is going to run through a flow.
    pub fn begin_flow(chance: u64, flow: FlowId, version: u32) -> Self {
        Self::new(chance, None, Some(FlowState::new(flow, version)))
    }

    pub fn new(chance: u64, leads: Option<Leads>, flow: Option<FlowState>) -> Self {
        Self {
            decision: 0,
            chance,
            stand: Stand::Over,
            asked_at: None,
            leads,
            attempted: Vec::new(),
            outcome: None,
            availability: Vec::new(),
            dialing: Vec::new(),
            had: None,
            reserved: None,
            promised: None,
            flow,
            tags_read: BTreeSet::new(),
            is_behind: false,
        }
    }

    /// The target that has the call, for the table's column.
    pub fn target(&self) -> Option<TargetId> {
        match self.dialing.as_slice() {
            [only] => Some(only.target),
            _ => self.had,
        }
    }

    /// The place in `dialing` of the one that is meant: of a single one it need not be said.
    pub fn rings_at(&self, target: Option<TargetId>) -> Option<usize> {
        match target {
            Some(target) => self.dialing.iter().position(|dialing| dialing.target == target),
            None => (self.dialing.len() == 1).then_some(0),
        }
    }

    /// Who has answered, by what a switch calls it: its id, its destination or its name, if only one of
    /// those that ring is called so. Of a single one it may say anything.
    pub fn answered_by(&self, said: Option<&str>) -> Option<usize> {
        if self.dialing.len() == 1 {
            return Some(0);
        }
        let said = said?;
        if let Some(at) = said.parse().ok().and_then(|id| self.rings_at(Some(id))) {
            return Some(at);
        }
        let told = match &self.stand {
            Stand::Told(Instruction::Dial { targets, .. }) => targets.as_slice(),
            _ => &[],
        };
        let is_at = |id| told.iter().any(|target| target.id == id && target.destination == said);
        let is_meant = |dialing: &Dialing| dialing.name == said || is_at(dialing.target);
        let mut meant = (0..self.dialing.len()).filter(|at| is_meant(&self.dialing[*at]));
        meant.next().filter(|_| meant.next().is_none())
    }

    /// Whether another system was asked and whoever waited for it is gone: its node has ended, or its client
    /// hung up.
    pub fn is_forsaken(&self, now: Timestamp) -> bool {
        let (Stand::Asking(asked), Some(at)) = (&self.stand, self.asked_at) else { return false };
        let limit = i64::from(asked.timeout_ms()) * 1_000 + ASK_MARGIN_SECONDS * MICROS_PER_SECOND;
        // A clock that went back is no reason to wait for as long as it did.
        now.micros_since(at).abs() > limit
    }

    /// Whether the call may still go elsewhere when something is told of it.
    pub fn is_open(&self) -> bool {
        matches!(
            &self.stand,
            Stand::Asking(_)
                | Stand::Told(
                    Instruction::Dial { .. }
                        | Instruction::Redirect { .. }
                        | Instruction::Menu { .. }
                        | Instruction::Hold { .. }
                )
        )
    }
}
