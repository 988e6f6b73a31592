//! `GET /v1/calls/{id}/decision`: why a call went where it went.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{call_id, not_found, view};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::read::PathId;
use crate::http::openapi::{NotFound, Refusals};
use crate::storage::{calls, routes};

#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = CallDecisions)]
pub struct Decisions {
    #[schema(value_type = uuid::Uuid)]
    call_log_id: hookline_domain::ids::CallId,
    /// Oldest first: what brought each about, the tags as they were read, every node and route with its
    /// verdict, and the result. Empty for a call that is not routed here.
    #[schema(value_type = Vec<Object>)]
    decisions: Vec<Box<RawValue>>,
}

#[utoipa::path(
    get,
    path = "/v1/calls/{id}/decision",
    tag = "Calls",
    operation_id = "get_call_decision",
    summary = "Why a call went where it went",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "Its decisions", body = Decisions), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn decision(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let call = match call_id(&id) {
        Ok(call) => call,
        Err(problem) => return answer::refuse(&app, &problem),
    };
    match calls::whole(&app.db, caller.org.id, call).await {
        Err(error) => return answer::unavailable(&app, &error),
        Ok(None) => return answer::refuse(&app, &not_found(&id)),
        Ok(Some(_)) => {}
    }
    match routes::decisions(&app.db, caller.org.id, call).await {
        Err(error) => answer::unavailable(&app, &error),
        Ok(decisions) => answer::json(200, view::to_json(&Decisions { call_log_id: call, decisions })),
    }
}
