//! Reads bodies and queries of the API, with errors that name the field.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequestParts, Path};
use axum::http::Response;
use axum::http::request::Parts;
use bytes::Bytes;
use hookline_domain::document::without_value;
use hookline_domain::flow::FLOW_BYTES_MAX;
use hookline_domain::ids::RequestId;
use http_body_util::{BodyExt, Collected, LengthLimitError, Limited};
use serde::Deserializer;
use serde::de::DeserializeOwned;

use super::auth::ORGANIZATION_PARAMETER;
use crate::app::App;
use crate::http::answer;
use crate::problem::Problem;

/// Bytes of a JSON body.
const BODY_BYTES_MAX: usize = 256 * 1024;
/// Time for a body to arrive whole.
const BODY_TIME_MAX: Duration = Duration::from_secs(15);
/// Bytes of a body with a routing plan or a call flow in it.
pub const GRAPH_BODY_BYTES_MAX: usize = FLOW_BYTES_MAX + 64 * 1024;

/// The id in a path. axum's own extractor answers a path that is not UTF-8 in a shape that is not ours.
pub struct PathId(pub String);

impl FromRequestParts<Arc<App>> for PathId {
    type Rejection = Response<Body>;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        let path = Path::from_request_parts(parts, app).await;
        path.map(|Path(id)| Self(id)).map_err(|_| unreadable_path(app))
    }
}

/// An id in a path, and which version of it.
pub struct PathVersion(pub String, pub String);

impl FromRequestParts<Arc<App>> for PathVersion {
    type Rejection = Response<Body>;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        let path = Path::from_request_parts(parts, app).await;
        path.map(|Path((id, version))| Self(id, version)).map_err(|_| unreadable_path(app))
    }
}

fn unreadable_path(app: &App) -> Response<Body> {
    let problem =
        Problem::bad_request("invalid_path", "The id in the path is not UTF-8. Send an id as it was given.");
    answer::problem(&problem, RequestId(app.clock.new_id()))
}

/// A JSON body as `T`.
pub async fn json<T: DeserializeOwned>(body: Body) -> Result<T, Problem> {
    json_within(body, BODY_BYTES_MAX).await
}

/// The same, of at most `max` bytes.
pub async fn json_within<T: DeserializeOwned>(body: Body, max: usize) -> Result<T, Problem> {
    let bytes = bytes_within(body, max).await?;
    if bytes.is_empty() {
        let message = "The body is empty. Send a JSON object: `{}` if nothing is to be set.";
        return Err(Problem::bad_request("invalid_body", message));
    }
    let mut reader = serde_json::Deserializer::from_slice(&bytes);
    let value = value(&mut reader)?;
    reader.end().map_err(|error| unreadable(&error))?;
    Ok(value)
}

/// What a JSON body holds, as `T`.
pub fn value<'de, T: DeserializeOwned>(
    json: impl Deserializer<'de, Error = serde_json::Error>,
) -> Result<T, Problem> {
    serde_path_to_error::deserialize(json).map_err(|error| unreadable_since(&why(&error)))
}

/// Says what is wrong with a JSON body, without the value.
pub fn unreadable(error: &serde_json::Error) -> Problem {
    unreadable_since(&without_value(error))
}

fn unreadable_since(why: &str) -> Problem {
    Problem::bad_request(
        "invalid_body",
        format!("The JSON body can't be read: {why}. Correct it and send again."),
    )
}

/// Which field can't be read, and why, without its value.
pub fn why(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    let why = without_value(error.inner());
    // The whole value is `.`, and what has no name `?`.
    match error.path().to_string() {
        path if path == "." || path.contains('?') => why,
        path => format!("`{path}`: {why}"),
    }
}

/// The bytes of a body of at most `max`, which has to arrive in time.
pub async fn bytes_within(body: Body, max: usize) -> Result<Bytes, Problem> {
    let whole = tokio::time::timeout(BODY_TIME_MAX, Limited::new(body, max).collect()).await;
    let whole = whole.map_err(|_| Problem::body_timeout(BODY_TIME_MAX))?;
    whole.map(Collected::to_bytes).map_err(|error| {
        if error.is::<LengthLimitError>() {
            let message = format!("The body is over {} KiB. Send less.", max / 1024);
            return Problem::new(413, "body_too_large", message);
        }
        Problem::body_incomplete()
    })
}

/// The parameters of a query, each known and there once.
pub fn query(raw: Option<&str>, known: &[&str]) -> Result<BTreeMap<String, String>, Problem> {
    read_query(raw, known, None)
}

/// The same, with any that begin with `prefix`.
pub fn query_with(
    raw: Option<&str>,
    known: &[&str],
    prefix: &str,
) -> Result<BTreeMap<String, String>, Problem> {
    read_query(raw, known, Some(prefix))
}

fn read_query(
    raw: Option<&str>,
    known: &[&str],
    prefix: Option<&str>,
) -> Result<BTreeMap<String, String>, Problem> {
    let mut parameters = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes()) {
        // Read with the caller, anywhere.
        if name == ORGANIZATION_PARAMETER {
            continue;
        }
        if !known.contains(&name.as_ref()) && !prefix.is_some_and(|prefix| name.starts_with(prefix)) {
            let message = format!("There is no parameter `{name}` here; there are {}.", known.join(", "));
            return Err(Problem::bad_request("unknown_parameter", message));
        }
        // PostgreSQL's text has no NUL, so nothing stored can match one.
        if value.contains('\0') {
            return Err(Problem::bad_request(
                "invalid_parameter",
                format!("`{name}` must not contain the character U+0000."),
            ));
        }
        if parameters.insert(name.clone().into_owned(), value.into_owned()).is_some() {
            return Err(Problem::bad_request(
                "repeated_parameter",
                format!("`{name}` is there twice. Send it once."),
            ));
        }
    }
    Ok(parameters)
}

/// One parameter, read as `T`.
pub fn parameter<T: std::str::FromStr>(
    parameters: &BTreeMap<String, String>,
    name: &str,
    expected: &str,
) -> Result<Option<T>, Problem> {
    let Some(text) = parameters.get(name) else { return Ok(None) };
    text.parse()
        .map(Some)
        .map_err(|_| Problem::bad_request("invalid_parameter", format!("`{name}` must be {expected}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_or_repeated_parameter_is_named() {
        let known = ["limit", "caller"];
        assert_eq!(query(Some("limit=5"), &known).unwrap()["limit"], "5");
        assert!(query(Some("limt=5"), &known).unwrap_err().message.contains("`limt`"));
        assert!(query(Some("limit=5&limit=6"), &known).unwrap_err().message.contains("`limit`"));
        assert!(query(Some("caller=a%00b"), &known).unwrap_err().message.contains("`caller`"));
    }
}
