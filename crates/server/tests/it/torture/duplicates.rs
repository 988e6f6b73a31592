//! The same request, 256 times at once, on every node; and beside it 256 that differ, of the same few calls, which take as long
//! as the machine needs for so many.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{report, seed, times};
use crate::on_both_engines;
use crate::world::{Answer, CALLS, Engine, TestWorld, call_id};

const DUPLICATES: usize = 256;
const NODES: usize = 3;
/// After so many ids once as many requests that are not the same.
const CONTROL_EVERY: u64 = 10;

on_both_engines! {
    of_many_duplicates_at_once_one_is_done;
}

#[derive(Default)]
struct Tally {
    replays: usize,
    in_progress: usize,
    /// How long each answer took, and each of the control's.
    took: Vec<Duration>,
    control: Vec<Duration>,
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
        if number % CONTROL_EVERY == 0 {
            different(&world, number, &id, &mut tally).await;
        }
    }
    let effects = world.count("SELECT COUNT(*) FROM timeline").await;
    let expected = ids + tally.control.len() as u64;
    assert_eq!(u64::try_from(effects).unwrap(), expected, "each id has one effect");
    let figures = format!(
        "{ids} ids x {DUPLICATES} on {} nodes: {ids} effects, {} replays, {} x 409; answers {}; as many that differ {}",
        world.nodes.len(),
        tally.replays,
        tally.in_progress,
        spread(&mut tally.took),
        spread(&mut tally.control),
    );
    report("duplicates", engine, &figures);
}

fn spread(took: &mut [Duration]) -> String {
    took.sort();
    let at = |share: usize| took[(took.len() - 1) * share / 100].as_millis();
    format!("p50 {} ms, p99 {} ms, max {} ms", at(50), at(99), at(100))
}

async fn at_once(world: &TestWorld, bodies: Vec<Value>) -> Vec<(Answer, Duration)> {
    let sent = bodies.iter().enumerate().map(async |(index, body)| {
        let url = world.webhook_on(index % world.nodes.len(), "update_revenue");
        let started = Instant::now();
        let answer = world.try_post(&url, body).await.expect("the server answers");
        (answer, started.elapsed())
    });
    join_all(sent).await
}

/// Each with an id and an amount of its own: all are done.
async fn different(world: &TestWorld, number: u64, id: &str, tally: &mut Tally) {
    let one = |other: u64| json!({"call_log_id": call_id(other % CALLS), "revenue_paid_out": 10_000 + number * DUPLICATES as u64 + other, "transaction_id": format!("{id}/{other}")});
    for (answer, took) in at_once(world, (0..DUPLICATES as u64).map(one).collect()).await {
        assert_eq!((answer.status, answer.header("idempotent-replayed")), (200, None), "{}", answer.body);
        tally.control.push(took);
    }
}

/// All at once; one is done, and all others are its replay or are told that it is under way.
async fn storm(world: &TestWorld, body: &Value, tally: &mut Tally) {
    let (mut done, mut texts) = (0, vec![]);
    for (answer, took) in at_once(world, vec![body.clone(); DUPLICATES]).await {
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
