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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::call::example::{ringing_call, second};

    fn answered() -> CallEvent {
        CallEvent::Answered { target: Some("sales".into()) }
    }

    fn ended(failed: bool) -> CallEvent {
        CallEvent::Ended { failed, reason: Some("caller_hangup".into()) }
    }

    fn fields(changes: &[Change]) -> Vec<&str> {
        changes.iter().map(|change| change.field.as_str()).collect()
    }

    #[test]
    fn a_call_rings_is_answered_and_ends() {
        let mut call = ringing_call();
        assert_eq!(advance(&mut call, &CallEvent::Ringing, second(100)), Ok(vec![]));
        let changes = advance(&mut call, &answered(), second(110)).unwrap();
        assert_eq!(fields(&changes), ["answered_at", "status", "target"]);
        assert_eq!(changes[1].from.as_deref(), Some("ringing"));
        assert_eq!(changes[1].to.as_deref(), Some("in_progress"));
        assert_eq!(call.connected_seconds(second(115)), 5);
        let changes = advance(&mut call, &ended(false), second(170)).unwrap();
        assert_eq!(fields(&changes), ["ended_at", "status", "reason"]);
        assert_eq!(call.status, CallStatus::Completed);
        assert_eq!((call.target.as_deref(), call.reason.as_deref()), (Some("sales"), Some("caller_hangup")));
        assert_eq!(call.connected_seconds(second(999)), 60, "the clock stops at the end");
    }

    #[test]
    fn a_caller_who_hangs_up_while_it_rings_leaves_a_completed_call_of_no_seconds() {
        let mut call = ringing_call();
        advance(&mut call, &ended(false), second(120)).unwrap();
        assert_eq!((call.status, call.connected_seconds(second(130))), (CallStatus::Completed, 0));
    }

    #[test]
    fn a_call_that_the_switch_calls_failed_is_failed_before_and_after_the_answer() {
        for before in [vec![], vec![answered()]] {
            let mut call = ringing_call();
            for event in before {
                advance(&mut call, &event, second(110)).unwrap();
            }
            advance(&mut call, &ended(true), second(120)).unwrap();
            assert_eq!(call.status, CallStatus::Failed);
        }
    }

    #[test]
    fn the_same_event_again_changes_nothing_even_with_another_time() {
        let mut call = ringing_call();
        for (event, at) in [(answered(), 110), (ended(false), 170)] {
            advance(&mut call, &event, second(at)).unwrap();
            let known = call.clone();
            assert_eq!(advance(&mut call, &event, second(at)), Ok(vec![]));
            assert_eq!(advance(&mut call, &event, second(at + 500)), Ok(vec![]));
            assert_eq!(call, known);
        }
        assert_eq!(advance(&mut call, &answered(), second(500)), Ok(vec![]), "long known");
    }

    #[test]
    fn an_answer_that_arrives_after_the_end_counts_only_if_it_was_before_it() {
        let mut call = ringing_call();
        advance(&mut call, &ended(false), second(170)).unwrap();
        let known = call.clone();
        let refusal = advance(&mut call, &answered(), second(170).plus_micros(1));
        assert_eq!(refusal, Err(OutOfOrder { ended_at: second(170) }));
        assert_eq!(call, known);
        let changes = advance(&mut call, &answered(), second(110)).unwrap();
        assert_eq!(fields(&changes), ["answered_at", "target"]);
        assert_eq!((call.status, call.connected_seconds(second(999))), (CallStatus::Completed, 60));
    }

    #[test]
    fn a_clock_behind_ours_cannot_make_a_call_of_negative_length() {
        let mut call = ringing_call();
        advance(&mut call, &answered(), second(50)).unwrap();
        assert_eq!(call.answered_at, Some(call.started_at));
        advance(&mut call, &ended(false), second(60)).unwrap();
        assert_eq!((call.ended_at, call.connected_seconds(second(999))), (Some(call.started_at), 0));
    }

    #[test]
    fn the_end_does_not_overwrite_a_reason_that_a_client_gave() {
        let mut call = ringing_call();
        call.reason = Some("sale_completed".into());
        advance(&mut call, &ended(false), second(120)).unwrap();
        assert_eq!(call.reason.as_deref(), Some("sale_completed"));
    }

    #[test]
    fn an_answer_without_a_target_leaves_the_one_that_routing_chose() {
        let mut call = ringing_call();
        call.target = Some("sales".into());
        advance(&mut call, &CallEvent::Answered { target: None }, second(110)).unwrap();
        assert_eq!(call.target.as_deref(), Some("sales"));
    }

    fn any_event() -> impl Strategy<Value = (CallEvent, i64)> {
        let event = prop_oneof![
            Just(CallEvent::Ringing),
            Just(answered()),
            Just(CallEvent::Answered { target: None }),
            any::<bool>().prop_map(ended),
        ];
        (event, 90i64..200)
    }

    proptest! {
        #[test]
        fn whatever_arrives_a_call_only_moves_forward(events in prop::collection::vec(any_event(), 0..12)) {
            let mut call = ringing_call();
            for (event, at) in events {
                let before = call.clone();
                match advance(&mut call, &event, second(at)) {
                    Ok(changes) => prop_assert_eq!(changes.is_empty(), call == before),
                    Err(_) => prop_assert_eq!(&call, &before),
                }
                prop_assert!(call.status >= before.status);
                prop_assert!(before.status.is_live() || call.status == before.status, "an end is final");
                prop_assert!(before.answered_at.is_none() || call.answered_at == before.answered_at);
                prop_assert!(before.ended_at.is_none() || call.ended_at == before.ended_at);
                prop_assert!(call.ended_at.is_some() != call.status.is_live());
                prop_assert!(call.connected_seconds(second(1000)) >= 0);
                let after = call.clone();
                let again = advance(&mut call, &event, second(at));
                prop_assert!(again.is_err() || again == Ok(vec![]));
                prop_assert_eq!(&call, &after);
            }
        }

        #[test]
        fn one_calls_events_end_in_one_state_in_any_order_and_number(
            order in Just(vec![0usize, 1, 2, 0, 1, 2]).prop_shuffle(),
            failed: bool,
            answered_at in 100i64..150,
            length in 0i64..100,
        ) {
            let events = [
                (CallEvent::Ringing, 100),
                (answered(), answered_at),
                (ended(failed), answered_at + length),
            ];
            let mut in_order = ringing_call();
            for (event, at) in &events {
                advance(&mut in_order, event, second(*at)).unwrap();
            }
            let mut shuffled = ringing_call();
            for index in order {
                let (event, at) = &events[index];
                advance(&mut shuffled, event, second(*at)).unwrap();
            }
            prop_assert_eq!(shuffled, in_order);
        }
    }
}
