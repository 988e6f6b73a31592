//! What people see and decide of unmatched requests.

use reqwest::Method;
use serde_json::{Value, json};

use super::{CALLER, OTHER, hold, inbox, start};
use crate::on_both_engines;
use crate::world::{Answer, Engine, TestWorld, answer, call_id, tag};

on_both_engines! {
    an_unmatched_request_is_attached_by_hand_and_once;
    what_is_dismissed_or_expired_reaches_no_call_by_itself;
    the_inbox_is_read_by_page_and_narrowed;
    another_organization_s_inbox_is_not_there;
}

async fn decide(world: &TestWorld, request: &str, verb: &str, body: Value) -> Answer {
    world.api(Method::POST, &format!("/v1/unmatched/{request}/{verb}"), body).await
}

async fn an_unmatched_request_is_attached_by_hand_and_once(engine: Engine) {
    let world = start(engine).await;
    let (id, other) = (call_id(0), call_id(1));
    let update = hold(&world, "update_fields", json!({"phone": CALLER, "publisher_paid_out": 5})).await;
    let data = world.post("call_data", json!({"caller_id": CALLER, "lead_source": "ads"})).await.json();
    let data = data["request_id"].as_str().unwrap().to_owned();
    for (request, body, status, code) in [
        (update.as_str(), json!({"call_log_id": "no-call"}), 400, "invalid_body"),
        (update.as_str(), json!({"call_log_id": call_id(999)}), 404, "call_not_found"),
        (data.as_str(), json!({"call_log_id": call_id(999)}), 404, "call_not_found"),
        (id.as_str(), json!({"call_log_id": id}), 404, "unmatched_not_found"),
        ("no-request", json!({"call_log_id": id}), 404, "unmatched_not_found"),
    ] {
        let refused = decide(&world, request, "attach", body).await;
        assert_eq!((refused.status, &refused.json()["code"]), (status, &json!(code)), "{}", refused.body);
    }
    let attached = decide(&world, &update, "attach", json!({"call_log_id": id})).await;
    assert_eq!(
        (attached.status, &attached.json()["publisher_paid_out"]),
        (200, &json!(5.0)),
        "{}",
        attached.body
    );
    let attached = decide(&world, &data, "attach", json!({"call_log_id": id})).await;
    assert_eq!(
        (attached.status, tag(&attached.json(), "lead_source")),
        (200, &json!("ads")),
        "{}",
        attached.body
    );
    for (request, code) in [(&update, "not_waiting"), (&data, "unmatched_not_found")] {
        for verb in ["attach", "dismiss"] {
            let again = decide(&world, request, verb, json!({"call_log_id": other})).await;
            assert_eq!(again.json()["code"], code, "{verb}: {}", again.body);
        }
    }
    let call = world.call(&id).await;
    let entries = call["timeline"].as_array().unwrap();
    assert_eq!(entries.len(), 2, "{call}");
    for (entry, request) in entries.iter().zip([&update, &data]) {
        assert!(entry["by"].as_str().unwrap().starts_with("api_key:"), "who did it: {entry}");
        assert_eq!(entry["request_id"], json!(request));
    }
    let listed = inbox(&world, "state=attached").await;
    assert_eq!((&listed[0]["request_id"], &listed[1]["request_id"]), (&json!(data), &json!(update)));
    assert!(listed.iter().all(|one| one["applied_to"] == json!(id)), "{listed:?}");
    assert!(listed[1]["settled_by"].as_str().unwrap().starts_with("api_key:"));
    let started = world.call_from(CALLER).await;
    assert_eq!(started["publisher_paid_out"], Value::Null);
    assert_eq!(
        tag(&started, "lead_source"),
        &json!("ads"),
        "call_data serves each call, unless it is consumed"
    );
}

async fn what_is_dismissed_or_expired_reaches_no_call_by_itself(engine: Engine) {
    let mut world = start(engine).await;
    let dismissed = hold(&world, "update_revenue", json!({"phone": CALLER, "revenue": 1})).await;
    let data = world.post("call_data", json!({"caller_id": CALLER, "lead_source": "ads"})).await.json();
    for request in [dismissed.as_str(), data["request_id"].as_str().unwrap()] {
        let done = decide(&world, request, "dismiss", Value::Null).await;
        assert_eq!((done.status, &done.json()["request_id"]), (200, &json!(request)), "{}", done.body);
        let again = decide(&world, request, "dismiss", Value::Null).await;
        assert_eq!((again.status, &again.json()["code"]), (409, &json!("not_waiting")), "{}", again.body);
        let attached = decide(&world, request, "attach", json!({"call_log_id": call_id(0)})).await;
        assert!(matches!(attached.status, 404 | 409), "{}", attached.body);
    }
    assert_eq!(inbox(&world, "state=dismissed").await.len(), 2);
    let expired = hold(&world, "update_tags", json!({"phone": CALLER, "add": {"late": 1}})).await;
    let deleted = hold(&world, "update_fields", json!({"phone": CALLER, "reason": "gone"})).await;
    let old = world.post("call_data", json!({"caller_id": OTHER, "lead_source": "old"})).await.json();
    let path = format!("/v1/webhooks/{}", world.webhook("update_fields").await["id"].as_str().unwrap());
    assert_eq!(world.api(Method::DELETE, &path, Value::Null).await.status, 200);
    world.nodes.clear();
    // As if they had come in 1970, and 16 days ago.
    world.execute("UPDATE held_updates SET received_at = 1, expires_at = 2 WHERE kind = 'update_tags'").await;
    world
        .execute("UPDATE caller_data SET received_at = received_at - 1382400000000 WHERE settled IS NULL")
        .await;
    world.add_node();
    let started = world.call_from(CALLER).await;
    assert_eq!(
        (
            &started["revenue_paid_out"],
            &started["reason"],
            tag(&started, "late"),
            tag(&started, "lead_source")
        ),
        (&Value::Null, &Value::Null, &Value::Null, &Value::Null)
    );
    until_none_pending(&world, "kind = 'update_tags'").await;
    let listed = inbox(&world, "state=expired").await;
    let listed: Vec<&Value> = listed.iter().map(|one| &one["request_id"]).collect();
    assert_eq!(listed, [&old["request_id"], &json!(expired)]);
    let waiting = inbox(&world, "").await;
    assert_eq!((waiting.len(), &waiting[0]["request_id"]), (1, &json!(deleted)), "it waits for a person");
    for request in [&expired, &deleted] {
        let attached = decide(&world, request, "attach", json!({"call_log_id": call_id(0)})).await;
        assert_eq!(attached.status, 200, "{}", attached.body);
    }
    let call = world.call(&call_id(0)).await;
    assert_eq!((tag(&call, "late"), &call["reason"]), (&json!("1"), &json!("gone")));
}

