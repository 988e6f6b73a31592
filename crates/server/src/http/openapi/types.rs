//! Shapes that several operations share, and those of types that the domain keeps to itself.
#![expect(dead_code, reason = "these describe; most are never made")]

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::openapi::{Content, RefOr, Response, ResponseBuilder};
use utoipa::{IntoParams, IntoResponses, ToSchema};
use uuid::Uuid;

use super::EffectDocument;

/// Every error.
#[derive(ToSchema)]
#[schema(as = Error, example = json!({"success": false, "error": "Not found", "code": "call_not_found", "message": "Call log not found: no call has the id 0193…. Check the id, or whether the call lies within the webhook's lookback.", "request_id": "01977420-dc00-7000-8000-000000000000"}))]
pub struct ErrorDocument {
    success: bool,
    /// The status in words.
    error: String,
    /// For programs; it does not change. docs/webhooks.md lists them.
    code: String,
    /// What is wrong and what to do.
    message: String,
    request_id: Uuid,
}

macro_rules! errors {
    ($(#[$meta:meta])* $name:ident: $($status:literal $text:literal),+) => {
        $(#[$meta])*
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                [$(($status, $text)),+].into_iter().map(|(status, text)| (status.to_owned(), RefOr::T(error(text)))).collect()
            }
        }
    };
}

errors!(
    /// What any operation of the API may answer.
    Refusals:
    "400" "A field or parameter is wrong; `message` names it. Nothing was changed.",
    "401" "The API key or sign-in is missing, unknown or ended.",
    "403" "`role_too_low`: the role is too low for it, `role_needed` says which it takes; `not_a_member` of the organization that was asked for; `cross_origin`: another site's page asks.",
    "408" "The body took over 15 seconds; nothing was changed.",
    "413" "The body is over 256 KiB, or over 1,088 KiB where a target, a plan or a flow is sent.",
    "429" "This address sent too many requests without a valid key; see `Retry-After`.",
    "503" "The database does not answer. Send the same request again in a few seconds."
);
errors!(
    /// What may be answered to whoever wants in.
    EnterRefusals:
    "400" "A field is wrong; `message` names it.",
    "403" "`cross_origin`: another site's page asks.",
    "408" "The body took over 15 seconds; nothing was changed.",
    "413" "The body is over 256 KiB.",
    "429" "There were too many attempts; see `Retry-After`.",
    "503" "The database does not answer. Send the same request again in a few seconds."
);
errors!(NotFound: "404" "The organization has nothing of this id.");
errors!(Conflict: "409" "It stands in the way of something else; `code` and `message` say of what.");
errors!(
    /// What any inbound webhook may answer.
    WebhookRefusals:
    "400" "A field is wrong or missing; `message` names it. Nothing was changed.",
    "401" "The key is missing, unknown, ended, disabled or of another type.",
    "403" "The page's origin is not allowed, a browser fetched ahead, or the call is another organization's.",
    "404" "Call log not found.",
    "408" "The body took too long: over 15 seconds, unless set otherwise.",
    "409" "The transaction_id is in progress or belongs to another request, or the number has too many calls.",
    "413" "The body is over 256 KiB.",
    "415" "Neither JSON nor a form.",
    "429" "The rate limit is reached; `Retry-After` says for how many seconds.",
    "500" "An error of the server's own; nothing was changed.",
    "503" "The database does not answer, or too much is waiting. Repeat it with its transaction_id."
);

fn error(text: &str) -> Response {
    let reference = utoipa::openapi::Ref::from_schema_name(ErrorDocument::name());
    ResponseBuilder::new()
        .description(text)
        .content("application/json", Content::new(Some(RefOr::<utoipa::openapi::Schema>::Ref(reference))))
        .build()
}

/// What was removed.
#[derive(Serialize, ToSchema)]
pub struct Deleted {
    success: bool,
    id: Uuid,
}

impl Deleted {
    pub fn of(id: Uuid) -> Self {
        Self { success: true, id }
    }
}

/// What someone may do; each includes the ones before it.
#[derive(ToSchema)]
#[schema(as = Role, rename_all = "snake_case")]
pub enum RoleDocument {
    ReadOnly,
    Analyst,
    Manager,
    Owner,
}

