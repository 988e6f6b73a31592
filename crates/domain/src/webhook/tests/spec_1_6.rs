//! Section 1.6: batches.

use super::WebhookKind::{
    CallData as Data, UpdateFields as Any, UpdateRevenue as Revenue, UpdateTags as Tags,
};
use super::*;

fn ids(count: usize) -> String {
    (0..count).map(|n| format!("\"id{n}\"")).collect::<Vec<_>>().join(",")
}

#[test]
fn an_array_of_1_to_50_ids_on_all_three_update_types() {
    for (kind, rest) in [(Revenue, r#""amount":1"#), (Tags, r#""remove":"a""#), (Any, r#""reason":"x""#)] {
        for count in [1, 50] {
            let sent = update(json(kind, &format!(r#"{{"call_log_id":[{}],{rest}}}"#, ids(count))));
            assert!(matches!(sent.calls, Calls::Batch(ids) if ids.len() == count && ids[0] == "id0"));
        }
        for count in [0, 51] {
            let request = json(kind, &format!(r#"{{"call_log_id":[{}],{rest}}}"#, ids(count)));
            refused(request, "invalid_batch", "call_log_id");
        }
    }
}

#[test]
fn duplicates_count_once_and_keep_their_place() {
    let sent = update(json(Revenue, r#"{"callLogId":["b","a","b","A"],"amount":1}"#));
    assert_eq!(sent.calls, Calls::Batch(["b", "a", "A"].map(str::to_owned).to_vec()));
}

#[test]
fn a_non_string_is_400() {
    for item in ["1", "null", "true", "[]", "{}"] {
        let request = json(Revenue, &format!(r#"{{"call_log_id":["a",{item}],"amount":1}}"#));
        refused(request, "wrong_type", "call_log_id");
    }
}

#[test]
fn an_array_with_a_phone_number_is_400() {
    let request = json(Revenue, r#"{"call_log_id":["a"],"phone":"+13105559876","amount":1}"#);
    refused(request, "invalid_batch", "call_log_id");
    update(json(Revenue, r#"{"call_log_id":["a"],"phone":null,"amount":1}"#));
}

#[test]
fn an_array_by_get_or_form_is_400() {
    for name in ["call_log_id[]", "call_log_id[0]", "callLogId%5B%5D"] {
        let text = format!("{name}=a&amount=1");
        refused(get(Revenue, &text), "invalid_batch", "[");
        refused(form(Revenue, &text), "invalid_batch", "[");
    }
}

#[test]
fn an_array_on_call_data_is_400_but_one_id_is_custom_data() {
    let request = json(Data, r#"{"caller_id":"+13105559876","call_log_id":["a"]}"#);
    refused(request, "invalid_batch", "call_log_id");
    let data = call_data(get(Data, "caller_id=%2B13105559876&call_log_id=a"));
    assert_eq!(pairs(&data), ["call_log_id=a"]);
}

#[test]
fn a_batch_and_one_id_in_the_query_differ() {
    let body = r#"{"call_log_id":["a"],"amount":1}"#;
    refused(post(Revenue, "call_log_id=a", body), "conflicting_values", "call_log_id");
}
