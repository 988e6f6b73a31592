//! `GET` and `POST /inbound_rtb/{endpoint_id}`: what a call would bring. The endpoint's id is the secret that a
//! publisher asks with.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Response, header};
use hookline_domain::ids::{RequestId, RtbEndpointId};
use hookline_domain::routing::{BidRefusal, bid_caller};
use hookline_domain::webhook::{self, RawRequest, WebhookKind};

use super::answer;
use super::api::read::PathId;
use super::inbound::{body, client_address, commit_problem, is_prefetch, prefetch_refused, rate_headers};
use crate::app::App;
use crate::intake::bid::BidRequest;
use crate::intake::work::{Outcome, Work};
use crate::problem::Problem;
use crate::settings::Org;
use crate::telemetry::metric;

const ALLOW: HeaderValue = HeaderValue::from_static("GET, POST");

pub async fn inbound_rtb(
    State(app): State<Arc<App>>,
    PathId(endpoint): PathId,
    request: Request,
) -> Response<Body> {
    let id = RequestId(app.clock.new_id());
    let (parts, body) = request.into_parts();
    let method = match parts.method {
        Method::GET => webhook::Method::Get,
        Method::POST => webhook::Method::Post,
        ref other => return method_not_allowed(id, other),
    };
    if is_prefetch(&parts.headers) {
        return answer::problem(&prefetch_refused(), id);
    }
    let (org, endpoint) = match find(&app, &endpoint) {
        Ok(Some(found)) => found,
        Ok(None) => return unknown(&app, id, &parts),
        Err(problem) => return answer::problem(&problem, id),
    };
    let mut response = match read(&app, &parts, body, method, &org).await {
        Err(problem) => answer::problem(&problem, id),
        Ok(parameters) => {
            let caller = bid_caller(&parameters, org.country);
            let bid = BidRequest { id, org, endpoint, caller, parameters };
            match app.committer.commit(Work::Bid(Box::new(bid))).await {
                Ok(Outcome::Bid(body)) => answer::json(200, body),
                Ok(other) => answer::internal(&app, &format!("a bid came to {other:?}")),
                Err(error) => answer::problem(&commit_problem(error), id),
            }
        }
    };
    answer::with_request_id(&mut response, id);
    response
}

fn find(app: &App, id: &str) -> Result<Option<(Arc<Org>, RtbEndpointId)>, Problem> {
    let settings = app.settings.current().map_err(|_| Problem::unavailable())?;
    let Ok(id) = id.parse::<RtbEndpointId>() else { return Ok(None) };
    let org = settings.rtb.get(&id).and_then(|org| settings.orgs.get(org));
    Ok(org.map(|org| (org.clone(), id)))
}

/// Names and values of query and body, bounded as a webhook's are.
async fn read(
    app: &App,
    parts: &Parts,
    body: Body,
    method: webhook::Method,
    org: &Org,
) -> Result<Vec<(String, String)>, Problem> {
    let time_max = Duration::from_secs(app.config.body_seconds.into());
    let body = match body::read(&parts.headers, body, method, time_max).await {
        Ok(body) => body,
        Err(body::Failed::Refused(refusal)) => return Err((&refusal).into()),
        Err(body::Failed::Gone(problem)) => return Err(problem),
    };
    let headers: Vec<(&str, &[u8])> =
        parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let query = parts.uri.query().unwrap_or_default();
    let raw = RawRequest { kind: WebhookKind::CallData, method, query, headers: &headers, body: &body };
    webhook::read_parameters(&raw).map_err(|refusal| {
        tracing::debug!(org = %org.id, code = refusal.code, "a bid could not be read");
        (&refusal).into()
    })
}

/// Whoever tries ids is soon told to wait, as whoever tries keys is.
fn unknown(app: &App, id: RequestId, parts: &Parts) -> Response<Body> {
    metrics::counter!(metric::UNAUTHORIZED, "type" => "rtb").increment(1);
    let address = client_address(&parts.extensions, &parts.headers, &app.config.trusted_proxies);
    let state = app.refused_keys.count(address, app.board.steady.now());
    if state.admitted {
        let refusal = BidRefusal::EndpointUnknown;
        return answer::problem(&Problem::not_found(refusal.code(), refusal.message()), id);
    }
    let message = format!(
        "This address asked for too many endpoints that do not exist. Wait {} s and check the id in the URL.",
        state.reset_seconds
    );
    let mut response = answer::problem(&Problem::new(429, "too_many_unauthorized", message), id);
    rate_headers(response.headers_mut(), &state, true);
    response
}

fn method_not_allowed(id: RequestId, method: &Method) -> Response<Body> {
    let message = format!("This endpoint takes POST and GET, not {method}.");
    let mut response = answer::problem(&Problem::new(405, "method_not_allowed", message), id);
    response.headers_mut().insert(header::ALLOW, ALLOW);
    response
}
