//! `GET` and `PATCH /v1/me`: who asks, and what they may do where.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::access::{Role, check_password};
use hookline_domain::ids::{ApiKeyId, OrgId, SignInId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::auth::{Known, Person, Who};
use super::browser::{self, Browser};
use super::change::{done, invalid_field, name, record, to_json, unstored};
use super::read;
use crate::app::App;
use crate::http::answer;
use crate::http::openapi::{ErrorDocument, Refusals, RoleDocument};
use crate::problem::Problem;
use crate::storage::audit::{Actor, Entry};
use crate::storage::sign_ins::{self, Found};
use crate::storage::{Result as Stored, users};

#[derive(Serialize, ToSchema)]
struct MeUser {
    #[schema(value_type = uuid::Uuid)]
    id: UserId,
    name: String,
    email: String,
}

#[derive(Serialize, ToSchema)]
struct MeApiKey {
    #[schema(value_type = uuid::Uuid)]
    id: ApiKeyId,
    name: String,
    #[schema(value_type = RoleDocument)]
    role: Role,
}

#[derive(Serialize, ToSchema)]
struct MeOrganization {
    #[schema(value_type = uuid::Uuid)]
    id: OrgId,
    name: String,
    #[schema(value_type = RoleDocument)]
    role: Role,
}

/// Of a person `user` and `sign_in`, of an API key `api_key`.
#[derive(Serialize, ToSchema)]
pub struct Me {
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<MeUser>,
    /// Which of the person's sign-ins this is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<uuid::Uuid>)]
    sign_in: Option<SignInId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key: Option<MeApiKey>,
    /// By name. Without the header `Hookline-Organization` the first one is meant.
    organizations: Vec<MeOrganization>,
}

impl Me {
    pub fn person(found: &Found) -> Self {
        let Found { id, user, email, name, memberships, .. } = found;
        let organizations = memberships
            .iter()
            .map(|one| MeOrganization { id: one.org, name: one.org_name.clone(), role: one.role })
            .collect();
        let user = MeUser { id: *user, name: name.clone(), email: email.clone() };
        Self { user: Some(user), sign_in: Some(*id), api_key: None, organizations }
    }
}

#[utoipa::path(
    get,
    path = "/v1/me",
    tag = "Access",
    operation_id = "get_me",
    summary = "Who asks, and what they may do where",
    responses((status = 200, description = "A person or an API key", body = Me), Refusals),
    security(("api_key" = []))
)]
pub async fn get(State(app): State<Arc<App>>, Known(who): Known) -> Response<Body> {
    done(&app, me(&app, &who).map(|me| answer::json(200, to_json(&me))))
}

fn me(app: &App, who: &Who) -> Result<Me, Problem> {
    let key = match who {
        Who::Person { found, .. } => return Ok(Me::person(found)),
        Who::Key { key, .. } => key,
    };
    let settings = app.settings.current().map_err(|_| Problem::unavailable())?;
    let org = settings.orgs.get(&key.org).ok_or_else(Problem::unavailable)?;
    Ok(Me {
        user: None,
        sign_in: None,
        api_key: Some(MeApiKey { id: key.id, name: key.name.clone(), role: key.role }),
        organizations: vec![MeOrganization { id: org.id, name: org.name.clone(), role: key.role }],
    })
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// May be left out by who has none yet.
    current: Option<String>,
    /// 10 to 200 characters.
    new: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MePatch {
    name: Option<String>,
    /// A new one ends the person's other sign-ins.
    password: Option<NewPassword>,
}

#[utoipa::path(
    patch,
    path = "/v1/me",
    tag = "Access",
    operation_id = "update_me",
    summary = "Change one's own name or password",
    request_body = MePatch,
    responses((status = 200, description = "The person as they are now", body = Me), (status = 403, description = "`wrong_password`: the current password is another; `people_only`: an API key asks.", body = ErrorDocument), Refusals),
    security(("sign_in" = []))
)]
pub async fn update(
    State(app): State<Arc<App>>,
    Person(found): Person,
    browser: Browser,
    body: Body,
) -> Response<Body> {
    let patch: MePatch = match read::json(body).await {
        Ok(patch) => patch,
        Err(problem) => return answer::refuse(&app, &problem),
    };
    if patch.password.is_some()
        && let Some(refused) = browser.too_often(&app, found.email.parse().ok().as_ref())
    {
        return refused;
    }
    let updated = try_update(&app, found, patch).await;
    done(&app, updated)
}

async fn try_update(app: &App, mut found: Found, patch: MePatch) -> Result<Response<Body>, Problem> {
    let name = patch.name.as_deref().map(name).transpose()?.filter(|name| *name != found.name);
    let hash = match patch.password {
        Some(password) => Some(new_hash(app, &found, password).await?),
        None => None,
    };
    store(app, &found, name, hash.as_deref()).await.map_err(|error| unstored(&error))?;
    if let Some(name) = name {
        found.name = name.to_owned();
    }
    Ok(answer::json(200, to_json(&Me::person(&found))))
}

async fn new_hash(app: &App, found: &Found, password: NewPassword) -> Result<String, Problem> {
    check_password(&password.new).map_err(|weak| invalid_field(format!("`password.new` {weak}.")))?;
    let user = users::find(&app.db, found.user).await.map_err(|error| unstored(&error))?;
    let hash = user.and_then(|user| user.password_hash);
    if hash.is_some() && !app.passwords.is(hash, password.current.unwrap_or_default()).await {
        return Err(Problem::new(
            403,
            "wrong_password",
            "`password.current` is not your password. If you lost it, ask an owner of your organization for a link.",
        ));
    }
    Ok(app.passwords.hash(password.new).await)
}

/// Said in the audit log of every organization that the person is in.
async fn store(app: &App, found: &Found, name: Option<&str>, hash: Option<&str>) -> Stored<()> {
    let (user, by) = (found.user, Actor::User { id: found.user, name: found.name.clone() });
    let mut tx = app.db.begin().await?;
    let mut entries = Vec::new();
    if let Some(name) = name {
        users::rename(&mut tx, user, name).await?;
        entries.push(Entry::updated(
            "user",
            user.0,
            &json!({ "name": found.name }),
            &json!({ "name": name }),
        ));
    }
    if let Some(hash) = hash {
        users::set_password(&mut tx, user, hash).await?;
        sign_ins::end_others(&mut tx, user, Some(found.id)).await?;
        sign_ins::end_link(&mut tx, user).await?;
        entries.push(Entry::done("password_set", "user", user.0));
    }
    for one in users::memberships(&mut tx, user).await? {
        for entry in &entries {
            record(app, &mut tx, one.org, &by, entry).await?;
        }
    }
    tx.commit().await
}

/// The answer of what has just signed a person in.
pub async fn signed_in(app: &App, token: &crate::keys::Key) -> Result<Response<Body>, Problem> {
    let found = sign_ins::find(&app.db, &token.hash(), app.clock.now()).await;
    let found = found.map_err(|error| unstored(&error))?.ok_or_else(browser::wrong_credentials)?;
    let mut response = answer::json(200, to_json(&Me::person(&found)));
    super::auth::cookie::set(app, &mut response, token);
    Ok(response)
}
