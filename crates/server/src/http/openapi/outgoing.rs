//! Shapes of outgoing webhooks.
#![expect(dead_code, reason = "these describe; most are never made")]

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What happens to a call. A mark of seconds: the call has been connected for so long.
#[derive(ToSchema)]
#[schema(as = CallEventName)]
pub enum EventDocument {
    #[schema(rename = "call.incoming")]
    Incoming,
    #[schema(rename = "call.connected")]
    Connected,
    #[schema(rename = "call.hangup")]
    Hangup,
    #[schema(rename = "call.failure")]
    Failure,
    #[schema(rename = "call.completed")]
    Completed,
    #[schema(rename = "call.converted")]
    Converted,
    #[schema(rename = "call.on_5_secs_mark")]
    On5SecsMark,
    #[schema(rename = "call.on_15_secs_mark")]
    On15SecsMark,
    #[schema(rename = "call.on_30_secs_mark")]
    On30SecsMark,
    #[schema(rename = "call.on_45_secs_mark")]
    On45SecsMark,
    #[schema(rename = "call.on_60_secs_mark")]
    On60SecsMark,
}

#[derive(ToSchema)]
#[schema(as = HttpMethod, rename_all = "UPPERCASE")]
pub enum MethodDocument {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// `waiting` for a mark of seconds; `pending`, to be sent or tried again; `delivered`; `failed` after the last attempt,
/// or if it can't be sent; `dropped` if it is not to be sent any more.
#[derive(ToSchema)]
#[schema(as = DeliveryState, rename_all = "snake_case")]
pub enum DeliveryStateDocument {
    Waiting,
    Pending,
    Delivered,
    Failed,
    Dropped,
}

#[derive(Serialize, ToSchema)]
pub struct OutgoingHeader {
    pub name: String,
    /// With `[TAG]`s; of a secret header the value itself. Null where it is secret and was set before.
    pub value: Option<String>,
    /// Its value can be set and not be read.
    pub secret: bool,
}

#[derive(ToSchema)]
pub struct NewOutgoingHeader {
    name: String,
    /// With `[TAG]`s; of a secret header the value itself. Null: a secret stays as it is.
    value: Option<String>,
    /// false if it is left out.
    secret: Option<bool>,
}

#[derive(ToSchema)]
pub struct OutgoingFormField {
    name: String,
    /// With `[TAG]`s.
    value: String,
}

/// With `[TAG]`s, which are escaped for where they stand.
#[derive(ToSchema)]
#[schema(as = OutgoingBody)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum OutgoingBodyDocument {
    None,
    Json {
        #[schema(example = "{\"call_id\":\"[CALL_ID]\"}")]
        template: String,
    },
    Form {
        fields: Vec<OutgoingFormField>,
    },
    Raw {
        content_type: String,
        template: String,
    },
}

#[derive(ToSchema)]
pub struct NewOutgoingWebhook {
    name: String,
    /// true if it is left out.
    enabled: Option<bool>,
    events: Vec<EventDocument>,
    /// Empty, or left out: calls of every campaign, and of none.
    campaigns: Option<Vec<Uuid>>,
    /// POST if it is left out.
    method: Option<MethodDocument>,
    /// With `[TAG]`s behind the host.
    #[schema(example = "https://crm.example/lead?cid=[CALL_ID]")]
    url: String,
    headers: Option<Vec<NewOutgoingHeader>>,
    /// If it is left out, JSON with the event and what is known of the call; nothing with GET and DELETE.
    body: Option<OutgoingBodyDocument>,
    /// 1 to 20; 8 if it is left out.
    attempts_max: Option<u32>,
    /// 1 to 30; 10 if it is left out.
    timeout_seconds: Option<u32>,
}

/// What is left out stays as it is.
#[derive(ToSchema)]
pub struct OutgoingWebhookPatch {
    name: Option<String>,
    enabled: Option<bool>,
    events: Option<Vec<EventDocument>>,
    campaigns: Option<Vec<Uuid>>,
    method: Option<MethodDocument>,
    url: Option<String>,
    headers: Option<Vec<NewOutgoingHeader>>,
    body: Option<OutgoingBodyDocument>,
    attempts_max: Option<u32>,
    timeout_seconds: Option<u32>,
}
