//! Section 1, "Key": where it is found, and that it gets no further.

use std::borrow::Cow;

use super::WebhookKind::{
    CallData as Data, UpdateFields as Any, UpdateRevenue as Revenue, UpdateTags as Tags,
};
use super::*;

#[test]
fn it_is_found_in_the_query_by_either_name() {
    assert_eq!(key_in_query("moja_auth_key=abc"), Ok(Some(Cow::Borrowed("abc"))));
    assert_eq!(key_in_query("a=b&auth_key=a%62c&c"), Ok(Some(Cow::Borrowed("abc"))));
    for query in ["", "a=b", "Moja_Auth_Key=abc", "key=abc", "auth_key=%zz", "x=moja_auth_key=abc"] {
        assert_eq!(key_in_query(query), Ok(None), "{query}");
    }
}

#[test]
fn two_of_them_are_an_error_be_they_equal() {
    for query in
        ["auth_key=a&auth_key=a", "auth_key=a&moja_auth_key=b", "moja_auth_key=a&x&moja%5Fauth_key=a"]
    {
        assert_eq!(key_in_query(query), Err(TwoKeys));
    }
}

#[test]
fn it_is_never_a_field_wherever_it_was_put() {
    let headers: [(&str, &[u8]); 3] = [JSON, ("x-moja-auth-key", b"other"), ("auth-key", b"other")];
    let body = br#"{"from":"+13105559876","moja_auth_key":"other","a":{"authKey":"other","b":1},
        "moja":{"auth":{"key":"other"}},"list":[{"auth_key":"other"}]}"#;
    let data = call_data(read_raw(Data, Method::Post, "MOJA_AUTH_KEY=other", &headers, body));
    assert_eq!(pairs(&data), ["a_b=1", "content_type=application/json"]);
    let sent = update(json(
        Any,
        r#"{"call_log_id":"a","moja_auth_key":"other","fields":{"auth_key":"o","reason":"x"}}"#,
    ));
    assert_eq!(sent.ignored_fields, [""; 0]);
    assert_eq!(added(&update(json(Tags, r#"{"call_log_id":"a","add":{"auth_key":"o","b":"c"}}"#))), ["b=c"]);
    refused(get(Tags, "call_log_id=a&add[auth_key]=other"), "invalid_tag_name", "auth_key");
}

#[test]
fn it_is_cut_out_of_custom_data() {
    let referer = format!("https://example.com/?moja_auth_key={KEY}&a=b");
    let body = format!(r#"{{"from":"+13105559876","page":"x{KEY}","{KEY}":1}}"#);
    let name = format!("x-{}", KEY.to_ascii_lowercase());
    let headers = [JSON, ("referer", referer.as_bytes()), (name.as_str(), b"1")];
    let data = call_data(read_raw(Data, Method::Post, "", &headers, body.as_bytes()));
    assert_eq!(data.fields.len(), 3);
    assert_eq!(data.fields[0].value, "x[key removed]");
    assert!(!format!("{data:?}").contains(KEY));
}

#[test]
fn a_value_without_its_keys_is_no_longer_than_it_was_sent() {
    for (sent, kept) in [
        ("auth_key=&".repeat(400), "auth_key=&".repeat(400)),
        ("auth_key%3Da%26".repeat(200), "auth_key%3Da%26".repeat(200)),
        ("auth_key=abcd&".repeat(200), "[key removed]&".repeat(200)),
    ] {
        let body = serde_json::json!({"from": "+13105559876", "page": sent}).to_string();
        let data = call_data(json(Data, &body));
        assert_eq!(data.fields[0].value, kept);
    }
}

#[test]
fn a_name_that_becomes_it_is_no_field() {
    let near = KEY.replace('_', "-");
    assert_ne!(near, KEY);
    let (header, body) = (format!("x-a-{near}"), format!(r#"{{"from":"+13105559876","{near}":1,"b":2}}"#));
    let data = call_data(read_raw(Data, Method::Post, "", &[JSON, (&header, b"1")], body.as_bytes()));
    assert_eq!(pairs(&data), ["b=2", "content_type=application/json"]);
    refused(
        json(Tags, &format!(r#"{{"call_log_id":"a","add":{{"{near}":"1"}}}}"#)),
        "key_in_value",
        "moja_auth_key",
    );
    // Of a key with marks at its end less is left in a name than a key has.
    let query = "auth_key=ABCDEFGHIJKLMNO_";
    let headers: [(&str, &[u8]); 2] = [JSON, ("x-abcdefghijklmno_", b"1")];
    let body = br#"{"from":"+13105559876","b":2}"#;
    let raw = RawRequest { kind: Data, method: Method::Post, query, headers: &headers, body };
    assert_eq!(pairs(&call_data(read(&raw, us()))), ["b=2", "content_type=application/json"]);
}

#[test]
fn an_update_that_holds_it_is_refused_without_telling_it() {
    for body in [
        format!(r#"{{"call_log_id":"{KEY}","reason":"x","amount":1}}"#),
        format!(r#"{{"call_log_id":"a","reason":"{KEY}","amount":1}}"#),
        format!(r#"{{"call_log_id":"a","add":{{"a":"b {KEY}"}},"amount":1}}"#),
        format!(r#"{{"call_log_id":"a","amount":1,"{KEY}":1}}"#),
        format!(r#"{{"call_log_id":"a","amount":1,"transaction_id":"{KEY}"}}"#),
    ] {
        for kind in [Revenue, Tags, Any] {
            refused(json(kind, &body), "key_in_value", "moja_auth_key");
        }
    }
}

#[test]
fn no_message_tells_it_even_as_a_name() {
    refused(json(Data, &format!(r#"{{"{KEY}":1,"{KEY}":2}}"#)), "duplicate_key", "[key removed]");
    refused(get(Data, &format!("{KEY}=1&{KEY}=2")), "repeated_parameter", "[key removed]");
    refused(get(Data, &format!("{KEY}=%zz")), "invalid_escape", "[key removed]");
}

#[test]
fn an_escaped_key_is_recognized_in_both_spellings() {
    let query = "auth_key=hlk%2D0123456789abcdef&from=%2B13105559876&a=hlk%2D0123456789abcdef";
    let headers: [(&str, &[u8]); 1] = [("referer", b"/?auth_key=hlk%2D0123456789abcdef")];
    let raw = RawRequest { kind: Data, method: Method::Get, query, headers: &headers, body: b"" };
    assert_eq!(pairs(&call_data(read(&raw, us()))), ["a=[key removed]", "referer=/?[key removed]"]);
}

#[test]
fn a_url_with_any_webhook_s_key_is_kept_without_it() {
    let headers: [(&str, &[u8]); 2] = [
        ("referer", b"https://h/?a=1&moja_auth_key=some-Other_key%2F&b=auth_key"),
        ("x-url", b"auth_key%3Dabc%26x auth_key"),
    ];
    let data = call_data(read_raw(Data, Method::Get, "from=%2B13105559876", &headers, b""));
    assert_eq!(
        pairs(&data),
        ["referer=https://h/?a=1&[key removed]&b=auth_key", "url=[key removed]%26x auth_key"]
    );
}
