//! Section 1.4: `update_tags`.

use super::WebhookKind::UpdateTags as Tags;
use super::*;

fn tags(body: &str) -> Update {
    update(json(Tags, &format!(r#"{{"call_log_id":"a",{body}}}"#)))
}

fn refused_tags(body: &str, code: &str, field: &str) {
    refused(json(Tags, &format!(r#"{{"call_log_id":"a",{body}}}"#)), code, field);
}

#[test]
fn add_is_an_object_or_an_array_of_one_key_objects() {
    let expected = ["lead_quality=high", "score=1.50", "sold=true"];
    assert_eq!(added(&tags(r#""add":{"Lead Quality":"high","score":1.50,"sold":true}"#)), expected);
    assert_eq!(added(&tags(r#""add":[{"Lead Quality":"high"},{"score":1.50},{"sold":true}]"#)), expected);
}

#[test]
fn remove_is_an_array_of_keys_or_one_key() {
    assert_eq!(removed(&tags(r#""remove":["a","B b","b_b"]"#)), ["a", "b_b"]);
    assert_eq!(removed(&tags(r#""remove":"pending_review""#)), ["pending_review"]);
}

#[test]
fn by_get_and_form_tags_are_written_in_brackets_or_with_a_dot() {
    for query in [
        "add[lead_quality]=high&remove=a,b",
        "add.lead_quality=high&remove=a,%20b,",
        "add%5Blead_quality%5D=high&remove[0]=a&remove[1]=b",
    ] {
        for request in
            [get(Tags, &format!("call_log_id=a&{query}")), form(Tags, &format!("call_log_id=a&{query}"))]
        {
            let sent = update(request);
            assert_eq!(added(&sent), ["lead_quality=high"]);
            assert_eq!(removed(&sent), ["a", "b"]);
        }
    }
}

#[test]
fn a_tag_s_name_may_hold_dots_and_is_echoed_as_sent() {
    let sent = update(get(Tags, "call_log_id=a&add.Some.Key=v"));
    assert_eq!(added(&sent), ["some_key=v"]);
    assert_eq!(
        (sent.changes.add[0].sent_name.as_str(), sent.changes.add[0].sent_value.as_str()),
        ("Some.Key", "\"v\"")
    );
    let sent = tags(r#""add":{"n":1.50,"s":"\u00e9"}"#);
    assert_eq!(
        sent.changes.add.iter().map(|tag| tag.sent_value.as_str()).collect::<Vec<_>>(),
        ["1.50", r#""\u00e9""#]
    );
}

#[test]
fn the_same_tag_in_add_and_remove_is_fine() {
    let sent = tags(r#""add":{"a":"1"},"remove":["a"]"#);
    assert_eq!((added(&sent), removed(&sent)), (vec!["a=1".to_owned()], vec!["a"]));
}

#[test]
fn at_least_one_is_required() {
    for body in ["", r#","add":{}"#, r#","add":[],"remove":[]"#, r#","add":null,"remove":null"#] {
        let refusal = refused(json(Tags, &format!(r#"{{"call_log_id":"a"{body}}}"#)), "missing_tags", "add");
        assert_eq!(refusal.status, RefusalStatus::MissingParameter);
    }
    refused(get(Tags, "call_log_id=a&remove="), "missing_tags", "remove");
}

#[test]
fn a_tag_s_value_is_a_text_a_number_or_a_boolean() {
    for value in ["null", "{}", "[1]"] {
        refused_tags(&format!(r#""add":{{"lead":{value}}}"#), "wrong_type", "lead");
    }
}

#[test]
fn wrong_shapes_are_400_and_named() {
    refused_tags(r#""add":"a""#, "wrong_type", "add");
    refused_tags(r#""add":[{"a":1,"b":2}]"#, "wrong_type", "add");
    refused_tags(r#""add":["a"]"#, "wrong_type", "add");
    refused_tags(r#""remove":[1]"#, "wrong_type", "remove");
    refused_tags(r#""remove":{"a":1}"#, "wrong_type", "remove");
    refused_tags(r#""remove":7"#, "wrong_type", "remove");
    refused(get(Tags, "call_log_id=a&add=a:b"), "wrong_type", "add[key]=value");
    refused(get(Tags, "call_log_id=a&add[0][key]=b"), "invalid_tag_name", "0[key]");
    refused(get(Tags, "call_log_id=a&remove[key]=b"), "wrong_type", "remove[key]");
}

#[test]
fn a_tag_s_name_needs_a_letter_or_digit_and_at_most_128_characters() {
    refused_tags(r#""add":{"--":"x"}"#, "invalid_tag_name", "--");
    refused_tags(r#""remove":"""#, "invalid_tag_name", "can't name a tag");
    let name = "é".repeat(NAME_CHARS_MAX);
    assert_eq!(added(&tags(&format!(r#""add":{{"{name}":1}}"#))), [format!("{name}=1")]);
    refused_tags(&format!(r#""add":{{"{name}x":1}}"#), "name_too_long", "add");
    refused_tags(&format!(r#""remove":["{name}x"]"#), "name_too_long", "é");
    refused(get(Tags, &format!("call_log_id=a&add[{name}x]=1")), "name_too_long", "é");
}

#[test]
fn two_spellings_of_one_tag_must_agree() {
    assert_eq!(added(&tags(r#""add":{"A b":"1","a_b":1}"#)), ["a_b=1"]);
    refused_tags(r#""add":{"A b":"1","a_b":"2"}"#, "conflicting_values", "a_b");
    refused_tags(r#""add":[{"a":"1"},{"a":"2"}]"#, "conflicting_values", "`a`");
    let body = r#"{"call_log_id":"a","add":{"a":"1"}}"#;
    assert_eq!(added(&update(post(Tags, "add[a]=1&add[b]=2", body))), ["a=1", "b=2"]);
    refused(post(Tags, "add[a]=2", body), "conflicting_values", "query");
}
