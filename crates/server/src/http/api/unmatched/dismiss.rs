//! `POST /v1/unmatched/{request_id}/dismiss`: someone says that a request is for no call.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::ids::RequestId;
use serde::Serialize;

use super::{not_found, not_waiting, request_id, storage_problem};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{done, to_json};
use crate::http::api::read::PathId;
use crate::http::openapi::{Conflict, NotFound, Refusals};
use crate::problem::Problem;
use crate::storage::unmatched::{self, Dismissal};

#[derive(Serialize, utoipa::ToSchema)]
pub struct Dismissed {
    success: bool,
    #[schema(value_type = uuid::Uuid)]
    request_id: RequestId,
}

#[utoipa::path(
    post,
    path = "/v1/unmatched/{request_id}/dismiss",
    tag = "Webhooks and the request log",
    operation_id = "dismiss_unmatched",
    summary = "Put an unmatched request aside: no call gets it any more",
    params(("request_id" = String, Path, description = "The request's id")),
    responses((status = 200, description = "It is put aside; the request log keeps it", body = Dismissed), Refusals, NotFound, Conflict),
    security(("api_key" = []))
)]
pub async fn dismiss(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let dismissed = try_dismiss(&app, &caller, &id).await;
    done(&app, dismissed)
}

async fn try_dismiss(app: &App, caller: &ApiCaller, id: &str) -> Result<Response<Body>, Problem> {
    let request_id = request_id(id)?;
    let actor = caller.actor();
    let dismissed = unmatched::dismiss(&app.db, caller.org.id, request_id, app.clock.now(), &actor);
    match dismissed.await.map_err(|error| storage_problem(&error))? {
        Dismissal::Done => Ok(answer::json(200, to_json(&Dismissed { success: true, request_id }))),
        Dismissal::Settled(state) => Err(not_waiting(id, &format!("it was {}", state.as_str()))),
        Dismissal::Unknown => Err(not_found(id)),
    }
}
