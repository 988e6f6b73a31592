//! Updates that wait for their call, as both engines keep them.

use hookline_domain::ids::{RequestId, WebhookId};
use hookline_domain::matching::{HeldState, HeldUpdate};
use hookline_domain::time::Timestamp;
use hookline_domain::webhook::SkippedField;
use serde_json::json;
use uuid::Uuid;

use super::sqlite::to_json;
use super::{Result, StorageError};
use crate::intake::held::{HeldRow, Settled};

/// Updates that one call takes of those that wait for its caller, and of those for its name: the oldest.
/// The rest goes on waiting; a commit must not be without bound.
macro_rules! held_max {
    () => {
        1_000
    };
}
pub(super) use held_max;

pub fn held_update(
    request: Uuid,
    webhook: Uuid,
    changes: &str,
    received_at: i64,
    expires_at: i64,
) -> Result<HeldUpdate> {
    let changes = serde_json::from_str(changes)
        .map_err(|error| StorageError::Unreadable(format!("held_updates.changes: {error}")))?;
    Ok(HeldUpdate {
        request: RequestId(request),
        webhook: WebhookId(webhook),
        changes,
        received_at: Timestamp(received_at),
        expires_at: Timestamp(expires_at),
    })
}

pub fn state_from_text(text: &str) -> Result<HeldState> {
    HeldState::from_name(text)
        .ok_or_else(|| StorageError::Unreadable(format!("a held update has the state `{text}`")))
}

/// As it is stored and shown: the fields that a call could not take, and why.
pub fn skipped_to_text(skipped: &[SkippedField]) -> String {
    let skipped = skipped.iter().map(|one| json!({ "field": one.field, "reason": one.reason }));
    to_json(&skipped.collect::<Vec<_>>())
}

/// The columns that say what became of a held update.
pub struct SettledColumns<'a> {
    pub state: &'static str,
    pub call: Option<Uuid>,
    pub at: Option<i64>,
    pub by: Option<&'a str>,
    pub skipped: String,
}

impl<'a> SettledColumns<'a> {
    pub fn of(settled: &'a Settled) -> Self {
        Self {
            state: settled.state.as_str(),
            call: Some(settled.call.0),
            at: Some(settled.at.0),
            by: settled.by.as_deref(),
            skipped: skipped_to_text(&settled.skipped),
        }
    }

    pub fn of_new(row: &'a HeldRow) -> Self {
        let pending = Self {
            state: HeldState::Pending.as_str(),
            call: None,
            at: None,
            by: None,
            skipped: skipped_to_text(&[]),
        };
        row.settled.as_ref().map_or(pending, Self::of)
    }
}
