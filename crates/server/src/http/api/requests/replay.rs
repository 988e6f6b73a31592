//! `POST /v1/requests/{id}/replay`: sends a logged request again, as a new one of its webhook. Its
//! `transaction_id` counts as ever: one that succeeded changes nothing a second time.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::ids::RequestId;
use hookline_domain::webhook::Method;

use super::{not_found, request_id, storage_problem};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::read::PathId;
use crate::http::inbound;
use crate::http::openapi::{Conflict, NotFound, Refusals};
use crate::intake::sent::{self, Sent};
use crate::intake::work::InboundRequest;
use crate::problem::Problem;
use crate::storage::requests::{self, WholeRequest};

#[utoipa::path(
    post,
    path = "/v1/requests/{id}/replay",
    tag = "Webhooks and the request log",
    operation_id = "replay_request",
    summary = "Send a logged request again, as a new one",
    description = "Its `transaction_id` counts as ever: one that was used gets its stored answer. Errors of the webhook are answered as the webhook would.",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The webhook's answer", body = serde_json::Value), Refusals, NotFound, Conflict),
    security(("api_key" = []))
)]
pub async fn replay(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    match again(&app, &caller, &id).await {
        Ok(work) => inbound::commit(&app, work.id, work).await,
        Err(problem) => answer::refuse(&app, &problem),
    }
}

async fn again(app: &App, caller: &ApiCaller, id: &str) -> Result<InboundRequest, Problem> {
    let logged = requests::whole(&app.db, caller.org.id, request_id(id)?)
        .await
        .map_err(|error| storage_problem(&error))?
        .ok_or_else(|| not_found(id))?;
    let webhook = caller.org.webhooks.get(&logged.webhook).cloned().ok_or_else(|| {
        Problem::new(
            409,
            "webhook_deleted",
            "The request's webhook was deleted, so the request can't be sent to it again.",
        )
    })?;
    let WholeRequest { method, address, query, headers, body, .. } = logged;
    let method = if method == "GET" { Method::Get } else { Method::Post };
    let sent = Sent { method, address, query, headers, body };
    let (id, at) = (RequestId(app.clock.new_id()), app.clock.now());
    Ok(sent::read(id, at, &caller.org, webhook, sent))
}
