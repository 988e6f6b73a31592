//! Which stored `call_data` requests belong to a call.

mod held;

use serde::{Deserialize, Serialize};

pub use held::{HeldState, HeldUpdate};

use crate::ids::{CampaignId, RequestId, WebhookId};
use crate::time::{MICROS_PER_SECOND, Timestamp};
use crate::webhook::Field;

/// So much later than a call started its switch may tell of it, and a request that came in between still be for it:
/// nobody could give it to the live call. Of a call that is told of later than that, newer requests are for other calls.
pub const TOLD_SECONDS_MAX: i64 = 60;

/// How long a request waits for its call; from `MIN_SECONDS` to `MAX_SECONDS`, 15 days if unset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lookback {
    seconds: i64,
}

/// The number of seconds is not one that a lookback may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a lookback has {} to {} seconds (1 minute to 400 days)",
    Lookback::MIN_SECONDS,
    Lookback::MAX_SECONDS
)]
pub struct LookbackOutOfRange;

impl Lookback {
    pub const MIN_SECONDS: i64 = 60;
    pub const MAX_SECONDS: i64 = 400 * 86_400;
    pub const DEFAULT: Self = Self { seconds: 15 * 86_400 };

    pub fn from_seconds(seconds: i64) -> Result<Self, LookbackOutOfRange> {
        if (Self::MIN_SECONDS..=Self::MAX_SECONDS).contains(&seconds) {
            Ok(Self { seconds })
        } else {
            Err(LookbackOutOfRange)
        }
    }

    pub fn seconds(self) -> i64 {
        self.seconds
    }

    pub fn micros(self) -> i64 {
        self.seconds * MICROS_PER_SECOND
    }
}

impl Default for Lookback {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Which of a webhook's requests for a caller are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchPolicy {
    /// The newest alone.
    #[default]
    Newest,
    /// All of them, newer values winning.
    Merge,
}

/// How a `call_data` webhook's requests meet their calls.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MatchSettings {
    pub lookback: Lookback,
    pub policy: MatchPolicy,
    /// A request is used for one call only.
    pub consume: bool,
    /// Only calls of these campaigns; `None` means of any, and also calls without one.
    pub campaigns: Option<Vec<CampaignId>>,
}

impl MatchSettings {
    /// The first and the last moment at which a request was received in time for a call that
    /// started then. Both count.
    pub fn window(&self, started_at: Timestamp) -> (Timestamp, Timestamp) {
        (started_at.plus_micros(-self.lookback.micros()), started_at.plus_seconds(TOLD_SECONDS_MAX))
    }

    /// Whether a call of this campaign may use the webhook's requests.
    pub fn serves(&self, campaign: Option<CampaignId>) -> bool {
        self.campaigns.as_ref().is_none_or(|served| campaign.is_some_and(|one| served.contains(&one)))
    }
}

/// A stored `call_data` request of the call's caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub request: RequestId,
    pub webhook: WebhookId,
    pub received_at: Timestamp,
    /// Some call has used it already.
    pub consumed: bool,
    pub fields: Vec<Field>,
}

impl Candidate {
    fn age_order(&self) -> (Timestamp, RequestId) {
        (self.received_at, self.request)
    }
}

/// The requests that a call uses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Matched<'a> {
    /// Older before newer, so that newer values win when they are applied in order.
    pub apply: Vec<&'a Candidate>,
    /// Those of them that no other call may use.
    pub consume: Vec<RequestId>,
}

/// Picks from a caller's stored requests those that belong to a call. A webhook for which
/// `settings` gives nothing (it was deleted) takes no part; a disabled one still does, since what it
/// accepted was acknowledged.
pub fn match_call<'a, 's>(
    candidates: &'a [Candidate],
    settings: impl Fn(WebhookId) -> Option<&'s MatchSettings>,
    started_at: Timestamp,
    campaign: Option<CampaignId>,
) -> Matched<'a> {
    let mut in_time: Vec<(&Candidate, &MatchSettings)> = candidates
        .iter()
        .filter_map(|candidate| Some((candidate, settings(candidate.webhook)?)))
        .filter(|(candidate, settings)| {
            let (first, last) = settings.window(started_at);
            settings.serves(campaign) && (first..=last).contains(&candidate.received_at)
        })
        .collect();
    in_time.sort_by_key(|(candidate, _)| candidate.age_order());

    let mut matched = Matched::default();
    for (at, (candidate, settings)) in in_time.iter().enumerate() {
        let mut newer = in_time[at + 1..].iter();
        if settings.policy == MatchPolicy::Newest
            && newer.any(|(other, _)| other.webhook == candidate.webhook)
        {
            continue;
        }
        // A used request is not replaced by an older one: that was superseded when it came.
        if settings.consume && candidate.consumed {
            continue;
        }
        matched.apply.push(candidate);
        if settings.consume {
            matched.consume.push(candidate.request);
        }
    }
    matched
}

#[cfg(test)]
mod tests;
