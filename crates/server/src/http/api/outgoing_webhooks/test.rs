//! `POST /v1/outgoing-webhooks/{id}/test`: sends one request at once, of a made-up call or of one that there is.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::call::{Call, CallStatus};
use hookline_domain::ids::CallId;
use hookline_domain::money::Money;
use hookline_domain::outgoing::Event;
use hookline_domain::tags::TagSet;
use hookline_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::find;
use crate::app::App;
use crate::delivery::{Happened, exchange, render};
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{done, to_json, unstored};
use crate::http::api::deliveries::{AttemptView, RequestView};
use crate::http::api::read::{self, PathId};
use crate::http::openapi::{EventDocument, NotFound, Refusals};
use crate::problem::Problem;
use crate::settings::{Org, OutgoingWebhook};
use crate::storage::calls;

const CALLER: &str = "+13105550142";
const DIALED: &str = "+18885550100";
const CONNECTED_SECONDS: i64 = 61;
const REVENUE_MICROS: i64 = 25_000_000;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutgoingTest {
    #[schema(value_type = EventDocument)]
    event: Event,
    /// The call that it tells of; a made-up one if it is left out.
    #[schema(value_type = Option<uuid::Uuid>)]
    call_log_id: Option<CallId>,
}

#[derive(Serialize, ToSchema)]
pub struct OutgoingTestResult {
    request: RequestView,
    attempt: AttemptView,
}

#[utoipa::path(
    post,
    path = "/v1/outgoing-webhooks/{id}/test",
    tag = "Outgoing webhooks",
    operation_id = "test_outgoing_webhook",
    summary = "Send one request to its receiver, now",
    description = "It is signed as any other. It is in no log and is not tried again, and it is sent also if the outgoing webhook is disabled or does not listen for this event.",
    params(("id" = String, Path, description = "Its id")),
    request_body = OutgoingTest,
    responses((status = 200, description = "What was sent and what came back", body = OutgoingTestResult), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn test(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    PathId(id): PathId,
    body: Body,
) -> Response<Body> {
    let tested = try_test(&app, &caller, &id, body).await;
    done(&app, tested.map(|result| answer::json(200, to_json(&result))))
}

async fn try_test(
    app: &App,
    caller: &ApiCaller,
    id: &str,
    body: Body,
) -> Result<OutgoingTestResult, Problem> {
    let asked: OutgoingTest = read::json(body).await?;
    let webhook = find(&caller.org, id)?;
    let now = app.clock.now();
    let (call, tags) = match asked.call_log_id {
        Some(call) => known(app, &caller.org, call).await?,
        None => (made_up(app, &webhook, asked.event, now), TagSet::default()),
    };
    let happened = Happened { event: asked.event, at: now, call: &call, tags: &tags };
    let request = render(&caller.org, &webhook.settings, &happened, now)
        .map_err(|why| Problem::bad_request("request_too_large", why.to_string()))?;
    let done = exchange(app, &webhook, request).await;
    Ok(OutgoingTestResult { request: done.request.into(), attempt: AttemptView::first(done.attempt) })
}

async fn known(app: &App, org: &Org, id: CallId) -> Result<(Call, TagSet), Problem> {
    let found = calls::some(&app.db, org.id, &[id]).await.map_err(|error| unstored(&error))?;
    let found = found.into_iter().next().map(|(call, tags)| (call.call, tags));
    found.ok_or_else(|| {
        Problem::not_found(
            "call_not_found",
            format!("Call log not found: this organization has no call {id}."),
        )
    })
}

/// As a call would be when this happens.
fn made_up(app: &App, webhook: &OutgoingWebhook, event: Event, now: Timestamp) -> Call {
    let id = CallId(app.clock.new_id());
    let answered_at = now.plus_seconds(-CONNECTED_SECONDS);
    let started_at = answered_at.plus_seconds(-10);
    let call = Call::ringing(id, webhook.org, CALLER.to_owned(), DIALED.to_owned(), started_at);
    let call = Call {
        campaign: webhook.settings.campaigns.first().copied(),
        state: Some("CA".to_owned()),
        zip: Some("90210".to_owned()),
        ..call
    };
    let connected =
        || Call { status: CallStatus::InProgress, answered_at: Some(answered_at), ..call.clone() };
    let ended = |status| Call { status, ended_at: Some(now), ..connected() };
    match event {
        Event::Incoming => call,
        Event::Failure => Call { answered_at: None, ..ended(CallStatus::Failed) },
        Event::Hangup | Event::Completed => ended(CallStatus::Completed),
        Event::Converted => Call {
            converted: true,
            converted_at: Some(now),
            revenue_paid_out: Money::from_micros(REVENUE_MICROS),
            ..ended(CallStatus::Completed)
        },
        _ => connected(),
    }
}
