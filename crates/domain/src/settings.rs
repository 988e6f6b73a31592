//! The settings of an inbound webhook, their defaults and bounds.

use serde::{Deserialize, Serialize};

use crate::ids::CampaignId;
use crate::matching::{Lookback, MatchPolicy, MatchSettings};
use crate::rate::RateLimit;
use crate::webhook::WebhookKind;

const DAY: i64 = 86_400;
pub const UPDATE_LOOKBACK_SECONDS_DEFAULT: i64 = 7 * DAY;
pub const UPDATE_LOOKBACK_SECONDS_MIN: i64 = DAY;
pub const UPDATE_LOOKBACK_SECONDS_MAX: i64 = 7 * DAY;
/// 10 million a day is 115 a second; more than one webhook's limit needs, and it bounds its window's memory.
pub const RATE_COUNT_MAX: u32 = 10_000_000;
pub const ORIGINS_MAX: usize = 50;

/// Which calls an update by phone number reaches when the caller has several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneMatch {
    #[default]
    All,
    Latest,
    /// Exactly one, else the update is refused.
    Only,
}

/// What a repeated `transaction_id` with another payload gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdempotencyPolicy {
    /// The original answer, marked as a mismatch.
    #[default]
    Replay,
    /// 409.
    Strict,
}

/// What an update gets whose call is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum OnUnmatched {
    /// 404, as the contract says.
    #[default]
    #[serde(rename = "404")]
    NotFound,
    /// It is kept, and applied when the call appears within the lookback.
    #[serde(rename = "hold")]
    Hold,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSettings {
    /// How far back a call's `call_data`, or an update's calls, may lie.
    pub lookback_seconds: i64,
    pub rate_limit: RateLimit,
    #[serde(default)]
    pub idempotency: IdempotencyPolicy,
    /// `call_data` only.
    #[serde(default, rename = "match")]
    pub match_policy: MatchPolicy,
    /// `call_data` only: a request is used for one call.
    #[serde(default)]
    pub consume: bool,
    /// `call_data` only: the campaigns whose calls it applies to; none named means all.
    #[serde(default)]
    pub campaigns: Option<Vec<CampaignId>>,
    /// Updates only.
    #[serde(default)]
    pub phone_match: PhoneMatch,
    /// Updates only.
    #[serde(default)]
    pub on_unmatched: OnUnmatched,
    /// Origins whose pages may send from the browser; none named means any.
    #[serde(default)]
    pub allowed_origins: Option<Vec<String>>,
}

/// A setting is out of its bounds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {problem}")]
pub struct InvalidSetting {
    pub field: &'static str,
    pub problem: String,
}

impl WebhookSettings {
    pub fn default_for(kind: WebhookKind) -> Self {
        let lookback_seconds = match kind {
            WebhookKind::CallData => Lookback::DEFAULT.seconds(),
            WebhookKind::UpdateRevenue | WebhookKind::UpdateTags | WebhookKind::UpdateFields => {
                UPDATE_LOOKBACK_SECONDS_DEFAULT
            }
        };
        Self {
            lookback_seconds,
            rate_limit: RateLimit::default(),
            idempotency: IdempotencyPolicy::default(),
            match_policy: MatchPolicy::default(),
            consume: false,
            campaigns: None,
            phone_match: PhoneMatch::default(),
            on_unmatched: OnUnmatched::default(),
            allowed_origins: None,
        }
    }

