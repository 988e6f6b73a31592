//! An unmatched request as the API shows it.

use hookline_domain::ids::{CallId, RequestId, WebhookId};
use hookline_domain::matching::{HeldState, MatchPolicy};
use hookline_domain::time::Timestamp;
use hookline_domain::webhook::WebhookKind;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::http::openapi::{ChangesDocument, SkippedDocument, UnmatchedStateDocument, WebhookTypeDocument};
use crate::settings::Org;
use crate::storage::unmatched::{UnmatchedRow, UnmatchedWhat};

#[derive(Serialize, ToSchema)]
#[schema(as = Unmatched)]
pub struct UnmatchedView<'a> {
    #[schema(value_type = uuid::Uuid)]
    request_id: RequestId,
    #[schema(value_type = WebhookTypeDocument)]
    kind: WebhookKind,
    #[schema(value_type = uuid::Uuid)]
    webhook_id: WebhookId,
    #[schema(value_type = UnmatchedStateDocument)]
    state: &'static str,
    /// Why it has no call.
    reason: &'a str,
    /// The number by which its call is looked for.
    caller: Option<&'a str>,
    /// The `call_log_id` as it was sent: an unknown one, or what a switch calls its call.
    call_log_id: Option<&'a str>,
    #[schema(value_type = String, format = DateTime)]
    received_at: Timestamp,
    /// The last start of a call that it waits for; null if its webhook was deleted.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// The call that has it by now.
    #[schema(value_type = Option<uuid::Uuid>)]
    applied_to: Option<CallId>,
    /// Since when an update no longer waits.
    #[schema(value_type = Option<String>, format = DateTime)]
    settled_at: Option<Timestamp>,
    /// Who attached or dismissed an update.
    settled_by: Option<&'a str>,
    /// Of an update: the values that it sets.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ChangesDocument>)]
    changes: Option<&'a RawValue>,
    /// Of an update: what its call could not take, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<SkippedDocument>>)]
    skipped_fields: Option<&'a RawValue>,
}

pub fn unmatched<'a>(org: &Org, state: HeldState, row: &'a UnmatchedRow) -> UnmatchedView<'a> {
    let shown = UnmatchedView {
        request_id: row.request,
        kind: WebhookKind::CallData,
        webhook_id: row.webhook,
        state: state.as_str(),
        reason: "",
        caller: row.caller.as_deref(),
        call_log_id: None,
        received_at: row.received_at,
        expires_at: None,
        applied_to: row.call,
        settled_at: None,
        settled_by: None,
        changes: None,
        skipped_fields: None,
    };
    match &row.what {
        UnmatchedWhat::Update {
            kind,
            sent_id,
            changes,
            reason,
            expires_at,
            settled_at,
            settled_by,
            skipped,
        } => UnmatchedView {
            kind: *kind,
            reason,
            call_log_id: sent_id.as_deref(),
            expires_at: Some(*expires_at),
            settled_at: *settled_at,
            settled_by: settled_by.as_deref(),
            changes: Some(serde_json::from_str(changes).unwrap_or(RawValue::NULL)),
            skipped_fields: Some(serde_json::from_str(skipped).unwrap_or(RawValue::NULL)),
            ..shown
        },
        UnmatchedWhat::CallData { superseded } => {
            let webhook = org.webhooks.get(&row.webhook);
            let lookback = webhook.map(|webhook| webhook.settings.lookback_seconds);
            UnmatchedView {
                reason: call_data_reason(org, state, row.webhook, *superseded),
                expires_at: lookback.map(|seconds| row.received_at.plus_seconds(seconds)),
                ..shown
            }
        }
    }
}

/// Why no call has used it, as far as its own row can tell.
fn call_data_reason(org: &Org, state: HeldState, webhook: WebhookId, superseded: bool) -> &'static str {
    let Some(settings) = org.webhooks.get(&webhook).map(|webhook| &webhook.settings) else {
        return "its webhook was deleted";
    };
    if superseded && settings.match_policy == MatchPolicy::Newest {
        "a newer request of this caller to the same webhook took its place"
    } else if state == HeldState::Expired {
        "no call of this caller started within the webhook's lookback"
    } else if settings.campaigns.is_some() {
        "no call of this caller has started since in a campaign that the webhook serves"
    } else {
        "no call of this caller has started since"
    }
}
