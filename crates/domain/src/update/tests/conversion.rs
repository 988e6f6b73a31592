//! Sections 1.3 and 1.5: revenue, conversion, payouts and reasons.

use super::*;
use crate::call::example::{completed_call, ringing_call};

const AT_200: Option<&str> = Some("1970-01-01T00:03:20.000000Z");

fn revenue(text: &str) -> Changes {
    Changes { revenue_paid_out: usd(text), ..Default::default() }
}

/// A call that was converted at 150 s.
fn converted_call() -> Call {
    Call { converted: true, converted_at: Some(second(150)), ..completed_call() }
}

#[test]
fn revenue_sets_the_revenue_and_converts_the_call_now() {
    for mut call in [ringing_call(), completed_call()] {
        let applied = apply_at_200(&revenue("150.00"), &mut call);
        assert_eq!(
            lines(&applied),
            [
                ("revenue_paid_out", None, Some("150.00")),
                ("converted", Some("false"), Some("true")),
                ("converted_at", None, AT_200),
            ]
        );
        assert_eq!(applied.live, call.status.is_live());
        assert!(applied.call_changed && !applied.tags_changed && applied.skipped.is_empty());
        assert_eq!((call.revenue_paid_out, call.converted_at), (usd("150"), Some(second(200))));
    }
}

#[test]
fn revenue_leaves_a_converted_at_that_is_set() {
    let mut call = converted_call();
    let applied = apply_at_200(&revenue("10"), &mut call);
    assert_eq!(lines(&applied), [("revenue_paid_out", None, Some("10.00"))]);
    assert_eq!(call.converted_at, Some(second(150)));
}

#[test]
fn revenue_that_is_what_it_was_is_no_change_and_other_revenue_tells_both() {
    let mut call = Call { revenue_paid_out: usd("10.00"), ..converted_call() };
    let applied = apply_at_200(&revenue("10"), &mut call);
    assert!(applied.timeline.is_empty() && !applied.call_changed);
    let applied = apply_at_200(&revenue("0"), &mut call);
    assert_eq!(lines(&applied), [("revenue_paid_out", Some("10.00"), Some("0.00"))]);
}

#[test]
fn converted_true_stamps_now_if_unset() {
    let changes = Changes { converted: Some(true), ..Default::default() };
    let mut call = completed_call();
    apply_at_200(&changes, &mut call);
    assert_eq!((call.converted, call.converted_at), (true, Some(second(200))));
    let mut call = converted_call();
    assert!(apply_at_200(&changes, &mut call).timeline.is_empty());
}

#[test]
fn converted_false_clears_converted_at_also_beside_revenue() {
    for revenue_paid_out in [None, usd("10")] {
        let mut call = converted_call();
        let changes = Changes { converted: Some(false), revenue_paid_out, ..Default::default() };
        let applied = apply_at_200(&changes, &mut call);
        assert_eq!((call.converted, call.converted_at), (false, None));
        assert_eq!(call.revenue_paid_out, revenue_paid_out);
        assert_eq!(applied.timeline.last().unwrap().field, "converted_at");
    }
}

#[test]
fn a_converted_at_implies_converted_and_is_kept_as_sent() {
    for (converted, revenue_paid_out) in [(None, None), (Some(true), None), (None, usd("10"))] {
        let mut call = completed_call();
        let converted_at = Some(Some(second(42)));
        let changes = Changes { converted, converted_at, revenue_paid_out, ..Default::default() };
        apply_at_200(&changes, &mut call);
        assert_eq!((call.converted, call.converted_at), (true, Some(second(42))));
    }
}

#[test]
fn a_null_converted_at_clears_the_time_and_nothing_else() {
    for converted in [None, Some(true)] {
        let mut call = converted_call();
        apply_at_200(&Changes { converted, converted_at: Some(None), ..Default::default() }, &mut call);
        assert_eq!((call.converted, call.converted_at), (true, None));
    }
    let mut call = completed_call();
    let applied = apply_at_200(&Changes { converted_at: Some(None), ..Default::default() }, &mut call);
    assert!(applied.timeline.is_empty() && !call.converted);
}

#[test]
fn completed_only_fields_are_skipped_on_a_live_call_with_a_reason_that_teaches() {
    let changes = Changes {
        publisher_paid_out: usd("5"),
        no_payout_reason: Some(Some(NoPayoutReason::CapsExceeded)),
        reason: Some(Some("sale".into())),
        ..Default::default()
    };
    let mut call = ringing_call();
    let applied = apply_at_200(&changes, &mut call);
    assert_eq!(lines(&applied), [("reason", None, Some("sale"))], "the rest is applied");
    assert_eq!((call.publisher_paid_out, call.no_payout_reason), (None, None));
    let skipped: Vec<_> = applied.skipped.iter().map(|skipped| skipped.field).collect();
    assert_eq!(skipped, ["publisher_paid_out", "no_payout_reason"]);
    assert!(
        applied
            .skipped
            .iter()
            .all(|skipped| skipped.reason.contains("send it again when the call has ended"))
    );
}

#[test]
fn completed_only_fields_are_set_and_cleared_on_a_call_that_is_over() {
    let mut call = completed_call();
    let reason = Some(Some(NoPayoutReason::ConditionNotMet));
    let changes = Changes { publisher_paid_out: usd("5.5"), no_payout_reason: reason, ..Default::default() };
    let applied = apply_at_200(&changes, &mut call);
    assert_eq!(
        lines(&applied),
        [("publisher_paid_out", None, Some("5.50")), ("no_payout_reason", None, Some("Condition not met"))]
    );
    assert!(applied.skipped.is_empty() && !applied.live);
    let applied = apply_at_200(&Changes { no_payout_reason: Some(None), ..Default::default() }, &mut call);
    assert_eq!(lines(&applied), [("no_payout_reason", Some("Condition not met"), None)]);
}

#[test]
fn a_reason_is_set_replaced_and_cleared() {
    let mut call = completed_call();
    for (sent, from, to) in
        [(Some("a"), None, Some("a")), (Some("b"), Some("a"), Some("b")), (None, Some("b"), None)]
    {
        let changes = Changes { reason: Some(sent.map(str::to_owned)), ..Default::default() };
        assert_eq!(lines(&apply_at_200(&changes, &mut call)), [("reason", from, to)]);
    }
}

#[test]
fn no_changes_change_nothing() {
    let mut call = converted_call();
    let applied = apply_at_200(&Changes::default(), &mut call);
    assert_eq!((applied, call), (Applied::default(), converted_call()));
}
