//! `GET /v1/routing-plans` and `GET /v1/routing-plans/{id}`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;

use super::{not_found, plan_id, view};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{done, to_json, unstored};
use crate::http::api::members::Members;
use crate::http::api::read::PathId;
use crate::http::openapi::{NotFound, Refusals, RoutingPlanDocument, RoutingPlansDocument};
use crate::problem::Problem;
use crate::storage::definitions::{self, Kind};

#[utoipa::path(
    get,
    path = "/v1/routing-plans",
    tag = "Routing",
    operation_id = "list_routing_plans",
    summary = "Routing plans",
    responses((status = 200, description = "The plans", body = RoutingPlansDocument), Refusals),
    security(("api_key" = []))
)]
pub async fn list(State(app): State<Arc<App>>, caller: ApiCaller) -> Response<Body> {
    let rows = definitions::list(&app.db, caller.org.id, Kind::RoutingPlan).await;
    let listed = rows.map_err(|error| unstored(&error)).map(|rows| {
        let views: Vec<Members> = rows.iter().map(view).collect();
        answer::json(200, to_json(&Members::with("routing_plans", &views)))
    });
    done(&app, listed)
}

#[utoipa::path(
    get,
    path = "/v1/routing-plans/{id}",
    tag = "Routing",
    operation_id = "get_routing_plan",
    summary = "One routing plan, with its draft if it has one",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The plan", body = RoutingPlanDocument), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn get(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let shown = try_get(&app, &caller, &id).await;
    done(&app, shown)
}

async fn try_get(app: &App, caller: &ApiCaller, id: &str) -> Result<Response<Body>, Problem> {
    let found = definitions::find(&app.db, caller.org.id, Kind::RoutingPlan, plan_id(id)?.0).await;
    let row = found.map_err(|error| unstored(&error))?.ok_or_else(|| not_found(id))?;
    Ok(answer::json(200, to_json(&view(&row))))
}
