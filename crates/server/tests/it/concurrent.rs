//! SPEC 2: however many change one call at the same time, on whichever node, each change is in its
//! record and its timeline once.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::world::{Answer, Engine, TestWorld, call_id};

on_both_engines! {
    revenues_of_one_call_at_the_same_time_make_one_chain;
    tags_of_one_call_at_the_same_time_are_all_there;
    call_data_and_its_call_at_the_same_time_meet;
}

/// With a second server where the engine allows it.
async fn start(engine: Engine) -> TestWorld {
    let mut world = TestWorld::start(engine).await;
    if engine == Engine::Postgres {
        world.add_node();
    }
    world
}

/// Sends all at once, to each server in turn.
async fn at_once(world: &TestWorld, kind: &str, bodies: &[Value]) -> Vec<Answer> {
    let sent = bodies.iter().enumerate().map(async |(index, body)| {
        world.try_post(&world.webhook_on(index % world.nodes.len(), kind), body).await.unwrap()
    });
    futures_util::future::join_all(sent).await
}

/// What a call's timeline says of a field: from what to what, oldest first.
fn steps(call: &Value, field: &str) -> Vec<(Value, Value)> {
    let entries = call["timeline"].as_array().expect("a whole call has its timeline");
    let changes = entries.iter().flat_map(|entry| entry["changes"].as_array().unwrap());
    let of_field = changes.filter(|change| change["field"] == field);
    of_field.map(|change| (change["from"].clone(), change["to"].clone())).collect()
}

async fn revenues_of_one_call_at_the_same_time_make_one_chain(engine: Engine) {
    const UPDATES: usize = 40;
    let world = start(engine).await;
    let id = call_id(0);
    let bodies: Vec<Value> =
        (1..=UPDATES).map(|dollars| json!({"call_log_id": id, "revenue_paid_out": dollars})).collect();
    for done in at_once(&world, "update_revenue", &bodies).await {
        assert_eq!(done.status, 200, "{}", done.body);
    }
    let call = world.call(&id).await;
    let steps = steps(&call, "revenue_paid_out");
    assert_eq!(steps.len(), UPDATES, "each update has its entry: {steps:?}");
    assert_eq!(steps[0].0, Value::Null);
    for pair in steps.windows(2) {
        assert_eq!(pair[0].1, pair[1].0, "each begins where the one before it ended: {steps:?}");
    }
    let values: BTreeSet<&str> = steps.iter().map(|(_, to)| to.as_str().unwrap()).collect();
    assert_eq!(values.len(), UPDATES, "each amount was the call's once: {steps:?}");
    let last: f64 = steps[UPDATES - 1].1.as_str().unwrap().parse().unwrap();
    assert_eq!(call["revenue_paid_out"], json!(last));
    let entries = i64::try_from(UPDATES).unwrap();
    assert_eq!(world.count("SELECT COUNT(*) FROM timeline").await, entries, "none stands beside the chain");
}

async fn tags_of_one_call_at_the_same_time_are_all_there(engine: Engine) {
    const UPDATES: usize = 20;
    let world = start(engine).await;
    let id = call_id(0);
    let bodies: Vec<Value> =
        (0..UPDATES).map(|own| json!({"call_log_id": id, "add": {format!("own_{own}"): own}})).collect();
    for done in at_once(&world, "update_tags", &bodies).await {
        assert_eq!(done.status, 200, "{}", done.body);
    }
    let call = world.call(&id).await;
    for own in 0..UPDATES {
        let name = format!("own_{own}");
        assert_eq!(crate::world::tag(&call, &name), &json!(own.to_string()), "{call}");
        assert_eq!(steps(&call, &format!("tag:{name}")), [(Value::Null, json!(own.to_string()))]);
    }
    assert_eq!(call["timeline"].as_array().unwrap().len(), UPDATES);
}

/// On one server, so that they are often in one commit, in either order.
async fn call_data_and_its_call_at_the_same_time_meet(engine: Engine) {
    const CALLS: usize = 40;
    let world = TestWorld::start(engine).await;
    let both = (0..CALLS).map(async |index| {
        let caller = format!("+1310555{:04}", 1_000 + index);
        let data = json!({"caller_id": caller, "lead_source": format!("own_{index}")});
        let (data, id) = tokio::join!(world.post("call_data", data), world.live_call(&caller));
        assert_eq!(data.status, 200, "{}", data.body);
        id
    });
    for (index, id) in futures_util::future::join_all(both).await.iter().enumerate() {
        let call = world.call(id).await;
        assert_eq!(crate::world::tag(&call, "lead_source"), &json!(format!("own_{index}")), "{call}");
    }
}
