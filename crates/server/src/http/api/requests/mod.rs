//! The request log: what came in, what it was answered, what it did.

pub mod get;
pub mod list;
pub mod replay;

use hookline_domain::ids::RequestId;

use crate::problem::Problem;
use crate::storage::StorageError;

pub use get::get;
pub use list::list;
pub use replay::replay;

fn storage_problem(error: &StorageError) -> Problem {
    tracing::error!(%error, "the request log could not be read");
    Problem::unavailable()
}

fn request_id(text: &str) -> Result<RequestId, Problem> {
    text.parse().map_err(|_| not_found(text))
}

fn not_found(id: &str) -> Problem {
    Problem::not_found(
        "request_not_found",
        format!("No request of this organization has the id {id}; it may be past its retention."),
    )
}
