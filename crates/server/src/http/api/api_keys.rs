//! `/v1/api-keys`: the organization's API keys.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::ids::ApiKeyId;
use hookline_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::ApiCaller;
use super::change::{done, name, refresh, to_json, unstored};
use super::read::{self, PathId};
use crate::app::App;
use crate::http::answer;
use crate::http::openapi::{Conflict, Deleted, NotFound, Refusals};
use crate::keys::{Key, KeyKind};
use crate::problem::Problem;
use crate::storage::StorageError;
use crate::storage::organizations::{self, ApiKeyLine};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApiKey {
    /// What it is for.
    name: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub struct ApiKeyView {
    #[schema(value_type = uuid::Uuid)]
    id: ApiKeyId,
    name: String,
    /// How the key begins, to tell it from others.
    hint: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Only in the answer that makes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct ApiKeys {
    api_keys: Vec<ApiKeyView>,
}

impl From<ApiKeyLine> for ApiKeyView {
    fn from(line: ApiKeyLine) -> Self {
        let ApiKeyLine { id, name, hint, created_at } = line;
        Self { id, name, hint, created_at, key: None }
    }
}

#[utoipa::path(
    get,
    path = "/v1/api-keys",
    tag = "Administration",
    operation_id = "list_api_keys",
    summary = "The API keys that work, without their secret part",
    responses((status = 200, description = "The keys", body = ApiKeys), Refusals),
    security(("api_key" = []))
)]
pub async fn list(State(app): State<Arc<App>>, caller: ApiCaller) -> Response<Body> {
    let keys = organizations::list_api_keys(&app.db, caller.org.id).await;
    let listed = keys.map_err(|error| unstored(&error)).map(|keys| {
        let api_keys = keys.into_iter().map(ApiKeyView::from).collect();
        answer::json(200, to_json(&ApiKeys { api_keys }))
    });
    done(&app, listed)
}

#[utoipa::path(
    post,
    path = "/v1/api-keys",
    tag = "Administration",
    operation_id = "create_api_key",
    summary = "Make an API key",
    request_body = NewApiKey,
    responses((status = 201, description = "The new key; `key` is shown only here", body = ApiKeyView), Refusals),
    security(("api_key" = []))
)]
pub async fn create(State(app): State<Arc<App>>, caller: ApiCaller, body: Body) -> Response<Body> {
    let created = try_create(&app, &caller, body).await;
    done(&app, created)
}

async fn try_create(app: &App, caller: &ApiCaller, body: Body) -> Result<Response<Body>, Problem> {
    let new: NewApiKey = read::json(body).await?;
    let key = Key::generate(KeyKind::Api);
    let view = ApiKeyView {
        id: ApiKeyId(app.clock.new_id()),
        name: name(&new.name)?.to_owned(),
        hint: key.hint().to_owned(),
        created_at: app.clock.now(),
        key: Some(key.reveal().to_owned()),
    };
    let stored = async {
        let mut tx = app.db.begin().await?;
        organizations::create_api_key(&mut tx, view.id, caller.org.id, &view.name, &key, view.created_at)
            .await?;
        tx.commit().await
    };
    stored.await.map_err(|error| unstored(&error))?;
    refresh(app).await?;
    Ok(answer::json(201, to_json(&view)))
}

#[utoipa::path(
    delete,
    path = "/v1/api-keys/{id}",
    tag = "Administration",
    operation_id = "revoke_api_key",
    summary = "End an API key on every node within 5 seconds",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is ended", body = Deleted), Refusals, NotFound, Conflict),
    security(("api_key" = []))
)]
pub async fn revoke(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let revoked = try_revoke(&app, &caller, &id).await;
    done(&app, revoked)
}

async fn try_revoke(app: &App, caller: &ApiCaller, id: &str) -> Result<Response<Body>, Problem> {
    let unknown = || {
        Problem::not_found(
            "api_key_not_found",
            format!("No API key of this organization has the id {id}. GET /v1/api-keys lists them."),
        )
    };
    let keys =
        organizations::list_api_keys(&app.db, caller.org.id).await.map_err(|error| unstored(&error))?;
    let key = keys.iter().find(|key| key.id.to_string() == id).ok_or_else(unknown)?.id;
    if key == caller.key.id {
        return Err(Problem::new(
            409,
            "key_in_use",
            "A key can't end itself, so that the API stays reachable. Make another with POST /v1/api-keys and end this one with it.",
        ));
    }
    let ended = async {
        let mut tx = app.db.begin().await?;
        organizations::revoke_api_key(&mut tx, key, app.clock.now()).await?;
        tx.commit().await
    };
    ended.await.map_err(|error| match error {
        StorageError::NotFound(_) => unknown(),
        other => unstored(&other),
    })?;
    refresh(app).await?;
    Ok(answer::json(200, to_json(&Deleted::of(key.0))))
}
