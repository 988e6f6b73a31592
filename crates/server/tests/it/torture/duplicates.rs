//! The same request, 256 times at once, on every node.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{report, seed, times};
use crate::on_both_engines;
use crate::world::{Answer, CALLS, Engine, TestWorld, call_id};

const DUPLICATES: usize = 256;
const NODES: usize = 3;

on_both_engines! {
    of_many_duplicates_at_once_one_is_done;
}

#[derive(Default)]
struct Tally {
    replays: usize,
    in_progress: usize,
    /// How long each answer took.
    took: Vec<Duration>,
}

async fn of_many_duplicates_at_once_one_is_done(engine: Engine) {
    let ids = times(20, 1_000);
    let mut world = TestWorld::start(engine).await;
    while engine == Engine::Postgres && world.nodes.len() < NODES {
        world.add_node();
    }
    let (seed, mut tally) = (seed(), Tally::default());
    for number in 0..ids {
        let id = format!("{seed}-{number}");
        let body = json!({"call_log_id": call_id(number % CALLS), "revenue_paid_out": number + 1, "transaction_id": id});
        storm(&world, &body, &mut tally).await;
    }
    let effects = world.count("SELECT COUNT(*) FROM timeline").await;
    assert_eq!(effects, i64::try_from(ids).unwrap(), "each id has one effect");
    tally.took.sort();
    let at = |share: usize| tally.took[(tally.took.len() - 1) * share / 100].as_millis();
    let figures = format!(
        "{ids} ids x {DUPLICATES} on {} nodes: {effects} effects, {} replays, {} x 409; answers p50 {} ms, p99 {} ms, max {} ms",
        world.nodes.len(),
        tally.replays,
        tally.in_progress,
        at(50),
        at(99),
        at(100)
    );
    report("duplicates", engine, &figures);
}

/// All at once; one is done, and all others are its replay or are told that it is under way.
async fn storm(world: &TestWorld, body: &Value, tally: &mut Tally) {
    let sent = (0..DUPLICATES).map(async |index| {
        let url = world.webhook_on(index % world.nodes.len(), "update_revenue");
        let started = Instant::now();
        let answer = world.try_post(&url, body).await.expect("the server answers");
        (answer, started.elapsed())
    });
    let answers: Vec<(Answer, Duration)> = join_all(sent).await;
    let (mut done, mut texts) = (0, vec![]);
    for (answer, took) in answers {
        tally.took.push(took);
        match (answer.status, answer.header("idempotent-replayed")) {
            (200, None) => done += 1,
            (200, Some("true")) => tally.replays += 1,
            (409, None) if answer.is_in_progress() => {
                tally.in_progress += 1;
                continue;
            }
            _ => panic!("{}: {}", answer.status, answer.body),
        }
        texts.push(answer.body);
    }
    assert_eq!(done, 1, "{body} was done {done} times");
    texts.dedup();
    assert_eq!(texts.len(), 1, "its answers differ: {texts:?}");
    // Nothing is left that stands in the way.
    let again = world.post("update_revenue", body.clone()).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (200, Some("true")), "{}", again.body);
}
