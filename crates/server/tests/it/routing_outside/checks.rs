//! Availability checks of targets.

use serde_json::json;

use super::Outside;
use super::server::Says;
use crate::on_both_engines;
use crate::routing::{CALLER, action, decisions, dialed, plan, target};
use crate::world::{Engine, TestWorld};

on_both_engines! {
    a_target_that_says_yes_is_dialled_and_one_that_says_no_is_passed_over;
    a_target_that_does_not_answer_in_time_is_passed_over;
    a_target_whose_server_may_not_be_reached_is_passed_over;
}

async fn two_targets(world: &TestWorld, url: &str, timeout_ms: u32) {
    let check = json!({"availability": {"url": url, "timeout_ms": timeout_ms}});
    let (asked, other) = (target(world, "Asked", check).await, target(world, "Other", json!({})).await);
    plan(world, json!([{"target": asked}, {"target": other, "priority": 2}]), json!({})).await;
}

async fn a_target_that_says_yes_is_dialled_and_one_that_says_no_is_passed_over(engine: Engine) {
    let world = super::world(engine).await;
    let mut outside = Outside::start(Says::Answer(200, String::new())).await;
    two_targets(&world, &format!("{}/free?from=[caller_id]", outside.url), 5_000).await;
    let call = world.call_from(CALLER).await;
    assert_eq!((action(&call), dialed(&call)), ("dial", "Asked"), "{call}");
    assert_eq!(outside.next().await, "GET /free?from=%2B13105559876 HTTP/1.1");
    let why = decisions(&world, &call).await;
    let triggers: Vec<_> = why.as_array().unwrap().iter().map(|one| one["trigger"].clone()).collect();
    assert_eq!(triggers, ["start", "availability"], "{why}");

    outside.say(Says::Answer(503, String::new()));
    let call = world.call_from("+12125550000").await;
    assert_eq!((action(&call), dialed(&call)), ("dial", "Other"), "{call}");
    let why = decisions(&world, &call).await;
    assert_eq!(why[1]["plans"][0]["routes"][0]["verdict"], "unavailable", "{why}");
    assert_eq!(outside.count(), 1, "it is asked once for a call");
}

async fn a_target_that_does_not_answer_in_time_is_passed_over(engine: Engine) {
    let world = super::world(engine).await;
    let mut outside = Outside::start(Says::Nothing).await;
    two_targets(&world, &outside.url, 150).await;
    let call = world.call_from(CALLER).await;
    assert_eq!((action(&call), dialed(&call)), ("dial", "Other"), "{call}");
    assert_eq!(outside.count(), 1);
}

async fn a_target_whose_server_may_not_be_reached_is_passed_over(engine: Engine) {
    let world = super::world(engine).await;
    let mut forbidden = Outside::start_at("127.0.0.2", Says::Answer(200, String::new())).await;
    two_targets(&world, &forbidden.url, 5_000).await;
    let call = world.call_from(CALLER).await;
    assert_eq!((action(&call), dialed(&call)), ("dial", "Other"), "{call}");
    assert_eq!(forbidden.count(), 0);
}
