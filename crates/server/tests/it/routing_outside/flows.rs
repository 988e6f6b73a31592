//! Flows that ask a server or run a script, and what becomes of a call when that goes wrong.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::server::Says;
use super::{Outside, asking_flow, is_gold, noted, world};
use crate::on_both_engines;
use crate::routing::{CALLER, action, dialed, flow, target};
use crate::world::{Engine, TestWorld, tag};

on_both_engines! {
    what_a_server_answers_decides_where_the_call_goes;
    a_call_goes_on_by_the_error_branch_when_its_server_fails;
    a_redirect_is_not_followed_and_a_private_address_not_reached;
    a_script_sets_tags_that_decide;
    a_script_without_end_is_stopped_and_the_call_goes_on;
}

/// Far longer than a flow's own limits here, far shorter than for ever.
const SOON: Duration = Duration::from_secs(15);

fn rejected(call: &Value) -> (&str, &str) {
    (action(call), call["routing"]["reason"].as_str().unwrap_or("none"))
}

async fn what_a_server_answers_decides_where_the_call_goes(engine: Engine) {
    let world = world(engine).await;
    let mut outside = Outside::start(Says::Answer(200, r#"{"lead":{"tier":"gold"}}"#.into())).await;
    asking_flow(&world, &format!("{}/lead?from=[caller_id]", outside.url), 5_000).await;
    let call = world.call_from(CALLER).await;
    assert_eq!((action(&call), dialed(&call)), ("dial", "Gold"), "{call}");
    assert_eq!(outside.next().await, "GET /lead?from=%2B13105559876 HTTP/1.1");
    assert_eq!(tag(&call, "tier"), "gold");
    outside.say(Says::Answer(200, r#"{"lead":{"tier":"tin"}}"#.into()));
    assert_eq!(dialed(&world.call_from("+12125550000").await), "All");
    outside.say(Says::Answer(200, "no JSON".into()));
    let call = world.call_from("+12125550001").await;
    assert_eq!(dialed(&call), "All", "{call}");
    assert!(noted(&world, &call, "ask").await.contains("the answer has no /lead/tier"));
}

async fn a_call_goes_on_by_the_error_branch_when_its_server_fails(engine: Engine) {
    let world = world(engine).await;
    let outside = Outside::start(Says::Answer(500, "{}".into())).await;
    asking_flow(&world, &outside.url, 1_000).await;
    for (says, noted_of_it) in [
        (Says::Answer(500, "{}".into()), "status 500"),
        (Says::Nothing, "no answer in time"),
        (Says::Endless, "the answer is too large"),
    ] {
        outside.say(says.clone());
        let started = Instant::now();
        let call = world.call_from(CALLER).await;
        assert_eq!(rejected(&call), ("reject", "No answer"), "{says:?}: {call}");
        assert!(started.elapsed() < SOON, "{says:?}: {:?}", started.elapsed());
        let noted = noted(&world, &call, "ask").await;
        assert!(noted.contains(noted_of_it), "{says:?}: {noted}");
    }
}

async fn a_redirect_is_not_followed_and_a_private_address_not_reached(engine: Engine) {
    let world = world(engine).await;
    let gold = Says::Answer(200, r#"{"lead":{"tier":"gold"}}"#.into());
    let mut forbidden = Outside::start_at("127.0.0.2", gold).await;
    let outside = Outside::start(Says::MovedTo(forbidden.url.clone())).await;
    asking_flow(&world, &outside.url, 1_000).await;
    let call = world.call_from(CALLER).await;
    assert_eq!(rejected(&call), ("reject", "No answer"), "{call}");
    assert!(noted(&world, &call, "ask").await.contains("status 302"));
    assert_eq!(forbidden.count(), 0, "the redirect was followed");
}

/// A flow whose script sees the caller's age and decides; rejected if it fails.
async fn scripted(world: &TestWorld, source: &str) {
    let (gold, all) = (target(world, "Gold", json!({})).await, target(world, "All", json!({})).await);
    let nodes = json!({
        "start": {"type": "start", "next": "script"},
        "script": {"type": "javascript", "source": source, "inputs": ["age"], "timeout_ms": 1_000,
            "next": "is_gold", "error": "bye"},
        "is_gold": is_gold(),
        "gold": {"type": "dial", "target": gold},
        "all": {"type": "dial", "target": all},
        "bye": {"type": "reject", "reason": "The script failed"},
    });
    flow(world, nodes).await;
}

async fn a_script_sets_tags_that_decide(engine: Engine) {
    let world = world(engine).await;
    scripted(&world, "return {tags: {tier: Number(input.age) > 50 ? 'gold' : 'tin'}}").await;
    world.post("call_data", json!({"caller_id": CALLER, "age": 51})).await;
    let call = world.call_from(CALLER).await;
    assert_eq!((dialed(&call), tag(&call, "tier")), ("Gold", &json!("gold")), "{call}");
    let other = world.call_from("+12125550000").await;
    assert_eq!((dialed(&other), tag(&other, "tier")), ("All", &json!("tin")), "{other}");
}

async fn a_script_without_end_is_stopped_and_the_call_goes_on(engine: Engine) {
    let world = world(engine).await;
    scripted(&world, "for (;;) {}").await;
    let started = Instant::now();
    let call = world.call_from(CALLER).await;
    assert_eq!(rejected(&call), ("reject", "The script failed"), "{call}");
    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
    let noted = noted(&world, &call, "script").await;
    assert!(noted.contains("the script ran out of time"), "{noted}");
}
