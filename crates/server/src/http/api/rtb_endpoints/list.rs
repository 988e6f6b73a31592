//! `GET /v1/rtb-endpoints` and `GET /v1/rtb-endpoints/{id}`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;

use super::{View, endpoint_id, not_found, view};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{done, to_json, unstored};
use crate::http::api::members::Members;
use crate::http::api::read::PathId;
use crate::http::openapi::{NotFound, Refusals, RtbEndpointDocument, RtbEndpointsDocument};
use crate::problem::Problem;
use crate::storage::rtb_endpoints;

#[utoipa::path(
    get,
    path = "/v1/rtb-endpoints",
    tag = "Routing",
    operation_id = "list_rtb_endpoints",
    summary = "RTB endpoints",
    responses((status = 200, description = "The endpoints", body = RtbEndpointsDocument), Refusals),
    security(("api_key" = []))
)]
pub async fn list(State(app): State<Arc<App>>, caller: ApiCaller) -> Response<Body> {
    let rows = rtb_endpoints::list(&app.db, caller.org.id).await;
    let listed = rows.map_err(|error| unstored(&error)).map(|rows| {
        let views: Vec<View> = rows.iter().map(view).collect();
        answer::json(200, to_json(&Members::with("rtb_endpoints", &views)))
    });
    done(&app, listed)
}

#[utoipa::path(
    get,
    path = "/v1/rtb-endpoints/{id}",
    tag = "Routing",
    operation_id = "get_rtb_endpoint",
    summary = "One RTB endpoint",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The endpoint", body = RtbEndpointDocument), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn get(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let shown = try_get(&app, &caller, &id).await;
    done(&app, shown)
}

async fn try_get(app: &App, caller: &ApiCaller, id: &str) -> Result<Response<Body>, Problem> {
    let found = rtb_endpoints::find(&app.db, caller.org.id, endpoint_id(id)?).await;
    let row = found.map_err(|error| unstored(&error))?.ok_or_else(|| not_found(id))?;
    Ok(answer::json(200, to_json(&view(&row))))
}
