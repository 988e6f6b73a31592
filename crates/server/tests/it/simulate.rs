//! `hookline simulate` and `hookline config check`, as a person runs them.

use crate::on_both_engines;
use crate::world::{Engine, TestWorld, answer, run, try_run};

on_both_engines! {
    a_simulation_plays_calls_checks_them_and_cleans_up;
    the_demo_routes_its_calls_by_what_call_data_brought;
}

async fn a_simulation_plays_calls_checks_them_and_cleans_up(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let url = format!("http://{}", world.nodes[0].address);
    let key = world.keys["api_key"].as_str().unwrap();
    let said = run(
        &world.url,
        &["simulate", "--url", &url, "--api-key", key, "--calls", "40", "--rate", "1000", "--talk", "0"],
    );
    for told in
        ["40 calls played", "Every call is as it was told.", "40 call.started", "40 call.ended", "replays"]
    {
        assert!(said.contains(told), "{told}: {said}");
    }
    let webhooks = answer(world.client.get(format!("{url}/v1/webhooks")).bearer_auth(key)).await.unwrap();
    assert!(!webhooks.body.contains("simulate"), "{}", webhooks.body);
    let again = world.count("SELECT COUNT(*) FROM calls WHERE external_id LIKE 'simulate-%'").await;
    assert_eq!(again, 40);
}

async fn the_demo_routes_its_calls_by_what_call_data_brought(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    // Who seeds must be alone with an embedded database.
    world.nodes.clear();
    let file = world.folder.path().join("keys.json");
    let printed = run(&world.url, &["seed", "--keys-file", file.to_str().unwrap()]);
    assert!(printed.contains("+18885550101"), "{printed}");
    world.add_node();
    let keys: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let url = format!("http://{}", world.nodes[0].address);
    let key = keys["api_key"].as_str().unwrap();
    let said = run(
        &world.url,
        &["simulate", "--url", &url, "--api-key", key, "--calls", "40", "--rate", "1000", "--talk", "0"],
    );
    for told in [
        "Every call is as it was told.",
        "to Premium desk by the plan since lead_source is google_ads (call_data)",
        "to General desk by the plan since lead_source is facebook (call_data)",
        "to Premium desk by the flow start > known > premium since lead_source is google_ads (call_data)",
        "to General desk by the flow start > known > menu > plan since lead_source is organic (call_data)",
        "to nobody (all_tried) by the plan",
    ] {
        assert!(said.contains(told), "{told}: {said}");
    }
    let again = run(&world.url, &["seed", "--keys-file", file.to_str().unwrap()]);
    assert_eq!(without_link(&again), without_link(&printed), "nothing is added");
}

/// Each run gives out a link of its own.
fn without_link(said: &str) -> Vec<&str> {
    said.lines().filter(|line| !line.contains("/sign-in#link=")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_simulation_that_cannot_start_says_what_to_do() {
    let world = TestWorld::start(Engine::Sqlite).await;
    let url = format!("http://{}", world.nodes[0].address);
    let refused = try_run(&world.url, &["simulate", "--url", &url, "--api-key", "hla_wrong"]).unwrap_err();
    assert!(refused.contains("hookline key create"), "{refused}");
    let nobody =
        try_run(&world.url, &["simulate", "--url", "http://127.0.0.1:1", "--api-key", "x"]).unwrap_err();
    assert!(nobody.contains("hookline serve") && nobody.contains("--url"), "{nobody}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_configuration_is_checked_without_starting() {
    let world = TestWorld::start(Engine::Sqlite).await;
    let good = run(&world.url, &["config", "check"]);
    assert!(good.contains("HOOKLINE_REQUEST_LOG_DAYS = 30") && good.contains("up to date"), "{good}");
    let none = format!("sqlite://{}", world.folder.path().join("none/h.db").display());
    assert!(run(&none, &["config", "check"]).contains("no database"));
    assert!(!world.folder.path().join("none").exists(), "looking makes nothing");
    let wrong = try_run(&world.url, &["config", "check", "--idempotency-days", "60"]).unwrap_err();
    assert!(wrong.contains("HOOKLINE_REQUEST_LOG_DAYS"), "{wrong}");
    let away = try_run("postgres://app:hunter2@127.0.0.1:1/x", &["config", "check"]).unwrap_err();
    assert!(away.contains("HOOKLINE_DATABASE_URL") && !away.contains("hunter2"), "{away}");
}
