//! Section 1.2: which calls an update means.

use super::WebhookKind::UpdateRevenue as Revenue;
use super::*;

fn calls(body: &str) -> Calls {
    update(json(Revenue, &format!(r#"{{"amount":1,{body}}}"#))).calls
}

fn refused_calls(body: &str, code: &str, field: &str) {
    refused(json(Revenue, &format!(r#"{{"amount":1,{body}}}"#)), code, field);
}

#[test]
fn an_id_goes_by_three_names_and_is_taken_as_sent() {
    for name in ["call_log_id", "call_id", "callLogId"] {
        assert_eq!(calls(&format!(r#""{name}":"AbC ""#)), Calls::One("AbC ".to_owned()));
    }
}

#[test]
fn a_phone_number_goes_by_five_names() {
    for name in ["phone_number", "phone", "caller_id", "from", "phoneNumber"] {
        assert_eq!(calls(&format!(r#""{name}":"310-555-9876""#)), Calls::Phone("+13105559876".to_owned()));
    }
}

#[test]
fn with_both_the_id_wins_and_the_number_is_not_looked_at() {
    assert_eq!(calls(r#""phone":"not a number","call_id":"a""#), Calls::One("a".to_owned()));
}

#[test]
fn an_empty_one_counts_as_not_sent() {
    assert_eq!(calls(r#""call_log_id":"","phone":"+13105559876""#), Calls::Phone("+13105559876".to_owned()));
    assert_eq!(calls(r#""call_log_id":null,"call_id":"a""#), Calls::One("a".to_owned()));
}

#[test]
fn neither_is_400() {
    for request in [
        json(Revenue, r#"{"amount":1}"#),
        json(Revenue, r#"{"amount":1,"phone":""}"#),
        get(Revenue, "amount=1"),
    ] {
        let refusal = refused(request, "missing_call", "call_log_id");
        assert_eq!(refusal.status, RefusalStatus::MissingParameter);
    }
}

#[test]
fn a_wrong_type_or_number_is_400() {
    refused_calls(r#""call_log_id":7"#, "wrong_type", "call_log_id");
    refused_calls(r#""call_log_id":{"id":"a"}"#, "wrong_type", "call_log_id");
    refused_calls(r#""phone":["+13105559876"]"#, "wrong_type", "phone");
    refused_calls(r#""phone":"hello""#, "invalid_phone_number", "phone");
}

#[test]
fn a_plus_lost_to_a_space_still_matches() {
    for query in ["phone=+13105559876", "phone=%2B13105559876", "phone=%2013105559876", "phone=13105559876"] {
        let sent = update(get(Revenue, &format!("amount=1&{query}")));
        assert_eq!(sent.calls, Calls::Phone("+13105559876".to_owned()), "{query}");
    }
}

#[test]
fn aliases_must_agree() {
    assert_eq!(calls(r#""call_id":"a","callLogId":"a""#), Calls::One("a".to_owned()));
    assert_eq!(
        calls(r#""phone":"310-555-9876","from":"+13105559876""#),
        Calls::Phone("+13105559876".to_owned())
    );
    refused_calls(r#""call_id":"a","callLogId":"b""#, "conflicting_values", "callLogId");
    refused_calls(r#""phone":"3105559876","from":"+13105559877""#, "conflicting_values", "from");
}

#[test]
fn body_and_query_must_agree() {
    let body = r#"{"amount":1,"call_log_id":"a"}"#;
    assert_eq!(update(post(Revenue, "call_log_id=a", body)).calls, Calls::One("a".to_owned()));
    refused(post(Revenue, "call_log_id=b", body), "conflicting_values", "call_log_id");
    refused(post(Revenue, "call_id=b", body), "conflicting_values", "call_id");
}
