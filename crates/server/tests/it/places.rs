//! Places at targets: each is taken when a call is told to ring there, and given back exactly once.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::routing::{CALLER, action, dialed, event, id, next, plan, target};
use crate::world::{Answer, Engine, TestWorld, answer};

on_both_engines! {
    a_call_that_is_said_to_be_connected_has_used_up_its_place;
    a_place_is_free_once_when_an_update_sends_the_call_elsewhere;
    updates_reports_and_ends_from_two_nodes_leave_no_place_behind;
}

/// Calls at all targets now, and calls that all caps count.
pub async fn places(world: &TestWorld) -> (i64, i64) {
    let live = world.count("SELECT CAST(COALESCE(SUM(live), 0) AS BIGINT) FROM target_calls").await;
    let used = world.count("SELECT CAST(COALESCE(SUM(used), 0) AS BIGINT) FROM target_counters").await;
    (live, used)
}

pub async fn tag(world: &TestWorld, call: &Value, value: &str) {
    let told = world.post("update_tags", json!({"call_log_id": id(call), "add": {"tier": value}})).await;
    assert_eq!(told.status, 200, "{}", told.body);
}

fn gold() -> Value {
    json!({"tag": "tier", "op": "equals", "value": "gold"})
}

async fn a_place_is_free_once_when_an_update_sends_the_call_elsewhere(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    let one_place = json!({"concurrency": 1, "caps": {"day": 2}});
    let (special, common) =
        (target(&world, "Gold", one_place.clone()).await, target(&world, "All", one_place).await);
    plan(
        &world,
        json!([{"target": special, "filter": gold()}, {"target": common, "priority": 2}]),
        json!({}),
    )
    .await;
    if engine == Engine::Postgres {
        world.add_node();
    }
    let first = world.call_from(CALLER).await;
    assert_eq!(dialed(&first), "All");
    assert_eq!(world.call_from("+12125550000").await["routing"]["code"], "all_busy");
    tag(&world, &first, "gold").await;
    assert_eq!(dialed(&world.call(id(&first)).await), "Gold");
    assert_eq!(places(&world).await, (1, 1), "the new instruction is in place of the old one");
    let second = world.call_from("+12125550001").await;
    assert_eq!(dialed(&second), "All", "the place is free");

    // What the switch still tells of the old instruction comes too late, however often.
    for outcome in ["no_answer", "busy", "connected"] {
        let late = next(&world, &first, json!({"outcome": outcome})).await.json();
        assert_eq!((dialed(&late), late["routing"]["decision"].as_u64()), ("Gold", Some(2)), "{late}");
    }
    assert_eq!(places(&world).await, (2, 2));
    // Told the same again, and back to where it was, which others have taken meanwhile.
    tag(&world, &first, "gold").await;
    assert_eq!(places(&world).await, (2, 2));
    tag(&world, &first, "silver").await;
    let nowhere = world.call(id(&first)).await;
    assert_eq!((action(&nowhere), &nowhere["routing"]["code"]), ("reject", &json!("all_busy")), "{nowhere}");
    assert_eq!(places(&world).await, (1, 1));
    for call in [&first, &second, &second] {
        event(&world, call, json!({"event": "ended"})).await;
    }
    assert_eq!(places(&world).await, (0, 0));
}

/// By `next` only, without the event `answered`.
async fn a_call_that_is_said_to_be_connected_has_used_up_its_place(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let one = target(&world, "One", json!({"caps": {"day": 1}})).await;
    plan(&world, json!([{"target": one}]), json!({})).await;
    let call = world.call_from(CALLER).await;
    next(&world, &call, json!({"outcome": "connected"})).await;
    event(&world, &call, json!({"event": "ended"})).await;
    assert_eq!(places(&world).await, (0, 1));
    assert_eq!(world.call_from("+12125550000").await["routing"]["code"], "all_capped");
}

async fn updates_reports_and_ends_from_two_nodes_leave_no_place_behind(engine: Engine) {
    const CALLS: usize = 16;
    let mut world = TestWorld::start(engine).await;
    let limits = json!({"concurrency": 5, "caps": {"day": 12}});
    let (special, common) =
        (target(&world, "Gold", limits.clone()).await, target(&world, "All", limits).await);
    plan(
        &world,
        json!([{"target": special, "filter": gold()}, {"target": common, "priority": 2}]),
        json!({}),
    )
    .await;
    if engine == Engine::Postgres {
        world.add_node();
    }
    let mut calls = Vec::new();
    for number in 0..CALLS {
        calls.push(world.call_from(&format!("+1212555{number:04}")).await);
    }
    let rounds = (0..6).map(|round| {
        let calls = &calls;
        let world = &world;
        futures_util::future::join_all(calls.iter().enumerate().flat_map(move |(at, call)| {
            let node = (at + round) % world.nodes.len();
            let tier = if (at + round) % 2 == 0 { "gold" } else { "silver" };
            let tags = json!({"call_log_id": id(call), "add": {"tier": tier}});
            let news = json!({"decision": 1 + round, "outcome": "no_answer"});
            [
                send(world, node, "update".into(), tags),
                send(world, world.nodes.len() - 1 - node, format!("/v1/calls/{}/next", id(call)), news),
            ]
        }))
    });
    for round in rounds {
        for told in round.await {
            assert!(told.status == 200 || told.status == 409, "{} {}", told.status, told.body);
        }
        let rings = ringing(&world, &calls).await;
        assert!(rings.values().all(|count| *count <= 5), "{rings:?}");
        assert_eq!(places(&world).await.0, rings.values().sum::<i64>(), "{rings:?}");
        assert_eq!(places(&world).await, (rings.values().sum(), rings.values().sum()), "nobody has answered");
    }
    let ends = calls.iter().enumerate().flat_map(|(at, call)| {
        let path = format!("/v1/calls/{}/events", id(call));
        let tags = json!({"call_log_id": id(call), "add": {"tier": "gold"}});
        let nodes = world.nodes.len();
        [
            send(&world, at % nodes, path.clone(), json!({"event": "ended"})),
            send(&world, (at + 1) % nodes, "update".into(), tags),
            send(&world, (at + 1) % nodes, path, json!({"event": "ended"})),
        ]
    });
    for told in futures_util::future::join_all(ends).await {
        assert_eq!(told.status, 200, "{}", told.body);
    }
    assert_eq!(places(&world).await, (0, 0));
}

/// How many calls ring at each target.
async fn ringing(world: &TestWorld, calls: &[Value]) -> BTreeMap<String, i64> {
    let mut rings = BTreeMap::new();
    for call in calls {
        let call = world.call(id(call)).await;
        if action(&call) == "dial" {
            *rings.entry(dialed(&call).to_owned()).or_default() += 1;
        }
    }
    rings
}

async fn send(world: &TestWorld, node: usize, path: String, body: Value) -> Answer {
    let request = if path == "update" {
        world.client.post(world.webhook_on(node, "update_tags"))
    } else {
        let key = world.keys["api_key"].as_str().expect("a key");
        world.client.post(format!("http://{}{path}", world.nodes[node].address)).bearer_auth(key)
    };
    answer(request.json(&body)).await.expect("an answer")
}
