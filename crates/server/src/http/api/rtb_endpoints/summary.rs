//! `GET /v1/rtb-endpoints/{id}/summary`: how many bids came to what, and why.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::Response;
use hookline_domain::money::Money;
use hookline_domain::time::Timestamp;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::{endpoint_id, not_found};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{done, to_json, unstored};
use crate::http::api::read::{self, PathId};
use crate::http::openapi::{NotFound, Refusals};
use crate::problem::Problem;
use crate::storage::{bids, rtb_endpoints};

const SPAN_SECONDS_DEFAULT: i64 = 86_400;
const SPAN_SECONDS_MAX: i64 = 31 * 86_400;

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the query, which is read by hand")]
pub struct SummaryQuery {
    /// A day ago, if it is left out.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<String>,
    /// Now, if it is left out; at most 31 days after `from`.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = BidSummary)]
pub struct Summary {
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    to: Timestamp,
    /// By state and reason, the most frequent first.
    outcomes: Vec<Outcome>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = BidOutcome)]
pub struct Outcome {
    /// `reserved`, `used`, `expired` or `rejected`.
    state: String,
    /// Why it was rejected.
    reason: Option<String>,
    bids: i64,
    /// What was offered in all, in US dollars.
    #[schema(value_type = f64)]
    payout: Money,
}

#[utoipa::path(
    get,
    path = "/v1/rtb-endpoints/{id}/summary",
    tag = "Routing",
    operation_id = "summarize_rtb_bids",
    summary = "How many bids came to what, and why",
    params(("id" = String, Path, description = "The endpoint's id"), SummaryQuery),
    responses((status = 200, description = "Bids by state and reason", body = Summary), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn summary(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    PathId(id): PathId,
    RawQuery(query): RawQuery,
) -> Response<Body> {
    let summed = try_summary(&app, &caller, &id, query.as_deref()).await;
    done(&app, summed.map(|summary| answer::json(200, to_json(&summary))))
}

async fn try_summary(
    app: &App,
    caller: &ApiCaller,
    id: &str,
    query: Option<&str>,
) -> Result<Summary, Problem> {
    let endpoint = endpoint_id(id)?;
    let given = read::query(query, &["from", "to"])?;
    let time = |name| read::parameter(&given, name, "an RFC 3339 time");
    let to: Timestamp = time("to")?.unwrap_or_else(|| app.clock.now());
    let from: Timestamp = time("from")?.unwrap_or_else(|| to.plus_seconds(-SPAN_SECONDS_DEFAULT));
    if from > to || to > from.plus_seconds(SPAN_SECONDS_MAX) {
        return Err(Problem::bad_request(
            "invalid_parameter",
            "`from` must be before `to`, and at most 31 days.",
        ));
    }
    let org = caller.org.id;
    let found = rtb_endpoints::find(&app.db, org, endpoint).await;
    found.map_err(|error| unstored(&error))?.ok_or_else(|| not_found(id))?;
    let rows = bids::summary(&app.db, org, endpoint, from, to).await.map_err(|error| unstored(&error))?;
    let outcomes = rows.into_iter().map(|row| Outcome {
        state: row.state,
        reason: row.reason,
        bids: row.bids,
        payout: Money::from_micros(row.payout).unwrap_or_default(),
    });
    Ok(Summary { from, to, outcomes: outcomes.collect() })
}
