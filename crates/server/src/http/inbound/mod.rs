//! The four inbound webhooks over HTTP. The order of checks is the contract's: method, key, rate,
//! body, then what the commit decides (idempotency, call, effect).

mod address;
pub mod body;
mod cors;
mod headers;
mod scrub;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, Response, header};
use axum::response::IntoResponse;
use hookline_domain::ids::RequestId;
use hookline_domain::webhook::{self, RawRequest, WebhookKind};
use tracing::Instrument;

use crate::app::App;
use crate::http::answer;
use crate::intake::effect::rate_limited;
use crate::intake::work::{Answer, InboundRequest, Outcome, Work, transaction_hash};
use crate::keys::{KeyKind, lookup_hash};
use crate::problem::Problem;
use crate::routing;
use crate::settings::{Org, Webhook};
use crate::storage::group_commit::CommitError;
use crate::telemetry::{metric, trace};

pub use address::{Peer, client_address};
pub use headers::rate as rate_headers;
use scrub::scrub;

const ALLOW: HeaderValue = HeaderValue::from_static("GET, POST, OPTIONS");

pub async fn call_data(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    handle(app, WebhookKind::CallData, request).await
}

pub async fn update_revenue(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    handle(app, WebhookKind::UpdateRevenue, request).await
}

pub async fn update_tags(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    handle(app, WebhookKind::UpdateTags, request).await
}

pub async fn update_fields(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    handle(app, WebhookKind::UpdateFields, request).await
}

/// A webhook whose key the request carried.
struct Authenticated {
    key: String,
    webhook: Arc<Webhook>,
    org: Arc<Org>,
}

