//! Why a request with a valid key is refused.

use hookline_domain::ids::CallId;
use hookline_domain::webhook::Refusal;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It could not be read: 400, 413, 415.
    Unreadable(Refusal),
    /// The same `transaction_id` is being processed right now.
    TransactionInProgress,
    /// The `transaction_id` was used for something else.
    TransactionReused,
    CallNotFound(String),
    CallForbidden(String),
    /// `phone_match: only`, and the caller has several calls.
    AmbiguousCall(Vec<CallId>),
    /// A phone number with more calls in the lookback than one request may change.
    TooManyCalls(usize),
}
