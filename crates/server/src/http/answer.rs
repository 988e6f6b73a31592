//! What every answer has in common.

use axum::body::Body;
use axum::http::{HeaderValue, Response, header};
use hookline_domain::ids::RequestId;

use crate::app::App;
use crate::problem::Problem;
use crate::storage::StorageError;

pub const REQUEST_ID_HEADER: &str = "x-request-id";
/// Seconds after which what is away may be back.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("2");

pub fn json(status: u16, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status.try_into().unwrap_or(axum::http::StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

pub fn problem(problem: &Problem, request: RequestId) -> Response<Body> {
    let mut response = json(problem.status, problem.body(request));
    with_request_id(&mut response, request);
    if problem.status == 503 {
        response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
    }
    response
}

pub fn with_request_id(response: &mut Response<Body>, request: RequestId) {
    let text = HeaderValue::from_str(&request.to_string()).expect("an id is ASCII");
    response.headers_mut().insert(REQUEST_ID_HEADER, text);
}

/// A problem as the answer of a request that gets its id only now.
pub fn refuse(app: &App, refused: &Problem) -> Response<Body> {
    problem(refused, RequestId(app.clock.new_id()))
}

/// The database could not be read.
pub fn unavailable(app: &App, error: &StorageError) -> Response<Body> {
    let request = RequestId(app.clock.new_id());
    tracing::error!(%error, request_id = %request, "the database could not be read");
    problem(&Problem::unavailable(), request)
}

/// An error of the server's own, answered without a word of its inside.
pub fn internal(app: &App, error: &dyn std::fmt::Display) -> Response<Body> {
    let request = RequestId(app.clock.new_id());
    tracing::error!(%error, request_id = %request, "request failed");
    problem(&Problem::internal(), request)
}
