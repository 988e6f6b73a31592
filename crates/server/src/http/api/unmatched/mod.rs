//! The unmatched inbox: requests whose call was not there.

pub mod attach;
pub mod dismiss;
pub mod list;
pub mod view;

use hookline_domain::ids::RequestId;

use crate::problem::Problem;
use crate::storage::StorageError;

pub use attach::attach;
pub use dismiss::dismiss;
pub use list::list;

fn storage_problem(error: &StorageError) -> Problem {
    tracing::error!(%error, "the unmatched requests could not be read or changed");
    Problem::unavailable()
}

fn request_id(text: &str) -> Result<RequestId, Problem> {
    text.parse().map_err(|_| not_found(text))
}

fn not_found(id: &str) -> Problem {
    Problem::not_found(
        "unmatched_not_found",
        format!(
            "No unmatched request of this organization has the id {id}; a call may have used it by now. GET /v1/unmatched lists them."
        ),
    )
}

fn not_waiting(id: &str, why: &str) -> Problem {
    Problem::new(409, "not_waiting", format!("The request {id} no longer waits for a call: {why}."))
}
