//! What a person does to calls and webhooks by the API: edit, find by a tag, try a plan, send a test.

use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::routing::{CALLER, create, dialed, event, id, plan, target};
use crate::rtb::{bid, endpoint};
use crate::world::{Engine, TestWorld, tag};

on_both_engines! {
    a_call_is_changed_by_hand_and_the_timeline_says_by_whom;
    a_change_by_hand_decides_a_waiting_call_again;
    what_is_no_change_is_refused_and_changes_nothing;
    calls_are_found_by_their_tags_page_by_page;
    a_plan_says_who_would_take_a_caller;
    a_webhook_takes_a_test_like_any_request;
    bids_are_summed_up_by_what_they_came_to;
}

async fn patch(world: &TestWorld, call: &Value, body: Value) -> crate::world::Answer {
    world.api(Method::PATCH, &format!("/v1/calls/{}", id(call)), body).await
}

async fn a_call_is_changed_by_hand_and_the_timeline_says_by_whom(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let call = world.call_from(CALLER).await;
    let early = patch(&world, &call, json!({"publisher_paid_out": 18, "reason": "sold"})).await;
    assert_eq!((early.status, early.json()["code"].clone()), (409, json!("call_is_live")), "{}", early.body);
    assert_eq!(world.call(id(&call)).await["reason"], Value::Null, "nothing was changed");
    event(&world, &call, json!({"event": "answered"})).await;
    event(&world, &call, json!({"event": "ended"})).await;
    let change = json!({"publisher_paid_out": 18, "revenue_paid_out": "25.50", "reason": "sold",
        "add": {"Lead Quality": "high"}, "remove": ["state"]});
    let changed = patch(&world, &call, change).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let shown = changed.json();
    assert_eq!(
        (&shown["revenue_paid_out"], &shown["publisher_paid_out"], &shown["converted"], &shown["reason"]),
        (&json!(25.5), &json!(18.0), &json!(true), &json!("sold"))
    );
    assert_eq!((tag(&shown, "lead_quality"), tag(&shown, "state")), (&json!("high"), &Value::Null));
    let whole = world.call(id(&call)).await;
    let last = whole["timeline"].as_array().unwrap().last().unwrap();
    assert_eq!(last["event"], "call.updated");
    let keys = world.api(Method::GET, "/v1/api-keys", Value::Null).await.json();
    assert_eq!(last["by"], format!("api_key:{}", keys["api_keys"][0]["id"].as_str().unwrap()));
    let entries = whole["timeline"].as_array().unwrap().len();
    let again = patch(&world, &call, json!({"reason": "sold"})).await;
    assert_eq!(again.status, 200);
    assert_eq!(world.call(id(&call)).await["timeline"].as_array().unwrap().len(), entries, "the same again");
}

async fn a_change_by_hand_decides_a_waiting_call_again(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let (gold, other) = (target(&world, "Gold", json!({})).await, target(&world, "Other", json!({})).await);
    let filter = json!({"tag": "plan", "op": "equals", "value": "gold"});
    plan(&world, json!([{"target": gold, "filter": filter}, {"target": other, "priority": 2}]), json!({}))
        .await;
    let call = world.call_from(CALLER).await;
    assert_eq!(dialed(&call), "Other");
    let edited = patch(&world, &call, json!({"add": {"plan": "gold"}})).await.json();
    assert_eq!(dialed(&edited), "Gold");
}

async fn what_is_no_change_is_refused_and_changes_nothing(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let call = world.call_from(CALLER).await;
    let before = world.call(id(&call)).await;
    for (body, code, names) in [
        (json!({}), "missing_fields", "No field"),
        (json!({"revenue": 1, "colour": "red"}), "unknown_field", "`colour`"),
        (json!({"call_log_id": id(&call), "reason": "x"}), "unknown_field", "`call_log_id`"),
        (json!({"revenue_paid_out": -1}), "invalid_amount", "`revenue_paid_out`"),
        (json!({"no_payout_reason": "because"}), "invalid_value", "`no_payout_reason`"),
    ] {
        let refused = patch(&world, &call, body.clone()).await;
        assert_eq!(refused.status, 400, "{body}: {}", refused.body);
        let refused = refused.json();
        assert_eq!(refused["code"], code, "{refused}");
        assert!(refused["message"].as_str().unwrap().contains(names), "{refused}");
    }
    assert_eq!(world.call(id(&call)).await, before);
    let nobody = world
        .api(Method::PATCH, "/v1/calls/01977420-dc00-7000-8000-ffffffffffff", json!({"reason": "x"}))
        .await;
    assert_eq!(nobody.status, 404, "{}", nobody.body);
}

