//! `GET /v1/deliveries`: deliveries, newest first, by page.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::Response;
use hookline_domain::ids::DeliveryId;
use hookline_domain::outgoing::Event;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::DeliveryView;
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{done, to_json, unstored};
use crate::http::api::read;
use crate::http::openapi::{DeliveryStateDocument, EventDocument, Refusals};
use crate::problem::Problem;
use crate::storage::deliveries::{self, DeliveryFilter};

const PAGE_DEFAULT: u32 = 50;
const PAGE_MAX: u32 = 200;
const STATES: [&str; 5] = ["waiting", "pending", "delivered", "failed", "dropped"];
const PARAMETERS: [&str; 8] =
    ["limit", "after", "outgoing_webhook_id", "call_log_id", "event", "state", "from", "to"];

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the query, which is read by hand")]
pub struct DeliveryQuery {
    /// 1 to 200; 50 if it is left out.
    limit: Option<u32>,
    /// The `next` of the page before.
    after: Option<Uuid>,
    outgoing_webhook_id: Option<Uuid>,
    call_log_id: Option<Uuid>,
    #[param(value_type = Option<EventDocument>)]
    event: Option<String>,
    #[param(value_type = Option<DeliveryStateDocument>)]
    state: Option<String>,
    /// RFC 3339: made then or later.
    #[param(format = DateTime)]
    from: Option<String>,
    /// RFC 3339: made before.
    #[param(format = DateTime)]
    to: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Deliveries)]
pub struct Page {
    deliveries: Vec<DeliveryView>,
    /// For `after`; null if there are no more.
    next: Option<Uuid>,
}

#[utoipa::path(
    get,
    path = "/v1/deliveries",
    tag = "Outgoing webhooks",
    operation_id = "list_deliveries",
    summary = "What was told to other systems, newest first",
    params(DeliveryQuery),
    responses((status = 200, description = "A page", body = Page), Refusals),
    security(("api_key" = []))
)]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    RawQuery(query): RawQuery,
) -> Response<Body> {
    let page = try_list(&app, &caller, query.as_deref()).await;
    done(&app, page.map(|page| answer::json(200, to_json(&page))))
}

async fn try_list(app: &App, caller: &ApiCaller, query: Option<&str>) -> Result<Page, Problem> {
    let given = read::query(query, &PARAMETERS)?;
    let limit = read::parameter(&given, "limit", "a number from 1 to 200")?.unwrap_or(PAGE_DEFAULT);
    if !(1..=PAGE_MAX).contains(&limit) {
        return Err(Problem::bad_request("invalid_parameter", "`limit` must be a number from 1 to 200."));
    }
    let state = given.get("state").cloned();
    if state.as_deref().is_some_and(|state| !STATES.contains(&state)) {
        let message = format!("`state` must be one of {}.", STATES.join(", "));
        return Err(Problem::bad_request("invalid_parameter", message));
    }
    let event: Option<Event> = read::parameter(&given, "event", "an event such as call.completed")?;
    let filter = DeliveryFilter {
        before: read::parameter::<DeliveryId>(&given, "after", "the next of a page")?,
        webhook: read::parameter(&given, "outgoing_webhook_id", "an id")?,
        call: read::parameter(&given, "call_log_id", "the id of a call")?,
        event: event.map(|event| event.name().to_owned()),
        state,
        from: read::parameter(&given, "from", "an RFC 3339 time")?,
        to: read::parameter(&given, "to", "an RFC 3339 time")?,
    };
    let page = deliveries::page(&app.db, caller.org.id, &filter, limit + 1).await;
    let mut rows = page.map_err(|error| unstored(&error))?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = if more { rows.last().map(|row| row.id) } else { None };
    Ok(Page { deliveries: rows.into_iter().map(DeliveryView::from).collect(), next })
}
