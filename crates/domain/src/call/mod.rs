//! A call, and how it moves from ringing to its end.

#[cfg(test)]
pub(crate) mod example;
mod lifecycle;

use serde::{Deserialize, Serialize};

use crate::ids::{CallId, CampaignId, NumberId, OrgId, PublisherId};
use crate::money::Money;
use crate::time::Timestamp;

pub use lifecycle::{CallEvent, OutOfOrder, advance};

/// Where a call is in its life. It only ever moves down this list; the last two are final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallStatus {
    Ringing,
    InProgress,
    Completed,
    Failed,
}

impl CallStatus {
    /// Live calls are sessions: updates reach them in real time.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Ringing | Self::InProgress)
    }

    /// The word on the wire, in the database and in the timeline.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ringing => "ringing",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }
}

/// Why a completed call earned its publisher nothing. The wording is the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoPayoutReason {
    #[serde(rename = "Campaign preconversion")]
    CampaignPreconversion,
    #[serde(rename = "Condition not met")]
    ConditionNotMet,
    #[serde(rename = "Caps exceeded")]
    CapsExceeded,
}

impl NoPayoutReason {
    pub const ALL: [Self; 3] = [Self::CampaignPreconversion, Self::ConditionNotMet, Self::CapsExceeded];

    /// The contract's wording.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CampaignPreconversion => "Campaign preconversion",
            Self::ConditionNotMet => "Condition not met",
            Self::CapsExceeded => "Caps exceeded",
        }
    }
}

/// The call record without its tags, which are stored beside it (`tags::TagSet`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub id: CallId,
    pub org: OrgId,
    /// E.164 where the number could be read as one, else as the switch sent it.
    pub caller: String,
    pub dialed: String,
    pub campaign: Option<CampaignId>,
    pub publisher: Option<PublisherId>,
    pub number: Option<NumberId>,
    /// Where the call went, as the switch names it.
    pub target: Option<String>,
    pub status: CallStatus,
    pub started_at: Timestamp,
    pub answered_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub converted: bool,
    pub converted_at: Option<Timestamp>,
    pub revenue_paid_out: Option<Money>,
    pub publisher_paid_out: Option<Money>,
    pub reason: Option<String>,
    pub no_payout_reason: Option<NoPayoutReason>,
    pub state: Option<String>,
    pub zip: Option<String>,
}

impl Call {
    /// A call that has just arrived; nothing more is known of it.
    pub fn ringing(id: CallId, org: OrgId, caller: String, dialed: String, started_at: Timestamp) -> Self {
        Self {
            id,
            org,
            caller,
            dialed,
            campaign: None,
            publisher: None,
            number: None,
            target: None,
            status: CallStatus::Ringing,
            started_at,
            answered_at: None,
            ended_at: None,
            converted: false,
            converted_at: None,
            revenue_paid_out: None,
            publisher_paid_out: None,
            reason: None,
            no_payout_reason: None,
            state: None,
            zip: None,
        }
    }
}

/// One line of the timeline: a field, and what it was before and after, as text.
/// A tag's field is `tag:` and its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub field: String,
    pub from: Option<String>,
    pub to: Option<String>,
}
