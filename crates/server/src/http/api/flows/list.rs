//! `GET /v1/flows` and `GET /v1/flows/{id}`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::time::Timestamp;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{find, view};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{done, to_json, unstored};
use crate::http::api::read::PathId;
use crate::http::openapi::{FlowDocument, NotFound, Refusals};
use crate::storage::flows::{self, FlowLine};

#[derive(ToSchema)]
#[expect(dead_code, reason = "describes an answer")]
pub struct Flows {
    flows: Vec<FlowLineView>,
}

/// A flow without its graph.
#[derive(Serialize, ToSchema)]
#[schema(as = FlowLine)]
struct FlowLineView {
    id: Uuid,
    name: String,
    has_draft: bool,
    /// The version that calls run by; null if none is published.
    version: Option<i64>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

#[utoipa::path(
    get,
    path = "/v1/flows",
    tag = "Routing",
    operation_id = "list_flows",
    summary = "Call flows, without their graphs",
    responses((status = 200, description = "The flows", body = Flows), Refusals),
    security(("api_key" = []))
)]
pub async fn list(State(app): State<Arc<App>>, caller: ApiCaller) -> Response<Body> {
    let lines = flows::list(&app.db, caller.org.id).await;
    let listed = lines.map_err(|error| unstored(&error)).map(|lines| {
        let flows: Vec<FlowLineView> = lines.into_iter().map(line).collect();
        answer::json(200, to_json(&json!({ "flows": flows })))
    });
    done(&app, listed)
}

fn line(line: FlowLine) -> FlowLineView {
    let FlowLine { id, name, has_draft, version, created_at, updated_at } = line;
    let (created_at, updated_at) = (Timestamp(created_at), Timestamp(updated_at));
    FlowLineView { id, name, has_draft, version, created_at, updated_at }
}

#[utoipa::path(
    get,
    path = "/v1/flows/{id}",
    tag = "Routing",
    operation_id = "get_flow",
    summary = "One flow with its draft",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The flow", body = FlowDocument), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn get(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let shown = find(&app, &caller, &id).await;
    done(&app, shown.map(|row| answer::json(200, to_json(&view(&row)))))
}