async fn handle(app: Arc<App>, kind: WebhookKind, request: Request) -> Response<Body> {
    let id = RequestId(app.clock.new_id());
    let span = tracing::debug_span!("webhook", r#type = kind.name(), request_id = %id, status = tracing::field::Empty);
    trace::go_on(&span, request.headers());
    let started = Instant::now();
    let response = answer_request(&app, kind, id, request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    span.record("status", status);
    tracing::debug!(parent: &span, micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX), "answered");
    metrics::counter!(metric::REQUESTS, "type" => kind.name(), "status" => status_text(status)).increment(1);
    response
}

async fn answer_request(
    app: &Arc<App>,
    kind: WebhookKind,
    id: RequestId,
    request: Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let method = match parts.method {
        Method::GET => webhook::Method::Get,
        Method::POST => webhook::Method::Post,
        Method::OPTIONS => return preflight(app, kind, id, &parts),
        ref other => return method_not_allowed(id, other),
    };
    if is_prefetch(&parts.headers) {
        return answer::problem(&prefetch_refused(), id);
    }
    let address = client_address(&parts.extensions, &parts.headers, &app.config.trusted_proxies);
    let authenticated = match authenticate(app, kind, id, parts.uri.query().unwrap_or_default()) {
        Ok(Some(authenticated)) => authenticated,
        Ok(None) => return unauthorized(app, kind, id, address),
        Err(problem) => return answer::problem(&problem, id),
    };
    let origin = parts.headers.get(header::ORIGIN);
    let mut response = match cors::refused_origin(origin, &authenticated.webhook) {
        Some(problem) => answer::problem(&problem, id),
        None => admitted(app, id, method, &parts, body, address, &authenticated).await,
    };
    let status = response.status().as_u16();
    app.traffic.count(authenticated.org.id, authenticated.webhook.id, status, app.clock.now());
    let headers = response.headers_mut();
    cors::allow(headers, origin, &authenticated.webhook);
    if !headers.contains_key(headers::RATE_LIMIT) {
        // It took no place in the window, or it is unknown whether it did.
        let webhook = &authenticated.webhook;
        headers::rate(headers, &app.board.peek(webhook.id, webhook.settings.rate_limit), false);
    }
    response
}

/// The key is good: reads the body and lets the commit decide.
async fn admitted(
    app: &Arc<App>,
    id: RequestId,
    method: webhook::Method,
    parts: &axum::http::request::Parts,
    body: Body,
    address: IpAddr,
    authenticated: &Authenticated,
) -> Response<Body> {
    let webhook = &authenticated.webhook;
    let known = app.board.peek(webhook.id, webhook.settings.rate_limit);
    if !known.admitted {
        return respond(id, rate_limited(id, known));
    }
    let received_at = app.clock.now();
    let time_max = Duration::from_secs(app.config.body_seconds.into());
    let body = match body::read(&parts.headers, body, method, time_max).await {
        Ok(body) => Ok(body),
        Err(body::Failed::Refused(refusal)) => Err(refusal),
        Err(body::Failed::Gone(problem)) => return answer::problem(&problem, id),
    };
    let headers: Vec<(&str, &[u8])> =
        parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let query = parts.uri.query().unwrap_or_default();
    let whole = body.as_ref().cloned().unwrap_or_default();
    let raw = RawRequest { kind: webhook.kind, method, query, headers: &headers, body: &whole };
    let parsed = body.and_then(|_| webhook::read(&raw, authenticated.org.country));
    let work = InboundRequest {
        id,
        org: authenticated.org.clone(),
        webhook: webhook.clone(),
        received_at,
        raw: scrub(&authenticated.key, query, &headers, &whole, method, address),
        transaction: transaction_hash(authenticated.org.id, &parsed),
        parsed,
    };
    commit(app, id, work).await
}

/// Commits a request and gives its answer.
pub async fn commit(app: &Arc<App>, id: RequestId, work: InboundRequest) -> Response<Body> {
    let org = work.org.clone();
    match app.committer.commit(Work::Request(Box::new(work))).await {
        Ok(Outcome::Answer(mut answer)) => {
            for (call, standing) in std::mem::take(&mut answer.asking) {
                routing::ask::go_on_alone(app, &org, call, standing);
            }
            respond(id, answer)
        }
        Ok(other) => answer::internal(app, &format!("a request came to {other:?}")),
        Err(error) => answer::problem(&commit_problem(error), id),
    }
}

/// What a client is told when its work could not be committed.
pub fn commit_problem(error: CommitError) -> Problem {
    match error {
        CommitError::Unavailable => Problem::unavailable(),
        CommitError::Overloaded => Problem::new(
            503,
            "overloaded",
            "The server has more requests waiting than it takes at once and changed nothing. Send the same request again in a few seconds.",
        ),
        CommitError::Rejected => Problem::internal(),
    }
}

fn respond(id: RequestId, done: Answer) -> Response<Body> {
    let mut response = answer::json(done.status, done.body);
    answer::with_request_id(&mut response, id);
    let headers = response.headers_mut();
    headers::rate(headers, &done.rate, done.status == 429);
    if let Some(replay) = done.replay {
        metrics::counter!(metric::REPLAYS).increment(1);
        headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
        if replay.mismatch {
            headers.insert("idempotent-mismatch", HeaderValue::from_static("true"));
        }
    }
    response
}

/// The webhook of the key in the query, if there is one key, and it is good for this endpoint.
fn authenticate(
    app: &Arc<App>,
    kind: WebhookKind,
    id: RequestId,
    query: &str,
) -> Result<Option<Authenticated>, Problem> {
    let settings = app.settings.current().map_err(|stale| {
        tracing::error!(%stale, request_id = %id, "refusing requests: is the database reachable?");
        Problem::unavailable()
    })?;
    let Ok(Some(key)) = webhook::key_in_query(query) else { return Ok(None) };
    let Some(hash) = lookup_hash(KeyKind::Webhook, &key) else { return Ok(None) };
    let Some(found) = settings.webhook_keys.get(&hash) else { return Ok(None) };
    let expired = found.expires_at.is_some_and(|end| end <= app.clock.now());
    if expired || !found.webhook.enabled || found.webhook.kind != kind {
        return Ok(None);
    }
    let org = settings.orgs.get(&found.webhook.org).cloned();
    Ok(org.map(|org| Authenticated { key: key.into_owned(), webhook: found.webhook.clone(), org }))
}

fn unauthorized(app: &Arc<App>, kind: WebhookKind, id: RequestId, address: IpAddr) -> Response<Body> {
    metrics::counter!(metric::UNAUTHORIZED, "type" => kind.name()).increment(1);
    let state = app.refused_keys.count(address, app.board.steady.now());
    if !state.admitted {
        let problem = Problem::new(
            429,
            "too_many_unauthorized",
            format!(
                "This address sent too many requests without a valid key. Wait {} s and check the key.",
                state.reset_seconds
            ),
        );
        let mut response = answer::problem(&problem, id);
        headers::rate(response.headers_mut(), &state, true);
        return response;
    }
    let problem = Problem::new(
        401,
        "unauthorized",
        "The key is missing, unknown, disabled or of another webhook type. Send one key in the query as moja_auth_key, and use the key of this endpoint's type.",
    );
    answer::problem(&problem, id)
}

fn method_not_allowed(id: RequestId, method: &Method) -> Response<Body> {
    let problem =
        Problem::new(405, "method_not_allowed", format!("This endpoint takes POST and GET, not {method}."));
    let mut response = answer::problem(&problem, id);
    response.headers_mut().insert(header::ALLOW, ALLOW);
    response
}

pub fn prefetch_refused() -> Problem {
    Problem::new(
        403,
        "prefetch_refused",
        "A browser fetched this address ahead of time. Nothing was recorded; the real visit will be.",
    )
}

pub fn is_prefetch(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose"].iter().any(|name| {
        headers
            .get_all(*name)
            .iter()
            .any(|value| value.to_str().is_ok_and(|text| text.to_ascii_lowercase().contains("prefetch")))
    })
}

fn preflight(
    app: &Arc<App>,
    kind: WebhookKind,
    id: RequestId,
    parts: &axum::http::request::Parts,
) -> Response<Body> {
    let address = client_address(&parts.extensions, &parts.headers, &app.config.trusted_proxies);
    match authenticate(app, kind, id, parts.uri.query().unwrap_or_default()) {
        Err(problem) => answer::problem(&problem, id),
        Ok(None) => unauthorized(app, kind, id, address),
        Ok(Some(authenticated)) => {
            let mut response = axum::http::StatusCode::NO_CONTENT.into_response();
            let headers = response.headers_mut();
            headers.insert(header::ALLOW, ALLOW);
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            cors::preflight(headers, &parts.headers, &authenticated.webhook);
            response
        }
    }
}

fn status_text(status: u16) -> &'static str {
    match status {
        200 => "200",
        204 => "204",
        400 => "400",
        401 => "401",
        403 => "403",
        404 => "404",
        405 => "405",
        408 => "408",
        409 => "409",
        413 => "413",
        415 => "415",
        429 => "429",
        503 => "503",
        _ => "500",
    }
}
