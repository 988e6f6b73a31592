//! Reads a body within its limits of size and time.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use hookline_domain::webhook::{BODY_BYTES_MAX, Method, Refusal};
use http_body_util::BodyExt;

use crate::problem::Problem;

#[derive(Debug)]
pub enum Failed {
    /// The body is not acceptable; the request is logged as refused.
    Refused(Refusal),
    /// The body never came; there is nothing to log.
    Gone(Problem),
}

/// The whole body; a sender that takes longer for it is cut off. A GET's body means nothing and is
/// not read.
pub async fn read(
    headers: &HeaderMap,
    body: Body,
    method: Method,
    time_max: Duration,
) -> Result<Bytes, Failed> {
    if method == Method::Get {
        return Ok(Bytes::new());
    }
    let announced =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > BODY_BYTES_MAX as u64) {
        return Err(Failed::Refused(Refusal::body_too_large()));
    }
    match tokio::time::timeout(time_max, collect(body)).await {
        Ok(done) => done,
        Err(_) => Err(Failed::Gone(Problem::body_timeout(time_max))),
    }
}

async fn collect(mut body: Body) -> Result<Bytes, Failed> {
    let mut first: Option<Bytes> = None;
    let mut rest = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Failed::Gone(Problem::body_incomplete()))?;
        let Ok(data) = frame.into_data() else { continue };
        // Counted as it comes: an announced length may be missing or wrong.
        if first.as_ref().map_or(0, Bytes::len) + rest.len() + data.len() > BODY_BYTES_MAX {
            return Err(Failed::Refused(Refusal::body_too_large()));
        }
        match first {
            None => first = Some(data),
            Some(_) => rest.extend_from_slice(&data),
        }
    }
    let first = first.unwrap_or_default();
    if rest.is_empty() {
        return Ok(first);
    }
    let mut whole = BytesMut::with_capacity(first.len() + rest.len());
    whole.extend_from_slice(&first);
    whole.extend_from_slice(&rest);
    Ok(whole.freeze())
}
