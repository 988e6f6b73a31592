//! Caps by the clock.

use serde_json::json;

use crate::on_both_engines;
use crate::routing::{dialed, plan, target};
use crate::world::{Engine, TestWorld, step_to};

on_both_engines! {
    a_cap_of_an_hour_counts_by_the_clock_also_when_that_is_set_back_and_after_a_crash;
}

async fn a_cap_of_an_hour_counts_by_the_clock_also_when_that_is_set_back_and_after_a_crash(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    world.nodes.clear();
    let file = world.folder.path().join("step");
    world.add_node_by_clock(&file);
    let one = target(&world, "One", json!({"caps": {"hour": 2}})).await;
    plan(&world, json!([{"target": one}]), json!({})).await;
    // From the first second of an hour, so that the steps below are into other hours.
    let start = 3_600 - seconds_of_hour();
    step_to(&file, start);
    let call = async |world: &TestWorld, number: u32| world.call_from(&format!("+1212555{number:04}")).await;
    for number in 0..2 {
        assert_eq!(dialed(&call(&world, number).await), "One");
    }
    assert_eq!(call(&world, 2).await["routing"]["code"], "all_capped");
    step_to(&file, start + 3_600);
    assert_eq!(dialed(&call(&world, 3).await), "One", "another hour");
    step_to(&file, start);
    assert_eq!(
        call(&world, 4).await["routing"]["code"],
        "all_capped",
        "the hour that was over has come again"
    );
    world.nodes.clear();
    world.add_node_by_clock(&file);
    assert_eq!(call(&world, 5).await["routing"]["code"], "all_capped", "counted before the crash");
    step_to(&file, start + 3_600);
    assert_eq!(dialed(&call(&world, 6).await), "One");
    assert_eq!(call(&world, 7).await["routing"]["code"], "all_capped");
}

#[expect(clippy::disallowed_methods, reason = "the server under test reads the same clock")]
fn seconds_of_hour() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    i64::try_from(now.as_secs() % 3_600).expect("few")
}
