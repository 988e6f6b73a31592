//! `GET /v1/webhooks` and `GET /v1/webhooks/{id}`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use serde_json::json;

use super::{find, view};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{done, to_json};
use crate::http::api::read::PathId;
use crate::http::openapi::{NotFound, Refusals, WebhookDocument, WebhooksDocument};

#[utoipa::path(
    get,
    path = "/v1/webhooks",
    tag = "Webhooks and the request log",
    operation_id = "list_webhooks",
    summary = "Inbound webhooks with their settings",
    responses((status = 200, description = "The webhooks", body = WebhooksDocument), Refusals),
    security(("api_key" = []))
)]
pub async fn list(caller: ApiCaller) -> Response<Body> {
    let mut webhooks: Vec<_> = caller.org.webhooks.values().map(|webhook| view(webhook, None)).collect();
    webhooks.sort_unstable_by_key(|webhook| webhook.id);
    answer::json(200, to_json(&json!({ "webhooks": webhooks })))
}

#[utoipa::path(
    get,
    path = "/v1/webhooks/{id}",
    tag = "Webhooks and the request log",
    operation_id = "get_webhook",
    summary = "One webhook",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The webhook", body = WebhookDocument), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn get(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    done(&app, find(&caller.org, &id).map(|webhook| answer::json(200, to_json(&view(&webhook, None)))))
}
