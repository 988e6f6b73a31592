//! The inbound webhooks as they are described. One handler reads all forms of each, so the operations
//! stand here and not there.
#![expect(dead_code, reason = "these describe; none is made or called")]

use std::collections::BTreeMap;

use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::types::{NoPayoutReasonDocument, WebhookRefusals};
use super::unmatched::SkippedDocument;

/// What is known of a caller. Any further field is kept; nested objects become `outer_inner`.
#[derive(ToSchema)]
#[schema(as = CallData, example = json!({"caller_id": "+13105559876", "lead_source": "google_ads", "ad_campaign": "medicare_q1", "landing_page": "medicare-info"}))]
struct CallDataDocument {
    /// Or `from`.
    caller_id: String,
    /// At most 255 characters; the header `Idempotency-Key` means the same.
    transaction_id: Option<String>,
    #[schema(additional_properties)]
    #[serde(flatten)]
    fields: BTreeMap<String, serde_json::Value>,
}

/// An id, or 1 to 50 of them.
#[derive(ToSchema)]
#[schema(as = CallIds)]
#[serde(untagged)]
enum CallIdsDocument {
    One(String),
    Batch(Vec<String>),
}

#[derive(ToSchema)]
#[schema(as = UpdateRevenue, example = json!({"call_log_id": "01977420-dc00-7000-8000-000000000000", "revenue_paid_out": 150.00, "transaction_id": "order-17"}))]
struct UpdateRevenueDocument {
    /// Or `call_id`, `callLogId`.
    call_log_id: Option<CallIdsDocument>,
    /// Or `phone`, `caller_id`, `from`, `phoneNumber`: every call of this caller within the lookback.
    phone_number: Option<String>,
    /// Or `revenue`, `amount`. US dollars, 0 or more, at most six decimals; a numeric text is taken too.
    revenue_paid_out: f64,
    transaction_id: Option<String>,
}

#[derive(ToSchema)]
#[schema(as = UpdateTags, example = json!({"call_log_id": "01977420-dc00-7000-8000-000000000000", "add": {"lead_quality": "high"}, "remove": ["pending_review"]}))]
struct UpdateTagsDocument {
    call_log_id: Option<CallIdsDocument>,
    phone_number: Option<String>,
    /// An object of name and value, or a list of objects with one name each.
    add: Option<serde_json::Value>,
    /// A list of names, or one. Removed before anything is added.
    remove: Option<serde_json::Value>,
    transaction_id: Option<String>,
}

/// At least one of the fields, at the top level or inside `fields`.
#[derive(ToSchema)]
#[schema(as = UpdateFields, example = json!({"call_log_id": "01977420-dc00-7000-8000-000000000000", "fields": {"converted": true, "reason": "sold"}, "tags": {"add": {"plan": "gold"}}}))]
struct UpdateFieldsDocument {
    call_log_id: Option<CallIdsDocument>,
    phone_number: Option<String>,
    /// `false` clears `converted_at`.
    converted: Option<bool>,
    /// Or `call_converted_at`. RFC 3339 or null.
    converted_at: Option<String>,
    revenue_paid_out: Option<f64>,
    /// Completed calls only.
    publisher_paid_out: Option<f64>,
    /// Or `disposition`.
    reason: Option<String>,
    /// Completed calls only.
    no_payout_reason: Option<NoPayoutReasonDocument>,
    add: Option<serde_json::Value>,
    remove: Option<serde_json::Value>,
    fields: Option<serde_json::Value>,
    tags: Option<serde_json::Value>,
    transaction_id: Option<String>,
}

#[derive(ToSchema)]
#[schema(as = CallDataAnswer)]
struct CallDataAnswer {
    success: bool,
    request_id: Uuid,
}

