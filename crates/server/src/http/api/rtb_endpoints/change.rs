//! `POST`, `PATCH` and `DELETE` of RTB endpoints.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::ids::RtbEndpointId;

use super::{Fields, RTB_ENDPOINTS_MAX, checked, endpoint_id, not_found, view};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{Change, check_room, done, to_json, unstored};
use crate::http::api::members::Members;
use crate::http::api::read::{self, PathId};
use crate::http::openapi::{
    Conflict, Deleted, NewRtbEndpointDocument, NotFound, Refusals, RtbEndpointDocument,
    RtbEndpointPatchDocument,
};
use crate::problem::Problem;
use crate::storage::StorageError;
use crate::storage::audit::Entry;
use crate::storage::rtb_endpoints::{self, EndpointRow};

#[utoipa::path(
    post,
    path = "/v1/rtb-endpoints",
    tag = "Routing",
    operation_id = "create_rtb_endpoint",
    summary = "Give a publisher an endpoint for a campaign",
    request_body = NewRtbEndpointDocument,
    responses((status = 201, description = "The new endpoint", body = RtbEndpointDocument), Refusals, Conflict),
    security(("api_key" = []))
)]
pub async fn create(State(app): State<Arc<App>>, caller: ApiCaller, body: Body) -> Response<Body> {
    let created = try_create(&app, &caller, body).await;
    done(&app, created)
}

async fn try_create(app: &App, caller: &ApiCaller, body: Body) -> Result<Response<Body>, Problem> {
    let fields: Fields = read::json(body).await?;
    let mut change = Change::begin(app, caller).await?;
    let at = app.clock.now();
    let row = EndpointRow { created_at: at.0, ..checked(&change.org, app.clock.new_id(), at, &fields)? };
    let org = change.org.id;
    let count = rtb_endpoints::count(&mut change.tx, org).await;
    check_room(count.map_err(|error| unstored(&error))?, RTB_ENDPOINTS_MAX, "RTB endpoints")?;
    rtb_endpoints::create(&mut change.tx, org, &row).await.map_err(|error| refused(&error))?;
    let view = view(&row);
    change.commit(Entry::created("rtb_endpoint", row.id, &view)).await?;
    Ok(answer::json(201, to_json(&view)))
}

#[utoipa::path(
    patch,
    path = "/v1/rtb-endpoints/{id}",
    tag = "Routing",
    operation_id = "update_rtb_endpoint",
    summary = "Change an endpoint; what is not named stays, within `settings` too",
    params(("id" = String, Path, description = "Its id")),
    request_body = RtbEndpointPatchDocument,
    responses((status = 200, description = "The endpoint as it is now", body = RtbEndpointDocument), Refusals, NotFound, Conflict),
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
    let sent: Members = read::json(body).await?;
    let mut change = Change::begin(app, caller).await?;
    let old = find_to_change(&mut change, id).await?;
    let fields = merged(&old, sent)?;
    let row =
        EndpointRow { created_at: old.created_at, ..checked(&change.org, old.id, app.clock.now(), &fields)? };
    let org = change.org.id;
    rtb_endpoints::update(&mut change.tx, org, &row).await.map_err(|error| refused(&error))?;
    let after = view(&row);
    change.commit(Entry::updated("rtb_endpoint", row.id, &view(&old), &after)).await?;
    Ok(answer::json(200, to_json(&after)))
}

/// What there is, with what was sent in its place.
fn merged(old: &EndpointRow, mut sent: Members) -> Result<Fields, Problem> {
    // Settings are merged one by one; null stands for the defaults, and what is no object is refused later.
    let settings = sent.get("settings").and_then(|raw| serde_json::from_str::<Members>(raw.get()).ok());
    if let Some(settings) = settings {
        let mut whole: Members = serde_json::from_str(&old.settings).unwrap_or_default();
        whole.merge(settings);
        sent.set("settings", &whole);
    }
    let mut fields = Members::of(&view(old).fields);
    fields.merge(sent);
    serde_json::from_str(fields.to_raw().get()).map_err(|error| read::unreadable(&error))
}

#[utoipa::path(
    delete,
    path = "/v1/rtb-endpoints/{id}",
    tag = "Routing",
    operation_id = "delete_rtb_endpoint",
    summary = "End an endpoint; its address answers no more",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is ended", body = Deleted), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn delete(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let deleted = try_delete(&app, &caller, &id).await;
    done(&app, deleted)
}

async fn try_delete(app: &App, caller: &ApiCaller, id: &str) -> Result<Response<Body>, Problem> {
    let mut change = Change::begin(app, caller).await?;
    let row = find_to_change(&mut change, id).await?;
    let org = change.org.id;
    let deleted = rtb_endpoints::delete(&mut change.tx, org, RtbEndpointId(row.id)).await;
    deleted.map_err(|error| unstored(&error))?;
    change.commit(Entry::deleted("rtb_endpoint", row.id, &view(&row))).await?;
    Ok(answer::json(200, to_json(&Deleted::of(row.id))))
}

async fn find_to_change(change: &mut Change<'_>, id: &str) -> Result<EndpointRow, Problem> {
    let org = change.org.id;
    let found = rtb_endpoints::find_to_change(&mut change.tx, org, endpoint_id(id)?).await;
    found.map_err(|error| unstored(&error))?.ok_or_else(|| not_found(id))
}

fn refused(error: &StorageError) -> Problem {
    match error {
        StorageError::Conflict => Problem::new(
            409,
            "rtb_endpoint_taken",
            "This campaign has an RTB endpoint for this publisher already. GET /v1/rtb-endpoints lists them; change that one.",
        ),
        other => unstored(other),
    }
}
