//! The bodies of answers, exactly as in the contract's examples.

use super::WebhookKind::{UpdateFields as Any, UpdateRevenue as Revenue, UpdateTags as Tags};
use super::*;
use crate::ids::{CallId, RequestId};

const FIRST: &str = "0192f0c1-2345-7abc-8def-000000000001";
const SECOND: &str = "0192f0c1-2345-7abc-8def-000000000002";

fn call(id: &str, live: bool) -> AppliedCall {
    AppliedCall { id: id.parse::<CallId>().unwrap(), live }
}

fn answer(
    kind: WebhookKind,
    body: &str,
    applied: &[AppliedCall],
    failed: &[FailedCall],
    skipped: &[SkippedField],
) -> String {
    let update = update(json(kind, body));
    let added = if applied.is_empty() { 0 } else { update.changes.add.len() };
    let bytes = update_answer(kind, &update, applied, &(0..added).collect(), failed, skipped);
    let text = String::from_utf8(bytes).unwrap();
    serde_json::from_str::<serde_json::Value>(&text).unwrap();
    text
}

#[test]
fn spec_1_1_call_data() {
    let id: RequestId = "a1b2c3d4-e5f6-7890-abcd-ef1234567890".parse().unwrap();
    assert_eq!(
        call_data_answer(id),
        br#"{"success":true,"request_id":"a1b2c3d4-e5f6-7890-abcd-ef1234567890"}"#
    );
}

#[test]
fn spec_1_0_errors() {
    let id: RequestId = FIRST.parse().unwrap();
    let body = error_body("Not found", "call_not_found", "Call log not found: check \"x\".", id, &[]);
    let expected = format!(
        r#"{{"success":false,"error":"Not found","code":"call_not_found","message":"Call log not found: check \"x\".","request_id":"{FIRST}"}}"#
    );
    assert_eq!(String::from_utf8(body).unwrap(), expected);
}

#[test]
fn spec_1_3_revenue_keeps_its_cents() {
    let body = r#"{"call_log_id":"a","revenue":150.00}"#;
    let text = answer(Revenue, body, &[call(FIRST, true)], &[], &[]);
    let expected = format!(
        r#"{{"success":true,"call_log_ids":["{FIRST}"],"revenue_paid_out":150.00,"active_call_log_ids":["{FIRST}"]}}"#
    );
    assert_eq!(text, expected);
    let text = answer(Revenue, body, &[call(FIRST, false)], &[], &[]);
    assert!(text.ends_with(r#""revenue_paid_out":150.00}"#), "no live call, no active_call_log_ids: {text}");
}

#[test]
fn spec_1_4_tags_are_echoed_as_sent() {
    let body = r#"{"call_log_id":"a","add":[{"lead_quality":"high"},{"Disp \"x\"":1.50}],"remove":["Pending Review"]}"#;
    let text = answer(Tags, body, &[call(FIRST, false), call(SECOND, true)], &[], &[]);
    let expected = format!(
        r#"{{"success":true,"call_log_ids":["{FIRST}","{SECOND}"],"added":[{{"lead_quality":"high"}},{{"Disp \"x\"":1.50}}],"removed":["Pending Review"],"active_call_log_ids":["{SECOND}"]}}"#
    );
    assert_eq!(text, expected);
    let text = answer(Tags, r#"{"call_log_id":"a","remove":"b"}"#, &[call(FIRST, false)], &[], &[]);
    assert!(text.ends_with(r#""added":[],"removed":["b"]}"#), "{text}");
}

#[test]
fn spec_1_4_only_tags_that_a_call_took_are_named_as_added() {
    let sent = update(json(Tags, r#"{"call_log_id":"a","add":{"k":"v","full":1,"l":2}}"#));
    let bytes = update_answer(Tags, &sent, &[call(FIRST, false)], &[0, 2].into(), &[], &[]);
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.contains(r#""added":[{"k":"v"},{"l":2}],"removed":[]"#), "{text}");
}

#[test]
fn spec_1_5_fields_shows_what_was_applied() {
    let body = r#"{"call_log_id":"a","converted":true,"converted_at":"2026-01-31T12:00:00Z","amount":1,"reason":null,
        "publisher_paid_out":2,"no_payout_reason":"Caps exceeded","add":{"k":"v"},"remove":["r"],"colour":"red"}"#;
    let text = answer(Any, body, &[call(FIRST, false)], &[], &[]);
    let expected = format!(
        r#"{{"success":true,"call_log_ids":["{FIRST}"],"converted":true,"converted_at":"2026-01-31T12:00:00.000000Z","revenue_paid_out":1.00,"publisher_paid_out":2.00,"reason":null,"no_payout_reason":"Caps exceeded","added":[{{"k":"v"}}],"removed":["r"],"ignored_fields":["colour"]}}"#
    );
    assert_eq!(text, expected);
}

#[test]
fn spec_1_5_a_skipped_field_is_named_with_why() {
    let body = r#"{"phone":"+13105559876","publisher_paid_out":2,"reason":"x"}"#;
    let skipped = [SkippedField { field: "publisher_paid_out", reason: "call_is_live" }];
    let text = answer(Any, body, &[call(FIRST, true)], &[], &skipped);
    let expected = format!(
        r#"{{"success":true,"call_log_ids":["{FIRST}"],"reason":"x","skipped_fields":[{{"field":"publisher_paid_out","reason":"call_is_live"}}],"active_call_log_ids":["{FIRST}"]}}"#
    );
    assert_eq!(text, expected);
    let text = answer(Any, body, &[call(FIRST, true), call(SECOND, false)], &[], &skipped);
    assert!(text.contains(r#""publisher_paid_out":2.00"#), "the completed call took it: {text}");
}

#[test]
fn spec_1_6_a_batch_always_names_its_failed_ids() {
    let body = r#"{"call_log_id":["a","b"],"amount":1}"#;
    let text = answer(Revenue, body, &[call(FIRST, false)], &[], &[]);
    assert_eq!(
        text,
        format!(
            r#"{{"success":true,"call_log_ids":["{FIRST}"],"failed_call_log_ids":[],"revenue_paid_out":1.00}}"#
        )
    );
    let failed = [FailedCall { sent_id: "b\"".to_owned(), code: "call_not_found" }];
    let text = answer(Revenue, body, &[], &failed, &[]);
    assert_eq!(
        text,
        r#"{"success":true,"call_log_ids":[],"failed_call_log_ids":["b\""],"failures":[{"call_log_id":"b\"","code":"call_not_found"}],"revenue_paid_out":1.00}"#
    );
}
