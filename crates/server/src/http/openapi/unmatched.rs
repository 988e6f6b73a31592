//! Shapes of the inbox of unmatched requests.
#![expect(dead_code, reason = "these describe; none is made")]

use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::types::NoPayoutReasonDocument;

/// Whether a request still waits for its call, and if not, why.
#[derive(ToSchema)]
#[schema(as = UnmatchedState, rename_all = "snake_case")]
pub enum UnmatchedStateDocument {
    Pending,
    Applied,
    Attached,
    Expired,
    Dismissed,
}

/// The values that an update sets; null clears. What it leaves alone is not there.
#[derive(ToSchema)]
#[schema(as = Changes)]
pub struct ChangesDocument {
    converted: Option<bool>,
    #[schema(format = DateTime)]
    converted_at: Option<String>,
    revenue_paid_out: Option<f64>,
    publisher_paid_out: Option<f64>,
    reason: Option<String>,
    no_payout_reason: Option<NoPayoutReasonDocument>,
    remove: Option<Vec<TagNameDocument>>,
    add: Option<Vec<NamedValueDocument>>,
}

#[derive(ToSchema)]
#[schema(as = TagToRemove)]
pub struct TagNameDocument {
    name: String,
}

#[derive(ToSchema)]
#[schema(as = TagToAdd)]
pub struct NamedValueDocument {
    name: String,
    value: String,
}

#[derive(ToSchema)]
#[schema(as = SkippedField)]
pub struct SkippedDocument {
    field: String,
    reason: String,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UnmatchedQuery {
    /// 1 to 200; 50 if it is left out.
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<Uuid>,
    /// `pending` if it is left out, or `applied`, `attached`, `expired`, `dismissed`.
    state: Option<String>,
    /// A webhook's type.
    kind: Option<String>,
    webhook_id: Option<Uuid>,
    caller: Option<String>,
}
