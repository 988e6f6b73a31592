//! The headers that tell a client how it stands against its limit (draft-ietf-httpapi-ratelimit-headers).

use axum::http::{HeaderMap, HeaderValue, header};
use hookline_domain::rate::RateState;

pub const RATE_LIMIT: &str = "ratelimit";

/// Sets `RateLimit` and `RateLimit-Policy`, and `Retry-After` if the request was refused.
pub fn rate(headers: &mut HeaderMap, state: &RateState, refused: bool) {
    let policy = format!("\"default\";q={};w={}", state.limit.count, state.limit.per.seconds());
    let now = format!("\"default\";r={};t={}", state.remaining, state.reset_seconds);
    headers.insert("ratelimit-policy", ascii(policy));
    headers.insert(RATE_LIMIT, ascii(now));
    if refused {
        headers.insert(header::RETRY_AFTER, ascii(state.reset_seconds.max(1).to_string()));
    }
}

fn ascii(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("digits and punctuation are valid in a header")
}
