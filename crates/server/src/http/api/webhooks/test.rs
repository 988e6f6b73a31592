//! `POST /v1/webhooks/{id}/test`: sends a request to a webhook as a client would, without its key.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::ids::RequestId;
use hookline_domain::webhook::{self, Method};
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::find;
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::invalid_field;
use crate::http::api::read::{self, PathId};
use crate::http::inbound;
use crate::http::openapi::{Conflict, NotFound, Refusals};
use crate::intake::sent::{self, Sent};
use crate::intake::work::InboundRequest;
use crate::problem::Problem;

/// With a `body` it is a POST, without one a GET.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookTest {
    /// The query, without the key.
    #[serde(default)]
    #[schema(example = "caller_id=%2B13105559876&lead_source=google_ads")]
    query: String,
    #[schema(value_type = Option<Object>)]
    body: Option<Box<RawValue>>,
}

#[utoipa::path(
    post,
    path = "/v1/webhooks/{id}/test",
    tag = "Webhooks and the request log",
    operation_id = "test_webhook",
    summary = "Send a request to it",
    description = "It is a request like any other: it counts, is logged, and does what it says. The answer is the webhook's own.",
    params(("id" = String, Path, description = "Its id")),
    request_body = WebhookTest,
    responses((status = 200, description = "The webhook's answer", body = serde_json::Value), Refusals, NotFound, Conflict),
    security(("api_key" = []))
)]
pub async fn test(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    PathId(id): PathId,
    body: Body,
) -> Response<Body> {
    match request(&app, &caller, &id, body).await {
        Ok(work) => inbound::commit(&app, work.id, work).await,
        Err(problem) => answer::refuse(&app, &problem),
    }
}

async fn request(app: &App, caller: &ApiCaller, id: &str, body: Body) -> Result<InboundRequest, Problem> {
    let sent: WebhookTest = read::json(body).await?;
    let webhook = find(&caller.org, id)?;
    if !webhook.enabled {
        return Err(Problem::new(
            409,
            "webhook_disabled",
            "The webhook is disabled and takes no requests. Enable it with PATCH /v1/webhooks/{id}.",
        ));
    }
    if !matches!(webhook::key_in_query(&sent.query), Ok(None)) {
        return Err(invalid_field("`query` must not have the webhook's key in it: your own is enough."));
    }
    let (method, headers) = match &sent.body {
        Some(_) => (Method::Post, vec![("content-type".to_owned(), "application/json".to_owned())]),
        None => (Method::Get, Vec::new()),
    };
    let body = sent.body.map(|body| body.get().as_bytes().to_vec()).unwrap_or_default();
    let (address, query) = ("test".to_owned(), sent.query);
    let sent = Sent { method, address, query, headers, body };
    let (id, at) = (RequestId(app.clock.new_id()), app.clock.now());
    Ok(sent::read(id, at, &caller.org, webhook, sent))
}
