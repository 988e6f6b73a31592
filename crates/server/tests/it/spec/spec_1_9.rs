//! SPEC 1.9: bad input is a clear 400 that names the field, changes nothing, and is never a 500.

use serde_json::json;

use crate::on_both_engines;
use crate::world::{Answer, Engine, TestWorld, answer, call_id};

on_both_engines! {
    bad_json_is_refused_by_name;
    bad_queries_and_forms_are_refused_by_name;
    bad_money_is_refused_by_name;
    what_is_too_long_or_too_many_is_refused;
    a_body_is_counted_as_it_comes;
}

fn refused(sent: &str, answer: &Answer, code: &str, name: &str) {
    let body = answer.json();
    assert_eq!((answer.status, body["code"].as_str()), (400, Some(code)), "{sent}: {}", answer.body);
    assert!(body["message"].as_str().unwrap().contains(name), "{sent}: {}", answer.body);
}

/// Nothing is changed, and each refusal is in the request log.
async fn unchanged(world: &TestWorld, refusals: usize) {
    assert_eq!(world.count("SELECT COUNT(*) FROM timeline").await, 0);
    assert_eq!(world.count("SELECT COUNT(*) FROM caller_data").await, 0);
    let logged = "SELECT COUNT(*) FROM requests WHERE status >= 400 AND code IS NOT NULL";
    assert_eq!(world.count(logged).await, i64::try_from(refusals).unwrap());
}

