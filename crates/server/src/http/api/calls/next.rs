//! `POST /v1/calls/{id}/next`: a switch tells what became of what it was told, and hears what comes next.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::flow::DialOutcome;
use hookline_domain::ids::TargetId;
use serde::Deserialize;

use super::view::{self, WholeCallView};
use super::{call_id, commit, invalid};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::read::{self, PathId};
use crate::http::openapi::{Conflict, NotFound, Refusals};
use crate::intake::work::{CallOutcome, News, NextStep, Work};
use crate::problem::Problem;
use crate::routing::{Stand, ask};

const DIGITS_CHARS_MAX: usize = 32;
/// Other systems that one request may wait for, one after another.
const ASKS_MAX: usize = 50;

/// Without an outcome and digits, it only asks where the call stands.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Next {
    /// The number of the decision that this is about, as it was answered.
    decision: Option<u32>,
    outcome: Option<NextOutcome>,
    /// Whom the outcome is about, if several targets ring: it must be there with `connected`. Without it
    /// `no_answer`, `busy` and `failed` are about all of them.
    #[schema(value_type = Option<uuid::Uuid>)]
    target: Option<TargetId>,
    /// Keys that the caller pressed in a menu.
    #[schema(example = "1")]
    digits: Option<String>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NextOutcome {
    /// The target answered.
    Connected,
    NoAnswer,
    Busy,
    Failed,
    /// No key was pressed in a menu.
    NoInput,
    /// The time of a hold is over.
    HoldOver,
}

#[utoipa::path(
    post,
    path = "/v1/calls/{id}/next",
    tag = "Calls",
    operation_id = "next_instruction",
    summary = "What became of the last instruction, and what comes next",
    params(("id" = String, Path, description = "Its id")),
    request_body = Next,
    responses((status = 200, description = "The call with its instruction in `routing`; news of an older decision changes nothing", body = WholeCallView), Refusals, NotFound, Conflict),
    security(("api_key" = []))
)]
pub async fn next(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    PathId(id): PathId,
    body: Body,
) -> Response<Body> {
    match try_next(&app, &caller, &id, body).await {
        Ok(response) => response,
        Err(problem) => answer::refuse(&app, &problem),
    }
}

async fn try_next(app: &App, caller: &ApiCaller, id: &str, body: Body) -> Result<Response<Body>, Problem> {
    let call = call_id(id)?;
    let next: Next = read::json(body).await?;
    let news = match (next.outcome, next.digits) {
        (Some(_), Some(_)) => {
            return Err(invalid("digits", "can't be there beside `outcome`; send one of them"));
        }
        (None, None) => News::None,
        (None, Some(digits)) => {
            let fits = |c: char| c.is_ascii_digit() || "*#ABCDabcd".contains(c);
            if digits.is_empty() || digits.len() > DIGITS_CHARS_MAX || !digits.chars().all(fits) {
                return Err(invalid("digits", "must have 1 to 32 of the keys 0 to 9, *, # and A to D"));
            }
            News::Digits(digits)
        }
        (Some(outcome), None) => match outcome {
            NextOutcome::Connected => News::Dialed(DialOutcome::Connected, next.target),
            NextOutcome::NoAnswer => News::Dialed(DialOutcome::NoAnswer, next.target),
            NextOutcome::Busy => News::Dialed(DialOutcome::Busy, next.target),
            NextOutcome::Failed => News::Dialed(DialOutcome::Failed, next.target),
            NextOutcome::NoInput => News::NoInput,
            NextOutcome::HoldOver => News::HoldOver,
        },
    };
    if next.target.is_some() && !matches!(news, News::Dialed(..)) {
        return Err(invalid(
            "target",
            "means nothing here; send it with `outcome` connected, no_answer, busy or failed",
        ));
    }
    if news != News::None && next.decision.is_none() {
        return Err(invalid(
            "decision",
            "is missing; send the number that the instruction came with, so that news that comes late or twice changes nothing",
        ));
    }
    let flow = ask::pinned_flow(app, &caller.org, call)
        .await
        .map_err(|error| super::super::change::unstored(&error))?;
    let step = NextStep {
        org: caller.org.clone(),
        call,
        decision: next.decision,
        news,
        flow,
        actor: caller.actor(),
    };
    let outcome = commit(app, id, Work::Next(Box::new(step))).await?;
    let outcome = go_on(app, caller, outcome).await?;
    Ok(answer::json(200, view::to_json(&view::outcome(&caller.org, &outcome, app.clock.now()))))
}

/// While another system has to be asked for the call: asks it, and goes on with the answer.
pub async fn go_on(
    app: &App,
    caller: &ApiCaller,
    mut outcome: Box<CallOutcome>,
) -> Result<Box<CallOutcome>, Problem> {
    for _ in 0..ASKS_MAX {
        let Some(standing) = outcome.routed.as_ref().filter(|_| outcome.has_to_ask) else { break };
        let Stand::Asking(asked) = &standing.stand else { break };
        let call = outcome.call.id;
        let news = ask::ask(app, asked).await;
        let flow = ask::pinned_flow(app, &caller.org, call)
            .await
            .map_err(|error| super::super::change::unstored(&error))?;
        let step = NextStep {
            org: caller.org.clone(),
            call,
            decision: Some(standing.decision),
            news,
            flow,
            actor: caller.actor(),
        };
        outcome = commit(app, &call.to_string(), Work::Next(Box::new(step))).await?;
    }
    Ok(outcome)
}
