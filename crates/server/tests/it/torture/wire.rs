//! What takes long of the stories about connections: ten thousand of them, and nodes that are replaced again and again.

use super::{report, times};
use crate::wire::{idle, rolling};
use crate::world::Engine;

const CONNECTIONS: u64 = 10_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_idle_connections_disturb_nobody() {
    idle::idle_connections_disturb_nobody(CONNECTIONS).await;
    report("idle connections", Engine::Sqlite, &format!("{CONNECTIONS} open at once"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_are_replaced_again_and_again() {
    let rounds = times(3, 100);
    rolling::replace_nodes(usize::try_from(rounds).expect("few")).await;
    report("rolling restart", Engine::Postgres, &format!("{rounds} rounds of three nodes"));
}