#[derive(ToSchema)]
#[schema(as = NewOrganization)]
pub struct NewOrganizationDocument {
    id: Uuid,
    name: String,
    default_country: String,
    role: RoleDocument,
}

/// Which entries of the audit log.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// 1 to 200; 50 if it is left out.
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<Uuid>,
    /// Of what kind: `webhook`, `user`, `flow` and so on.
    noun: Option<String>,
    /// Of what: its id.
    id: Option<Uuid>,
    /// Of whom: `user:ID`, `api_key:ID`, `cli`, or `server` for what the server did by itself.
    actor: Option<String>,
}

/// A tag's type.
#[derive(ToSchema)]
#[schema(as = TagKind)]
pub struct TagKindDocument {
    r#type: TagTypeDocument,
    /// Only of `one_of`: what a value may be, in any case.
    values: Option<Vec<String>>,
}

#[derive(ToSchema)]
#[schema(as = TagType, rename_all = "snake_case")]
pub enum TagTypeDocument {
    Text,
    Number,
    Boolean,
    Date,
    OneOf,
}

/// Where a tag's value came from; later wins.
#[derive(ToSchema)]
#[schema(as = TagSource, rename_all = "snake_case")]
pub enum TagSourceDocument {
    Default,
    Number,
    Campaign,
    Publisher,
    Url,
    Header,
    Rtb,
    CallData,
    Flow,
    UpdateTags,
}

#[derive(ToSchema)]
#[schema(as = CallStatus, rename_all = "snake_case")]
pub enum CallStatusDocument {
    Ringing,
    InProgress,
    Completed,
    Failed,
}

#[derive(ToSchema)]
#[schema(as = NoPayoutReason)]
pub enum NoPayoutReasonDocument {
    #[schema(rename = "Campaign preconversion")]
    CampaignPreconversion,
    #[schema(rename = "Condition not met")]
    ConditionNotMet,
    #[schema(rename = "Caps exceeded")]
    CapsExceeded,
}

/// What a timeline's entry changed.
#[derive(ToSchema)]
#[schema(as = Change)]
pub struct ChangeDocument {
    /// A field, or `tag:` and a tag's name.
    field: String,
    from: Option<String>,
    to: Option<String>,
}

#[derive(ToSchema)]
#[schema(as = WebhookType, rename_all = "snake_case")]
pub enum WebhookTypeDocument {
    CallData,
    UpdateRevenue,
    UpdateTags,
    UpdateFields,
}

/// At least one of the fields. What is not named stays as it is.
#[derive(ToSchema)]
#[schema(as = CallEdit, example = json!({"revenue_paid_out": 150.00, "reason": "sold", "add": {"lead_quality": "high"}, "remove": ["pending_review"]}))]
pub struct CallEdit {
    /// `false` clears `converted_at`.
    converted: Option<bool>,
    #[schema(format = DateTime)]
    converted_at: Option<String>,
    revenue_paid_out: Option<f64>,
    /// When the call has ended.
    publisher_paid_out: Option<f64>,
    reason: Option<String>,
    /// When the call has ended.
    no_payout_reason: Option<NoPayoutReasonDocument>,
    /// Tags by name.
    #[schema(value_type = Option<Object>)]
    add: Option<serde_json::Value>,
    /// Names of tags.
    remove: Option<Vec<String>>,
}

/// A webhook's settings; what is not named keeps its value or default.
#[derive(ToSchema)]
#[schema(as = WebhookSettings)]
pub struct WebhookSettingsDocument {
    /// `call_data`: 60 to 34,560,000, 15 days by default. Updates: 1 to 7 days, 7 by default.
    lookback_seconds: Option<i64>,
    rate_limit: Option<RateLimitDocument>,
    /// `replay` or `strict`: what a transaction_id gets that comes again with another payload.
    idempotency: Option<String>,
    /// `call_data` only: `newest` or `merge`.
    r#match: Option<String>,
    /// `call_data` only: a request is used for one call.
    consume: Option<bool>,
    /// `call_data` only: the campaigns whose calls it applies to; null means all.
    campaigns: Option<Vec<Uuid>>,
    /// Updates only: `all`, `latest` or `only`.
    phone_match: Option<String>,
    /// Updates only: `404`, or `hold`, which keeps an update whose call is not there and applies it when
    /// the call appears.
    on_unmatched: Option<String>,
    /// Origins whose pages may send; null means any.
    allowed_origins: Option<Vec<String>>,
}

