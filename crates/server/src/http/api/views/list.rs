//! `GET /v1/views`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::{SavedView, ViewPage, person};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{done, to_json, unstored};
use crate::http::api::read;
use crate::http::openapi::Refusals;
use crate::problem::Problem;
use crate::storage::views;

#[derive(Serialize, ToSchema)]
pub struct SavedViews {
    /// By name.
    views: Vec<SavedView>,
}

#[utoipa::path(
    get,
    path = "/v1/views",
    tag = "Administration",
    operation_id = "list_views",
    summary = "Saved views: one's own, and those that are shared in the organization",
    description = "An API key sees those that are shared.",
    params(("page" = Option<ViewPage>, Query, description = "Only those of this page")),
    responses((status = 200, description = "The views", body = SavedViews), Refusals),
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
    let parameters = read::query(query, &["page"])?;
    let page = match parameters.get("page") {
        Some(page) => Some(ViewPage::of(page).ok_or_else(|| {
            Problem::bad_request("invalid_parameter", "`page` must be calls, requests or reports.")
        })?),
        None => None,
    };
    let views = views::list(&app.db, caller.org.id, person(caller)).await;
    let mut views = views.map_err(|error| unstored(&error))?;
    views.retain(|view| page.is_none_or(|page| view.page == page.name()));
    views.sort_by_cached_key(|view| (view.name.to_lowercase(), view.id));
    let views = views.iter().map(|view| SavedView::of(view, caller)).collect();
    Ok(answer::json(200, to_json(&SavedViews { views })))
}
