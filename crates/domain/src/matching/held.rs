//! An update that came before its call, and the calls that it may be for.

use crate::ids::{RequestId, WebhookId};
use crate::time::Timestamp;
use crate::update::Changes;

/// An update as it waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldUpdate {
    pub request: RequestId,
    pub webhook: WebhookId,
    pub changes: Changes,
    pub received_at: Timestamp,
    /// When the webhook's lookback is over, as it was when the update came.
    pub expires_at: Timestamp,
}

impl HeldUpdate {
    /// Whether it is for a call that started then. An update reaches as far back as the lookback and waits
    /// as long: a switch may tell late of a call that was under way when the update came. Both ends count.
    pub fn is_for(&self, started_at: Timestamp) -> bool {
        let lookback = self.expires_at.0 - self.received_at.0;
        (started_at.0 - self.received_at.0).abs() <= lookback
    }

    /// In this order are updates applied.
    pub fn arrival(&self) -> (Timestamp, RequestId) {
        (self.received_at, self.request)
    }
}

/// What became of an update that was held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldState {
    Pending,
    /// Its call appeared.
    Applied,
    /// Someone said which call it is for.
    Attached,
    /// No call appeared in time. It can still be attached.
    Expired,
    /// Someone said that it is for none.
    Dismissed,
}

impl HeldState {
    pub const ALL: [Self; 5] = [Self::Pending, Self::Applied, Self::Attached, Self::Expired, Self::Dismissed];

    /// The word on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Applied => "applied",
            Self::Attached => "attached",
            Self::Expired => "expired",
            Self::Dismissed => "dismissed",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether a person can still decide about it.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Expired)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::example::second;
    use crate::tags::example::request;

    #[test]
    fn an_update_waits_as_long_as_it_reaches_back() {
        let held = HeldUpdate {
            request: request(1),
            webhook: WebhookId(uuid::Uuid::nil()),
            changes: Changes::default(),
            received_at: second(1_000),
            expires_at: second(1_100),
        };
        for (started, expected) in [(899, false), (900, true), (1_000, true), (1_100, true), (1_101, false)] {
            assert_eq!(held.is_for(second(started)), expected, "{started}");
        }
        assert!(!held.is_for(second(1_100).plus_micros(1)));
    }

    #[test]
    fn a_state_is_read_by_its_word() {
        for state in HeldState::ALL {
            assert_eq!(HeldState::from_name(state.as_str()), Some(state));
        }
        assert_eq!(HeldState::from_name("held"), None);
        let open = HeldState::ALL.into_iter().filter(|state| state.is_open());
        assert!(open.eq([HeldState::Pending, HeldState::Expired]), "what may still be attached or dismissed");
    }
}
