//! Parameters of requests that are no webhook's.

use super::*;

fn parameters(
    method: Method,
    query: &str,
    headers: &[(&str, &[u8])],
    body: &str,
) -> Result<Vec<(String, String)>, Refusal> {
    let raw = RawRequest { kind: WebhookKind::CallData, method, query, headers, body: body.as_bytes() };
    read_parameters(&raw)
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn names_are_in_normal_form_and_the_body_goes_before_the_query() {
    let query = "CALLER_ID=%2B13105559876&Zip-Code=90210&_=17";
    let expected = pairs(&[("caller_id", "+13105559876"), ("zip_code", "90210")]);
    assert_eq!(parameters(Method::Get, query, &[JSON], r#"{"a":1}"#), Ok(expected));
    let body = r#"{"CID":13105559876,"lead":{"Age":1.50},"none":null,"zip_code":"10001"}"#;
    let expected = pairs(&[
        ("cid", "13105559876"),
        ("lead_age", "1.50"),
        ("zip_code", "10001"),
        ("caller_id", "+13105559876"),
    ]);
    assert_eq!(parameters(Method::Post, query, &[JSON], body), Ok(expected));
    let expected = pairs(&[("cid", "+1 310"), ("auth", "x")]);
    assert_eq!(parameters(Method::Post, "", &[FORM], "Cid=%2B1+310&auth=x&auth_key=secret"), Ok(expected));
}

#[test]
fn what_can_not_be_read_is_named() {
    for (query, headers, body, code) in [
        ("", JSON, "[]", "not_an_object"),
        ("", JSON, r#"{"a":1,"A":2}"#, "conflicting_values"),
        ("a=1&a=2", JSON, "", "repeated_parameter"),
        ("", ("content-type", &b"text/plain"[..]), "a=1", "unsupported_media_type"),
    ] {
        let refused = parameters(Method::Post, query, &[headers], body).unwrap_err();
        assert_eq!(refused.code, code, "{query} {body}: {}", refused.message);
    }
}

#[test]
fn a_parameters_name_has_room_for_what_is_wrapped_around_a_tags() {
    let longest = "a".repeat(NAME_CHARS_MAX);
    let sent =
        update(get(WebhookKind::UpdateFields, &format!("call_log_id=a&fields[tags][add][{longest}]=1")));
    assert_eq!(added(&sent), [format!("{longest}=1")]);
    let name = "b".repeat(NAME_CHARS_MAX + 32);
    assert_eq!(
        update(get(WebhookKind::UpdateFields, &format!("call_log_id=a&reason=x&{name}=1"))).ignored_fields,
        std::slice::from_ref(&name)
    );
    refused(
        get(WebhookKind::UpdateFields, &format!("call_log_id=a&reason=x&{name}b=1")),
        "name_too_long",
        "bbb",
    );
}
