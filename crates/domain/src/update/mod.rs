//! What an update webhook asks for, and its effect on one call.

mod apply;

use serde::{Deserialize, Deserializer, Serialize};

use crate::call::NoPayoutReason;
use crate::money::Money;
use crate::tags::TagName;
use crate::time::Timestamp;

pub use apply::{Applied, apply};

/// Which calls an update is meant for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Calls {
    /// One `call_log_id`, as sent: an id that is no id of ours is "not found", never a 400.
    One(String),
    /// 1 to 50 ids, duplicates already removed, in the order sent.
    Batch(Vec<String>),
    /// Every call of this caller in the webhook's lookback, in E.164.
    Phone(String),
}

/// A tag to add: its normalized name, its value as text, and both as the client wrote them (raw
/// JSON of the value), for the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TagToAdd {
    pub name: TagName,
    pub value: String,
    #[serde(skip)]
    pub sent_name: String,
    #[serde(skip)]
    pub sent_value: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TagToRemove {
    pub name: TagName,
    #[serde(skip)]
    pub sent_name: String,
}

/// The values to set; `None` leaves a field as it is, `Some(None)` clears it.
///
/// As JSON, which is how an update waits for its call, it has what is to be set: what a client wrote is
/// for the answer, and that was given.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Changes {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub converted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "there")]
    pub converted_at: Option<Option<Timestamp>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revenue_paid_out: Option<Money>,
    /// Completed calls only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher_paid_out: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "there")]
    pub reason: Option<Option<String>>,
    /// Completed calls only.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "there")]
    pub no_payout_reason: Option<Option<NoPayoutReason>>,
    /// Removed before `add` runs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<TagToRemove>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub add: Vec<TagToAdd>,
}

/// A field that is there, if only as null.
fn there<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl Changes {
    /// Whether `apply` needs the call's tags: they are stored apart, and mostly need not be read.
    pub fn touches_tags(&self) -> bool {
        !self.remove.is_empty() || !self.add.is_empty()
    }

    /// Whether something in it is for calls that have ended.
    pub fn needs_end(&self) -> bool {
        self.publisher_paid_out.is_some() || self.no_payout_reason.is_some()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    pub calls: Calls,
    pub changes: Changes,
    /// Fields of an `update_fields` request that mean nothing to us, as sent.
    pub ignored_fields: Vec<String>,
}

#[cfg(test)]
mod tests;
