//! `POST`, `PATCH` and `DELETE` of flows. No call runs by a draft.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::flow::Flow;
use hookline_domain::ids::FlowId;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::{FLOWS_MAX, find_to_change, view, with_problems};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{Change, check_room, done, invalid_field, name, to_json, unstored};
use crate::http::api::read::{self, PathId};
use crate::http::api::used_by;
use crate::http::openapi::{
    Conflict, Deleted, FlowDocument, FlowPatchDocument, NewFlowDocument, NotFound, Refusals,
};
use crate::problem::Problem;
use crate::storage::audit::Entry;
use crate::storage::flows::{self, FlowRow};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    name: String,
    draft: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Patch {
    name: Option<String>,
    /// Null is sent to throw the draft away.
    #[serde(default, deserialize_with = "sent")]
    draft: Option<Box<RawValue>>,
}

fn sent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(deserializer).map(Some)
}

#[utoipa::path(
    post,
    path = "/v1/flows",
    tag = "Routing",
    operation_id = "create_flow",
    summary = "Make a flow, from a draft or empty",
    request_body = NewFlowDocument,
    responses((status = 201, description = "The new flow", body = FlowDocument), Refusals, Conflict),
    security(("api_key" = []))
)]
pub async fn create(State(app): State<Arc<App>>, caller: ApiCaller, body: Body) -> Response<Body> {
    let created = try_create(&app, &caller, body).await;
    done(&app, created)
}

async fn try_create(app: &App, caller: &ApiCaller, body: Body) -> Result<Response<Body>, Problem> {
    let new: New = read::json_within(body, read::GRAPH_BODY_BYTES_MAX).await?;
    let draft = new.draft.map(|draft| readable(&draft)).transpose()?;
    let id = FlowId(app.clock.new_id());
    let row = FlowRow::new(id, name(&new.name)?.to_owned(), draft, app.clock.now());
    let mut change = Change::begin(app, caller).await?;
    let org = change.org.id;
    let count = flows::count(&mut change.tx, org).await;
    check_room(count.map_err(|error| unstored(&error))?, FLOWS_MAX, "flows")?;
    let stored = flows::create(&mut change.tx, org, &row, change.revision).await;
    stored.map_err(|error| unstored(&error))?;
    let view = view(&row);
    change.commit(Entry::created("flow", row.id, &view)).await?;
    Ok(answer::json(201, to_json(&view)))
}

#[utoipa::path(
    patch,
    path = "/v1/flows/{id}",
    tag = "Routing",
    operation_id = "update_flow",
    summary = "Rename a flow or set its draft; what is not named stays",
    params(("id" = String, Path, description = "Its id")),
    request_body = FlowPatchDocument,
    responses((status = 200, description = "The flow as it is now", body = FlowDocument), Refusals, NotFound),
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
    let patch: Patch = read::json_within(body, read::GRAPH_BODY_BYTES_MAX).await?;
    let draft = match patch.draft {
        Some(draft) if draft.get() == "null" => Some(None),
        Some(draft) => Some(Some(readable(&draft)?)),
        None => None,
    };
    let mut change = Change::begin(app, caller).await?;
    let old = find_to_change(&mut change, id).await?;
    let before = view(&old);
    let row = FlowRow {
        name: name(patch.name.as_deref().unwrap_or(&old.name))?.to_owned(),
        draft: draft.unwrap_or(old.draft),
        updated_at: app.clock.now().0,
        ..old
    };
    let org = change.org.id;
    let stored = flows::update(&mut change.tx, org, &row, change.revision).await;
    stored.map_err(|error| unstored(&error))?;
    let after = view(&row);
    change.commit(Entry::updated("flow", row.id, &before, &after)).await?;
    Ok(answer::json(200, to_json(&after)))
}

/// A draft may be unfinished, but each of its nodes must be readable: as the rules write it.
fn readable(draft: &RawValue) -> Result<String, Problem> {
    Flow::parse(draft.get()).map(|flow| flow.to_json()).map_err(|problems| {
        let first = problems.first().map(ToString::to_string).unwrap_or_default();
        with_problems(invalid_field(format!("`draft` can't be read: {first}.")), &problems)
    })
}

#[utoipa::path(
    delete,
    path = "/v1/flows/{id}",
    tag = "Routing",
    operation_id = "delete_flow",
    summary = "Delete a flow that no campaign uses, with all its versions",
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
    let flow = FlowId(row.id);
    used_by::refuse_if_any("flow_in_use", "flow", used_by::flow(&change.org, flow))?;
    let org = change.org.id;
    flows::delete(&mut change.tx, org, flow).await.map_err(|error| unstored(&error))?;
    change.commit(Entry::deleted("flow", row.id, &view(&row))).await?;
    Ok(answer::json(200, to_json(&Deleted::of(flow.0))))
}
