//! Updates that wait for their call, and meet it.

use reqwest::Method;
use serde_json::{Value, json};

use super::{CALLER, OTHER, hold, inbox, start};
use crate::on_both_engines;
use crate::world::{Engine, TestWorld, answer, call_id, tag};

on_both_engines! {
    without_its_call_an_update_is_404_unless_the_webhook_holds_it;
    what_is_held_is_in_the_call_once_when_the_caller_calls;
    what_is_held_by_a_switch_s_name_meets_that_call_only;
    an_update_and_its_call_at_the_same_time_meet_once;
}

async fn without_its_call_an_update_is_404_unless_the_webhook_holds_it(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    let body = json!({"phone": CALLER, "revenue": 1, "transaction_id": "t"});
    let missing = world.post("update_revenue", body.clone()).await;
    assert_eq!((missing.status, &missing.json()["code"]), (404, &json!("call_not_found")));
    assert_eq!(world.webhook("update_revenue").await["settings"]["on_unmatched"], "404");
    for (kind, word, status) in
        [("update_revenue", "drop", 400), ("call_data", "hold", 400), ("update_revenue", "hold", 200)]
    {
        assert_eq!(world.set(kind, json!({"on_unmatched": word})).await.status, status, "{kind} {word}");
    }
    let held = world.post("update_revenue", body.clone()).await;
    let request = held.header("x-request-id").unwrap();
    let expected = format!(
        r#"{{"success":true,"held":true,"call_log_ids":[],"request_id":"{request}","revenue_paid_out":1.00}}"#
    );
    assert_eq!((held.status, &held.body), (200, &expected));
    world.crash_and_restart();
    let again = world.post("update_revenue", body).await;
    assert_eq!((&again.body, again.header("idempotent-replayed")), (&held.body, Some("true")));
    assert_eq!(world.count("SELECT COUNT(*) FROM held_updates").await, 1, "a repeat is held once");
    let logged = world.api(Method::GET, &format!("/v1/requests/{request}"), Value::Null).await.json();
    assert_eq!(logged["effect"]["held"], true, "{logged}");

    world.set("update_tags", json!({"on_unmatched": "hold"})).await;
    let tags = json!({"phone": CALLER, "add": {"Lead-Quality": "high"}, "remove": ["pending"]});
    let tags = world.post("update_tags", tags).await.json();
    assert_eq!((&tags["added"], &tags["removed"]), (&json!([{"Lead-Quality": "high"}]), &json!(["pending"])));
    world.set("update_fields", json!({"on_unmatched": "hold"})).await;
    let fields = json!({"call_log_id": "no-call", "reason": "sold", "publisher_paid_out": 2, "colour": 1});
    let fields = world.post("update_fields", fields).await.json();
    assert_eq!((&fields["reason"], &fields["ignored_fields"]), (&json!("sold"), &json!(["colour"])));

    let batch = json!({"call_log_id": [call_id(0), "no-call"], "revenue": 2});
    let batch = world.post("update_revenue", batch).await.json();
    assert_eq!(batch["failed_call_log_ids"], json!(["no-call"]), "a batch names what it misses: {batch}");
    assert_eq!((batch.get("held"), &batch["call_log_ids"]), (None, &json!([call_id(0)])));
    let stands = world.post("update_revenue", json!({"call_log_id": call_id(0), "revenue": 3})).await.json();
    assert_eq!((stands.get("held"), &stands["call_log_ids"]), (None, &json!([call_id(0)])));
    assert_eq!(world.count("SELECT COUNT(*) FROM held_updates").await, 3);
    world.move_to_another_organization();
    world.set("update_revenue", json!({"on_unmatched": "hold"})).await;
    let foreign = world.post("update_revenue", json!({"call_log_id": call_id(0), "revenue": 1})).await;
    assert_eq!(foreign.status, 403, "{}", foreign.body);
}

