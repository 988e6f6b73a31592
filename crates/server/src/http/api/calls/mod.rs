//! Calls: started and reported by a switch, read by everyone.

pub mod csv;
pub mod decision;
pub mod edit;
pub mod event;
pub mod get;
pub mod list;
pub mod next;
pub mod rerun;
pub mod start;
pub mod stream;
pub mod view;

use hookline_domain::ids::CallId;
use hookline_domain::webhook::VALUE_CHARS_MAX;

use crate::app::App;
use crate::http::inbound::commit_problem;
use crate::intake::work::{CallOutcome, Outcome, Work};
use crate::problem::Problem;

pub use csv::csv;
pub use decision::decision;
pub use edit::edit;
pub use event::event;
pub use get::get;
pub use list::list;
pub use next::next;
pub use rerun::rerun;
pub use start::start;
pub use stream::{stream_all, stream_call};

fn call_id(text: &str) -> Result<CallId, Problem> {
    text.parse().map_err(|_| call_not_found(text))
}

fn invalid(field: &str, problem: &str) -> Problem {
    Problem::bad_request("invalid_field", format!("`{field}` {problem}."))
}

/// A text that is kept as sent. PostgreSQL's text has no NUL: refused on every engine, so that none
/// answers with an error of its own.
fn storable(field: &str, text: Option<&str>) -> Result<(), Problem> {
    let Some(text) = text else { return Ok(()) };
    if text.contains('\0') {
        return Err(invalid(field, "must not contain the character U+0000"));
    }
    if text.chars().nth(VALUE_CHARS_MAX).is_some() {
        return Err(invalid(field, &format!("must have at most {VALUE_CHARS_MAX} characters")));
    }
    Ok(())
}

pub fn call_not_found(id: &str) -> Problem {
    Problem::not_found(
        "call_not_found",
        format!("Call log not found: no call of this organization has the id {id}."),
    )
}

pub fn call_forbidden(id: &str) -> Problem {
    Problem::new(
        403,
        "call_forbidden",
        format!(
            "The call {id} belongs to another organization. Use an API key of the organization that owns it."
        ),
    )
}

/// Commits a call's start or event; what it came to, or how to say that it could not be.
async fn commit(app: &App, id: &str, work: Work) -> Result<Box<CallOutcome>, Problem> {
    match app.committer.commit(work).await {
        Ok(Outcome::Call(outcome)) => Ok(outcome),
        Ok(Outcome::CallNotFound) => Err(call_not_found(id)),
        Ok(Outcome::CallForbidden) => Err(call_forbidden(id)),
        Ok(Outcome::StillLive) => Err(Problem::new(
            409,
            "call_is_live",
            format!(
                "The call {id} is still live: `publisher_paid_out` and `no_payout_reason` can be set when it has ended."
            ),
        )),
        Ok(Outcome::OutOfOrder(why)) => {
            Err(Problem::new(409, "out_of_order", format!("The event can't be: {why}.")))
        }
        Ok(Outcome::NotRouted) => Err(Problem::new(
            409,
            "not_routed",
            format!(
                "Nothing here decides where the call {id} goes: its campaign has no routing plan or flow. Give it one with PATCH /v1/campaigns/{{id}}; it counts for calls that start afterwards."
            ),
        )),
        Ok(Outcome::NotExpected(what)) => {
            Err(Problem::new(409, "not_expected", format!("The call {id} does not wait for this: {what}.")))
        }
        Ok(
            Outcome::Answer(_)
            | Outcome::Bid(_)
            | Outcome::Released
            | Outcome::NoSuchUnmatched
            | Outcome::NotWaiting(_),
        ) => Err(Problem::internal()),
        Err(error) => Err(commit_problem(error)),
    }
}
