//! The only place where an error becomes a status, a code and words.

use std::time::Duration;

use hookline_domain::ids::RequestId;
use hookline_domain::webhook::{self, Refusal, RefusalStatus};
use serde_json::{Value, json};

use crate::intake::refused::Refused;

/// An error as a client sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub status: u16,
    /// Stable, for programs.
    pub code: &'static str,
    /// What is wrong and what to do.
    pub message: String,
    /// Further members of the body.
    pub details: Vec<(&'static str, Value)>,
}

impl Problem {
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), details: Vec::new() }
    }

    pub fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(400, code, message)
    }

    pub fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(404, code, message)
    }

    /// The database is away, or the node's settings are too old: nothing was changed.
    pub fn unavailable() -> Self {
        Self::new(
            503,
            "unavailable",
            "The server can't reach its database right now. Send the same request again in a few seconds; with a transaction_id it is done once, however often you send it.",
        )
    }

    pub fn body_timeout(time_max: Duration) -> Self {
        let seconds = time_max.as_secs();
        Self::new(
            408,
            "body_timeout",
            format!(
                "The body did not arrive within {seconds} s and nothing was changed. Send the request again."
            ),
        )
    }

    pub fn body_incomplete() -> Self {
        Self::bad_request(
            "body_incomplete",
            "The body ended before its announced length and nothing was changed. Send the request again.",
        )
    }

    pub fn internal() -> Self {
        Self::new(
            500,
            "internal_error",
            "Something went wrong in the server and nothing was changed. Send the request again; if it fails again, give the request_id to whoever runs this server.",
        )
    }

    fn title(&self) -> &'static str {
        match self.status {
            400 if self.code.starts_with("missing_") => "Missing required parameter",
            400 => "Bad request",
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not found",
            405 => "Method not allowed",
            408 => "Request timeout",
            409 => "Conflict",
            413 => "Payload too large",
            415 => "Unsupported media type",
            429 => "Rate limited",
            503 => "Service unavailable",
            _ => "Server error",
        }
    }

    pub fn body(&self, request: RequestId) -> Vec<u8> {
        webhook::error_body(self.title(), self.code, &self.message, request, &self.details)
    }
}

impl From<&Refusal> for Problem {
    fn from(refusal: &Refusal) -> Self {
        let status = match refusal.status {
            RefusalStatus::BadRequest | RefusalStatus::MissingParameter => 400,
            RefusalStatus::TooLarge => 413,
            RefusalStatus::UnsupportedMediaType => 415,
        };
        Self::new(status, refusal.code, refusal.message.clone())
    }
}

impl From<&Refused> for Problem {
    fn from(refused: &Refused) -> Self {
        match refused {
            Refused::Unreadable(refusal) => refusal.into(),
            Refused::TransactionInProgress => Self::new(
                409,
                "transaction_in_progress",
                "A request with this transaction_id is being processed. Send it again in a second to get its answer.",
            ),
            Refused::TransactionReused => Self::new(
                409,
                "transaction_id_reused",
                "This transaction_id was used for another request. Give every request an id of its own, and repeat an id only to repeat the same request.",
            ),
            Refused::CallNotFound(what) => Self::new(
                404,
                "call_not_found",
                format!(
                    "Call log not found: {what}. Check the id, or whether the call lies within the webhook's lookback."
                ),
            ),
            Refused::CallForbidden(id) => Self::new(
                403,
                "call_forbidden",
                format!(
                    "The call {id} belongs to another organization. Use a webhook key of the organization that owns it."
                ),
            ),
            Refused::AmbiguousCall(calls) => {
                let mut problem = Self::new(
                    409,
                    "ambiguous_call",
                    "This number has several calls and the webhook accepts only one. Name the call by its call_log_id; `candidates` lists them.",
                );
                let ids = calls.iter().map(|id| json!(id.to_string())).collect();
                problem.details.push(("candidates", Value::Array(ids)));
                problem
            }
            Refused::TooManyCalls(max) => Self::new(
                409,
                "too_many_calls",
                format!(
                    "This number has more than {max} calls in the webhook's lookback. Name calls by their call_log_id, up to 50 at a time."
                ),
            ),
        }
    }
}
