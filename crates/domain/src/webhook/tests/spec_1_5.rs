//! Section 1.5: `update_fields`.

use super::WebhookKind::UpdateFields as Any;
use super::*;
use crate::call::NoPayoutReason;

fn fields(body: &str) -> Update {
    update(json(Any, &format!(r#"{{"call_log_id":"a",{body}}}"#)))
}

fn refused_fields(body: &str, code: &str, field: &str) {
    refused(json(Any, &format!(r#"{{"call_log_id":"a",{body}}}"#)), code, field);
}

const ALL: &str = r#""converted":true,"converted_at":"2026-01-31T12:00:00Z","revenue_paid_out":"150.00",
    "publisher_paid_out":75.5,"reason":"sold","no_payout_reason":"Caps exceeded","add":{"k":"v"},"remove":["r"]"#;

#[test]
fn every_field_at_the_top_or_inside_fields() {
    let top = fields(ALL);
    let changes = &top.changes;
    assert_eq!(changes.converted, Some(true));
    assert_eq!(changes.converted_at, Some(Some("2026-01-31T12:00:00Z".parse().unwrap())));
    assert_eq!(changes.revenue_paid_out.unwrap().to_string(), "150.00");
    assert_eq!(changes.publisher_paid_out.unwrap().to_string(), "75.50");
    assert_eq!(changes.reason, Some(Some("sold".to_owned())));
    assert_eq!(changes.no_payout_reason, Some(Some(NoPayoutReason::CapsExceeded)));
    assert_eq!((added(&top), removed(&top)), (vec!["k=v".to_owned()], vec!["r"]));
    assert_eq!(fields(&format!(r#""fields":{{{ALL}}}"#)), top);
}

#[test]
fn the_same_by_get_and_form() {
    let rest = "publisher_paid_out=75.5&reason=sold&no_payout_reason=Caps+exceeded";
    let flat = format!(
        "call_log_id=a&converted=TRUE&converted_at=2026-01-31T12:00:00+00:00&amount=150&{rest}&add.k=v&remove=r"
    );
    let wrapped = "call_log_id=a&fields[converted]=true&fields.call_converted_at=2026-01-31T12:00:00%2B00:00\
        &fields[revenue_paid_out]=150&fields[publisher_paid_out]=75.50&fields[disposition]=sold\
        &fields[no_payout_reason]=Caps%20exceeded&fields[tags][add][k]=v&fields.remove=r";
    let changes = fields(ALL).changes;
    let expected = Changes { add: update(get(Any, &flat)).changes.add, ..changes };
    assert_eq!(expected.add[0].sent_value, "\"v\"");
    for request in [get(Any, &flat), form(Any, &flat), get(Any, wrapped), form(Any, wrapped)] {
        assert_eq!(update(request).changes, expected);
    }
}

#[test]
fn null_clears_what_can_be_cleared() {
    let changes = fields(r#""call_converted_at":null,"disposition":null,"no_payout_reason":null"#).changes;
    let cleared = Changes {
        converted_at: Some(None),
        reason: Some(None),
        no_payout_reason: Some(None),
        ..Changes::default()
    };
    assert_eq!(changes, cleared);
    assert_eq!(update(get(Any, "call_log_id=a&converted_at=&reason=&no_payout_reason=")).changes, cleared);
    for name in ["converted", "revenue_paid_out", "publisher_paid_out"] {
        refused_fields(&format!(r#""{name}":null"#), "wrong_type", name);
    }
}

#[test]
fn tags_may_be_wrapped() {
    for body in [
        r#""tags":{"add":{"k":"v"},"remove":"r"}"#,
        r#""fields":{"tags":{"add":[{"k":"v"}],"remove":["r"]}}"#,
        r#""tags.add":{"k":"v"},"tags.remove":["r"]"#,
        r#""fields":{"add":{"k":"v"},"remove":["r"]}"#,
    ] {
        let sent = fields(body);
        assert_eq!((added(&sent), removed(&sent)), (vec!["k=v".to_owned()], vec!["r"]), "{body}");
        assert_eq!(sent.ignored_fields, [""; 0]);
    }
}

#[test]
fn a_field_in_both_places_is_400_even_if_equal() {
    refused_fields(r#""converted":true,"fields":{"converted":true}"#, "field_in_both", "converted");
    refused_fields(r#""reason":"x","fields":{"disposition":"x"}"#, "field_in_both", "disposition");
    refused_fields(r#""add":{"a":1},"fields":{"add":{"b":1}}"#, "field_in_both", "add");
    refused_fields(r#""remove":"a","tags":{"remove":"a"}"#, "field_in_both", "remove");
}

#[test]
fn at_least_one_field_is_required() {
    for body in ["", r#","fields":{}"#, r#","fields":null"#, r#","add":{}"#, r#","tags":{"add":{}}"#] {
        let refusal =
            refused(json(Any, &format!(r#"{{"call_log_id":"a"{body}}}"#)), "missing_fields", "converted");
        assert_eq!(refusal.status, RefusalStatus::MissingParameter);
    }
    refused_fields(r#""colour":"red""#, "missing_fields", "colour");
}

#[test]
fn unknown_fields_are_ignored_and_named() {
    let sent =
        fields(r#""reason":"x","colour":"red","fields":{"size":1,"call_log_id":"b"},"tags":{"set":1}"#);
    assert_eq!(sent.ignored_fields, ["colour", "size", "call_log_id", "tags.set"]);
    let sent = update(get(Any, "call_log_id=a&reason=x&utm=1&phone=1"));
    assert_eq!(sent.ignored_fields, ["utm"], "the phone number was read, and lost to the id");
}

#[test]
fn a_boolean_is_strict_in_json() {
    refused_fields(r#""converted":"true""#, "wrong_type", "converted");
    refused_fields(r#""converted":1"#, "wrong_type", "converted");
    refused(get(Any, "call_log_id=a&converted=yes"), "wrong_type", "converted");
}

#[test]
fn wrong_values_are_400_and_named() {
    refused_fields(r#""converted_at":"yesterday""#, "invalid_time", "converted_at");
    refused_fields(r#""converted_at":"""#, "invalid_time", "converted_at");
    refused_fields(r#""converted_at":1769860800"#, "wrong_type", "converted_at");
    refused_fields(r#""no_payout_reason":"Other""#, "invalid_value", "Campaign preconversion");
    refused_fields(r#""reason":5"#, "wrong_type", "reason");
    refused_fields(r#""publisher_paid_out":-1"#, "invalid_amount", "publisher_paid_out");
    refused_fields(r#""fields":[]"#, "wrong_type", "fields");
    refused_fields(r#""tags":["a"]"#, "wrong_type", "tags");
}

#[test]
fn converted_and_its_time_must_not_contradict_each_other() {
    refused_fields(
        r#""converted":false,"converted_at":"2026-01-31T12:00:00Z""#,
        "contradictory_fields",
        "converted_at",
    );
    refused_fields(r#""converted":true,"converted_at":null"#, "contradictory_fields", "converted_at");
    fields(r#""converted":false,"converted_at":null"#);
    fields(r#""converted_at":"2026-01-31T12:00:00Z""#);
}

#[test]
fn aliases_and_places_must_agree() {
    fields(r#""reason":"x","disposition":"x""#);
    refused_fields(r#""reason":"x","disposition":"y""#, "conflicting_values", "disposition");
    refused_fields(r#""reason":"x","disposition":null"#, "conflicting_values", "disposition");
    let body = r#"{"call_log_id":"a","fields":{"converted":true}}"#;
    update(post(Any, "converted=true", body));
    refused(post(Any, "converted=false", body), "conflicting_values", "converted");
}
