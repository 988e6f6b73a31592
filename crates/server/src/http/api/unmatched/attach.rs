//! `POST /v1/unmatched/{request_id}/attach`: someone says which call a request is for.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::ids::CallId;
use serde::Deserialize;

use super::{not_found, not_waiting, request_id, storage_problem};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::calls::next::go_on;
use crate::http::api::calls::view::{self, WholeCallView};
use crate::http::api::calls::{call_forbidden, call_not_found};
use crate::http::api::change::done;
use crate::http::api::read::{self, PathId};
use crate::http::inbound::commit_problem;
use crate::http::openapi::{Conflict, NotFound, Refusals};
use crate::intake::work::{Attach, CallOutcome, Outcome, Work};
use crate::problem::Problem;
use crate::storage::unmatched;

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AttachUnmatched)]
pub struct To {
    /// The call's id, however long ago it was.
    #[schema(value_type = uuid::Uuid)]
    call_log_id: CallId,
}

#[utoipa::path(
    post,
    path = "/v1/unmatched/{request_id}/attach",
    tag = "Webhooks and the request log",
    operation_id = "attach_unmatched",
    summary = "Apply an unmatched request to a call, by hand",
    description = "It is applied once. The call's timeline names the request, and the API key that attached it.",
    params(("request_id" = String, Path, description = "The request's id")),
    request_body = To,
    responses((status = 200, description = "The call as it is now", body = WholeCallView), Refusals, NotFound, Conflict, (status = 403, description = "The call is another organization's.", body = crate::http::openapi::ErrorDocument)),
    security(("api_key" = []))
)]
pub async fn attach(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    PathId(id): PathId,
    body: Body,
) -> Response<Body> {
    let attached = try_attach(&app, &caller, &id, body).await;
    done(&app, attached)
}

async fn try_attach(app: &App, caller: &ApiCaller, id: &str, body: Body) -> Result<Response<Body>, Problem> {
    let request = request_id(id)?;
    let to: To = read::json(body).await?;
    let what = unmatched::find(&app.db, caller.org.id, request)
        .await
        .map_err(|error| storage_problem(&error))?
        .ok_or_else(|| not_found(id))?;
    let org = caller.org.clone();
    let attach = Attach { org, request, what, call: to.call_log_id, actor: caller.actor() };
    let outcome = commit(app, id, attach).await?;
    let outcome = go_on(app, caller, outcome).await?;
    let shown = view::outcome(&caller.org, &outcome, app.clock.now());
    Ok(answer::json(200, view::to_json(&shown)))
}

async fn commit(app: &App, id: &str, attach: Attach) -> Result<Box<CallOutcome>, Problem> {
    let call = attach.call.to_string();
    match app.committer.commit(Work::Attach(Box::new(attach))).await {
        Ok(Outcome::Call(outcome)) => Ok(outcome),
        Ok(Outcome::CallNotFound) => Err(call_not_found(&call)),
        Ok(Outcome::CallForbidden) => Err(call_forbidden(&call)),
        Ok(Outcome::NoSuchUnmatched) => Err(not_found(id)),
        Ok(Outcome::NotWaiting(why)) => Err(not_waiting(id, &why)),
        Ok(
            Outcome::Answer(_)
            | Outcome::Bid(_)
            | Outcome::Released
            | Outcome::OutOfOrder(_)
            | Outcome::NotRouted
            | Outcome::NotExpected(_)
            | Outcome::StillLive,
        ) => Err(Problem::internal()),
        Err(error) => Err(commit_problem(error)),
    }
}