#[derive(ToSchema)]
#[schema(as = RateLimit)]
pub struct RateLimitDocument {
    #[schema(example = 100)]
    count: u32,
    /// `minute`, `hour` or `day`.
    #[schema(example = "minute")]
    per: String,
}

#[derive(ToSchema)]
#[schema(as = Webhook)]
pub struct WebhookDocument {
    id: Uuid,
    r#type: WebhookTypeDocument,
    name: String,
    enabled: bool,
    settings: WebhookSettingsDocument,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    /// Only in the answer that makes it.
    key: Option<String>,
}

#[derive(ToSchema)]
#[schema(as = Webhooks)]
pub struct WebhooksDocument {
    webhooks: Vec<WebhookDocument>,
}

#[derive(ToSchema)]
#[schema(as = NewWebhook)]
pub struct NewWebhookDocument {
    r#type: WebhookTypeDocument,
    name: String,
    settings: Option<WebhookSettingsDocument>,
}

#[derive(ToSchema)]
#[schema(as = WebhookPatch)]
pub struct WebhookPatchDocument {
    name: Option<String>,
    enabled: Option<bool>,
    settings: Option<WebhookSettingsDocument>,
}

#[derive(ToSchema)]
#[schema(as = RotatedKey)]
pub struct RotatedDocument {
    id: Uuid,
    key: String,
    #[schema(format = DateTime)]
    old_keys_until: String,
}

#[derive(ToSchema)]
#[schema(as = RequestLine)]
pub struct RequestLineDocument {
    id: Uuid,
    webhook_id: Uuid,
    #[schema(format = DateTime)]
    received_at: String,
    method: String,
    address: String,
    status: i64,
    code: Option<String>,
    caller: Option<String>,
    transaction_id: Option<String>,
    /// The request whose stored answer this one got.
    replay_of: Option<Uuid>,
    /// It came with another payload than that request.
    mismatch: bool,
}

#[derive(ToSchema)]
#[schema(as = RequestPage)]
pub struct RequestsDocument {
    requests: Vec<RequestLineDocument>,
    next_cursor: Option<Uuid>,
}

#[derive(ToSchema)]
#[schema(as = LoggedRequest)]
pub struct RequestDocument {
    id: Uuid,
    webhook_id: Uuid,
    #[schema(format = DateTime)]
    received_at: String,
    method: String,
    address: String,
    /// Without the key.
    query: String,
    /// Pairs of name and value; secrets are hidden.
    headers: Vec<Vec<String>>,
    body: String,
    status: i64,
    response: String,
    replay_of: Option<Uuid>,
    mismatch: bool,
    effect: EffectDocument,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CallQuery {
    /// 1 to 200; 50 if it is left out.
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<Uuid>,
    /// `ringing`, `in_progress`, `completed` or `failed`.
    status: Option<String>,
    caller: Option<String>,
    campaign_id: Option<Uuid>,
    publisher_id: Option<Uuid>,
    /// The target's name.
    target: Option<String>,
    converted: Option<bool>,
    /// `tag.NAME=VALUE`, for as many tags as you like: calls that have them all. Calls are looked through for it, so
    /// a page may have fewer than `limit` and still a `next_cursor`.
    #[param(rename = "tag.{name}")]
    tag: Option<String>,
    /// Calls that started at this time or later.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<String>,
    /// Calls that started before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RequestQuery {
    /// 1 to 200; 50 if it is left out.
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<Uuid>,
    webhook_id: Option<Uuid>,
    /// An HTTP status, or `2xx`, `4xx`, `5xx`.
    status: Option<String>,
    caller: Option<String>,
    /// Requests that touched this call.
    call_log_id: Option<Uuid>,
    transaction_id: Option<String>,
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<String>,
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<String>,
}
