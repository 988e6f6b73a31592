//! `POST /v1/flows/{id}/validate` and `POST /v1/flows/{id}/publish`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::flow::{Flow, Problem as FlowProblem};
use hookline_domain::ids::FlowId;
use hookline_domain::time::Timestamp;
use serde_json::json;

use super::{checked, find, find_to_change, no_draft, view, with_problems};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{Change, current, done, to_json, unstored};
use crate::http::api::read::PathId;
use crate::http::openapi::{Conflict, NotFound, PublishedDocument, Refusals, ValidationDocument};
use crate::problem::Problem;
use crate::storage::audit::Entry;
use crate::storage::flows::{self, FlowRow, VersionRow};
use crate::storage::routes;

/// Versions of a flow that are kept, beside those by which live calls run.
const VERSIONS_MAX: usize = 200;

#[utoipa::path(
    post,
    path = "/v1/flows/{id}/validate",
    tag = "Routing",
    operation_id = "validate_flow",
    summary = "What publishing the draft would say; nothing is changed",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "Errors first, then warnings", body = ValidationDocument), Refusals, NotFound, Conflict),
    security(("api_key" = []))
)]
pub async fn validate(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let validated = try_validate(&app, &caller, &id).await;
    done(&app, validated)
}

async fn try_validate(app: &App, caller: &ApiCaller, id: &str) -> Result<Response<Body>, Problem> {
    let org = current(app, caller).await?;
    let draft = find(app, caller, id).await?.draft.ok_or_else(no_draft)?;
    let (_, problems) = checked(&draft, &org);
    let valid = !problems.iter().any(FlowProblem::is_error);
    Ok(answer::json(200, to_json(&json!({ "valid": valid, "problems": problems }))))
}

#[utoipa::path(
    post,
    path = "/v1/flows/{id}/publish",
    tag = "Routing",
    operation_id = "publish_flow",
    summary = "Make the draft the next version, by which calls run from now on",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The new version, and warnings", body = PublishedDocument), Refusals, NotFound, Conflict),
    security(("api_key" = []))
)]
pub async fn publish(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let published = try_publish(&app, &caller, &id).await;
    done(&app, published)
}

async fn try_publish(app: &App, caller: &ApiCaller, id: &str) -> Result<Response<Body>, Problem> {
    let mut change = Change::begin(app, caller).await?;
    let old = find_to_change(&mut change, id).await?;
    let (flow, warnings) = publishable(&change, &old)?;
    let at = app.clock.now();
    let (org, id, before) = (change.org.id, FlowId(old.id), view(&old));
    let stored = async {
        let version = flows::next_version(&mut change.tx, org, id).await?;
        let row = FlowRow { draft: None, version: Some(version), updated_at: at.0, ..old };
        let version = VersionRow {
            version,
            definition: flow.to_json(),
            published_at: at.0,
            published_by: caller.actor(),
        };
        flows::add_version(&mut change.tx, org, id, &version).await?;
        flows::update(&mut change.tx, org, &row, change.revision).await?;
        if usize::try_from(version.version).is_ok_and(|newest| newest > VERSIONS_MAX) {
            let in_use = routes::versions_in_use(&mut change.tx, org, id).await?;
            flows::prune(&mut change.tx, org, id, VERSIONS_MAX, &in_use).await?;
        }
        Ok((version, row))
    };
    let (version, row) = stored.await.map_err(|error| unstored(&error))?;
    change.commit(Entry::updated("flow", row.id, &before, &view(&row)).called("published")).await?;
    let answer = json!({
        "id": id,
        "version": version.version,
        "published_at": Timestamp(version.published_at),
        "published_by": version.published_by,
        "problems": warnings,
    });
    Ok(answer::json(200, to_json(&answer)))
}

/// The draft and its warnings, if it has no error.
fn publishable(change: &Change<'_>, row: &FlowRow) -> Result<(Flow, Vec<FlowProblem>), Problem> {
    let draft = row.draft.as_deref().ok_or_else(no_draft)?;
    let (flow, problems) = checked(draft, &change.org);
    match (flow, problems.iter().find(|problem| problem.is_error())) {
        (Some(flow), None) => Ok((flow, problems)),
        (_, first) => {
            let first = first.map(ToString::to_string).unwrap_or_default();
            let refused = Problem::new(
                409,
                "draft_has_errors",
                format!("The draft can't be published: {first}. `problems` lists everything."),
            );
            Err(with_problems(refused, &problems))
        }
    }
}