/// The values that were applied stand beside these, as the type has them.
#[derive(ToSchema)]
#[schema(as = UpdateAnswer, example = json!({"success": true, "call_log_ids": ["01977420-dc00-7000-8000-000000000000"], "revenue_paid_out": 150.00}))]
struct UpdateAnswer {
    success: bool,
    call_log_ids: Vec<Uuid>,
    /// `true` when the call is not there and the update waits for it; never, unless the webhook holds updates.
    held: Option<bool>,
    /// With `held`: what the inbox of unmatched requests knows it by.
    request_id: Option<Uuid>,
    /// Only when some were live.
    active_call_log_ids: Option<Vec<Uuid>>,
    /// Of a batch, always: ids that name no call of this organization.
    failed_call_log_ids: Option<Vec<String>>,
    failures: Option<Vec<FailureDocument>>,
    /// Fields that could not be applied, and why.
    skipped_fields: Option<Vec<SkippedDocument>>,
    ignored_fields: Option<Vec<String>>,
    revenue_paid_out: Option<f64>,
    added: Option<Vec<BTreeMap<String, String>>>,
    removed: Option<Vec<String>>,
}

#[derive(ToSchema)]
#[schema(as = Failure)]
struct FailureDocument {
    call_log_id: String,
    code: String,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
struct RepeatHeader {
    /// The same as `transaction_id`: a repeat gets the first answer, byte for byte, and does nothing.
    #[param(rename = "Idempotency-Key")]
    idempotency_key: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct CallDataQuery {
    /// Or `from`. Any further parameter is kept.
    caller_id: String,
    transaction_id: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct WhichCall {
    /// Or `call_id`, `callLogId`. One id; a batch needs POST.
    call_log_id: Option<String>,
    /// Or `phone`, `caller_id`, `from`, `phoneNumber`.
    phone_number: Option<String>,
    transaction_id: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct RevenueQuery {
    /// Or `revenue`, `amount`: US dollars, such as `150.00`.
    revenue_paid_out: String,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct TagsQuery {
    /// Names, with commas between. Tags to add are `add[name]=value` or `add.name=value`.
    remove: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct FieldsQuery {
    converted: Option<bool>,
    converted_at: Option<String>,
    revenue_paid_out: Option<String>,
    publisher_paid_out: Option<String>,
    reason: Option<String>,
    no_payout_reason: Option<String>,
}

macro_rules! operations {
    ($post:ident, $get:ident, $path:literal, $get_id:literal, $summary:literal, $body:ty, $answer:ty, ($($query:ty),+)) => {
        #[utoipa::path(
            post,
            path = $path,
            tag = "Inbound webhooks",
            summary = $summary,
            params(RepeatHeader),
            request_body(content(($body = "application/json"), ($body = "application/x-www-form-urlencoded"))),
            responses(
                (status = 200, description = "Done, and on disk", body = $answer, headers(
                    ("RateLimit" = String, description = "Places left, and seconds until one more is free"),
                    ("RateLimit-Policy" = String, description = "The webhook's limit"),
                    ("Idempotent-Replayed" = Option<String>, description = "`true`: the stored answer of an earlier request"),
                    ("Idempotent-Mismatch" = Option<String>, description = "`true`: that request had another payload")
                )),
                WebhookRefusals
            ),
            security(("webhook_key" = []))
        )]
        pub fn $post() {}

        #[utoipa::path(
            get,
            path = $path,
            operation_id = $get_id,
            tag = "Inbound webhooks",
            summary = $summary,
            description = "The same by query, for pixels and links.",
            params($($query),+, RepeatHeader),
            responses((status = 200, description = "Done, and on disk", body = $answer), WebhookRefusals),
            security(("webhook_key" = []))
        )]
        pub fn $get() {}
    };
}

operations!(
    call_data,
    call_data_by_get,
    "/call-data",
    "call_data_by_get",
    "What is known of a caller, before or during a call",
    CallDataDocument,
    CallDataAnswer,
    (CallDataQuery)
);
operations!(
    update_revenue,
    update_revenue_by_get,
    "/update-revenue",
    "update_revenue_by_get",
    "The revenue of a call, which converts it",
    UpdateRevenueDocument,
    UpdateAnswer,
    (WhichCall, RevenueQuery)
);
operations!(
    update_tags,
    update_tags_by_get,
    "/update-tags",
    "update_tags_by_get",
    "Tags to add to or remove from a call",
    UpdateTagsDocument,
    UpdateAnswer,
    (WhichCall, TagsQuery)
);
operations!(
    update_fields,
    update_fields_by_get,
    "/update-fields",
    "update_fields_by_get",
    "Any mix of a call's fields",
    UpdateFieldsDocument,
    UpdateAnswer,
    (WhichCall, FieldsQuery)
);