/// Looks until upkeep, which runs at once when a server starts, has been there.
async fn until_none_pending(world: &TestWorld, of: &str) {
    let sql = format!("SELECT COUNT(*) FROM held_updates WHERE state = 'pending' AND {of}");
    let alive = format!("http://{}/healthz", world.nodes[0].address);
    for look in 0.. {
        if world.count(&sql).await == 0 {
            return;
        }
        assert!(look < 10_000, "upkeep did not expire them");
        assert_eq!(answer(world.client.get(&alive)).await.unwrap().status, 200);
    }
}

async fn the_inbox_is_read_by_page_and_narrowed(engine: Engine) {
    let world = start(engine).await;
    let mut sent = Vec::new();
    for index in 0..4 {
        let caller = if index % 2 == 0 { CALLER } else { OTHER };
        sent.push(hold(&world, "update_revenue", json!({"phone": caller, "revenue": "150.00"})).await);
        let data = world.post("call_data", json!({"caller_id": caller, "index": index})).await.json();
        sent.push(data["request_id"].as_str().unwrap().to_owned());
    }
    sent.reverse();
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page =
            world.api(Method::GET, &format!("/v1/unmatched?limit=3{cursor}"), Value::Null).await.json();
        let requests = page["unmatched"].as_array().unwrap().iter();
        seen.extend(requests.map(|one| one["request_id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, sent, "newest first, each once");
    let webhook = world.webhook("call_data").await["id"].as_str().unwrap().to_owned();
    for (query, expected) in [
        ("kind=call_data".to_owned(), 4),
        ("kind=update_revenue&caller=%2B13105559876".to_owned(), 2),
        ("kind=update_tags".to_owned(), 0),
        (format!("webhook_id={webhook}&caller=(212)+555-0000"), 2),
        ("state=applied".to_owned(), 0),
    ] {
        assert_eq!(inbox(&world, &query).await.len(), expected, "{query}");
    }
    let whole = world.api(Method::GET, "/v1/unmatched", Value::Null).await;
    assert!(whole.body.contains(r#""changes":{"revenue_paid_out":150.00}"#), "{}", whole.body);
    let reasons = inbox(&world, "caller=%2B13105559876").await;
    let reasons: Vec<&str> = reasons.iter().map(|one| one["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons[0], "no call of this caller has started since");
    assert_eq!(reasons[1], "no call from +13105559876 started in the last 7 days");
    assert_eq!(reasons[2], "a newer request of this caller to the same webhook took its place");
    for wrong in ["state=held", "kind=call", "limit=0", "limit=201", "colour=red", "cursor=x"] {
        let refused = world.api(Method::GET, &format!("/v1/unmatched?{wrong}"), Value::Null).await;
        assert_eq!(refused.status, 400, "{wrong}: {}", refused.body);
    }
    world.call_from(CALLER).await;
    let left = inbox(&world, "").await;
    assert_eq!(left.len(), 5, "the newest call_data and both updates have their call: {left:?}");
}

async fn another_organization_s_inbox_is_not_there(engine: Engine) {
    let mut world = start(engine).await;
    let update = hold(&world, "update_revenue", json!({"phone": CALLER, "revenue": 1})).await;
    let data = world.post("call_data", json!({"caller_id": CALLER, "lead_source": "ads"})).await.json();
    let data = data["request_id"].as_str().unwrap().to_owned();
    world.move_to_another_organization();
    assert!(inbox(&world, "").await.is_empty());
    for request in [&update, &data] {
        for verb in ["attach", "dismiss"] {
            let refused = decide(&world, request, verb, json!({"call_log_id": call_id(0)})).await;
            assert_eq!(refused.status, 404, "{verb}: {}", refused.body);
        }
    }
    world.set("update_revenue", json!({"on_unmatched": "hold"})).await;
    let own = hold(&world, "update_revenue", json!({"phone": OTHER, "revenue": 1})).await;
    let foreign = decide(&world, &own, "attach", json!({"call_log_id": call_id(0)})).await;
    assert_eq!((foreign.status, &foreign.json()["code"]), (403, &json!("call_forbidden")));
    assert_eq!(world.call_from(CALLER).await["revenue_paid_out"], Value::Null);
}
