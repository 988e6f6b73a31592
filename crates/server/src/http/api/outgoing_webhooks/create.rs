//! `POST /v1/outgoing-webhooks`: a new outgoing webhook; the answer has its signing secret, once.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::ids::OutgoingWebhookId;

use super::{OUTGOING_WEBHOOKS_MAX, View, fields, keys, secret_missing, storage_problem, view};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{Change, check_room, done, to_json, unstored};
use crate::http::api::members::Members;
use crate::http::api::read;
use crate::http::openapi::{Conflict, NewOutgoingWebhook, Refusals};
use crate::problem::Problem;
use crate::settings::OutgoingWebhook;
use crate::storage::audit::Entry;
use crate::storage::outgoing_webhooks;

/// Its first signing secret.
const FIRST_ROTATION: i64 = 1;

#[utoipa::path(
    post,
    path = "/v1/outgoing-webhooks",
    tag = "Outgoing webhooks",
    operation_id = "create_outgoing_webhook",
    summary = "Tell events of calls to another system from now on",
    request_body = NewOutgoingWebhook,
    responses(
        (status = 201, description = "The new outgoing webhook; `signing_secret` is shown only here", body = View),
        Refusals, Conflict
    ),
    security(("api_key" = []))
)]
pub async fn create(State(app): State<Arc<App>>, caller: ApiCaller, body: Body) -> Response<Body> {
    let created = try_create(&app, &caller, body).await;
    done(&app, created)
}

async fn try_create(app: &App, caller: &ApiCaller, body: Body) -> Result<Response<Body>, Problem> {
    let sent: Members = read::json(body).await?;
    // Before anything is locked: what happens from here on is told.
    let since = app.tail.beginning().await.map_err(|error| unstored(&error))?;
    let mut change = Change::begin(app, caller).await?;
    let count = i64::try_from(change.org.outgoing.len()).unwrap_or(i64::MAX);
    check_room(count, OUTGOING_WEBHOOKS_MAX as i64, "outgoing webhooks")?;
    let id = OutgoingWebhookId(app.clock.new_id());
    let fields = fields(app, &change.org, id, sent, None)?;
    let keys = keys(app).map_err(|problem| secret_missing(&problem))?;
    let at = app.clock.now();
    let webhook = OutgoingWebhook {
        id,
        org: change.org.id,
        name: fields.name,
        enabled: fields.enabled,
        settings: fields.settings,
        rotation: FIRST_ROTATION,
        old_secret_until: None,
        secret_check: keys.check(),
        since: since.to_string(),
        disabled_reason: None,
        created_at: at,
        updated_at: at,
    };
    let stored = outgoing_webhooks::create(&mut change.tx, &webhook).await;
    stored.map_err(|error| storage_problem(&error))?;
    change.commit(Entry::created("outgoing_webhook", id.0, &view(&webhook))).await?;
    let signing_secret = Some(keys.signing_secret(id, FIRST_ROTATION));
    Ok(answer::json(201, to_json(&View { signing_secret, ..view(&webhook) })))
}
