//! `POST /v1/calls/{id}/events`: a switch tells what became of a call.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::call::CallEvent;
use hookline_domain::time::Timestamp;
use serde::Deserialize;

use super::view::WholeCallView;
use super::{call_id, commit, storable, view};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::read::{self, PathId};
use crate::http::openapi::{Conflict, NotFound, Refusals};
use crate::intake::work::{CallEventReport, Work};
use crate::problem::Problem;

/// When and what; `at` is now if it is left out.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = CallEvent)]
pub enum Report {
    Ringing {
        #[schema(value_type = Option<String>, format = DateTime)]
        at: Option<Timestamp>,
    },
    Answered {
        #[schema(value_type = Option<String>, format = DateTime)]
        at: Option<Timestamp>,
        target: Option<String>,
    },
    Ended {
        #[schema(value_type = Option<String>, format = DateTime)]
        at: Option<Timestamp>,
        #[serde(default)]
        failed: bool,
        reason: Option<String>,
    },
}

#[utoipa::path(
    post,
    path = "/v1/calls/{id}/events",
    tag = "Calls",
    operation_id = "report_call_event",
    summary = "What became of a call: ringing, answered, ended",
    params(("id" = String, Path, description = "Its id")),
    request_body = Report,
    responses((status = 200, description = "The call as it is now; a repeat changes nothing", body = WholeCallView), Refusals, NotFound, Conflict),
    security(("api_key" = []))
)]
pub async fn event(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    PathId(id): PathId,
    body: Body,
) -> Response<Body> {
    match try_event(&app, &caller, &id, body).await {
        Ok(response) => response,
        Err(problem) => answer::refuse(&app, &problem),
    }
}

async fn try_event(app: &App, caller: &ApiCaller, id: &str, body: Body) -> Result<Response<Body>, Problem> {
    let call = call_id(id)?;
    let (event, at) = match read::json(body).await? {
        Report::Ringing { at } => (CallEvent::Ringing, at),
        Report::Answered { at, target } => {
            storable("target", target.as_deref())?;
            (CallEvent::Answered { target }, at)
        }
        Report::Ended { at, failed, reason } => {
            storable("reason", reason.as_deref())?;
            (CallEvent::Ended { failed, reason }, at)
        }
    };
    let now = app.clock.now();
    let report = CallEventReport {
        org: caller.org.clone(),
        call,
        event,
        at: at.unwrap_or(now).min(now),
        actor: caller.actor(),
        after: None,
    };
    let outcome = commit(app, id, Work::Event(Box::new(report))).await?;
    let shown = view::outcome(&caller.org, &outcome, now);
    Ok(answer::json(200, view::to_json(&shown)))
}
