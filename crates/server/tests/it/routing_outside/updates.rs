//! Updates of calls that wait: for another system, or by a version of a flow that is not the last.

use reqwest::Method;
use serde_json::{Value, json};

use super::server::Says;
use super::{Outside, world};
use crate::on_both_engines;
use crate::places::places;
use crate::routing::{CALLER, action, dialed, event, flow, id, next, plan, publish, target};
use crate::world::{Engine, TestWorld};

on_both_engines! {
    an_update_of_a_held_call_lets_another_system_be_asked;
    an_update_while_another_system_is_asked_counts_when_it_has_answered;
    an_update_decides_again_by_the_version_that_the_call_began_with;
    a_caller_who_goes_on_waiting_is_not_told_of_twice;
    a_target_rings_on_with_its_place_while_another_is_asked;
}

/// Who answers before there is a new instruction has the call, and is counted.
async fn a_target_rings_on_with_its_place_while_another_is_asked(engine: Engine) {
    let world = world(engine).await;
    let outside = Outside::start(Says::Nothing).await;
    let check = json!({"availability": {"url": outside.url, "timeout_ms": 5_000}});
    let gold = target(&world, "Gold", check).await;
    let all = target(&world, "All", json!({"concurrency": 2, "caps": {"day": 2}})).await;
    let filter = json!({"tag": "tier", "op": "equals", "value": "gold"});
    plan(&world, json!([{"target": gold, "filter": filter}, {"target": all, "priority": 2}]), json!({}))
        .await;
    let (answers, hangs_up) = (world.call_from(CALLER).await, world.call_from("+12125550001").await);
    for call in [&answers, &hangs_up] {
        update(&world, call, json!({"tier": "gold"})).await;
        assert_eq!(action(&world.call(id(call)).await), "wait");
    }
    assert_eq!(places(&world).await, (2, 2));
    let third = world.call_from("+12125550000").await;
    assert_eq!(third["routing"]["code"], "all_capped", "both ring at All: {third}");
    let answered = event(&world, &answers, json!({"event": "answered"})).await;
    assert_eq!((&answered["target"], places(&world).await), (&json!("All"), (2, 2)), "{answered}");
    event(&world, &hangs_up, json!({"event": "ended"})).await;
    assert_eq!(places(&world).await, (1, 1));
    event(&world, &answers, json!({"event": "ended"})).await;
    assert_eq!(places(&world).await, (0, 1));
}

/// Told the call's stand by its stream: each decision has a line.
async fn until_routed(world: &TestWorld, call: &Value, events: usize) -> Value {
    for _ in 0..10_000 {
        let now = world.call(id(call)).await;
        let routed = now["timeline"].as_array().unwrap().iter();
        if routed.filter(|entry| entry["event"] == "call.routed").count() >= events {
            return now;
        }
        tokio::task::yield_now().await;
    }
    panic!("the call was never decided again: {}", world.call(id(call)).await);
}

async fn update(world: &TestWorld, call: &Value, tags: Value) {
    let told = world.post("update_tags", json!({"call_log_id": id(call), "add": tags})).await;
    assert_eq!(told.status, 200, "{}", told.body);
}

fn is(value: &str, then: &str, otherwise: &str) -> Value {
    let condition = json!({"tag": "tier", "op": "equals", "value": value});
    json!({"type": "condition", "condition": condition, "then": then, "else": otherwise})
}

async fn an_update_of_a_held_call_lets_another_system_be_asked(engine: Engine) {
    let world = world(engine).await;
    let mut outside = Outside::start(Says::Answer(200, "{}".into())).await;
    let sales = target(&world, "Sales", json!({})).await;
    let nodes = json!({
        "start": {"type": "start", "next": "which"},
        "which": is("gold", "ask", "wait"),
        "wait": {"type": "hold", "seconds": 60, "next": "bye"},
        "ask": {"type": "http_request", "url": outside.url, "next": "dial", "error": "bye"},
        "dial": {"type": "dial", "target": sales},
        "bye": {"type": "reject", "reason": "Goodbye"},
    });
    flow(&world, nodes).await;
    let held = world.call_from(CALLER).await;
    assert_eq!((action(&held), outside.count()), ("hold", 0), "{held}");
    update(&world, &held, json!({"tier": "gold"})).await;
    let ringing = until_routed(&world, &held, 2).await;
    assert_eq!((action(&ringing), dialed(&ringing)), ("dial", "Sales"), "{ringing}");
    assert_eq!(outside.count(), 1);
    let late = next(&world, &held, json!({"outcome": "hold_over"})).await.json();
    assert_eq!(action(&late), "dial", "the hold's end comes too late: {late}");
}

async fn an_update_while_another_system_is_asked_counts_when_it_has_answered(engine: Engine) {
    let world = world(engine).await;
    let mut outside = Outside::start(Says::Nothing).await;
    let (gold, all) = (target(&world, "Gold", json!({})).await, target(&world, "All", json!({})).await);
    let nodes = json!({
        "start": {"type": "start", "next": "which"},
        "which": is("gold", "gold", "ask"),
        "ask": {"type": "http_request", "url": outside.url, "timeout_ms": 3_000, "next": "all", "error": "all"},
        "gold": {"type": "dial", "target": gold},
        "all": {"type": "dial", "target": all},
    });
    flow(&world, nodes).await;
    let (call, ()) = tokio::join!(world.call_from(CALLER), async {
        outside.next().await;
        let told = world.post("update_tags", json!({"phone_number": CALLER, "add": {"tier": "gold"}})).await;
        assert_eq!(told.status, 200, "{}", told.body);
    });
    assert_eq!((action(&call), dialed(&call)), ("dial", "Gold"), "{call}");
}

fn held_for(target: &str) -> Value {
    json!({
        "start": {"type": "start", "next": "which"},
        "which": is("gold", "dial", "wait"),
        "wait": {"type": "hold", "seconds": 60, "next": "bye"},
        "dial": {"type": "dial", "target": target},
        "bye": {"type": "reject", "reason": "Goodbye"},
    })
}

async fn an_update_decides_again_by_the_version_that_the_call_began_with(engine: Engine) {
    let world = world(engine).await;
    let (old, new) = (target(&world, "Old", json!({})).await, target(&world, "New", json!({})).await);
    let flow_id = flow(&world, held_for(&old)).await;
    let held = world.call_from(CALLER).await;
    let draft = json!({"draft": {"version": 1, "start": "start", "nodes": held_for(&new)}});
    assert_eq!(world.api(Method::PATCH, &format!("/v1/flows/{flow_id}"), draft).await.status, 200);
    publish(&world, &flow_id).await;
    update(&world, &held, json!({"tier": "gold"})).await;
    let ringing = until_routed(&world, &held, 2).await;
    assert_eq!((action(&ringing), dialed(&ringing)), ("dial", "Old"), "{ringing}");
}

async fn a_caller_who_goes_on_waiting_is_not_told_of_twice(engine: Engine) {
    let world = world(engine).await;
    let sales = target(&world, "Sales", json!({})).await;
    flow(&world, held_for(&sales)).await;
    let held = world.call_from(CALLER).await;
    update(&world, &held, json!({"tier": "silver"})).await;
    let still = world.call(id(&held)).await;
    assert_eq!((action(&still), &still["routing"]["decision"]), ("hold", &json!(1)), "{still}");
    let over = next(&world, &held, json!({"outcome": "hold_over"})).await.json();
    assert_eq!(action(&over), "reject", "the hold's end is not too late: {over}");
}
