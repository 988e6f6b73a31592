//! How a call moves from ringing to its end. Switches send their events over several connections
//! and send them again when in doubt, so any order and any number of them must end in one state.

use super::{Call, CallStatus, Change};
use crate::time::{MICROS_PER_SECOND, Timestamp};

/// What a switch tells of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallEvent {
    Ringing,
    Answered {
        /// Who answered, as the switch names it; `None` leaves what is known.
        target: Option<String>,
    },
    Ended {
        /// It could not be connected, or broke. A caller who hangs up before anyone answers does
        /// not make the call a failed one.
        failed: bool,
        /// Becomes the call's `reason`, if it has none.
        reason: Option<String>,
    },
}

/// The event contradicts what is known: an answer after the call's end. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the call ended at {ended_at}, before it was answered; send the time at which it was answered")]
pub struct OutOfOrder {
    pub ended_at: Timestamp,
}

/// Brings a call forward by one event that happened at `at`, and tells what changed: nothing if
/// the event, or a later one, was already known. The first answer and the first end stand. Times
/// before the call's start, and an end before the answer, are a clock's error and become that moment.
///
/// # Errors
/// `OutOfOrder` for an answer after the end; one before it still counts if it arrives late.
pub fn advance(call: &mut Call, event: &CallEvent, at: Timestamp) -> Result<Vec<Change>, OutOfOrder> {
    let at = at.max(call.started_at);
    match event {
        // A call is ringing from its first moment on.
        CallEvent::Ringing => Ok(Vec::new()),
        CallEvent::Answered { target } => answer(call, target.as_deref(), at),
        CallEvent::Ended { failed, reason } => Ok(end(call, *failed, reason.as_deref(), at)),
    }
}

fn answer(call: &mut Call, target: Option<&str>, at: Timestamp) -> Result<Vec<Change>, OutOfOrder> {
    let mut timeline = Vec::new();
    if call.answered_at.is_some() {
        return Ok(timeline);
    }
    if let Some(ended_at) = call.ended_at.filter(|ended_at| *ended_at < at) {
        return Err(OutOfOrder { ended_at });
    }
    call.answered_at = Some(at);
    timeline.push(Change { field: "answered_at".into(), from: None, to: Some(at.to_string()) });
    if call.status == CallStatus::Ringing {
        set_status(call, CallStatus::InProgress, &mut timeline);
    }
    if let Some(target) = target
        && call.target.as_deref() != Some(target)
    {
        let from = call.target.replace(target.to_owned());
        timeline.push(Change { field: "target".into(), from, to: Some(target.to_owned()) });
    }
    Ok(timeline)
}

fn end(call: &mut Call, failed: bool, reason: Option<&str>, at: Timestamp) -> Vec<Change> {
    let mut timeline = Vec::new();
    if call.ended_at.is_some() || !call.status.is_live() {
        return timeline;
    }
    let at = call.answered_at.map_or(at, |answered_at| at.max(answered_at));
    call.ended_at = Some(at);
    timeline.push(Change { field: "ended_at".into(), from: None, to: Some(at.to_string()) });
    set_status(call, if failed { CallStatus::Failed } else { CallStatus::Completed }, &mut timeline);
    if let Some(reason) = reason
        && call.reason.is_none()
    {
        call.reason = Some(reason.to_owned());
        timeline.push(Change { field: "reason".into(), from: None, to: Some(reason.to_owned()) });
    }
    timeline
}

fn set_status(call: &mut Call, status: CallStatus, timeline: &mut Vec<Change>) {
    let from = std::mem::replace(&mut call.status, status);
    timeline.push(Change {
        field: "status".into(),
        from: Some(from.as_str().into()),
        to: Some(status.as_str().into()),
    });
}

impl Call {
    /// Whole seconds from answer to end, or to `now` while the call is live; 0 if nobody answered.
    pub fn connected_seconds(&self, now: Timestamp) -> i64 {
        let Some(answered_at) = self.answered_at else { return 0 };
        let until = self.ended_at.unwrap_or(now);
        (until.micros_since(answered_at) / MICROS_PER_SECOND).max(0)
    }
}
