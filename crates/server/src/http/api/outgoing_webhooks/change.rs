//! `PATCH` and `DELETE /v1/outgoing-webhooks/{id}`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;

use super::{View, fields, find, storage_problem, view};
use crate::app::App;
use crate::delivery::{WAS_DELETED, WAS_DISABLED};
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{Change, done, to_json, unstored};
use crate::http::api::members::Members;
use crate::http::api::read::{self, PathId};
use crate::http::openapi::{Conflict, Deleted, NotFound, OutgoingWebhookPatch, Refusals};
use crate::problem::Problem;
use crate::settings::OutgoingWebhook;
use crate::storage::audit::Entry;
use crate::storage::{delivery_work, outgoing_webhooks};

#[utoipa::path(
    patch,
    path = "/v1/outgoing-webhooks/{id}",
    tag = "Outgoing webhooks",
    operation_id = "update_outgoing_webhook",
    summary = "Change an outgoing webhook; what is not named stays",
    description = "Lists are replaced as a whole; a secret header that is sent back with null keeps its value, unless `url` gets another scheme, host or port: then it has to be sent again. One that is enabled again is told what happens from then on.",
    params(("id" = String, Path, description = "Its id")),
    request_body = OutgoingWebhookPatch,
    responses((status = 200, description = "The outgoing webhook as it is now", body = View), Refusals, NotFound, Conflict),
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
    let sent: Members = read::json(body).await?;
    let now_at = app.tail.beginning().await.map_err(|error| unstored(&error))?;
    let mut change = Change::begin(app, caller).await?;
    let old = find(&change.org, id)?;
    let mut whole = Members::of(&view(&old));
    whole.merge(sent);
    let fields = fields(app, &change.org, old.id, whole, Some(&old))?;
    let begins = fields.enabled && !old.enabled;
    let at = app.clock.now();
    let webhook = OutgoingWebhook {
        name: fields.name,
        enabled: fields.enabled,
        settings: fields.settings,
        since: if begins { now_at.to_string() } else { old.since.clone() },
        disabled_reason: old.disabled_reason.clone().filter(|_| !fields.enabled),
        updated_at: at,
        ..OutgoingWebhook::clone(&old)
    };
    let stored = outgoing_webhooks::update(&mut change.tx, &webhook).await;
    stored.map_err(|error| storage_problem(&error))?;
    if old.enabled && !webhook.enabled {
        drop_open(&mut change, &webhook, WAS_DISABLED).await?;
    }
    let entry = Entry::updated("outgoing_webhook", webhook.id.0, &view(&old), &view(&webhook));
    change.commit(entry).await?;
    Ok(answer::json(200, to_json(&view(&webhook))))
}

async fn drop_open(
    change: &mut Change<'_>,
    webhook: &OutgoingWebhook,
    why: &'static str,
) -> Result<(), Problem> {
    let (org, at) = (webhook.org, webhook.updated_at);
    let dropped = delivery_work::drop_of(&mut change.tx, org, webhook.id, why, at).await;
    dropped.map(drop).map_err(|error| unstored(&error))
}

#[utoipa::path(
    delete,
    path = "/v1/outgoing-webhooks/{id}",
    tag = "Outgoing webhooks",
    operation_id = "delete_outgoing_webhook",
    summary = "End an outgoing webhook; its deliveries stay in the log",
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
    let old = find(&change.org, id)?;
    let webhook = OutgoingWebhook { updated_at: app.clock.now(), ..OutgoingWebhook::clone(&old) };
    let ended = outgoing_webhooks::delete(&mut change.tx, webhook.org, webhook.id, webhook.updated_at).await;
    ended.map_err(|error| storage_problem(&error))?;
    drop_open(&mut change, &webhook, WAS_DELETED).await?;
    change.commit(Entry::deleted("outgoing_webhook", webhook.id.0, &view(&old))).await?;
    Ok(answer::json(200, to_json(&Deleted::of(webhook.id.0))))
}
