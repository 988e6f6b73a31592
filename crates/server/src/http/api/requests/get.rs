//! `GET /v1/requests/{id}`: one request, whole.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;

use super::{not_found, request_id};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::read::PathId;
use crate::http::openapi::{NotFound, Refusals, RequestDocument};
use crate::storage::requests;

#[utoipa::path(
    get,
    path = "/v1/requests/{id}",
    tag = "Webhooks and the request log",
    operation_id = "get_request",
    summary = "One request with headers, query, body, answer and effect",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The request", body = RequestDocument), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn get(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let request = match request_id(&id) {
        Ok(request) => request,
        Err(problem) => return answer::refuse(&app, &problem),
    };
    match requests::whole(&app.db, caller.org.id, request).await {
        Ok(Some(whole)) => {
            answer::json(200, serde_json::to_vec(&whole.view()).expect("a request's view is JSON"))
        }
        Ok(None) => answer::refuse(&app, &not_found(&id)),
        Err(error) => answer::unavailable(&app, &error),
    }
}
