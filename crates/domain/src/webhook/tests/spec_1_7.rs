//! Section 1.7: the transaction id, and what counts as the same payload.

use super::WebhookKind::{
    CallData as Data, UpdateFields as Any, UpdateRevenue as Revenue, UpdateTags as Tags,
};
use super::*;

const BODY: &str = r#"{"call_log_id":"a","amount":1,"transaction_id":"t1"}"#;

fn with_header(header: &[u8], body: &str) -> Result<Request, Refusal> {
    read_raw(Revenue, Method::Post, "", &[JSON, ("idempotency-key", header)], body.as_bytes())
}

#[test]
fn it_comes_from_the_body_the_query_or_the_header_on_all_four_types() {
    let query = "call_log_id=a&caller_id=%2B13105559876&amount=1&add.a=b&reason=x";
    for kind in [Data, Revenue, Tags, Any] {
        let id = |query: &str, headers: &[(&str, &[u8])]| {
            read_raw(kind, Method::Get, query, headers, b"").unwrap().transaction_id
        };
        assert_eq!(id(query, &[]), None);
        assert_eq!(id(&format!("{query}&transaction_id=T%201"), &[]).unwrap(), "T 1");
        assert_eq!(id(query, &[("idempotency-key", b"t1")]).unwrap(), "t1");
    }
    assert_eq!(json(Revenue, BODY).unwrap().transaction_id.unwrap(), "t1");
    assert_eq!(json(Revenue, &BODY.replace("\"t1\"", "12.0")).unwrap().transaction_id.unwrap(), "12.0");
    assert_eq!(json(Revenue, &BODY.replace("\"t1\"", "null")).unwrap().transaction_id, None);
}

#[test]
fn the_header_means_the_same_also_in_quotes() {
    for header in ["t1", "\"t1\"", " t1 "] {
        assert_eq!(with_header(header.as_bytes(), BODY).unwrap().transaction_id.unwrap(), "t1");
    }
    refused(with_header(b"t2", BODY), "conflicting_values", "Idempotency-Key");
    refused(post(Revenue, "transaction_id=t2", BODY), "conflicting_values", "transaction_id");
}

#[test]
fn it_has_1_to_255_characters() {
    let longest = "é".repeat(TRANSACTION_ID_CHARS_MAX);
    assert_eq!(json(Revenue, &BODY.replace("t1", &longest)).unwrap().transaction_id.unwrap(), longest);
    for id in [String::new(), " ".to_owned(), longest + "x"] {
        refused(json(Revenue, &BODY.replace("t1", &id)), "invalid_transaction_id", "transaction_id");
    }
    refused(json(Revenue, &BODY.replace("\"t1\"", "[]")), "wrong_type", "transaction_id");
    refused(
        with_header(b"", r#"{"call_log_id":"a","amount":1}"#),
        "invalid_transaction_id",
        "Idempotency-Key",
    );
    refused(with_header(b"\xFF", BODY), "invalid_transaction_id", "Idempotency-Key");
}

#[test]
fn the_same_payload_has_one_fingerprint_however_it_is_sent() {
    let print = |request: Result<Request, Refusal>| request.unwrap().fingerprint;
    let first = print(json(Revenue, BODY));
    for same in [
        json(Revenue, r#"{ "transaction_id":"t2", "revenue":"1.00", "callLogId":"a" }"#),
        get(Revenue, "call_log_id=a&amount=1.0&_=99"),
        with_header(b"t1", r#"{"call_log_id":"a","amount":1}"#),
    ] {
        assert_eq!(print(same), first);
    }
    let data = r#"{"from":"+13105559876","a":1,"b":{"c":"2"}}"#;
    let agent: [(&str, &[u8]); 2] = [FORM, ("user-agent", b"x")];
    let other = read_raw(Data, Method::Post, "b_c=2", &agent, b"caller_id=3105559876&A=1");
    assert_eq!(print(json(Data, data)), print(other));
}

#[test]
fn another_payload_has_another_fingerprint() {
    let all: Vec<[u8; 32]> = [
        json(Revenue, r#"{"call_log_id":"a","amount":1}"#),
        json(Revenue, r#"{"call_log_id":"a","amount":2}"#),
        json(Revenue, r#"{"call_log_id":"b","amount":1}"#),
        json(Revenue, r#"{"call_log_id":["a"],"amount":1}"#),
        json(Revenue, r#"{"call_log_id":["a","b"],"amount":1}"#),
        json(Revenue, r#"{"phone":"+13105559876","amount":1}"#),
        json(Any, r#"{"call_log_id":"a","amount":1}"#),
        json(Any, r#"{"call_log_id":"a","publisher_paid_out":1}"#),
        json(Any, r#"{"call_log_id":"a","reason":null}"#),
        json(Any, r#"{"call_log_id":"a","reason":"cleared"}"#),
        json(Any, r#"{"call_log_id":"a","no_payout_reason":null}"#),
        json(Any, r#"{"call_log_id":"a","add":{"x":"y"}}"#),
        json(Tags, r#"{"call_log_id":"a","add":{"x":"y"}}"#),
        json(Tags, r#"{"call_log_id":"a","remove":["x","y"]}"#),
        json(Tags, r#"{"call_log_id":"a","remove":["x"]}"#),
        json(Data, r#"{"from":"+13105559876","a":1}"#),
        json(Data, r#"{"from":"+13105559876"}"#),
    ]
    .into_iter()
    .map(|request| request.unwrap().fingerprint)
    .collect();
    for (at, print) in all.iter().enumerate() {
        assert!(!all[..at].contains(print), "payload {at}");
    }
}
