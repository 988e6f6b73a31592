//! `GET /v1/unmatched`: requests whose call was not there, newest first, by page.

use std::cmp::Reverse;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::Response;
use hookline_domain::ids::{RequestId, WebhookId};
use hookline_domain::matching::HeldState;
use hookline_domain::phone;
use hookline_domain::time::Timestamp;
use hookline_domain::webhook::WebhookKind;
use serde::Serialize;

use super::storage_problem;
use super::view::{self, UnmatchedView};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::to_json;
use crate::http::api::read;
use crate::http::openapi::{Refusals, UnmatchedQuery};
use crate::problem::Problem;
use crate::settings::Org;
use crate::storage::unmatched::{self, UnmatchedFilter};

const PAGE_DEFAULT: u32 = 50;
const PAGE_MAX: u32 = 200;
const PARAMETERS: [&str; 6] = ["limit", "cursor", "state", "kind", "webhook_id", "caller"];

#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = UnmatchedPage)]
pub struct Page<'a> {
    unmatched: Vec<UnmatchedView<'a>>,
    /// Send it as `cursor` for the next page; null at the end.
    #[schema(value_type = Option<uuid::Uuid>)]
    next_cursor: Option<RequestId>,
}

#[utoipa::path(
    get,
    path = "/v1/unmatched",
    tag = "Webhooks and the request log",
    operation_id = "list_unmatched",
    summary = "Requests whose call was not there, newest first, each with the reason",
    description = "Updates that are held, and `call_data` that no call has used. Those that still wait, unless `state` asks for others.",
    params(UnmatchedQuery),
    responses((status = 200, description = "A page", body = Page), Refusals),
    security(("api_key" = []))
)]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    RawQuery(query): RawQuery,
) -> Response<Body> {
    match try_list(&app, &caller, query.as_deref()).await {
        Ok(page) => answer::json(200, page),
        Err(problem) => answer::refuse(&app, &problem),
    }
}

async fn try_list(app: &App, caller: &ApiCaller, query: Option<&str>) -> Result<Vec<u8>, Problem> {
    let (filter, limit) = filter(query, caller.org.country)?;
    let org = &caller.org;
    let call_data = filter.kind.is_none_or(|kind| kind == WebhookKind::CallData);
    let updates = filter.kind != Some(WebhookKind::CallData);
    let mut rows = Vec::new();
    if updates {
        let found = unmatched::updates(&app.db, org.id, &filter, limit + 1).await;
        rows.extend(found.map_err(|error| storage_problem(&error))?);
    }
    if call_data {
        let begins = lookbacks_begin(org, app.clock.now());
        let found = unmatched::call_data(&app.db, org.id, &filter, &begins, limit + 1).await;
        rows.extend(found.map_err(|error| storage_problem(&error))?);
    }
    rows.sort_by_key(|row| Reverse(row.request));
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next_cursor = if more { rows.last().map(|row| row.request) } else { None };
    let unmatched = rows.iter().map(|row| view::unmatched(org, filter.state, row)).collect();
    Ok(to_json(&Page { unmatched, next_cursor }))
}

/// How far back each `call_data` webhook looks from now.
fn lookbacks_begin(org: &Org, now: Timestamp) -> Vec<(WebhookId, Timestamp)> {
    let call_data = org.webhooks.values().filter(|webhook| webhook.kind == WebhookKind::CallData);
    call_data.map(|webhook| (webhook.id, now.plus_seconds(-webhook.settings.lookback_seconds))).collect()
}

fn filter(query: Option<&str>, country: phone::Country) -> Result<(UnmatchedFilter, u32), Problem> {
    let given = read::query(query, &PARAMETERS)?;
    let expected = format!("a number from 1 to {PAGE_MAX}");
    let limit = read::parameter(&given, "limit", &expected)?.unwrap_or(PAGE_DEFAULT);
    let invalid = |message: String| Err(Problem::bad_request("invalid_parameter", message));
    if !(1..=PAGE_MAX).contains(&limit) {
        return invalid(format!("`limit` must be {expected}."));
    }
    let state = given.get("state").map_or(Some(HeldState::Pending), |name| HeldState::from_name(name));
    let Some(state) = state else {
        return invalid("`state` must be pending, applied, attached, expired or dismissed.".into());
    };
    let kind = given.get("kind").map(|name| WebhookKind::from_name(name));
    if kind == Some(None) {
        return invalid("`kind` must be call_data, update_revenue, update_tags or update_fields.".into());
    }
    let filter = UnmatchedFilter {
        before: read::parameter(&given, "cursor", "the next_cursor of a page")?,
        state,
        kind: kind.flatten(),
        webhook: read::parameter(&given, "webhook_id", "an id")?,
        caller: given
            .get("caller")
            .map(|sent| phone::normalize(sent, country).unwrap_or_else(|| sent.clone())),
    };
    Ok((filter, limit))
}
