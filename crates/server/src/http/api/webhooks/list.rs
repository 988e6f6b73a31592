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

pub async fn list(caller: ApiCaller) -> Response<Body> {
    let mut webhooks: Vec<_> = caller.org.webhooks.values().map(|webhook| view(webhook, None)).collect();
    webhooks.sort_unstable_by_key(|webhook| webhook.id);
    answer::json(200, to_json(&json!({ "webhooks": webhooks })))
}

pub async fn get(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    done(&app, find(&caller, &id).map(|webhook| answer::json(200, to_json(&view(&webhook, None)))))
}
