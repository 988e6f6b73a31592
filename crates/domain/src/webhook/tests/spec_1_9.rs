//! Section 1.9: bad input is a clear 400 that names the field.

use super::WebhookKind::{
    CallData as Data, UpdateFields as Any, UpdateRevenue as Revenue, UpdateTags as Tags,
};
use super::*;

const ALL: [WebhookKind; 4] = [Data, Revenue, Tags, Any];

fn refused_everywhere(body: &str, code: &str, field: &str) {
    for kind in ALL {
        refused(json(kind, body), code, field);
    }
}

#[test]
fn duplicate_json_keys_at_any_depth() {
    refused_everywhere(r#"{"a":1,"a":1}"#, "duplicate_key", "`a`");
    refused_everywhere(r#"{"a":1,"\u0061":2}"#, "duplicate_key", "`a`");
    refused_everywhere(r#"{"x":[{"y":{"a":1,"b":2,"a":3}}]}"#, "duplicate_key", "`x[0].y.a`");
    let many: Vec<_> = (0..40).map(|n| format!("\"k{n}\":1")).collect();
    refused_everywhere(&format!("{{{},\"k7\":2}}", many.join(",")), "duplicate_key", "`k7`");
}

#[test]
fn null_characters_in_keys_and_values() {
    refused_everywhere(r#"{"a":{"b":"x\u0000"}}"#, "null_character", "`a.b`");
    refused_everywhere(r#"{"a":{"x\u0000":1}}"#, "null_character", "`a`");
    refused_everywhere("{\"a\":\"\0\"}", "null_character", "`a`");
    for kind in ALL {
        refused(get(kind, "a=x%00"), "null_character", "`a`");
        refused(get(kind, "a%00=x"), "null_character", "parameter 2");
        refused(form(kind, "a=%00"), "null_character", "`a`");
    }
}

#[test]
fn depth_over_32() {
    let nested = |depth: usize| {
        let open = "{\"a\":".repeat(depth - 2);
        format!("{{\"from\":\"+13105559876\",\"b\":{open}[1]{}}}", "}".repeat(depth - 2))
    };
    call_data(json(Data, &nested(DEPTH_MAX)));
    refused_everywhere(&nested(DEPTH_MAX + 1), "too_deep", "b.a.a");
    refused_everywhere(&"[".repeat(100_000), "too_deep", "32");
}

#[test]
fn a_body_over_256_kib_is_413() {
    let body = format!(r#"{{"a":"{}"}}"#, "x".repeat(BODY_BYTES_MAX));
    let refusal = refused(json(Revenue, &body), "body_too_large", "256 KiB");
    assert_eq!(refusal.status, RefusalStatus::TooLarge);
}

#[test]
fn what_is_not_json() {
    for body in [
        " ",
        "{",
        "{}x",
        "{} {}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":1,}",
        "{\"a\":[1,]}",
        "{\"a\":01}",
        "{\"a\":.5}",
        "{\"a\":1.}",
        "{\"a\":+1}",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":tru}",
        "{\"a\":\"\t\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\udc00\"}",
        "{\"a\":\"\\ud800\\u0041\"}",
        "{\"a\":\"",
        "{\"a\"",
        "{\"a\":1 /* c */}",
        "{\"a\":\"\\u00",
        "{\"a\":-}",
        "{\"a\":1e}",
    ] {
        refused_everywhere(body, "invalid_json", "byte");
    }
    for body in ["[]", "1", "\"a\"", "null", "[{\"call_log_id\":\"a\"}]"] {
        refused_everywhere(body, "not_an_object", "object");
    }
}

#[test]
fn invalid_utf8_and_percent_escapes() {
    for kind in ALL {
        refused(read_raw(kind, Method::Post, "", &[JSON], b"{\"a\":\"\xFF\"}"), "invalid_utf8", "UTF-8");
        refused(read_raw(kind, Method::Post, "", &[FORM], b"a=\xFF"), "invalid_utf8", "UTF-8");
        refused(get(kind, "a=%FF"), "invalid_utf8", "`a`");
        for broken in ["%", "%4", "%zz", "%+1", "100%&b=1"] {
            refused(get(kind, &format!("a={broken}")), "invalid_escape", "`a`");
            refused(form(kind, &format!("a={broken}")), "invalid_escape", "`a`");
        }
        refused(get(kind, "b=1&%zz=a"), "invalid_escape", "parameter 3");
    }
}

#[test]
fn repeated_parameters_even_if_equal() {
    for kind in ALL {
        refused(get(kind, "a=1&b=2&a=1"), "repeated_parameter", "`a`");
        refused(get(kind, "a=1&%61=2"), "repeated_parameter", "`a`");
        refused(form(kind, "a=1&a=1"), "repeated_parameter", "`a`");
    }
}

#[test]
fn two_aliases_or_two_places_with_different_values() {
    refused(get(Data, "caller_id=3105559876&from=3105559877"), "conflicting_values", "from");
    refused(get(Revenue, "call_id=a&revenue=1&amount=2"), "conflicting_values", "amount");
    refused(post(Revenue, "revenue=2", r#"{"call_id":"a","revenue":1}"#), "conflicting_values", "revenue");
    refused(post(Data, "from=3105559877", r#"{"from":"3105559876"}"#), "conflicting_values", "from");
    update(post(Revenue, "amount=1.00", r#"{"call_id":"a","revenue":1}"#));
}

#[test]
fn money_is_finite_not_negative_and_has_at_most_6_decimals() {
    for amount in [
        "-1",
        "-0.01",
        "0.0000001",
        "1e999",
        "\"NaN\"",
        "\"inf\"",
        "\"1,50\"",
        "\"$5\"",
        "\" \"",
        "1e400",
        "99999999999999999999",
    ] {
        let body = format!(r#"{{"call_log_id":"a","revenue":{amount}}}"#);
        refused(json(Revenue, &body), "invalid_amount", "revenue");
        refused(json(Any, &body), "invalid_amount", "revenue");
    }
    for amount in ["true", "null", "[]", "{}"] {
        refused(
            json(Revenue, &format!(r#"{{"call_log_id":"a","revenue":{amount}}}"#)),
            "wrong_type",
            "revenue",
        );
    }
}

#[test]
fn names_over_128_and_values_over_4096_characters() {
    let name = "n".repeat(NAME_CHARS_MAX);
    let value = "é".repeat(VALUE_CHARS_MAX);
    let data =
        |name: &str, value: &str| json(Data, &format!(r#"{{"from":"+13105559876","{name}":"{value}"}}"#));
    data(&name, &value).unwrap();
    refused(data("lead", &format!("{value}é")), "value_too_long", "lead");
    refused(data(&format!("{name}n"), ""), "name_too_long", "128");
    refused(get(Data, &format!("from=%2B13105559876&{name}n=1")), "name_too_long", "nnn");
    refused(get(Data, &format!("from=%2B13105559876&lead={value}x")), "value_too_long", "lead");
    let nested = json(Data, &format!(r#"{{"from":"+13105559876","{name}":{{"a":1}}}}"#));
    refused(nested, "name_too_long", "nnn");
    refused(json(Any, &format!(r#"{{"call_log_id":"a","reason":"{value}x"}}"#)), "value_too_long", "reason");
    let digits = "9".repeat(VALUE_CHARS_MAX + 1);
    refused(json(Data, &format!(r#"{{"from":"+13105559876","n":{digits}}}"#)), "value_too_long", "`n`");
}

#[test]
fn over_500_fields_counting_nested_ones_singly() {
    let nested = |count: usize| {
        let items = vec!["1"; count - 1].join(",");
        format!(r#"{{"from":"+13105559876","a":[{items}]}}"#)
    };
    // The key's parameter counts too.
    call_data(json(Data, &nested(FIELDS_MAX - 1)));
    refused(json(Data, &nested(FIELDS_MAX)), "too_many_fields", "500");
    refused(json(Data, &nested(FIELDS_MAX + 1)), "too_many_fields", "500");
    let query: Vec<_> = (0..FIELDS_MAX).map(|n| format!("k{n}=1")).collect();
    refused(get(Data, &query.join("&")), "too_many_fields", "500");
    refused(form(Data, &(query.join("&") + "&x=1")), "too_many_fields", "500");
    refused_everywhere(&format!(r#"{{"a":[{}]}}"#, vec!["{}"; 501].join(",")), "too_many_fields", "500");
}

#[test]
fn a_message_never_holds_a_value_and_its_names_are_short_and_clean() {
    let request = json(Revenue, r#"{"call_log_id":"a","revenue":"s3cret"}"#);
    assert!(!refused(request, "invalid_amount", "revenue").message.contains("s3cret"));
    let name = "n".repeat(120);
    let request = json(Data, &format!(r#"{{"{name}":1,"{name}":2}}"#));
    assert!(refused(request, "duplicate_key", "nnn…").message.len() < 200);
    let request = json(Data, r#"{"a\n`b":1,"a\n`b":2}"#);
    refused(request, "duplicate_key", "`a??b`");
}
