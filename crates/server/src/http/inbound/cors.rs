//! Landing pages send from the browser: which of them may, and may read the answer.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::problem::Problem;
use crate::settings::Webhook;

const EXPOSED: HeaderValue = HeaderValue::from_static(
    "Idempotent-Replayed, Idempotent-Mismatch, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id",
);
const METHODS: HeaderValue = HeaderValue::from_static("GET, POST");
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

/// Why a page of this origin is refused. Programs send no origin and are not.
pub fn refused_origin(origin: Option<&HeaderValue>, webhook: &Webhook) -> Option<Problem> {
    let origin = origin?;
    let allowed = origin.to_str().is_ok_and(|origin| webhook.settings.allows_origin(origin));
    (!allowed).then(|| {
        Problem::new(
            403,
            "origin_not_allowed",
            "This webhook takes requests from other origins only. Add this page's origin to the webhook's allowed_origins.",
        )
    })
}

/// Lets an allowed page read the answer. Never with credentials: the key is all that counts.
pub fn allow(headers: &mut HeaderMap, origin: Option<&HeaderValue>, webhook: &Webhook) {
    let Some(origin) = origin else { return };
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    if refused_origin(Some(origin), webhook).is_none() {
        let any = webhook.settings.allowed_origins.is_none();
        let allowed = if any { HeaderValue::from_static("*") } else { origin.clone() };
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }
}

/// Answers a browser's question before it sends.
pub fn preflight(answer: &mut HeaderMap, asked: &HeaderMap, webhook: &Webhook) {
    let origin = asked.get(header::ORIGIN);
    allow(answer, origin, webhook);
    if !answer.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
        return;
    }
    answer.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    answer.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    // Any header may carry data of the caller, so all that are asked for are allowed.
    if let Some(wanted) = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
}