    pub fn check(&self, kind: WebhookKind) -> Result<(), InvalidSetting> {
        let call_data = kind == WebhookKind::CallData;
        let (min, max) = if call_data {
            (Lookback::MIN_SECONDS, Lookback::MAX_SECONDS)
        } else {
            (UPDATE_LOOKBACK_SECONDS_MIN, UPDATE_LOOKBACK_SECONDS_MAX)
        };
        let invalid = |field, problem: String| Err(InvalidSetting { field, problem });
        if !(min..=max).contains(&self.lookback_seconds) {
            return invalid(
                "lookback_seconds",
                format!("must be between {min} and {max} seconds for this type"),
            );
        }
        if !(1..=RATE_COUNT_MAX).contains(&self.rate_limit.count) {
            return invalid("rate_limit.count", format!("must be between 1 and {RATE_COUNT_MAX}"));
        }
        if !call_data
            && (self.consume || self.campaigns.is_some() || self.match_policy != MatchPolicy::Newest)
        {
            return invalid(
                "match",
                "`match`, `consume` and `campaigns` are settings of call_data webhooks only".into(),
            );
        }
        if call_data && self.phone_match != PhoneMatch::All {
            return invalid("phone_match", "is a setting of update webhooks only".into());
        }
        if call_data && self.on_unmatched != OnUnmatched::NotFound {
            return invalid(
                "on_unmatched",
                "is a setting of update webhooks only; call_data always waits for its call".into(),
            );
        }
        for origin in self.allowed_origins.iter().flatten() {
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            if !host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', ' ', '*'])) {
                return invalid(
                    "allowed_origins",
                    format!("`{origin}` is no origin; write https://shop.example without a path"),
                );
            }
        }
        if self.allowed_origins.as_ref().is_some_and(|origins| origins.len() > ORIGINS_MAX) {
            return invalid("allowed_origins", format!("takes at most {ORIGINS_MAX} origins"));
        }
        Ok(())
    }

    /// How stored `call_data` of this webhook is matched to calls.
    pub fn matching(&self) -> MatchSettings {
        MatchSettings {
            lookback: Lookback::from_seconds(self.lookback_seconds).unwrap_or_default(),
            policy: self.match_policy,
            consume: self.consume,
            campaigns: self.campaigns.clone(),
        }
    }

    /// Whether a page of this origin may read the answer.
    pub fn allows_origin(&self, origin: &str) -> bool {
        self.allowed_origins
            .as_ref()
            .is_none_or(|allowed| allowed.iter().any(|one| one.eq_ignore_ascii_case(origin)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_accepts_its_own_defaults() {
        for kind in [
            WebhookKind::CallData,
            WebhookKind::UpdateRevenue,
            WebhookKind::UpdateTags,
            WebhookKind::UpdateFields,
        ] {
            assert_eq!(WebhookSettings::default_for(kind).check(kind), Ok(()));
        }
    }

    #[test]
    fn the_lookback_has_the_bounds_of_its_type() {
        let mut settings = WebhookSettings::default_for(WebhookKind::CallData);
        for (seconds, accepted) in [(59, false), (60, true), (34_560_000, true), (34_560_001, false)] {
            settings.lookback_seconds = seconds;
            assert_eq!(settings.check(WebhookKind::CallData).is_ok(), accepted, "{seconds}");
        }
        let mut settings = WebhookSettings::default_for(WebhookKind::UpdateTags);
        for (seconds, accepted) in [(86_399, false), (86_400, true), (604_800, true), (604_801, false)] {
            settings.lookback_seconds = seconds;
            assert_eq!(settings.check(WebhookKind::UpdateTags).is_ok(), accepted, "{seconds}");
        }
    }

    #[test]
    fn only_updates_can_be_held() {
        for (kind, accepted) in [(WebhookKind::CallData, false), (WebhookKind::UpdateTags, true)] {
            let settings =
                WebhookSettings { on_unmatched: OnUnmatched::Hold, ..WebhookSettings::default_for(kind) };
            assert_eq!(settings.check(kind).is_ok(), accepted, "{kind:?}");
        }
        let words =
            [OnUnmatched::NotFound, OnUnmatched::Hold].map(|one| serde_json::to_string(&one).unwrap());
        assert_eq!(words, ["\"404\"", "\"hold\""]);
    }

    #[test]
    fn an_origin_has_no_path() {
        let mut settings = WebhookSettings::default_for(WebhookKind::CallData);
        settings.allowed_origins = Some(vec!["https://shop.example/".into()]);
        assert!(settings.check(WebhookKind::CallData).is_err());
        settings.allowed_origins = Some(vec!["https://shop.example".into()]);
        assert!(settings.check(WebhookKind::CallData).is_ok());
        assert!(settings.allows_origin("https://SHOP.example"));
        assert!(!settings.allows_origin("https://other.example"));
    }
}
