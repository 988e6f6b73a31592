//! `GET /v1/calls/{id}`: one call with its tags and its timeline.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;

use super::view::WholeCallView;
use super::{call_id, call_not_found, view};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::read::PathId;
use crate::http::openapi::{NotFound, Refusals};
use crate::storage::{calls, routes};

#[utoipa::path(
    get,
    path = "/v1/calls/{id}",
    tag = "Calls",
    operation_id = "get_call",
    summary = "A call with its tags and its timeline",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The call", body = WholeCallView), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn get(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let call = match call_id(&id) {
        Ok(call) => call,
        Err(problem) => return answer::refuse(&app, &problem),
    };
    let whole = match calls::whole(&app.db, caller.org.id, call).await {
        Err(error) => return answer::unavailable(&app, &error),
        Ok(None) => return answer::refuse(&app, &call_not_found(&id)),
        Ok(Some(whole)) => whole,
    };
    // After the call: an instruction that is newer than its record is what the switch needs, not an older one.
    let routed = match routes::standing(&app.db, caller.org.id, call).await {
        Ok(routed) => routed,
        Err(error) => return answer::unavailable(&app, &error),
    };
    let timeline = whole.timeline.into_iter().map(|entry| view::TimelineView {
        event: entry.kind,
        at: entry.at,
        by: entry.actor,
        request_id: entry.request,
        changes: entry.changes,
    });
    let loaded = &whole.call;
    let shown = WholeCallView {
        call: view::call(&caller.org, &loaded.call, loaded.external_id.as_deref(), app.clock.now()),
        tags: view::tags(&whole.tags),
        timeline: Some(timeline.collect()),
        routing: routed.as_ref().map(|routed| view::routing(routed.decision, &routed.stand)),
    };
    answer::json(200, view::to_json(&shown))
}
