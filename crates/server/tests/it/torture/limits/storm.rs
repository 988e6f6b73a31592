//! Many more than are allowed, at once and on every node.

use futures_util::StreamExt;
use serde_json::json;

use super::super::report;
use crate::on_both_engines;
use crate::world::{CALLS, Engine, TestWorld, call_id, step_to};

const ATTEMPTS: usize = 10_000;
const AT_ONCE: usize = 1_000;
const LIMIT: usize = 4_321;
const NODES: usize = 4;
/// Attempts after each restart and step of the clock.
const AFTER: usize = 100;
const HOUR: i64 = 3_600;

on_both_engines! {
    of_ten_thousand_at_once_exactly_the_limit_is_admitted;
    killed_amid_a_storm_the_window_keeps_its_count;
}

#[derive(Default, Debug)]
struct Tally {
    admitted: usize,
    refused: usize,
    /// The node was killed before it answered.
    unheard: usize,
}

async fn of_ten_thousand_at_once_exactly_the_limit_is_admitted(engine: Engine) {
    let mut world = world(engine, LIMIT).await;
    let nodes = world.nodes.len();
    let tally = storm(&world, ATTEMPTS).await;
    assert_eq!((tally.admitted, tally.refused), (LIMIT, ATTEMPTS - LIMIT), "{tally:?}");
    let mut after = 0;
    for (hours, restarts) in [(1, false), (-1, false), (-1, true), (1, true), (0, true)] {
        set_clocks(&world, hours);
        if restarts {
            world.nodes.clear();
            start(&mut world, nodes);
        }
        let tally = storm(&world, AFTER).await;
        assert_eq!((tally.admitted, tally.refused), (0, AFTER), "{hours} h, restarted: {restarts}");
        after += AFTER;
    }
    let figures = format!(
        "{ATTEMPTS} at once on {nodes} nodes: {LIMIT} admitted, the limit; then 0 of {after}, with clocks 1 h off and after restarts"
    );
    report("limits, storm", engine, &figures);
}

/// What was admitted and not answered may be forgotten; what was answered may not.
async fn killed_amid_a_storm_the_window_keeps_its_count(engine: Engine) {
    let mut world = world(engine, LIMIT).await;
    let nodes = world.nodes.len();
    let urls = urls(&world);
    let client = world.client.clone();
    let storm = tokio::spawn(async move { send(&client, &urls, ATTEMPTS).await });
    let half = i64::try_from(LIMIT / 2).expect("a small number");
    while world.count("SELECT COUNT(*) FROM requests").await < half {}
    world.nodes.clear();
    let before = storm.await.expect("the storm ends");
    start(&mut world, nodes);
    let after = self::storm(&world, ATTEMPTS).await;
    let admitted = before.admitted + after.admitted;
    assert!(before.unheard > 0 && before.admitted > 0, "it was not killed amid the storm: {before:?}");
    assert!(admitted <= LIMIT && admitted + before.unheard >= LIMIT, "{before:?} {after:?}");
    let figures = format!(
        "{} admitted, {} unheard when killed, {} admitted after it: {admitted} of {LIMIT}",
        before.admitted, before.unheard, after.admitted
    );
    report("limits, killed", engine, &figures);
}

async fn world(engine: Engine, limit: usize) -> TestWorld {
    let mut world = TestWorld::start(engine).await;
    let limit = json!({"rate_limit": {"count": limit, "per": "hour"}});
    assert_eq!(world.set("update_revenue", limit).await.status, 200);
    world.nodes.clear();
    start(&mut world, if engine == Engine::Postgres { NODES } else { 1 });
    world
}

fn start(world: &mut TestWorld, nodes: usize) {
    let clock = world.folder.path().join("step");
    for _ in 0..nodes {
        world.add_node_by_clock(&clock);
    }
}

fn set_clocks(world: &TestWorld, hours: i64) {
    step_to(&world.folder.path().join("step"), hours * HOUR);
}

fn urls(world: &TestWorld) -> Vec<String> {
    (0..world.nodes.len()).map(|node| world.webhook_on(node, "update_revenue")).collect()
}

async fn storm(world: &TestWorld, attempts: usize) -> Tally {
    send(&world.client, &urls(world), attempts).await
}

async fn send(client: &reqwest::Client, urls: &[String], attempts: usize) -> Tally {
    let sent = (0..attempts).map(async |attempt| {
        let body = json!({"call_log_id": call_id(attempt as u64 % CALLS), "revenue_paid_out": attempt});
        let answer = client.post(&urls[attempt % urls.len()]).json(&body).send().await;
        answer.map(|answer| answer.status().as_u16())
    });
    let mut answers = futures_util::stream::iter(sent).buffer_unordered(AT_ONCE);
    let mut tally = Tally::default();
    while let Some(answer) = answers.next().await {
        match answer {
            Ok(200) => tally.admitted += 1,
            Ok(429) => tally.refused += 1,
            Err(_) => tally.unheard += 1,
            Ok(other) => panic!("{other} is neither admitted nor refused"),
        }
    }
    tally
}
