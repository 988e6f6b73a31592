//! What an update webhook asks for, and its effect on one call.

mod apply;

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagToAdd {
    pub name: TagName,
    pub value: String,
    pub sent_name: String,
    pub sent_value: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagToRemove {
    pub name: TagName,
    pub sent_name: String,
}

/// The values to set; `None` leaves a field as it is, `Some(None)` clears it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    pub converted: Option<bool>,
    pub converted_at: Option<Option<Timestamp>>,
    pub revenue_paid_out: Option<Money>,
    /// Completed calls only.
    pub publisher_paid_out: Option<Money>,
    pub reason: Option<Option<String>>,
    /// Completed calls only.
    pub no_payout_reason: Option<Option<NoPayoutReason>>,
    /// Removed before `add` runs.
    pub remove: Vec<TagToRemove>,
    pub add: Vec<TagToAdd>,
}

impl Changes {
    /// Whether `apply` needs the call's tags: they are stored apart, and mostly need not be read.
    pub fn touches_tags(&self) -> bool {
        !self.remove.is_empty() || !self.add.is_empty()
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
