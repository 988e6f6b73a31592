//! `PATCH` and `DELETE /v1/webhooks/{id}`, and `POST /v1/webhooks/{id}/rotate`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::time::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{find, settings, storage_problem, view};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{done, name, refresh, to_json};
use crate::http::api::read::{self, PathId};
use crate::http::openapi::{
    Deleted, NotFound, Refusals, RotatedDocument, WebhookDocument, WebhookPatchDocument,
};
use crate::keys::{Key, KeyKind};
use crate::problem::Problem;
use crate::settings::Webhook;
use crate::storage::{Result as Stored, webhooks};

const OVERLAP_HOURS_DEFAULT: u32 = 24;
const OVERLAP_HOURS_MAX: u32 = 24 * 90;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Update {
    name: Option<String>,
    enabled: Option<bool>,
    settings: Option<Map<String, Value>>,
}

#[derive(Deserialize, Default, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// Hours for which the old keys go on working: 0 to 2160; 24 if it is left out.
    overlap_hours: Option<u32>,
}

#[utoipa::path(
    patch,
    path = "/v1/webhooks/{id}",
    tag = "Webhooks and the request log",
    operation_id = "update_webhook",
    summary = "Change a webhook; what is not named stays",
    params(("id" = String, Path, description = "Its id")),
    request_body = WebhookPatchDocument,
    responses((status = 200, description = "The webhook as it is now", body = WebhookDocument), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn update(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    PathId(id): PathId,
    body: Body,
) -> Response<Body> {
    let updated = try_update(&app, &caller, &id, body).await;
    done(&app, updated)
}

async fn try_update(app: &App, caller: &ApiCaller, id: &str, body: Body) -> Result<Response<Body>, Problem> {
    let old = find(caller, id)?;
    let update: Update = read::json(body).await?;
    let webhook = Webhook {
        name: name(update.name.as_deref().unwrap_or(&old.name))?.to_owned(),
        enabled: update.enabled.unwrap_or(old.enabled),
        settings: settings(old.kind, &old.settings, update.settings)?,
        updated_at: app.clock.now(),
        ..Webhook::clone(&old)
    };
    store(app, &webhook).await.map_err(|error| storage_problem(&error))?;
    refresh(app).await?;
    Ok(answer::json(200, to_json(&view(&webhook, None))))
}

async fn store(app: &App, webhook: &Webhook) -> Stored<()> {
    let mut tx = app.db.begin().await?;
    let Webhook { id, name, enabled, settings, updated_at, .. } = webhook;
    webhooks::update(&mut tx, *id, name, *enabled, settings, *updated_at).await?;
    tx.commit().await
}

#[utoipa::path(
    delete,
    path = "/v1/webhooks/{id}",
    tag = "Webhooks and the request log",
    operation_id = "delete_webhook",
    summary = "End a webhook and its keys on every node within 5 seconds",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is ended", body = Deleted), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn delete(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let deleted = try_delete(&app, &caller, &id).await;
    done(&app, deleted)
}

async fn try_delete(app: &App, caller: &ApiCaller, id: &str) -> Result<Response<Body>, Problem> {
    let webhook = find(caller, id)?;
    let ended = async {
        let mut tx = app.db.begin().await?;
        webhooks::delete(&mut tx, webhook.id, app.clock.now()).await?;
        tx.commit().await
    };
    ended.await.map_err(|error| storage_problem(&error))?;
    refresh(app).await?;
    Ok(answer::json(200, to_json(&Deleted::of(webhook.id.0))))
}

#[utoipa::path(
    post,
    path = "/v1/webhooks/{id}/rotate",
    tag = "Webhooks and the request log",
    operation_id = "rotate_webhook_key",
    summary = "Give a webhook a new key; the old ones work until the overlap ends",
    params(("id" = String, Path, description = "Its id")),
    request_body = Rotation,
    responses((status = 200, description = "The new key, shown only here", body = RotatedDocument), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn rotate(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    PathId(id): PathId,
    body: Body,
) -> Response<Body> {
    let rotated = try_rotate(&app, &caller, &id, body).await;
    done(&app, rotated)
}

async fn try_rotate(app: &App, caller: &ApiCaller, id: &str, body: Body) -> Result<Response<Body>, Problem> {
    let webhook = find(caller, id)?;
    let rotation: Rotation = read::json(body).await?;
    let hours = rotation.overlap_hours.unwrap_or(OVERLAP_HOURS_DEFAULT);
    if hours > OVERLAP_HOURS_MAX {
        return Err(Problem::bad_request(
            "invalid_field",
            format!("`overlap_hours` must be at most {OVERLAP_HOURS_MAX}."),
        ));
    }
    let at = app.clock.now();
    let old_until = at.plus_seconds(i64::from(hours) * 3_600);
    let key = Key::generate(KeyKind::Webhook);
    store_rotation(app, &webhook, &key, at, old_until).await.map_err(|error| storage_problem(&error))?;
    refresh(app).await?;
    Ok(answer::json(
        200,
        to_json(&json!({ "id": webhook.id, "key": key.reveal(), "old_keys_until": old_until })),
    ))
}

async fn store_rotation(
    app: &App,
    webhook: &Webhook,
    key: &Key,
    at: Timestamp,
    old_until: Timestamp,
) -> Stored<()> {
    let mut tx = app.db.begin().await?;
    webhooks::rotate_key(&mut tx, webhook.id, key, at, old_until).await?;
    tx.commit().await
}
