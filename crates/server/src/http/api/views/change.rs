//! `POST /v1/views`, `PATCH` and `DELETE /v1/views/{id}`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::ids::{UserId, ViewId};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{SavedView, ViewFields, ViewPage, may_change, may_share, person};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::{ApiCaller, Who};
use crate::http::api::change::{Change, check_room, done, merged, to_json, unstored};
use crate::http::api::read::{self, PathId};
use crate::http::openapi::{Conflict, Deleted, NotFound, Refusals};
use crate::problem::Problem;
use crate::storage::audit::Entry;
use crate::storage::views::{self, View};

/// Of one person in one organization.
const VIEWS_MAX: i64 = 100;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewView {
    name: String,
    page: ViewPage,
    /// The query of the page's address.
    #[serde(default)]
    search: String,
    #[serde(default)]
    columns: Option<Vec<String>>,
    /// From the role analyst up.
    #[serde(default)]
    shared: bool,
}

/// What is not named stays; null clears `columns`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a PATCH is merged as JSON; this is its description")]
pub struct ViewPatch {
    name: Option<String>,
    search: Option<String>,
    columns: Option<Vec<String>>,
    shared: Option<bool>,
}

#[utoipa::path(
    post,
    path = "/v1/views",
    tag = "Administration",
    operation_id = "create_view",
    summary = "Keep what a page is set to under a name",
    description = "Of a person; an API key is answered 403 `people_only`. To share it takes the role analyst.",
    request_body = NewView,
    responses((status = 201, description = "The new view", body = SavedView), Refusals, Conflict),
    security(("api_key" = []))
)]
pub async fn create(State(app): State<Arc<App>>, caller: ApiCaller, body: Body) -> Response<Body> {
    let created = try_create(&app, &caller, body).await;
    done(&app, created)
}

async fn try_create(app: &App, caller: &ApiCaller, body: Body) -> Result<Response<Body>, Problem> {
    let Who::Person { found, .. } = &caller.who else { return Err(people_only()) };
    let NewView { name, page, search, columns, shared } = read::json(body).await?;
    let ViewFields { name, search, columns, shared } =
        ViewFields { name, search, columns, shared }.checked()?;
    check_share(caller, shared)?;
    let (user, by_name) = (found.user, found.name.clone());
    let (id, created_at, page) = (ViewId(app.clock.new_id()), app.clock.now(), page.name().to_owned());
    let view = View { id, user, by_name, name, page, search, columns, shared, created_at };
    let mut change = Change::begin(app, caller).await?;
    let seen = seen(&mut change, Some(user)).await?;
    let own = seen.iter().filter(|one| one.user == user).count();
    check_room(i64::try_from(own).unwrap_or(i64::MAX), VIEWS_MAX, "views of yours")?;
    check_name(&seen, &view)?;
    let org = change.org.id;
    views::create(&mut change.tx, org, &view).await.map_err(|error| unstored(&error))?;
    let answer = SavedView::of(&view, caller);
    change.commit(Entry::created("view", view.id.0, &answer)).await?;
    Ok(answer::json(201, to_json(&answer)))
}

#[utoipa::path(
    patch,
    path = "/v1/views/{id}",
    tag = "Administration",
    operation_id = "update_view",
    summary = "Change a view: one's own, or as a manager a shared one",
    params(("id" = String, Path, description = "Its id")),
    request_body = ViewPatch,
    responses((status = 200, description = "The view as it is now", body = SavedView), Refusals, NotFound, Conflict),
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
    let sent: Map<String, Value> = read::json(body).await?;
    let mut change = Change::begin(app, caller).await?;
    let seen = seen(&mut change, person(caller)).await?;
    let old = find(&seen, id, caller)?;
    let ViewFields { name, search, columns, shared } = merged(&ViewFields::of(old), sent)?.checked()?;
    check_share(caller, shared)?;
    let new = View { name, search, columns, shared, ..old.clone() };
    check_name(&seen, &new)?;
    let org = change.org.id;
    views::update(&mut change.tx, org, &new).await.map_err(|error| unstored(&error))?;
    let (before, after) = (SavedView::of(old, caller), SavedView::of(&new, caller));
    change.commit(Entry::updated("view", new.id.0, &before, &after)).await?;
    Ok(answer::json(200, to_json(&after)))
}

#[utoipa::path(
    delete,
    path = "/v1/views/{id}",
    tag = "Administration",
    operation_id = "delete_view",
    summary = "Delete a view: one's own, or as a manager a shared one",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is deleted", body = Deleted), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn delete(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let deleted = try_delete(&app, &caller, &id).await;
    done(&app, deleted)
}

async fn try_delete(app: &App, caller: &ApiCaller, id: &str) -> Result<Response<Body>, Problem> {
    let mut change = Change::begin(app, caller).await?;
    let seen = seen(&mut change, person(caller)).await?;
    let old = find(&seen, id, caller)?;
    let org = change.org.id;
    views::delete(&mut change.tx, org, old.id).await.map_err(|error| unstored(&error))?;
    change.commit(Entry::deleted("view", old.id.0, &SavedView::of(old, caller))).await?;
    Ok(answer::json(200, to_json(&Deleted::of(old.id.0))))
}

async fn seen(change: &mut Change<'_>, user: Option<UserId>) -> Result<Vec<View>, Problem> {
    let org = change.org.id;
    views::list_to_change(&mut change.tx, org, user).await.map_err(|error| unstored(&error))
}

/// One that they see and may change.
fn find<'v>(seen: &'v [View], id: &str, caller: &ApiCaller) -> Result<&'v View, Problem> {
    let view = seen.iter().find(|view| view.id.to_string() == id).ok_or_else(|| {
        Problem::not_found(
            "view_not_found",
            format!("You have no view with the id {id}, and none is shared. GET /v1/views lists them."),
        )
    })?;
    if may_change(view, person(caller), caller.role) { Ok(view) } else { Err(not_yours(&view.by_name)) }
}

fn not_yours(owner: &str) -> Problem {
    Problem::new(
        403,
        "not_your_view",
        format!(
            "This shared view is {owner}'s. They or a manager can change it; save your own under another name."
        ),
    )
}

fn check_share(caller: &ApiCaller, shared: bool) -> Result<(), Problem> {
    if !shared || may_share(caller.role) {
        return Ok(());
    }
    Err(Problem::new(
        403,
        "may_not_share",
        "Sharing a view takes the role analyst. Send `shared` as false, or ask an owner of the organization for the role.",
    ))
}

/// A person's views on a page are told apart by their names.
fn check_name(seen: &[View], view: &View) -> Result<(), Problem> {
    let taken = |other: &&View| {
        other.id != view.id
            && other.user == view.user
            && other.page == view.page
            && other.name.to_lowercase() == view.name.to_lowercase()
    };
    match seen.iter().find(taken) {
        None => Ok(()),
        Some(other) => Err(Problem::new(
            409,
            "view_name_taken",
            format!(
                "There is a view {} of this page already. Choose another `name`, or change that one.",
                other.name
            ),
        )),
    }
}

fn people_only() -> Problem {
    Problem::new(
        403,
        "people_only",
        "A view is a person's, and an API key is none. Sign in with POST /v1/sign-in and send its cookie.",
    )
}
