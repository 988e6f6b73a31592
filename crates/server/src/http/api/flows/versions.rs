//! `GET /v1/flows/{id}/versions`, `…/versions/{n}` and `…/diff`: what calls ran by, and what changed.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::Response;
use hookline_domain::flow::{self, Flow, FlowDiff};
use hookline_domain::ids::FlowId;
use hookline_domain::time::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::{find, no_draft};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{done, to_json, unstored};
use crate::http::api::definition;
use crate::http::api::members::Members;
use crate::http::api::read::{self, PathId, PathVersion};
use crate::http::openapi::{Conflict, DiffQuery, FlowDiffDocument, FlowVersionDocument, NotFound, Refusals};
use crate::problem::Problem;
use crate::storage::flows::{self, FlowRow, VersionLine, VersionRow};

#[derive(Serialize, ToSchema)]
pub struct FlowVersions {
    versions: Vec<VersionLineView>,
}

/// A version without its graph.
#[derive(Serialize, ToSchema)]
#[schema(as = FlowVersionLine)]
struct VersionLineView {
    version: i64,
    #[schema(value_type = String, format = DateTime)]
    published_at: Timestamp,
    /// Such as `api_key:` and its id.
    published_by: String,
}

#[derive(Serialize)]
struct VersionView {
    version: i64,
    published_at: Timestamp,
    published_by: String,
    flow: Option<Box<RawValue>>,
}

#[utoipa::path(
    get,
    path = "/v1/flows/{id}/versions",
    tag = "Routing",
    operation_id = "list_flow_versions",
    summary = "The published versions of a flow, newest first",
    params(("id" = String, Path, description = "The flow's id")),
    responses((status = 200, description = "The versions, without their graphs", body = FlowVersions), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn versions(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let listed = try_versions(&app, &caller, &id).await;
    done(&app, listed)
}

async fn try_versions(app: &App, caller: &ApiCaller, id: &str) -> Result<Response<Body>, Problem> {
    let flow = FlowId(find(app, caller, id).await?.id);
    let lines = flows::versions(&app.db, caller.org.id, flow).await.map_err(|error| unstored(&error))?;
    let versions = lines.into_iter().map(|line| {
        let VersionLine { version, published_at, published_by } = line;
        VersionLineView { version, published_at: Timestamp(published_at), published_by }
    });
    Ok(answer::json(200, to_json(&FlowVersions { versions: versions.collect() })))
}

#[utoipa::path(
    get,
    path = "/v1/flows/{id}/versions/{version}",
    tag = "Routing",
    operation_id = "get_flow_version",
    summary = "One version; its `flow` can be kept elsewhere and sent as a draft again",
    params(
        ("id" = String, Path, description = "The flow's id"),
        ("version" = i64, Path, description = "The version's number"),
    ),
    responses((status = 200, description = "The version", body = FlowVersionDocument), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn version(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    PathVersion(id, number): PathVersion,
) -> Response<Body> {
    let shown = try_version(&app, &caller, &id, &number).await;
    done(&app, shown)
}

async fn try_version(
    app: &App,
    caller: &ApiCaller,
    id: &str,
    number: &str,
) -> Result<Response<Body>, Problem> {
    let flow = find(app, caller, id).await?;
    let VersionRow { version, definition, published_at, published_by } =
        find_version(app, caller, &flow, number).await?;
    let flow = definition::raw(Some(&definition));
    let view = VersionView { version, published_at: Timestamp(published_at), published_by, flow };
    Ok(answer::json(200, to_json(&view)))
}

async fn find_version(
    app: &App,
    caller: &ApiCaller,
    flow: &FlowRow,
    number: &str,
) -> Result<VersionRow, Problem> {
    let unknown = || {
        Problem::not_found(
            "flow_version_not_found",
            format!("This flow has no version {number}. GET /v1/flows/{}/versions lists them.", flow.id),
        )
    };
    let version = number.parse().map_err(|_| unknown())?;
    let found = flows::version(&app.db, caller.org.id, FlowId(flow.id), version).await;
    found.map_err(|error| unstored(&error))?.ok_or_else(unknown)
}

#[utoipa::path(
    get,
    path = "/v1/flows/{id}/diff",
    tag = "Routing",
    operation_id = "diff_flow",
    summary = "What is different between two versions, or a version and the draft",
    params(("id" = String, Path, description = "The flow's id"), DiffQuery),
    responses((status = 200, description = "What was done to `from` to make `to`", body = FlowDiffDocument), Refusals, NotFound, Conflict),
    security(("api_key" = []))
)]
pub async fn diff(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    PathId(id): PathId,
    RawQuery(query): RawQuery,
) -> Response<Body> {
    let compared = try_diff(&app, &caller, &id, query.as_deref()).await;
    done(&app, compared)
}

async fn try_diff(
    app: &App,
    caller: &ApiCaller,
    id: &str,
    query: Option<&str>,
) -> Result<Response<Body>, Problem> {
    let parameters = read::query(query, &["from", "to"])?;
    let side = |name: &str| {
        parameters.get(name).filter(|text| *text == "draft" || text.parse::<i64>().is_ok()).ok_or_else(|| {
            Problem::bad_request(
                "invalid_parameter",
                format!("`{name}` must be a version's number, or the word draft."),
            )
        })
    };
    let (from, to) = (side("from")?, side("to")?);
    let flow = find(app, caller, id).await?;
    let before = graph(app, caller, &flow, from).await?;
    let after = graph(app, caller, &flow, to).await?;
    let mut view = Members::with("from", from);
    view.set("to", to);
    let compared: FlowDiff = flow::diff(&before, &after);
    view.merge(Members::of(&compared));
    Ok(answer::json(200, to_json(&view)))
}

/// A version or the draft, as a flow.
pub async fn graph(app: &App, caller: &ApiCaller, flow: &FlowRow, which: &str) -> Result<Flow, Problem> {
    let json = match which {
        "draft" => flow.draft.clone().ok_or_else(no_draft)?,
        number => find_version(app, caller, flow, number).await?.definition,
    };
    Flow::parse(&json).map_err(|problems| {
        let first = problems.first().map(ToString::to_string).unwrap_or_default();
        Problem::new(
            409,
            "flow_unreadable",
            format!("{which} of this flow can't be read by this version of the server: {first}. Compare with another."),
        )
    })
}