async fn bad_json_is_refused_by_name(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let id = call_id(0);
    let examples = [
        (format!(r#"{{"call_log_id":"{id}","revenue":1,"revenue":1}}"#), "duplicate_key", "`revenue`"),
        (format!(r#"{{"call_log_id":"{id}","revenue":1,"x":{{"y":1,"y":2}}}}"#), "duplicate_key", "`x.y`"),
        (format!(r#"{{"call_log_id":"{id}","revenue":1,"a\u0061":1,"aa":2}}"#), "duplicate_key", "`aa`"),
        (format!(r#"{{"call_log_id":"{id}\u0000","revenue":1}}"#), "null_character", "`call_log_id`"),
        (format!(r#"{{"call_log_id":"{id}","revenue":1,"n\u0000":1}}"#), "null_character", "null character"),
        (format!(r#"{{"x":{}1{}}}"#, "[".repeat(32), "]".repeat(32)), "too_deep", "`x"),
        (format!(r#"{{"call_log_id":"{id}","revenue":1,"amount":2}}"#), "conflicting_values", "`amount`"),
        (format!(r#"{{"call_log_id":"{id}","call_id":"b","revenue":1}}"#), "conflicting_values", "`call_id`"),
        (format!(r#"{{"call_log_id":"{id}","revenue":true}}"#), "wrong_type", "`revenue`"),
        (format!(r#"{{"call_log_id":"{id}","revenue":{{}}}}"#), "wrong_type", "`revenue`"),
        (r#"{"call_log_id":5,"revenue":1}"#.to_owned(), "wrong_type", "`call_log_id`"),
        (r#"{"phone":["+13105559876"],"revenue":1}"#.to_owned(), "wrong_type", "`phone`"),
        (r#"{"call_log_id":"a","revenue":1,}"#.to_owned(), "invalid_json", "byte"),
        (r#"{"call_log_id":"\ud800","revenue":1}"#.to_owned(), "invalid_json", "`call_log_id`"),
        ("not json".to_owned(), "invalid_json", "byte"),
        ("[]".to_owned(), "not_an_object", "object"),
    ];
    for (body, code, name) in &examples {
        refused(body, &world.post_text("update_revenue", body).await, code, name);
    }
    let invalid = world.client.post(world.webhook_on(0, "update_revenue"));
    let invalid =
        invalid.header("content-type", "application/json").body(b"{\"call_log_id\":\"\xff\"}".to_vec());
    refused("invalid UTF-8", &answer(invalid).await.unwrap(), "invalid_utf8", "UTF-8");
    unchanged(&world, examples.len() + 1).await;
}

async fn bad_queries_and_forms_are_refused_by_name(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let id = call_id(0);
    let examples = [
        (format!("call_log_id={id}&revenue=1&revenue=1"), "repeated_parameter", "`revenue`"),
        (format!("call_log_id={id}&revenue=1%"), "invalid_escape", "`revenue`"),
        (format!("call_log_id={id}&revenue=%zz"), "invalid_escape", "`revenue`"),
        (format!("call_log_id={id}&revenue=1&x=%FF"), "invalid_utf8", "`x`"),
        (format!("call_log_id={id}&revenue=1&x=%00"), "null_character", "`x`"),
        (format!("call_log_id={id}&revenue=1&amount=2"), "conflicting_values", "`amount`"),
        (format!("call_log_id={id}&revenue=ten"), "invalid_amount", "`revenue`"),
    ];
    for (sent, code, name) in &examples {
        refused(sent, &world.get("update_revenue", sent).await, code, name);
        refused(sent, &world.post_form("update_revenue", sent).await, code, name);
    }
    let url = format!("{}&revenue=2", world.webhook_on(0, "update_revenue"));
    let both = world.try_post(&url, &json!({"call_log_id": id, "revenue": 1})).await.unwrap();
    refused("body and query", &both, "conflicting_values", "`revenue`");
    unchanged(&world, 2 * examples.len() + 1).await;
}

async fn bad_money_is_refused_by_name(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let amounts = [
        "-1",
        "-0.01",
        "0.0000001",
        "1e400",
        "1e-7",
        "99999999999999999999",
        "\"NaN\"",
        "\"Infinity\"",
        "\"1,5\"",
        "\"$5\"",
    ];
    for amount in amounts {
        let body = format!(r#"{{"call_log_id":"{}","revenue_paid_out":{amount}}}"#, call_id(0));
        refused(
            amount,
            &world.post_text("update_revenue", &body).await,
            "invalid_amount",
            "`revenue_paid_out`",
        );
        let body = format!(r#"{{"call_log_id":"{}","publisher_paid_out":{amount}}}"#, call_id(0));
        refused(
            amount,
            &world.post_text("update_fields", &body).await,
            "invalid_amount",
            "`publisher_paid_out`",
        );
    }
    for bare in ["NaN", "Infinity", "01", "+1", ".5"] {
        let body = format!(r#"{{"call_log_id":"{}","revenue_paid_out":{bare}}}"#, call_id(0));
        refused(bare, &world.post_text("update_revenue", &body).await, "invalid_json", "byte");
    }
    unchanged(&world, 2 * amounts.len() + 5).await;
}

async fn what_is_too_long_or_too_many_is_refused(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let id = call_id(0);
    let (long_name, long_value) = ("n".repeat(129), "v".repeat(4_097));
    for (kind, body, code, name) in [
        ("update_tags", json!({"call_log_id": id, "add": {&*long_name: 1}}), "name_too_long", "`add"),
        ("update_tags", json!({"call_log_id": id, "remove": long_name}), "name_too_long", "`nnn"),
        ("update_tags", json!({"call_log_id": id, "add": {"a": long_value}}), "value_too_long", "`add.a`"),
        ("update_fields", json!({"call_log_id": id, "reason": long_value}), "value_too_long", "`reason`"),
        ("call_data", json!({"caller_id": "+13105559876", "page": long_value}), "value_too_long", "`page`"),
        ("call_data", json!({"caller_id": "+13105559876", "list": vec![1; 500]}), "too_many_fields", "500"),
    ] {
        refused(code, &world.post(kind, body).await, code, name);
    }
    let large = format!(r#"{{"call_log_id":"{id}","note":"{}"}}"#, "x".repeat(300_000));
    let too_large = world.post_text("update_revenue", &large).await;
    assert_eq!((too_large.status, &too_large.json()["code"]), (413, &json!("body_too_large")));
    unchanged(&world, 7).await;
    // The limits themselves are allowed, and count characters.
    let body = json!({"call_log_id": id, "add": {"ñ".repeat(128): "é".repeat(4_096)}});
    assert_eq!(world.post("update_tags", body).await.status, 200);
    let body = json!({"caller_id": "+13105559876", "list": vec![1; 498]});
    assert_eq!(world.post("call_data", body).await.status, 200);
}

async fn a_body_is_counted_as_it_comes(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let path = format!("/update-revenue?moja_auth_key={}", world.key("update_revenue"));
    let head = format!("POST {path} HTTP/1.1\r\nHost: hookline\r\nContent-Type: application/json\r\n");
    // No length is announced, and the end never comes.
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let endless = world.raw(&format!("{head}Transfer-Encoding: chunked\r\n\r\n{}", chunk.repeat(5)));
    assert!(endless.starts_with("HTTP/1.1 413 "), "{endless}");
    let announced = world.raw(&format!("{head}Content-Length: 262145\r\n\r\n"));
    assert!(announced.starts_with("HTTP/1.1 413 "), "{announced}");
}
