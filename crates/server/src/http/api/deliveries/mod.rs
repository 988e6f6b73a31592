//! Deliveries: what was told to other systems, and what they said.

pub mod get;
pub mod list;
pub mod replay;

use hookline_domain::flow::Method;
use hookline_domain::ids::DeliveryId;
use hookline_domain::outgoing::Rendered;
use hookline_domain::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::delivery::Attempt;
use crate::http::openapi::{DeliveryStateDocument, EventDocument, MethodDocument, OutgoingHeader};
use crate::problem::Problem;
use crate::storage::deliveries::{AttemptRow, DeliveryRow};

pub use get::get;
pub use list::list;
pub use replay::replay;

/// One event of a call for one outgoing webhook.
#[derive(Serialize, ToSchema)]
#[schema(as = Delivery)]
pub struct DeliveryView {
    /// The header `webhook-id` of its requests.
    id: Uuid,
    outgoing_webhook_id: Uuid,
    #[schema(value_type = EventDocument)]
    event: String,
    call_log_id: Uuid,
    #[schema(value_type = DeliveryStateDocument)]
    state: String,
    /// When the event was; of a mark that is waiting, when it will be.
    #[schema(value_type = String, format = DateTime)]
    due_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    delivered_at: Option<Timestamp>,
    attempts_made: i64,
    /// Of a pending one.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_attempt_at: Option<Timestamp>,
    last_status: Option<i64>,
    /// In words, with what to do.
    last_error: Option<String>,
    /// The delivery whose request it sends again.
    replay_of: Option<Uuid>,
}

impl From<DeliveryRow> for DeliveryView {
    fn from(row: DeliveryRow) -> Self {
        let is = |state: &str| row.state == state;
        Self {
            id: row.id,
            outgoing_webhook_id: row.webhook_id,
            delivered_at: row.ended_at.filter(|_| is("delivered")).map(Timestamp),
            next_attempt_at: row.next_at.filter(|_| is("pending")).map(Timestamp),
            event: row.event,
            call_log_id: row.call_id,
            state: row.state,
            due_at: Timestamp(row.due_at),
            created_at: Timestamp(row.created_at),
            attempts_made: row.attempts_made,
            last_status: row.last_status,
            last_error: row.last_error,
            replay_of: row.replay_of,
        }
    }
}

/// A request as it was sent, but for what is secret and the signature.
#[derive(Serialize, ToSchema)]
#[schema(as = OutgoingRequest)]
pub struct RequestView {
    #[schema(value_type = MethodDocument)]
    method: Method,
    url: String,
    headers: Vec<OutgoingHeader>,
    body: Option<String>,
}

impl From<Rendered> for RequestView {
    fn from(rendered: Rendered) -> Self {
        let headers = rendered.headers.into_iter().map(|header| OutgoingHeader {
            secret: header.value.is_none(),
            name: header.name,
            value: header.value,
        });
        Self { method: rendered.method, url: rendered.url, headers: headers.collect(), body: rendered.body }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = DeliveryAttempt)]
pub struct AttemptView {
    /// From 1.
    number: i64,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    duration_ms: i64,
    /// Null if there was no answer.
    status: Option<i64>,
    /// In words, with what to do; null if it was delivered.
    error: Option<String>,
    /// The first 4 KiB of the answer.
    response: String,
}

impl AttemptView {
    pub fn first(attempt: Attempt) -> Self {
        Self {
            number: 1,
            at: attempt.at,
            duration_ms: attempt.duration_ms,
            status: attempt.status.map(i64::from),
            error: attempt.error,
            response: attempt.response,
        }
    }
}

impl From<AttemptRow> for AttemptView {
    fn from(row: AttemptRow) -> Self {
        let AttemptRow { number, at, duration_ms, status, error, response } = row;
        Self { number, at: Timestamp(at), duration_ms, status, error, response }
    }
}

fn delivery_id(text: &str) -> Result<DeliveryId, Problem> {
    text.parse().map_err(|_| not_found(text))
}

fn not_found(id: &str) -> Problem {
    Problem::not_found(
        "delivery_not_found",
        format!("No delivery of this organization has the id {id}; it may be past its retention."),
    )
}
