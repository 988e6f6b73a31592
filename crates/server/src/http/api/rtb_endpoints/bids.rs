//! `GET /v1/rtb-endpoints/{id}/bids`: what was asked of an endpoint, newest first, by page.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::Response;
use hookline_domain::ids::{CallId, RequestId, RtbEndpointId, TargetId};
use hookline_domain::money::Money;
use hookline_domain::time::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{endpoint_id, not_found};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{done, to_json, unstored};
use crate::http::api::definition;
use crate::http::api::read::{self, PathId};
use crate::http::openapi::{BidQuery, BidsDocument, NotFound, Refusals};
use crate::problem::Problem;
use crate::storage::bids::{self, BidLine};
use crate::storage::rtb_endpoints;

const PAGE_DEFAULT: u32 = 50;
const PAGE_MAX: u32 = 200;
const PARAMETERS: [&str; 3] = ["limit", "cursor", "state"];

#[derive(Serialize)]
struct Page {
    bids: Vec<View>,
    next_cursor: Option<RequestId>,
}

#[derive(Serialize)]
struct View {
    id: RequestId,
    at: Timestamp,
    caller: Option<String>,
    state: String,
    reason: Option<String>,
    expires_at: Option<Timestamp>,
    payout: Option<Money>,
    target_id: Option<TargetId>,
    call_log_id: Option<CallId>,
    parameters: Option<Box<RawValue>>,
    answer: Option<Box<RawValue>>,
}

#[utoipa::path(
    get,
    path = "/v1/rtb-endpoints/{id}/bids",
    tag = "Routing",
    operation_id = "list_rtb_bids",
    summary = "What was asked of an endpoint, newest first",
    params(("id" = String, Path, description = "The endpoint's id"), BidQuery),
    responses((status = 200, description = "A page", body = BidsDocument), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn bids(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    PathId(id): PathId,
    RawQuery(query): RawQuery,
) -> Response<Body> {
    let listed = try_bids(&app, &caller, &id, query.as_deref()).await;
    done(&app, listed.map(|page| answer::json(200, to_json(&page))))
}

async fn try_bids(app: &App, caller: &ApiCaller, id: &str, query: Option<&str>) -> Result<Page, Problem> {
    let endpoint = endpoint_id(id)?;
    let given = read::query(query, &PARAMETERS)?;
    let limit = read::parameter(&given, "limit", "a number from 1 to 200")?.unwrap_or(PAGE_DEFAULT);
    if !(1..=PAGE_MAX).contains(&limit) {
        return Err(Problem::bad_request("invalid_parameter", "`limit` must be a number from 1 to 200."));
    }
    let before = read::parameter(&given, "cursor", "the next_cursor of a page")?;
    let state = read::parameter(&given, "state", "reserved, used, expired or rejected")?;
    let mut lines = page(app, caller, endpoint, before, state, limit + 1).await?;
    if lines.is_empty() {
        let found = rtb_endpoints::find(&app.db, caller.org.id, endpoint).await;
        found.map_err(|error| unstored(&error))?.ok_or_else(|| not_found(id))?;
    }
    let more = lines.len() > limit as usize;
    lines.truncate(limit as usize);
    let next_cursor = if more { lines.last().map(|line| line.id) } else { None };
    Ok(Page { bids: lines, next_cursor })
}

async fn page(
    app: &App,
    caller: &ApiCaller,
    endpoint: RtbEndpointId,
    before: Option<RequestId>,
    state: Option<bids::BidState>,
    limit: u32,
) -> Result<Vec<View>, Problem> {
    let lines = bids::page(&app.db, caller.org.id, endpoint, before, state, limit).await;
    Ok(lines.map_err(|error| unstored(&error))?.into_iter().map(view).collect())
}

fn view(line: BidLine) -> View {
    View {
        id: RequestId(line.id),
        at: Timestamp(line.at),
        caller: line.caller,
        state: line.state,
        reason: line.reason,
        expires_at: line.expires_at.map(Timestamp),
        payout: line.payout.and_then(Money::from_micros),
        target_id: line.target_id.map(TargetId),
        call_log_id: line.call_id.map(CallId),
        parameters: definition::raw(Some(&line.parameters)),
        answer: definition::raw(Some(&line.answer)),
    }
}