async fn what_is_held_is_in_the_call_once_when_the_caller_calls(engine: Engine) {
    let mut world = start(engine).await;
    let mut requests = vec![
        hold(&world, "update_revenue", json!({"phone": CALLER, "revenue": "10"})).await,
        hold(&world, "update_revenue", json!({"phone": CALLER, "revenue": "20.5"})).await,
        hold(&world, "update_tags", json!({"phone": CALLER, "add": {"plan": "gold"}})).await,
    ];
    let fields = json!({"phone": CALLER, "reason": "sold", "publisher_paid_out": 5});
    requests.push(hold(&world, "update_fields", fields).await);
    hold(&world, "update_revenue", json!({"phone": OTHER, "revenue": 99})).await;
    world.crash_and_restart();

    let started = world.call_from(CALLER).await;
    assert_eq!((&started["revenue_paid_out"], tag(&started, "plan")), (&json!(20.5), &json!("gold")));
    assert_eq!((&started["converted"], &started["reason"]), (&json!(true), &json!("sold")));
    let id = started["call_log_id"].as_str().unwrap();
    let call = world.call(id).await;
    let entries = call["timeline"].as_array().unwrap();
    assert_eq!(entries[0]["event"], "call.started");
    let updates = &entries[1..];
    let by_request: Vec<&str> = updates.iter().map(|entry| entry["request_id"].as_str().unwrap()).collect();
    assert_eq!(by_request, requests, "in the order in which they came: {call}");
    let webhook = format!("webhook:{}", world.webhook("update_revenue").await["id"].as_str().unwrap());
    assert_eq!((&updates[0]["event"], &updates[0]["by"]), (&json!("call.updated"), &json!(webhook)));
    let change = &updates[1]["changes"][0];
    assert_eq!((&change["from"], &change["to"]), (&json!("10.00"), &json!("20.50")));

    let applied = inbox(&world, "state=applied").await;
    assert_eq!(applied.len(), 4);
    let newest = &applied[0];
    assert_eq!((&newest["request_id"], &newest["applied_to"]), (&json!(requests[3]), &json!(id)));
    assert_eq!(newest["skipped_fields"][0]["field"], "publisher_paid_out", "the call is live: {newest}");
    let waiting = inbox(&world, "").await;
    assert_eq!((waiting.len(), &waiting[0]["caller"]), (1, &json!(OTHER)), "{waiting:?}");

    let second = world.call_from(CALLER).await;
    assert_eq!((&second["revenue_paid_out"], tag(&second, "plan")), (&Value::Null, &Value::Null));
    assert_eq!(world.call(id).await["timeline"].as_array().unwrap().len(), 5);
}

async fn what_is_held_by_a_switch_s_name_meets_that_call_only(engine: Engine) {
    let world = start(engine).await;
    // A switch's name may look like an id of ours.
    for name in ["switch-17", "0193a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"] {
        let held = hold(&world, "update_tags", json!({"call_log_id": name, "add": {"early": "yes"}})).await;
        let start =
            |name: Option<&str>| json!({"caller": CALLER, "dialed": "+18885550100", "external_id": name});
        for other in [None, Some("switch-18")] {
            let other = world.api(Method::POST, "/v1/calls", start(other)).await;
            assert_eq!(tag(&other.json(), "early"), &Value::Null, "{}", other.body);
        }
        assert_eq!(inbox(&world, "").await[0]["call_log_id"], name);
        let named = world.api(Method::POST, "/v1/calls", start(Some(name))).await.json();
        assert_eq!(tag(&named, "early"), &json!("yes"), "{named}");
        let repeated = world.api(Method::POST, "/v1/calls", start(Some(name))).await;
        assert_eq!((repeated.status, &repeated.json()["call_log_id"]), (200, &named["call_log_id"]));
        let applied = inbox(&world, "state=applied&limit=1").await;
        assert_eq!(
            (&applied[0]["request_id"], &applied[0]["applied_to"]),
            (&json!(held), &named["call_log_id"])
        );

        let later = json!({"call_log_id": name, "add": {"late": "too"}});
        let later = world.post("update_tags", later).await.json();
        assert_eq!(later["call_log_ids"], json!([named["call_log_id"]]), "the call has begun: {later}");
        let call = world.call(named["call_log_id"].as_str().unwrap()).await;
        assert_eq!((tag(&call, "early"), tag(&call, "late")), (&json!("yes"), &json!("too")));
    }
    assert!(inbox(&world, "").await.is_empty());
}

/// On PostgreSQL the update comes to one server and its call to another.
async fn an_update_and_its_call_at_the_same_time_meet_once(engine: Engine) {
    const CALLS: usize = 40;
    let world = start(engine).await;
    let last = world.nodes.len() - 1;
    let key = world.keys["api_key"].as_str().unwrap();
    let both = (0..CALLS).map(async |index| {
        let caller = format!("+1310555{:04}", 1_000 + index);
        let name = format!("switch-{index}");
        // Half by the caller's number, half by the switch's name of the call.
        let update = if index % 2 == 0 {
            json!({"phone": caller, "revenue": 7, "transaction_id": name})
        } else {
            json!({"call_log_id": name, "revenue": 7, "transaction_id": name})
        };
        let call = json!({"caller": caller, "dialed": "+18885550100", "external_id": name});
        let url = format!("http://{}/v1/calls", world.nodes[last].address);
        let update_url = world.webhook_on(0, "update_revenue");
        let (updated, started) = tokio::join!(
            world.try_post(&update_url, &update),
            answer(world.client.post(url).bearer_auth(key).json(&call)),
        );
        (updated.unwrap(), started.unwrap())
    });
    for (updated, started) in futures_util::future::join_all(both).await {
        assert_eq!((updated.status, started.status), (200, 201), "{} {}", updated.body, started.body);
        let id = started.json()["call_log_id"].as_str().unwrap().to_owned();
        let call = world.call(&id).await;
        assert_eq!(call["revenue_paid_out"], json!(7.0), "{} {call}", updated.body);
        let entries = call["timeline"].as_array().unwrap();
        assert_eq!(entries.len(), 2, "the start and one update: {call}");
        assert_eq!(entries[1]["request_id"].as_str(), updated.header("x-request-id"));
    }
    assert!(inbox(&world, "").await.is_empty(), "nothing is left waiting for a call that has begun");
}
