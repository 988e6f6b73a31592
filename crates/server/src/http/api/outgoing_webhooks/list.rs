//! `GET /v1/outgoing-webhooks` and `GET /v1/outgoing-webhooks/{id}`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::{View, find, view};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{done, to_json};
use crate::http::api::read::PathId;
use crate::http::openapi::{NotFound, Refusals};

#[derive(Serialize, ToSchema)]
#[schema(as = OutgoingWebhooks)]
pub struct List<'a> {
    outgoing_webhooks: Vec<View<'a>>,
}

#[utoipa::path(
    get,
    path = "/v1/outgoing-webhooks",
    tag = "Outgoing webhooks",
    operation_id = "list_outgoing_webhooks",
    summary = "Outgoing webhooks",
    responses((status = 200, description = "All of them", body = List), Refusals),
    security(("api_key" = []))
)]
pub async fn list(caller: ApiCaller) -> Response<Body> {
    let mut outgoing_webhooks: Vec<_> = caller.org.outgoing.values().map(|one| view(one)).collect();
    outgoing_webhooks.sort_unstable_by_key(|one| one.id);
    answer::json(200, to_json(&List { outgoing_webhooks }))
}

#[utoipa::path(
    get,
    path = "/v1/outgoing-webhooks/{id}",
    tag = "Outgoing webhooks",
    operation_id = "get_outgoing_webhook",
    summary = "One outgoing webhook",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The outgoing webhook", body = View), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn get(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    done(&app, find(&caller.org, &id).map(|webhook| answer::json(200, to_json(&view(&webhook)))))
}