async fn calls_are_found_by_their_tags_page_by_page(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let mut gold = Vec::new();
    for number in 0..6 {
        let call = world.call_from(&format!("+1212555{number:04}")).await;
        let plan = if number % 2 == 0 { "gold" } else { "basic" };
        let city = if number < 4 { "Köln" } else { "Bonn" };
        let add = json!({"call_log_id": id(&call), "add": {"plan": plan, "city": city}});
        assert_eq!(world.post("update_tags", add).await.status, 200);
        if number % 2 == 0 {
            gold.push(id(&call).to_owned());
        }
    }
    gold.reverse();
    let list = async |query: &str| {
        let page = world.api(Method::GET, &format!("/v1/calls?{query}"), Value::Null).await;
        assert_eq!(page.status, 200, "{}", page.body);
        page.json()
    };
    let ids = |page: &Value| -> Vec<String> {
        page["calls"].as_array().unwrap().iter().map(|call| id(call).to_owned()).collect()
    };
    let all = list("tag.plan=gold").await;
    assert_eq!((ids(&all), &all["next_cursor"]), (gold.clone(), &Value::Null));
    assert_eq!(ids(&list("tag.PLAN=gold&tag.city=K%C3%B6ln").await), gold[1..]);
    assert_eq!(ids(&list("tag.plan=silver").await), [""; 0]);
    let first = list("tag.plan=gold&limit=2").await;
    assert_eq!(ids(&first), gold[..2]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = list(&format!("tag.plan=gold&limit=2&cursor={cursor}")).await;
    assert_eq!((ids(&rest), &rest["next_cursor"]), (gold[2..].to_vec(), &Value::Null));
    let csv = world.api(Method::GET, "/v1/calls.csv?tag.plan=gold", Value::Null).await;
    assert_eq!(csv.body.lines().count(), 1 + gold.len(), "{}", csv.body);
}

async fn a_plan_says_who_would_take_a_caller(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let one = target(&world, "One", json!({"concurrency": 1})).await;
    let two = target(&world, "Two", json!({})).await;
    let filter = json!({"tag": "lead_source", "op": "equals", "value": "radio"});
    let routes = json!([{"target": one, "filter": filter}, {"target": two, "priority": 2}]);
    let id = create(&world, "/v1/routing-plans", json!({"name": "Tried", "routes": routes})).await;
    let path = format!("/v1/routing-plans/{id}/test");
    let radio = json!({"caller": "(310) 555-9876", "tags": {"Lead-Source": "radio"}});
    let test = async |body: &Value| {
        let tested = world.api(Method::POST, &path, body.clone()).await;
        assert_eq!(tested.status, 200, "{}", tested.body);
        tested.json()
    };
    let tested = test(&radio).await;
    assert_eq!(dialed(&tested), "One");
    assert_eq!(tested["decision"]["plans"][0]["routes"][1]["verdict"], "not_reached");
    assert_eq!(dialed(&test(&json!({"caller": "+13105559876"})).await), "Two");
    // One call at a time, and there is one.
    crate::routing::route(&world, json!({"plan": id})).await;
    world.post("call_data", json!({"caller_id": CALLER, "lead_source": "radio"})).await;
    assert_eq!(dialed(&world.call_from(CALLER).await), "One");
    let busy = test(&radio).await;
    assert_eq!(dialed(&busy), "Two");
    assert_eq!(busy["decision"]["plans"][0]["routes"][0]["verdict"], "concurrency");
    let draft = json!({"caller": CALLER, "plan": {"name": "Other", "routes": [{"target": two}]}});
    assert_eq!(dialed(&test(&draft).await), "Two");
    let none = world.api(Method::POST, &path, json!({"caller": CALLER, "draft": true})).await;
    assert_eq!((none.status, none.json()["code"].clone()), (409, json!("no_draft")));
    assert_eq!(world.count("SELECT COUNT(*) FROM decisions").await, 1, "a test writes nothing");
}

async fn a_webhook_takes_a_test_like_any_request(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let webhook = world.webhook("call_data").await;
    let path = format!("/v1/webhooks/{}/test", webhook["id"].as_str().unwrap());
    let body = json!({"body": {"caller_id": CALLER, "lead_source": "test"}});
    let sent = world.api(Method::POST, &path, body).await;
    assert_eq!((sent.status, &sent.json()["success"]), (200, &json!(true)), "{}", sent.body);
    let by_get = world.api(Method::POST, &path, json!({"query": "caller_id=%2B13105559876&age=67"})).await;
    assert_eq!(by_get.status, 200, "{}", by_get.body);
    let call = world.call_from(CALLER).await;
    assert_eq!(tag(&call, "age"), "67", "it is a request like any other");
    let log = world.api(Method::GET, "/v1/requests", Value::Null).await.json();
    assert_eq!(log["requests"].as_array().unwrap().len(), 2, "{log}");
    let wrong = world.api(Method::POST, &path, json!({"body": {"lead_source": "x"}})).await;
    assert_eq!((wrong.status, wrong.json()["code"].clone()), (400, json!("missing_caller_id")));
    let key = world.key("call_data");
    let with_key = world.api(Method::POST, &path, json!({"query": format!("moja_auth_key={key}")})).await;
    assert_eq!((with_key.status, with_key.body.contains(&key)), (400, false), "{}", with_key.body);
    let whole = format!("/v1/webhooks/{}", webhook["id"].as_str().unwrap());
    world.api(Method::PATCH, &whole, json!({"enabled": false})).await;
    let off = world.api(Method::POST, &path, json!({"query": "caller_id=x"})).await;
    assert_eq!((off.status, off.json()["code"].clone()), (409, json!("webhook_disabled")));
}

async fn bids_are_summed_up_by_what_they_came_to(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let conversion = json!({"connected_seconds": 60, "payout": 18.5});
    let one = target(&world, "One", json!({"concurrency": 2, "conversion": conversion})).await;
    plan(&world, json!([{"target": one}]), json!({})).await;
    let endpoint = endpoint(&world, json!({})).await;
    for number in 0..5 {
        bid(&world, &endpoint, &format!("+1212555{number:04}")).await;
    }
    let path = format!("/v1/rtb-endpoints/{endpoint}/summary");
    let summed = world.api(Method::GET, &path, Value::Null).await.json();
    assert_eq!(
        summed["outcomes"],
        json!([
            {"state": "rejected", "reason": "all_busy", "bids": 3, "payout": 0.0},
            {"state": "reserved", "reason": null, "bids": 2, "payout": 37.0},
        ]),
        "{summed}"
    );
    let long = world.api(Method::GET, &format!("{path}?from=2020-01-01T00:00:00Z"), Value::Null).await;
    assert_eq!(long.status, 400, "{}", long.body);
}
