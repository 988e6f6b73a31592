//! `GET /v1/audit-log`: who changed what, newest first, by page.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::Response;
use hookline_domain::time::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use super::auth::ApiCaller;
use super::change::{done, to_json, unstored};
use super::{definition, read};
use crate::app::App;
use crate::http::answer;
use crate::http::openapi::{AuditQuery, Refusals};
use crate::problem::Problem;
use crate::storage::audit::{self, AuditFilter, AuditRow};

const PAGE_DEFAULT: u32 = 50;
const PAGE_MAX: u32 = 200;

#[derive(Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub struct EntryView {
    id: Uuid,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// `user:ID`, `api_key:ID` or `cli`.
    actor: String,
    /// How it was called then.
    actor_name: String,
    /// `created`, `updated`, `deleted`, or what it was besides, such as `published`.
    action: String,
    /// Of what kind it was: `webhook`, `user`, `flow` and so on.
    noun: String,
    noun_id: Uuid,
    /// As it was, null if it was not there. Of what is over 64 KiB only its size is kept, in `left_out_bytes`.
    #[schema(value_type = Option<serde_json::Value>)]
    before: Option<Box<RawValue>>,
    /// As it became, null if it is gone.
    #[schema(value_type = Option<serde_json::Value>)]
    after: Option<Box<RawValue>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AuditPage)]
pub struct Page {
    entries: Vec<EntryView>,
    /// Send it as `cursor` for the next page; null at the end.
    next_cursor: Option<Uuid>,
}

impl From<AuditRow> for EntryView {
    fn from(row: AuditRow) -> Self {
        Self {
            id: row.id,
            at: Timestamp(row.at),
            actor: row.actor,
            actor_name: row.actor_name,
            action: row.action,
            noun: row.noun,
            noun_id: row.noun_id,
            before: definition::raw(row.old_value.as_deref()),
            after: definition::raw(row.new_value.as_deref()),
        }
    }
}

#[utoipa::path(
    get,
    path = "/v1/audit-log",
    tag = "Access",
    operation_id = "list_audit_log",
    summary = "Who changed what of what is set up, newest first, by page",
    params(AuditQuery),
    responses((status = 200, description = "A page", body = Page), Refusals),
    security(("api_key" = []))
)]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    RawQuery(query): RawQuery,
) -> Response<Body> {
    let listed = try_list(&app, &caller, query.as_deref()).await;
    done(&app, listed)
}

async fn try_list(app: &App, caller: &ApiCaller, query: Option<&str>) -> Result<Response<Body>, Problem> {
    let given = read::query(query, &["limit", "cursor", "noun", "id", "actor"])?;
    let expected = format!("a number from 1 to {PAGE_MAX}");
    let limit = read::parameter(&given, "limit", &expected)?.unwrap_or(PAGE_DEFAULT);
    if !(1..=PAGE_MAX).contains(&limit) {
        return Err(Problem::bad_request("invalid_parameter", format!("`limit` must be {expected}.")));
    }
    let filter = AuditFilter {
        before: read::parameter(&given, "cursor", "the `next_cursor` of a page")?,
        noun: given.get("noun").cloned(),
        noun_id: read::parameter(&given, "id", "an id")?,
        actor: given.get("actor").cloned(),
    };
    let rows = audit::page(&app.db, caller.org.id, &filter, limit + 1).await;
    let mut rows = rows.map_err(|error| unstored(&error))?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next_cursor = rows.last().filter(|_| more).map(|row| row.id);
    let entries = rows.into_iter().map(EntryView::from).collect();
    Ok(answer::json(200, to_json(&Page { entries, next_cursor })))
}
