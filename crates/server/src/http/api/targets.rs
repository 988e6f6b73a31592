//! `/v1/targets`: where calls go.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::ids::TargetId;
use hookline_domain::routing::Target;
use serde_json::value::RawValue;

use super::auth::ApiCaller;
use super::change::{Change, check_room, done, invalid_document, to_json, unstored};
use super::definition;
use super::members::Members;
use super::read::PathId;
use super::used_by;
use crate::app::App;
use crate::http::answer;
use crate::http::openapi::{
    Conflict, Deleted, NotFound, Refusals, TargetDocument, TargetFieldsDocument, TargetPatchDocument,
    TargetsDocument,
};
use crate::problem::Problem;
use crate::storage::audit::Entry;
use crate::storage::definitions::{self, DefinitionRow, Kind};

/// Targets of one organization.
const TARGETS_MAX: i64 = 2_000;

#[utoipa::path(
    get,
    path = "/v1/targets",
    tag = "Routing",
    operation_id = "list_targets",
    summary = "Targets",
    responses((status = 200, description = "The targets", body = TargetsDocument), Refusals),
    security(("api_key" = []))
)]
pub async fn list(State(app): State<Arc<App>>, caller: ApiCaller) -> Response<Body> {
    let rows = definitions::list(&app.db, caller.org.id, Kind::Target).await;
    let listed = rows.map_err(|error| unstored(&error)).map(|rows| {
        let views: Vec<Members> = rows.iter().map(view).collect();
        answer::json(200, to_json(&Members::with("targets", &views)))
    });
    done(&app, listed)
}

#[utoipa::path(
    get,
    path = "/v1/targets/{id}",
    tag = "Routing",
    operation_id = "get_target",
    summary = "One target",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The target", body = TargetDocument), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn get(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let shown = try_get(&app, &caller, &id).await;
    done(&app, shown)
}

async fn try_get(app: &App, caller: &ApiCaller, id: &str) -> Result<Response<Body>, Problem> {
    let found = definitions::find(&app.db, caller.org.id, Kind::Target, target_id(id)?.0).await;
    let row = found.map_err(|error| unstored(&error))?.ok_or_else(|| not_found(id))?;
    Ok(answer::json(200, to_json(&view(&row))))
}

#[utoipa::path(
    post,
    path = "/v1/targets",
    tag = "Routing",
    operation_id = "create_target",
    summary = "Make a target",
    request_body = TargetFieldsDocument,
    responses((status = 201, description = "The new target", body = TargetDocument), Refusals, Conflict),
    security(("api_key" = []))
)]
pub async fn create(State(app): State<Arc<App>>, caller: ApiCaller, body: Body) -> Response<Body> {
    let created = try_create(&app, &caller, body).await;
    done(&app, created)
}

async fn try_create(app: &App, caller: &ApiCaller, body: Body) -> Result<Response<Body>, Problem> {
    let sent = definition::sent(body).await?.to_raw();
    let target = Target::parse(TargetId(app.clock.new_id()), &sent).map_err(|it| invalid_document(&it))?;
    let row = definition::row(target.id.0, &target.name, &target, app.clock.now());
    let mut change = Change::begin(app, caller).await?;
    let org = change.org.id;
    let count = definitions::count(&mut change.tx, org, Kind::Target).await;
    check_room(count.map_err(|error| unstored(&error))?, TARGETS_MAX, "targets")?;
    let stored = definitions::create(&mut change.tx, org, Kind::Target, &row, change.revision).await;
    stored.map_err(|error| unstored(&error))?;
    let view = view(&row);
    change.commit(Entry::created("target", row.id, &view)).await?;
    Ok(answer::json(201, to_json(&view)))
}

#[utoipa::path(
    patch,
    path = "/v1/targets/{id}",
    tag = "Routing",
    operation_id = "update_target",
    summary = "Change a target; what is not named stays",
    params(("id" = String, Path, description = "Its id")),
    request_body = TargetPatchDocument,
    responses((status = 200, description = "The target as it is now", body = TargetDocument), Refusals, NotFound),
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
    let sent = definition::sent(body).await?;
    let mut change = Change::begin(app, caller).await?;
    let old = find_to_change(&mut change, id).await?;
    let whole = definition::merged(&old, sent);
    let target = Target::parse(TargetId(old.id), &whole).map_err(|it| invalid_document(&it))?;
    let row = DefinitionRow {
        created_at: old.created_at,
        ..definition::row(old.id, &target.name, &target, app.clock.now())
    };
    let org = change.org.id;
    let stored = definitions::update(&mut change.tx, org, Kind::Target, &row, change.revision).await;
    stored.map_err(|error| unstored(&error))?;
    let after = view(&row);
    change.commit(Entry::updated("target", row.id, &view(&old), &after)).await?;
    Ok(answer::json(200, to_json(&after)))
}

#[utoipa::path(
    delete,
    path = "/v1/targets/{id}",
    tag = "Routing",
    operation_id = "delete_target",
    summary = "Delete a target that no plan and no published flow uses",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is deleted", body = Deleted), Refusals, NotFound, Conflict),
    security(("api_key" = []))
)]
pub async fn delete(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let deleted = try_delete(&app, &caller, &id).await;
    done(&app, deleted)
}

async fn try_delete(app: &App, caller: &ApiCaller, id: &str) -> Result<Response<Body>, Problem> {
    let mut change = Change::begin(app, caller).await?;
    let row = find_to_change(&mut change, id).await?;
    used_by::refuse_if_any("target_in_use", "target", used_by::target(&change.org, TargetId(row.id)))?;
    let org = change.org.id;
    let deleted = definitions::delete(&mut change.tx, org, Kind::Target, row.id).await;
    deleted.map_err(|error| unstored(&error))?;
    change.commit(Entry::deleted("target", row.id, &view(&row))).await?;
    Ok(answer::json(200, to_json(&Deleted::of(row.id))))
}

async fn find_to_change(change: &mut Change<'_>, id: &str) -> Result<DefinitionRow, Problem> {
    let org = change.org.id;
    let found = definitions::find_to_change(&mut change.tx, org, Kind::Target, target_id(id)?.0).await;
    found.map_err(|error| unstored(&error))?.ok_or_else(|| not_found(id))
}

fn view(row: &DefinitionRow) -> Members {
    let parse = |raw: &RawValue| Target::parse(TargetId(row.id), raw).map(drop);
    definition::view(row, definition::problem(row, parse))
}

fn target_id(id: &str) -> Result<TargetId, Problem> {
    id.parse().map_err(|_| not_found(id))
}

fn not_found(id: &str) -> Problem {
    Problem::not_found(
        "target_not_found",
        format!("No target of this organization has the id {id}. GET /v1/targets lists them."),
    )
}
