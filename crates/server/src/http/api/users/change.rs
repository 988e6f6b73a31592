//! `PATCH` and `DELETE /v1/users/{id}`. Both count at once: who a browser's cookie belongs to is read for each request.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::access::Role;
use hookline_domain::ids::UserId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{UserView, check_owner_left, find_to_change, memberships, owns_all, user_elsewhere};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{Change, done, name, to_json, unstored};
use crate::http::api::read::{self, PathId};
use crate::http::openapi::{Conflict, Deleted, NotFound, Refusals, RoleDocument};
use crate::problem::Problem;
use crate::storage::audit::Entry;
use crate::storage::users::Member;
use crate::storage::{sign_ins, users, views};

/// What is not named stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserPatch {
    name: Option<String>,
    #[schema(value_type = Option<RoleDocument>)]
    role: Option<Role>,
    /// Keeps them out of this organization.
    disabled: Option<bool>,
}

#[utoipa::path(
    patch,
    path = "/v1/users/{id}",
    tag = "Access",
    operation_id = "update_user",
    summary = "Change a member's role, name, or whether they are let in",
    params(("id" = String, Path, description = "Their id")),
    request_body = UserPatch,
    responses((status = 200, description = "The member as they are now", body = UserView), Refusals, NotFound, Conflict),
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
    let patch: UserPatch = read::json(body).await?;
    let mut change = Change::begin(app, caller).await?;
    let (members, old) = find_to_change(&mut change, id).await?;
    let new = Member {
        name: patch.name.as_deref().map_or(Ok(old.name.as_str()), name)?.to_owned(),
        role: patch.role.unwrap_or(old.role),
        disabled: patch.disabled.unwrap_or(old.disabled),
        ..old.clone()
    };
    if new.role != Role::Owner || new.disabled {
        check_owner_left(&members, old.id)?;
    }
    if new.name != old.name {
        if !owns_all(caller, &memberships(&mut change, old.id).await?) {
            return Err(user_elsewhere("rename them"));
        }
        users::rename(&mut change.tx, old.id, &new.name).await.map_err(|error| unstored(&error))?;
    }
    let org = change.org.id;
    let stored = users::update_member(&mut change.tx, org, old.id, new.role, new.disabled).await;
    stored.map_err(|error| unstored(&error))?;
    end_if_out(&mut change, old.id).await?;
    let (before, after) = (UserView::from(old), UserView::from(new));
    change.commit(Entry::updated("user", after.id.0, &before, &after)).await?;
    Ok(answer::json(200, to_json(&after)))
}

#[utoipa::path(
    delete,
    path = "/v1/users/{id}",
    tag = "Access",
    operation_id = "remove_user",
    summary = "Take a member out of the organization; what they did stays",
    params(("id" = String, Path, description = "Their id")),
    responses((status = 200, description = "They are out", body = Deleted), Refusals, NotFound, Conflict),
    security(("api_key" = []))
)]
pub async fn remove(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let removed = try_remove(&app, &caller, &id).await;
    done(&app, removed)
}

async fn try_remove(app: &App, caller: &ApiCaller, id: &str) -> Result<Response<Body>, Problem> {
    let mut change = Change::begin(app, caller).await?;
    let (members, old) = find_to_change(&mut change, id).await?;
    check_owner_left(&members, old.id)?;
    let org = change.org.id;
    views::delete_unshared(&mut change.tx, org, old.id).await.map_err(|error| unstored(&error))?;
    users::remove_member(&mut change.tx, org, old.id).await.map_err(|error| unstored(&error))?;
    end_if_out(&mut change, old.id).await?;
    let id = old.id;
    change.commit(Entry::deleted("user", id.0, &UserView::from(old))).await?;
    Ok(answer::json(200, to_json(&Deleted::of(id.0))))
}

/// Ends what lets a person in whom no organization lets in any more: it must not come back with them.
async fn end_if_out(change: &mut Change<'_>, user: UserId) -> Result<(), Problem> {
    if memberships(change, user).await?.iter().any(|one| !one.disabled) {
        return Ok(());
    }
    let ended = async {
        sign_ins::end_others(&mut change.tx, user, None).await?;
        sign_ins::end_link(&mut change.tx, user).await
    };
    ended.await.map_err(|error| unstored(&error))
}
