//! Calls whose switch went silent are ended, and their places are free again.

use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::routing::{CALLER, action, dialed, event, id, plan, target};
use crate::world::{Engine, TestWorld};

on_both_engines! {
    a_call_of_a_silent_switch_is_ended_and_its_place_is_free;
}

async fn a_call_of_a_silent_switch_is_ended_and_its_place_is_free(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    world.nodes.clear();
    let step = world.folder.path().join("step");
    let variables = [("HOOKLINE_TEST_CLOCK_STEP", step.to_str().unwrap()), ("HOOKLINE_SILENT_HOURS", "3")];
    world.add_node_with(&variables);
    let rule = json!({"connected_seconds": 60, "revenue": 25, "payout": 18});
    let one = target(&world, "One", json!({"concurrency": 3, "conversion": rule})).await;
    plan(&world, json!([{"target": one}]), json!({})).await;
    let answered = world.call_from(CALLER).await;
    event(&world, &answered, json!({"event": "answered"})).await;
    let ringing = world.call_from("+12125550000").await;
    let heard_of = world.call_from("+12125550001").await;
    assert_eq!(world.call_from("+12125550002").await["routing"]["code"], "all_busy");

    std::fs::write(&step, "7200").unwrap();
    let update = json!({"call_log_id": id(&heard_of), "add": {"mood": "good"}});
    assert_eq!(world.post("update_tags", update).await.status, 200);
    world.nodes.clear();
    std::fs::write(&step, "14400").unwrap();
    // Looks at once.
    world.add_node_with(&variables);
    let ended = until_over(&world, &ringing).await;
    assert_eq!((&ended["status"], &ended["reason"]), (&json!("failed"), &json!("switch_silent")), "{ended}");
    let ended = until_over(&world, &answered).await;
    assert_eq!(
        (&ended["status"], &ended["reason"], &ended["no_payout_reason"]),
        (&json!("completed"), &json!("switch_silent"), &json!("Condition not met")),
        "{ended}"
    );
    assert_eq!(ended["connected_seconds"], 0, "what nobody saw is not charged: {ended}");
    assert_eq!(world.call(id(&heard_of)).await["status"], "ringing");
    let next = world.call_from("+12125550003").await;
    assert_eq!((action(&next), dialed(&next)), ("dial", "One"), "{next}");
}

/// Upkeep runs when a server starts, beside the requests that it takes.
async fn until_over(world: &TestWorld, call: &Value) -> Value {
    for _ in 0..10_000 {
        let now = world.api(Method::GET, &format!("/v1/calls/{}", id(call)), Value::Null).await.json();
        if !now["ended_at"].is_null() {
            return now;
        }
    }
    panic!("the call goes on: {call}");
}
