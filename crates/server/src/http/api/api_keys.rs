//! `/v1/api-keys`: the organization's API keys.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::access::Role;
use hookline_domain::ids::ApiKeyId;
use hookline_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::{ApiCaller, Who};
use super::change::{Change, done, name, to_json, unstored};
use super::read::{self, PathId};
use crate::app::App;
use crate::http::answer;
use crate::http::openapi::{Conflict, Deleted, NotFound, Refusals, RoleDocument};
use crate::keys::{Key, KeyKind};
use crate::problem::Problem;
use crate::storage::StorageError;
use crate::storage::audit::Entry;
use crate::storage::organizations::{self, ApiKeyLine};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApiKey {
    /// What it is for.
    name: String,
    /// What it may do; `manager` if it is left out.
    #[serde(default = "manager")]
    #[schema(value_type = Option<RoleDocument>)]
    role: Role,
}

fn manager() -> Role {
    Role::Manager
}

#[derive(Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub struct ApiKeyView {
    #[schema(value_type = uuid::Uuid)]
    id: ApiKeyId,
    name: String,
    #[schema(value_type = RoleDocument)]
    role: Role,
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
        let ApiKeyLine { id, org: _, name, role, hint, created_at } = line;
        Self { id, name, role, hint, created_at, key: None }
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
        role: new.role,
        hint: key.hint().to_owned(),
        created_at: app.clock.now(),
        key: None,
    };
    let mut change = Change::begin(app, caller).await?;
    let row = organizations::NewApiKey {
        id: view.id,
        org: change.org.id,
        name: &view.name,
        role: view.role,
        at: view.created_at,
    };
    let stored = organizations::create_api_key(&mut change.tx, &row, &key).await;
    stored.map_err(|error| unstored(&error))?;
    change.commit(Entry::created("api_key", view.id.0, &view)).await?;
    Ok(answer::json(201, to_json(&ApiKeyView { key: Some(key.reveal().to_owned()), ..view })))
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
    let mut change = Change::begin(app, caller).await?;
    let keys = organizations::list_api_keys(&app.db, change.org.id).await;
    let keys = keys.map_err(|error| unstored(&error))?;
    let key = keys.iter().find(|key| key.id.to_string() == id).ok_or_else(unknown)?.id;
    if matches!(&caller.who, Who::Key { key: own, .. } if own.id == key) {
        return Err(Problem::new(
            409,
            "key_in_use",
            "A key can't end itself, so that the API stays reachable. Make another with POST /v1/api-keys and end this one with it.",
        ));
    }
    let ended = organizations::revoke_api_key(&mut change.tx, key, app.clock.now()).await;
    let ended = ended.map_err(|error| match error {
        StorageError::NotFound(_) => unknown(),
        other => unstored(&other),
    })?;
    change.commit(Entry::deleted("api_key", key.0, &ApiKeyView::from(ended))).await?;
    Ok(answer::json(200, to_json(&Deleted::of(key.0))))
}
