//! Connections to PostgreSQL go silent, as when its machine or the network goes without a word. Those that are open never
//! answer again, not even when it is back.

use std::time::Instant;

use crate::faults::proxy::{Proxy, Way};
use crate::faults::{Update, report, until_not_ready, until_ready};
use crate::world::{TestWorld, test_postgres};

/// Updates that are under way when it happens.
const UNDER_WAY: u64 = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_that_falls_silent_holds_nobody_for_ever() {
    let proxy = Proxy::start(&test_postgres()).await;
    let world = TestWorld::start_in(&proxy.url).await;
    proxy.set(Way::Silent);
    let started = Instant::now();
    let sent = (0..UNDER_WAY).map(async |number| {
        Update::new(number).is_refused(&world).await;
        started.elapsed()
    });
    let answered = futures_util::future::join_all(sent).await;
    let slowest = answered.iter().max().expect("some");
    until_not_ready(&world, "database", "does not answer in time").await;
    // By now it does not even try: who calls is not held.
    let refused = Instant::now();
    Update::new(15).is_refused(&world).await;
    let quick = refused.elapsed();
    assert!(quick.as_secs() < 2, "refused after {quick:?}");
    proxy.set(Way::Open);
    let back = until_ready(&world).await;
    for number in (0..UNDER_WAY).chain([15]) {
        let update = Update::new(number);
        update.works(&world).await;
        update.stays_done_once(&world).await;
    }
    let figures = format!(
        "under way: 503 after {slowest:?} at most; later: after {quick:?}; ready again after {back:?}"
    );
    report("PostgreSQL silent", &figures);
}

/// PostgreSQL still has the transaction, with its locks, and never hears of its end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_was_cut_off_does_not_hold_its_id_for_ever() {
    let proxy = Proxy::start(&test_postgres()).await;
    let world = TestWorld::start_in(&proxy.url).await;
    let update = Update::new(1);
    proxy.set(Way::SilentAtCommit);
    let started = Instant::now();
    update.is_refused(&world).await;
    let refused = started.elapsed();
    update.is_done_once(&world).await;
    report(
        "PostgreSQL silent at COMMIT",
        &format!("503 after {refused:?}, done after {:?}", started.elapsed()),
    );
}
