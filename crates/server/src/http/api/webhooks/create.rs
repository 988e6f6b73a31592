//! `POST /v1/webhooks`: a new webhook; the answer has its key, once.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::ids::WebhookId;
use hookline_domain::settings::WebhookSettings;
use hookline_domain::webhook::WebhookKind;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{settings, storage_problem, view};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{Change, done, name, to_json};
use crate::http::api::read;
use crate::http::openapi::{NewWebhookDocument, Refusals, WebhookDocument};
use crate::keys::{Key, KeyKind};
use crate::problem::Problem;
use crate::settings::Webhook;
use crate::storage::audit::Entry;
use crate::storage::webhooks::{self, NewWebhook};
use crate::storage::{Result as Stored, Tx};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    r#type: WebhookKind,
    name: String,
    settings: Option<Map<String, Value>>,
}

#[utoipa::path(
    post,
    path = "/v1/webhooks",
    tag = "Webhooks and the request log",
    operation_id = "create_webhook",
    summary = "Make a webhook",
    request_body = NewWebhookDocument,
    responses((status = 201, description = "The new webhook; `key` is shown only here", body = WebhookDocument), Refusals),
    security(("api_key" = []))
)]
pub async fn create(State(app): State<Arc<App>>, caller: ApiCaller, body: Body) -> Response<Body> {
    let created = try_create(&app, &caller, body).await;
    done(&app, created)
}

async fn try_create(app: &App, caller: &ApiCaller, body: Body) -> Result<Response<Body>, Problem> {
    let new: New = read::json(body).await?;
    let settings = settings(new.r#type, &WebhookSettings::default_for(new.r#type), new.settings)?;
    let at = app.clock.now();
    let webhook = Webhook {
        id: WebhookId(app.clock.new_id()),
        org: caller.org.id,
        kind: new.r#type,
        name: name(&new.name)?.to_owned(),
        enabled: true,
        settings,
        created_at: at,
        updated_at: at,
    };
    let key = Key::generate(KeyKind::Webhook);
    let mut change = Change::begin(app, caller).await?;
    store(&mut change.tx, &webhook, &key).await.map_err(|error| storage_problem(&error))?;
    change.commit(Entry::created("webhook", webhook.id.0, &view(&webhook, None))).await?;
    Ok(answer::json(201, to_json(&view(&webhook, Some(key.reveal())))))
}

async fn store(tx: &mut Tx, webhook: &Webhook, key: &Key) -> Stored<()> {
    let new = NewWebhook {
        id: webhook.id,
        org: webhook.org,
        kind: webhook.kind,
        name: &webhook.name,
        settings: &webhook.settings,
        at: webhook.created_at,
    };
    webhooks::create(tx, &new, key).await
}
