//! `PATCH /v1/calls/{id}`: changes a call by hand; the timeline says who did.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::webhook::{self, BODY_BYTES_MAX};

use super::view::{self, WholeCallView};
use super::{call_id, commit, next};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::read::{PathId, bytes_within};
use crate::http::openapi::{CallEdit, Conflict, NotFound, Refusals};
use crate::intake::work::{Edit, Work};
use crate::problem::Problem;

#[utoipa::path(
    patch,
    path = "/v1/calls/{id}",
    tag = "Calls",
    operation_id = "edit_call",
    summary = "Change a call by hand",
    description = "The fields are those of the `update_fields` webhook, with the same meaning, and so is what a change of a tag does to a call that is being routed. A field that means nothing is refused.",
    params(("id" = String, Path, description = "Its id")),
    request_body = CallEdit,
    responses((status = 200, description = "The call as it is now", body = WholeCallView), Refusals, NotFound, Conflict),
    security(("api_key" = []))
)]
pub async fn edit(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    PathId(id): PathId,
    body: Body,
) -> Response<Body> {
    match try_edit(&app, &caller, &id, body).await {
        Ok(response) => response,
        Err(problem) => answer::refuse(&app, &problem),
    }
}

async fn try_edit(app: &App, caller: &ApiCaller, id: &str, body: Body) -> Result<Response<Body>, Problem> {
    let call = call_id(id)?;
    let body = bytes_within(body, BODY_BYTES_MAX).await?;
    let changes = webhook::read_changes(&body).map_err(|refusal| Problem::from(&refusal))?;
    let edit = Edit { org: caller.org.clone(), call, changes, actor: caller.actor() };
    let outcome = commit(app, id, Work::Edit(Box::new(edit))).await?;
    let outcome = next::go_on(app, caller, outcome).await?;
    Ok(answer::json(200, view::to_json(&view::outcome(&caller.org, &outcome, app.clock.now()))))
}
