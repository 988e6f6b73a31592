//! `GET /v1/requests`: requests, newest first, by page.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::Response;
use hookline_domain::ids::RequestId;
use serde::Serialize;

use super::storage_problem;
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::read;
use crate::http::openapi::{Refusals, RequestQuery, RequestsDocument};
use crate::problem::Problem;
use crate::storage::calls;
use crate::storage::requests::{self, RequestFilter, RequestLine};

const PAGE_DEFAULT: u32 = 50;
const PAGE_MAX: u32 = 200;
/// Requests of one call that are looked for.
const TOUCHED_MAX: usize = 1_000;
const PARAMETERS: [&str; 9] =
    ["limit", "cursor", "webhook_id", "status", "caller", "call_log_id", "transaction_id", "from", "to"];

#[derive(Serialize)]
struct Page {
    requests: Vec<RequestLine>,
    next_cursor: Option<RequestId>,
}

#[utoipa::path(
    get,
    path = "/v1/requests",
    tag = "Webhooks and the request log",
    operation_id = "list_requests",
    summary = "The request log, newest first",
    params(RequestQuery),
    responses((status = 200, description = "A page", body = RequestsDocument), Refusals),
    security(("api_key" = []))
)]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    RawQuery(query): RawQuery,
) -> Response<Body> {
    match try_list(&app, &caller, query.as_deref()).await {
        Ok(page) => answer::json(200, serde_json::to_vec(&page).expect("a page is JSON")),
        Err(problem) => answer::refuse(&app, &problem),
    }
}

async fn try_list(app: &App, caller: &ApiCaller, query: Option<&str>) -> Result<Page, Problem> {
    let given = read::query(query, &PARAMETERS)?;
    let limit = read::parameter(&given, "limit", "a number from 1 to 200")?.unwrap_or(PAGE_DEFAULT);
    if !(1..=PAGE_MAX).contains(&limit) {
        return Err(Problem::bad_request("invalid_parameter", "`limit` must be a number from 1 to 200."));
    }
    let filter = RequestFilter {
        before: read::parameter(&given, "cursor", "the next_cursor of a page")?,
        webhook: read::parameter(&given, "webhook_id", "an id")?,
        statuses: given.get("status").map(|text| statuses(text)).transpose()?,
        touched: touching(app, caller, &given).await?,
        caller: given.get("caller").cloned(),
        transaction_id: given.get("transaction_id").cloned(),
        from: read::parameter(&given, "from", "an RFC 3339 time")?,
        to: read::parameter(&given, "to", "an RFC 3339 time")?,
    };
    let mut lines = requests::page(&app.db, caller.org.id, &filter, limit + 1)
        .await
        .map_err(|error| storage_problem(&error))?;
    let more = lines.len() > limit as usize;
    lines.truncate(limit as usize);
    let next_cursor = if more { lines.last().map(|line| line.id) } else { None };
    Ok(Page { requests: lines, next_cursor })
}

/// One status, or all of a kind.
fn statuses(text: &str) -> Result<(i64, i64), Problem> {
    let one = text.parse().ok().filter(|status| (100..600).contains(status)).map(|status| (status, status));
    let kind = || ["2xx", "4xx", "5xx"].contains(&text).then(|| i64::from(text.as_bytes()[0] - b'0') * 100);
    one.or_else(|| kind().map(|first| (first, first + 99))).ok_or_else(|| {
        Problem::bad_request(
            "invalid_parameter",
            "`status` must be a number such as 200, or 2xx, 4xx or 5xx.",
        )
    })
}

/// Those that touched the call that is asked for.
async fn touching(
    app: &App,
    caller: &ApiCaller,
    given: &BTreeMap<String, String>,
) -> Result<Option<Vec<RequestId>>, Problem> {
    let Some(call) = read::parameter(given, "call_log_id", "the id of a call")? else { return Ok(None) };
    let whole = calls::whole(&app.db, caller.org.id, call).await.map_err(|error| storage_problem(&error))?;
    let Some(whole) = whole else { return Ok(Some(Vec::new())) };
    let by_tags = whole.tags.iter().filter_map(|(_, tag)| tag.request);
    let by_changes = whole.timeline.iter().filter_map(|entry| entry.request);
    let touched: BTreeSet<RequestId> = by_tags.chain(by_changes).collect();
    // The newest: beyond some hundred nobody reads them here.
    Ok(Some(touched.into_iter().rev().take(TOUCHED_MAX).collect()))
}
