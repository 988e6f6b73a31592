//! Section 1: methods and the types of a body.

use super::WebhookKind::{CallData as Data, UpdateRevenue as Revenue};
use super::*;

const BODY: &str = r#"{"call_log_id":"a","revenue":1}"#;

#[test]
fn post_takes_json_and_forms_with_any_spelling_of_their_type() {
    for media in ["application/json", "Application/JSON; charset=UTF-8", "application/vnd.crm+json;v=1"] {
        read_raw(Revenue, Method::Post, "", &[("content-type", media.as_bytes())], BODY.as_bytes()).unwrap();
    }
    let media = "application/x-www-form-urlencoded; charset=\"utf-8\"";
    read_raw(Revenue, Method::Post, "", &[("content-type", media.as_bytes())], b"call_id=a&amount=1")
        .unwrap();
}

#[test]
fn other_types_are_415_and_say_which_are_read() {
    for media in ["text/plain", "multipart/form-data; boundary=x", "application/json; charset=utf-16", ""] {
        let headers = [("content-type", media.as_bytes())];
        let request = read_raw(Revenue, Method::Post, "", &headers, BODY.as_bytes());
        let refusal = refused(request, "unsupported_media_type", "application/json");
        assert_eq!(refusal.status, RefusalStatus::UnsupportedMediaType);
    }
    refused(
        read_raw(Revenue, Method::Post, "", &[], BODY.as_bytes()),
        "unsupported_media_type",
        "Content-Type",
    );
    refused(
        read_raw(Revenue, Method::Post, "", &[JSON, FORM], BODY.as_bytes()),
        "unsupported_media_type",
        "Content-Type",
    );
}

#[test]
fn a_post_without_a_body_is_read_from_its_query() {
    let sent = update(read_raw(Revenue, Method::Post, "call_log_id=a&amount=1", &[], b""));
    assert_eq!(sent.calls, Calls::One("a".to_owned()));
}

#[test]
fn get_reads_the_query_and_ignores_a_body() {
    let request = read_raw(Revenue, Method::Get, "call_log_id=a&amount=1", &[], b"\xFFnot read");
    assert_eq!(update(request).calls, Calls::One("a".to_owned()));
}

#[test]
fn json_sent_as_a_form_is_told_apart() {
    refused(form(Data, r#"{"caller_id":"+13105559876"}"#), "json_sent_as_form", "Content-Type");
}

#[test]
fn a_byte_order_mark_and_a_form_s_last_line_break_are_no_part_of_the_body() {
    json(Revenue, &format!("\u{FEFF}{BODY}")).unwrap();
    assert_eq!(pairs(&call_data(form(Data, "caller_id=%2B13105559876&a=b\r\n")))[0], "a=b");
}
