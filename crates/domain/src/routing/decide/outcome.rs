//! What was decided.

use std::collections::BTreeSet;

use serde::Serialize;

use super::trace::Trace;
use crate::ids::TargetId;
use crate::routing::destination::Destination;
use crate::routing::period::CounterKey;
use crate::routing::target::Conversion;
use crate::tags::TagName;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub outcome: Outcome,
    /// Why.
    pub trace: Trace,
    /// Tags on which the outcome may depend, as filters and templates call them (a custom tag's alias is
    /// not yet its key): when one changes, the call is worth deciding again.
    pub tags_read: BTreeSet<TagName>,
}

/// As JSON: `{"outcome":"dial","targets":[…]}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// At least one; several ring at the same time.
    Dial {
        targets: Vec<Dialed>,
    },
    /// The target would be next, but whether it is available is not known: ask, and decide again with the
    /// answer and the same chance.
    AskAvailability {
        target: TargetId,
        name: String,
        /// With `[TAG]`s to fill in.
        url: String,
        timeout_ms: u32,
    },
    Reject(Refusal),
}

/// A target that gets the call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dialed {
    pub target: TargetId,
    pub name: String,
    pub destination: Destination,
    pub ring_seconds: u32,
    /// The counters to raise by one, in the transaction in which the counters were read. If the target
    /// does not take the call, the same ones are lowered.
    pub claims: Vec<CounterKey>,
    pub conversion: Option<Conversion>,
}

/// A call that goes nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    pub reason: RejectReason,
    /// For people.
    pub message: String,
}

impl From<RejectReason> for Refusal {
    fn from(reason: RejectReason) -> Self {
        Self { reason, message: reason.message().to_owned() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectReason {
    NoRoute,
    Duplicate,
    Filtered,
    AllClosed,
    AllCapped,
    AllBusy,
    AllUnavailable,
    /// Every target that could take the call was tried.
    AllTried,
    OverrideReject,
    PlanMissing,
}

impl RejectReason {
    /// The word in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoRoute => "no_route",
            Self::Duplicate => "duplicate",
            Self::Filtered => "filtered",
            Self::AllClosed => "all_closed",
            Self::AllCapped => "all_capped",
            Self::AllBusy => "all_busy",
            Self::AllUnavailable => "all_unavailable",
            Self::AllTried => "all_tried",
            Self::OverrideReject => "override_reject",
            Self::PlanMissing => "plan_missing",
        }
    }

    /// For people.
    pub fn message(self) -> &'static str {
        match self {
            Self::NoRoute => "The plan has no enabled target.",
            Self::Duplicate => "The caller has called before, and the plan does not take duplicates.",
            Self::Filtered => "No target's filter lets the call pass.",
            Self::AllClosed => "Every target that the filters allow is closed.",
            Self::AllCapped => "Every open target has used up a cap.",
            Self::AllBusy => "Every open target has as many calls as it takes at a time.",
            Self::AllUnavailable => "Every open target said that it is not available.",
            Self::AllTried => "Every target that could take the call was tried.",
            Self::OverrideReject => "An override rejects the call.",
            Self::PlanMissing => "An override names a plan that does not exist.",
        }
    }
}
