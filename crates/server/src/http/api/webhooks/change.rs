//! `PATCH` and `DELETE /v1/webhooks/{id}`, and `POST /v1/webhooks/{id}/rotate`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{find, settings, storage_problem, view};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{Change, done, name, to_json};
use crate::http::api::read::{self, PathId};
use crate::http::openapi::{
    Deleted, NotFound, Refusals, RotatedDocument, WebhookDocument, WebhookPatchDocument,
};
use crate::keys::{Key, KeyKind};
use crate::problem::Problem;
use crate::settings::Webhook;
use crate::storage::audit::Entry;
use crate::storage::{Result as Stored, Tx, webhooks};

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
    let update: Update = read::json(body).await?;
    let mut change = Change::begin(app, caller).await?;
    let old = find(&change.org, id)?;
    let webhook = Webhook {
        name: name(update.name.as_deref().unwrap_or(&old.name))?.to_owned(),
        enabled: update.enabled.unwrap_or(old.enabled),
        settings: settings(old.kind, &old.settings, update.settings)?,
        updated_at: app.clock.now(),
        ..Webhook::clone(&old)
    };
    store(&mut change.tx, &webhook).await.map_err(|error| storage_problem(&error))?;
    let entry = Entry::updated("webhook", webhook.id.0, &view(&old, None), &view(&webhook, None));
    change.commit(entry).await?;
    Ok(answer::json(200, to_json(&view(&webhook, None))))
}

async fn store(tx: &mut Tx, webhook: &Webhook) -> Stored<()> {
    let Webhook { id, name, enabled, settings, updated_at, .. } = webhook;
    webhooks::update(tx, *id, name, *enabled, settings, *updated_at).await
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
    let mut change = Change::begin(app, caller).await?;
    let webhook = find(&change.org, id)?;
    let ended = webhooks::delete(&mut change.tx, webhook.id, app.clock.now()).await;
    ended.map_err(|error| storage_problem(&error))?;
    change.commit(Entry::deleted("webhook", webhook.id.0, &view(&webhook, None))).await?;
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
    let mut change = Change::begin(app, caller).await?;
    let webhook = find(&change.org, id)?;
    let rotated = webhooks::rotate_key(&mut change.tx, webhook.id, &key, at, old_until).await;
    rotated.map_err(|error| storage_problem(&error))?;
    let (before, after) = (json!({}), json!({ "old_keys_until": old_until }));
    change.commit(Entry::updated("webhook", webhook.id.0, &before, &after).called("rotated")).await?;
    Ok(answer::json(
        200,
        to_json(&json!({ "id": webhook.id, "key": key.reveal(), "old_keys_until": old_until })),
    ))
}
