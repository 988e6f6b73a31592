//! Shapes of bids, and the operations of the endpoint that takes them: one handler reads all forms.
#![expect(dead_code, reason = "these describe; none is made or called")]

use std::collections::BTreeMap;

use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::types::WebhookRefusals;

/// Whose call it is. Names in any case; every further parameter becomes a tag of the call.
#[derive(ToSchema)]
#[schema(as = Bid, example = json!({"caller_id": "+13105559876", "zip_code": "90210", "sub_id": "a1"}))]
struct BidDocument {
    /// Or `callerid`, `cid`.
    caller_id: String,
    /// Or `zip`, `caller_zip`.
    zip_code: Option<String>,
    #[schema(additional_properties)]
    #[serde(flatten)]
    parameters: BTreeMap<String, String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct BidParameters {
    /// Or `callerid`, `cid`; names in any case. Any further parameter becomes a tag of the call.
    caller_id: String,
    /// Or `zip`, `caller_zip`.
    zip_code: Option<String>,
}

/// A route that would take the call now.
#[derive(ToSchema)]
#[schema(as = OfferedRoute)]
pub struct OfferedRouteDocument {
    /// Where the call is to be sent.
    number: String,
    /// USD, if the call meets the condition.
    payout: f64,
    /// Seconds for which a place at the first route is held.
    duration: u32,
    /// `connected`: the call has to be connected for `payout_condition_duration` seconds. Null: nothing is paid.
    payout_condition: Option<String>,
    payout_condition_duration: Option<u32>,
}

#[derive(ToSchema)]
#[schema(as = BidAnswer)]
pub struct BidAnswerDocument {
    /// Whether a place is held.
    success: bool,
    request_id: Uuid,
    /// The endpoint's id.
    inbound_rtb_id: Uuid,
    allocation_time_seconds: u32,
    /// The best paid first, at most 20. A place is held at the first.
    eligible_routes: Vec<OfferedRouteDocument>,
    /// All, also those that are not shown.
    total_routes: u32,
    /// Places that are held: 1 or 0.
    allocated_count: u32,
    #[schema(format = DateTime)]
    timestamp: String,
    /// Only without a route: why, for programs.
    reason: Option<String>,
    /// The same for people.
    message: Option<String>,
}

/// A bid as the log has it.
#[derive(ToSchema)]
#[schema(as = LoggedBid)]
pub struct LoggedBidDocument {
    id: Uuid,
    #[schema(format = DateTime)]
    at: String,
    caller: Option<String>,
    state: BidStateDocument,
    /// Why it was rejected.
    reason: Option<String>,
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    payout: Option<f64>,
    target_id: Option<Uuid>,
    /// The call that used it.
    call_log_id: Option<Uuid>,
    parameters: BTreeMap<String, String>,
    answer: BidAnswerDocument,
}

/// A place is held for the call, the call has it, the call did not come in time, or there was no route.
#[derive(ToSchema)]
#[schema(as = BidState, rename_all = "snake_case")]
pub enum BidStateDocument {
    Reserved,
    Used,
    Expired,
    Rejected,
}

#[derive(ToSchema)]
#[schema(as = BidPage)]
pub struct BidsDocument {
    bids: Vec<LoggedBidDocument>,
    next_cursor: Option<Uuid>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BidQuery {
    /// 1 to 200; 50 if it is left out.
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<Uuid>,
    /// `reserved`, `used`, `expired` or `rejected`.
    state: Option<String>,
}

#[utoipa::path(
    post,
    path = "/inbound_rtb/{endpoint_id}",
    tag = "Routing",
    summary = "What a call would bring; a place is held for it",
    description = "Without a key: the endpoint's id is the secret. No route is a 200 too, with `success: false`.",
    params(("endpoint_id" = String, Path, description = "The endpoint's id")),
    request_body(content((BidDocument = "application/json"), (BidDocument = "application/x-www-form-urlencoded"))),
    responses((status = 200, description = "The routes, or why there is none", body = BidAnswerDocument), WebhookRefusals),
    security(())
)]
pub fn inbound_rtb() {}

#[utoipa::path(
    get,
    path = "/inbound_rtb/{endpoint_id}",
    operation_id = "inbound_rtb_by_get",
    tag = "Routing",
    summary = "What a call would bring; a place is held for it",
    description = "The same by query.",
    params(("endpoint_id" = String, Path, description = "The endpoint's id"), BidParameters),
    responses((status = 200, description = "The routes, or why there is none", body = BidAnswerDocument), WebhookRefusals),
    security(())
)]
pub fn inbound_rtb_by_get() {}
