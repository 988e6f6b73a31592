//! `POST /v1/outgoing-webhooks/{id}/rotate-secret`: a new signing secret; the old one signs beside it for a while.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::ids::OutgoingWebhookId;
use hookline_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{find, keys, secret_missing, storage_problem};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{Change, done, invalid_field, to_json};
use crate::http::api::read::{self, PathId};
use crate::http::openapi::{Conflict, NotFound, Refusals};
use crate::problem::Problem;
use crate::settings::OutgoingWebhook;
use crate::storage::audit::Entry;
use crate::storage::outgoing_webhooks;

const OVERLAP_SECONDS_DEFAULT: u32 = 86_400;
const OVERLAP_SECONDS_MAX: u32 = 90 * 86_400;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretRotation {
    /// For how long the old secret signs too: 0 to 7776000; 86400 if it is left out.
    overlap_seconds: Option<u32>,
}

#[derive(Serialize, ToSchema)]
pub struct RotatedSecret {
    #[schema(value_type = uuid::Uuid)]
    id: OutgoingWebhookId,
    signing_secret: String,
    /// Null if only the new one signs.
    #[schema(value_type = Option<String>, format = DateTime)]
    old_secret_until: Option<Timestamp>,
}

#[utoipa::path(
    post,
    path = "/v1/outgoing-webhooks/{id}/rotate-secret",
    tag = "Outgoing webhooks",
    operation_id = "rotate_outgoing_webhook_secret",
    summary = "Give an outgoing webhook a new signing secret",
    description = "Until the overlap ends each request has two signatures, of the new and of the old secret.",
    params(("id" = String, Path, description = "Its id")),
    request_body = SecretRotation,
    responses((status = 200, description = "The new secret, shown only here", body = RotatedSecret), Refusals, NotFound, Conflict),
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
    let rotation: SecretRotation = read::json(body).await?;
    let seconds = rotation.overlap_seconds.unwrap_or(OVERLAP_SECONDS_DEFAULT);
    if seconds > OVERLAP_SECONDS_MAX {
        return Err(invalid_field(format!("`overlap_seconds` must be at most {OVERLAP_SECONDS_MAX}.")));
    }
    let mut change = Change::begin(app, caller).await?;
    let old = find(&change.org, id)?;
    let keys = keys(app).map_err(|problem| secret_missing(&problem))?;
    let at = app.clock.now();
    // Of another secret of the server the old signing secret can't be made any more.
    let overlaps = seconds > 0 && keys.check() == old.secret_check;
    let webhook = OutgoingWebhook {
        rotation: old.rotation + 1,
        old_secret_until: overlaps.then(|| at.plus_seconds(seconds.into())),
        secret_check: keys.check(),
        updated_at: at,
        ..OutgoingWebhook::clone(&old)
    };
    let stored = outgoing_webhooks::update(&mut change.tx, &webhook).await;
    stored.map_err(|error| storage_problem(&error))?;
    let after = json!({ "old_secret_until": webhook.old_secret_until });
    let entry = Entry::updated("outgoing_webhook", webhook.id.0, &json!({}), &after).called("rotated");
    change.commit(entry).await?;
    let rotated = RotatedSecret {
        id: webhook.id,
        signing_secret: keys.signing_secret(webhook.id, webhook.rotation),
        old_secret_until: webhook.old_secret_until,
    };
    Ok(answer::json(200, to_json(&rotated)))
}
