//! Routing plans: which target a call goes to, as a pure function of the configuration, the call's tags,
//! the counters, the time and a number drawn by chance.

mod bid;
mod decide;
mod destination;
mod directory;
mod hours;
mod period;
mod plan;
mod settle;
mod target;
#[cfg(test)]
mod tests;
mod url;

use std::fmt::Display;

use crate::document::{Fields, Problem};

pub use bid::{BidRefusal, bid_caller};
pub use decide::{
    Chosen, ChosenBy, Decision, Dialed, DuplicateTrace, Eligible, EligibleRoute, Facts, Limit, Outcome,
    OverrideTrace, OverrideVerdict, PlanTrace, PreviousCall, Refusal, RejectReason, Reservation, RouteTrace,
    Share, Trace, Verdict, decide, eligible,
};
pub use destination::{Destination, NotADestination, SIP_CHARS_MAX};
pub use directory::Directory;
pub use hours::{EXCEPTIONS_MAX, Hours, INTERVALS_MAX};
pub use period::{CapPeriod, CounterKey, Counters};
pub use plan::{
    CallerPattern, DialStrategy, DuplicateAction, DuplicateCounts, DuplicateRule, NotACallerPattern,
    OVERRIDES_MAX, Override, OverrideAction, PRIORITY_MAX, REASON_CHARS_MAX, ROUTES_MAX, Route, RoutingPlan,
    SIMULTANEOUS_MAX, SIMULTANEOUS_MIN, WEIGHT_MAX, WINDOW_SECONDS_MAX,
};
pub use settle::{EndedCall, PRECONVERSION_SECONDS, Settled, settle_conversion};
pub use target::{
    AVAILABILITY_MS_DEFAULT, AVAILABILITY_MS_MAX, AVAILABILITY_MS_MIN, Availability, CAP_MAX,
    CONCURRENCY_MAX, CONNECTED_SECONDS_MAX, Caps, Conversion, RING_SECONDS_DEFAULT, RING_SECONDS_MAX, Target,
    URL_CHARS_MAX,
};

/// Characters of a target's or plan's name.
pub const NAME_CHARS_MAX: usize = 128;

const ID_CHARS: usize = 36;

/// What was read is often changed and sent back whole, with its id.
fn check_id(fields: &mut Fields<'_>, id: &impl Display) -> Result<(), Problem> {
    match fields.take("id") {
        Some(sent) if sent.text(ID_CHARS)? != id.to_string() => {
            Err(sent.problem("is not this one's; leave it out"))
        }
        _ => Ok(()),
    }
}

fn name(fields: &mut Fields<'_>) -> Result<String, Problem> {
    let field = fields.require("name", "what people call it")?;
    let name = field.text(NAME_CHARS_MAX)?.trim().to_owned();
    if name.is_empty() { Err(field.problem("is empty; write what people call it")) } else { Ok(name) }
}

fn flag(fields: &mut Fields<'_>, name: &'static str, default: bool) -> Result<bool, Problem> {
    fields.take(name).map_or(Ok(default), |flag| flag.boolean())
}
