//! One sync of SQLite's log fails: the one fault after which a server must not go on by itself.

use super::{WRITERS, dice, report};
use crate::crash::heard::Heard;
use crate::crash::load::Load;
use crate::faults::readiness;
use crate::world::{Engine, TestWorld};

/// New requests of each writer.
const REQUESTS: u64 = 200;
const FAILURES: u64 = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_failed_sync_nothing_is_acknowledged_until_a_restart() {
    let mut dice = dice();
    let mut world = TestWorld::start(Engine::Sqlite).await;
    let mut heard = Heard::default();
    heard.forgives_unavailable = true;
    for failure in 0..FAILURES {
        world.nodes.clear();
        // Later than those of its start, and before the load ends.
        let syncs = (12 + dice.below(20)).to_string();
        world.add_node_with(&[("HOOKLINE_TEST_SYNC_FAILS", &syncs)]);
        let load = Load { requests: REQUESTS, seed: dice.next(), ..Load::of_cycle(failure, WRITERS) };
        let mut hear = load.start(&world, &mut heard);
        let mut last = 0;
        while let Some(told) = hear.recv().await {
            last = told.answer.as_ref().map_or(last, |answer| answer.status);
            heard.hear(told);
        }
        assert_eq!(last, 503, "it goes on");
        let said = readiness(&world).await;
        assert_eq!(said.status, 503);
        assert!(said.body.contains("the disk failed to sync and writing has stopped"), "{}", said.body);
    }
    world.crash_and_restart();
    let figures =
        format!("{FAILURES} times, {} ids sent, {} acknowledged", heard.sent(), heard.acknowledged());
    report("failed sync", Engine::Sqlite, &figures);
    assert_eq!(heard.faults(&world).await, []);
}
