//! The connection to PostgreSQL is cut at a COMMIT, or anywhere: what was told is true, and what is open is told by the
//! same request again.

use super::proxy::{Proxy, Way};
use super::{Update, report, until_ready};
use crate::crash::dice::Dice;
use crate::crash::heard::Heard;
use crate::crash::load::Load;
use crate::world::{TestWorld, test_postgres};

const WRITERS: u64 = 8;
/// Each with another number of bytes until connections end.
const ROUNDS: u64 = 12;
const BYTES_MIN: u64 = 600;
const BYTES_SPAN: u64 = 40_000;
/// New requests of each writer in a round.
const REQUESTS: u64 = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_did_not_arrive_is_done_by_the_repeat() {
    cut_at_commit(Way::CutBeforeCommit, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_was_done_and_not_answered_is_replayed() {
    cut_at_commit(Way::CutAfterCommit, true).await;
}

/// Whether it was done shows in the answer to the repeat.
async fn cut_at_commit(way: Way, was_done: bool) {
    let proxy = Proxy::start(&test_postgres()).await;
    let world = TestWorld::start_in(&proxy.url).await;
    for number in 0..5 {
        let update = Update::new(number);
        proxy.set(way);
        update.is_refused(&world).await;
        assert_eq!(proxy.cuts(), number + 1);
        assert_eq!(update.works(&world).await, was_done);
        update.stays_done_once(&world).await;
        until_ready(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_are_cut_anywhere_lose_and_double_nothing() {
    let proxy = Proxy::start(&test_postgres()).await;
    let world = TestWorld::start_in(&proxy.url).await;
    let mut heard = Heard::default();
    heard.forgives_unavailable = true;
    let mut dice = Dice::new(7);
    for round in 0..ROUNDS {
        let bytes = BYTES_MIN + dice.below(BYTES_SPAN);
        proxy.set(Way::CutAfter(usize::try_from(bytes).expect("few")));
        let load = Load { requests: REQUESTS, ..Load::of_cycle(round, WRITERS) };
        let mut hear = load.start(&world, &mut heard);
        while let Some(told) = hear.recv().await {
            heard.hear(told);
        }
    }
    proxy.set(Way::Open);
    until_ready(&world).await;
    assert!(proxy.cuts() > ROUNDS, "{} cuts", proxy.cuts());
    let figures = format!(
        "{} connections cut, {} ids sent, {} acknowledged",
        proxy.cuts(),
        heard.sent(),
        heard.acknowledged()
    );
    report("connections cut anywhere", &figures);
    assert_eq!(heard.faults(&world).await, []);
}
