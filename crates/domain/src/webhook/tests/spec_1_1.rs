//! Section 1.1: `call_data`.

use super::WebhookKind::CallData as Data;
use super::*;
use crate::tags::TagSource;

#[test]
fn the_contract_s_example() {
    let data = call_data(json(
        Data,
        r#"{"caller_id":"+13105559876","lead_source":"google_ads","ad_campaign":"medicare_q1","landing_page":"medicare-info"}"#,
    ));
    assert_eq!(data.caller, "+13105559876");
    let fields = [
        "lead_source=google_ads",
        "ad_campaign=medicare_q1",
        "landing_page=medicare-info",
        "content_type=application/json",
    ];
    assert_eq!(pairs(&data), fields);
}

#[test]
fn no_caller_is_400_missing_caller_id_parameter() {
    for body in ["{}", r#"{"caller_id":null}"#, r#"{"caller_id":""}"#, r#"{"Caller":"+13105559876"}"#] {
        let refusal = refused(json(Data, body), "missing_caller_id", "Missing caller_id parameter");
        assert_eq!(refusal.status, RefusalStatus::MissingParameter);
    }
}

#[test]
fn the_caller_may_be_called_from_and_may_stand_in_the_query() {
    for request in [
        json(Data, r#"{"from":"+13105559876"}"#),
        json(Data, r#"{"from":"(310) 555-9876"}"#),
        json(Data, r#"{"from":13105559876}"#),
        post(Data, "caller_id=%2B13105559876", "{}"),
        get(Data, "from=%2B13105559876"),
        get(Data, "from=+13105559876"),
        post(Data, "caller_id=+13105559876", r#"{"from":"+13105559876"}"#),
    ] {
        assert_eq!(call_data(request).caller, "+13105559876");
    }
}

#[test]
fn a_caller_that_is_no_number_is_400() {
    refused(json(Data, r#"{"caller_id":"anonymous"}"#), "invalid_phone_number", "caller_id");
    refused(json(Data, r#"{"caller_id":["+13105559876"]}"#), "wrong_type", "caller_id");
    refused(json(Data, r#"{"caller_id":true}"#), "wrong_type", "caller_id");
}

#[test]
fn any_other_field_is_custom_data_flattened_with_underscores() {
    let body = r#"{"caller_id":"+13105559876","n":1.50,"yes":true,"no":false,"none":null,"empty":"",
        "lead":{"Zip Code":"90210","deep":{"x":[10,{"y":"z"}]},"nothing":{}},"list":[]}"#;
    assert_eq!(
        pairs(&call_data(json(Data, body)))[..7],
        [
            "n=1.50",
            "yes=true",
            "no=false",
            "empty=",
            "lead_zip_code=90210",
            "lead_deep_x_0=10",
            "lead_deep_x_1_y=z"
        ]
    );
}

#[test]
fn the_body_wins_over_the_query_and_the_query_over_headers() {
    let headers: [(&str, &[u8]); 6] = [
        JSON,
        ("x-lead-source", b"header"),
        ("x-ad-group", b"header"),
        ("x-only", b"header"),
        ("idempotency-key", b"t1"),
        ("cookie", b"secret"),
    ];
    let body = br#"{"caller_id":"+13105559876","lead_source":"body"}"#;
    let request = read_raw(Data, Method::Post, "Lead-Source=query&ad_group=query", &headers, body);
    let data = call_data(request);
    let got: Vec<_> = data.fields.iter().map(|f| (f.name.as_str(), f.value.as_str(), f.source)).collect();
    assert_eq!(
        got,
        [
            ("lead_source", "body", TagSource::CallData),
            ("ad_group", "query", TagSource::Url),
            ("content_type", "application/json", TagSource::Header),
            ("only", "header", TagSource::Header),
        ]
    );
}

#[test]
fn headers_never_refuse_a_request() {
    let long = "x".repeat(VALUE_CHARS_MAX + 1);
    let headers: [(&str, &[u8]); 6] = [
        ("x-long", long.as_bytes()),
        ("x-latin", b"caf\xE9"),
        ("x-twice", b"1"),
        ("x-twice", b"2"),
        ("twice", b"3"),
        ("--", b"no name"),
    ];
    let data = call_data(read_raw(Data, Method::Get, "from=%2B13105559876", &headers, b""));
    assert_eq!(pairs(&data), ["latin=café", "twice=1, 2"]);
}

#[test]
fn the_identity_of_the_request_is_no_custom_data() {
    let data = call_data(get(Data, "caller_id=%2B13105559876&from=%2B13105559876&transaction_id=t1&a=b"));
    assert_eq!(pairs(&data), ["a=b"]);
}

#[test]
fn a_parameter_against_caches_is_ignored_but_a_nameless_field_of_the_body_is_refused() {
    assert_eq!(pairs(&call_data(get(Data, "from=%2B13105559876&_=1699999999"))), [""; 0]);
    refused(json(Data, r#"{"from":"+13105559876","--":"x"}"#), "invalid_tag_name", "--");
}

#[test]
fn two_spellings_of_one_name_must_agree() {
    let same = json(Data, r#"{"from":"+13105559876","Lead Source":"a","lead_source":"a"}"#);
    assert_eq!(pairs(&call_data(same))[0], "lead_source=a");
    refused(
        json(Data, r#"{"from":"+13105559876","Lead Source":"a","lead_source":"b"}"#),
        "conflicting_values",
        "Lead Source",
    );
    refused(json(Data, r#"{"from":"+13105559876","a":{"b":1},"a_b":2}"#), "conflicting_values", "a_b");
}
