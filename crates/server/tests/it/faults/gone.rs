//! PostgreSQL is stopped without a warning under load, takes no writes, or is another one.

use super::cluster::Cluster;
use super::{Update, report, until_not_ready, until_ready};
use crate::crash::heard::Heard;
use crate::crash::load::Load;
use crate::world::{Engine, TestWorld};

const WRITERS: u64 = 4;
/// New requests of each writer between two starts, most of which find PostgreSQL gone.
const REQUESTS: u64 = 150;
/// Requests that are done before it is stopped.
const DONE: u64 = 60;
const STOPS: u64 = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_outlives_the_stops_of_postgres() {
    let cluster = Cluster::start();
    let world = TestWorld::start_in(&cluster.url).await;
    let mut heard = Heard::default();
    heard.forgives_unavailable = true;
    let (mut refused, mut back) = (0, Vec::new());
    for stop in 0..STOPS {
        let load = Load { requests: REQUESTS, ..Load::of_cycle(stop, WRITERS) };
        let mut hear = load.start(&world, &mut heard);
        let mut done = 0;
        while let Some(told) = hear.recv().await {
            let status = told.answer.as_ref().map_or(0, |answer| answer.status);
            heard.hear(told);
            refused += u64::from(status == 503);
            done += u64::from(status == 200);
            if status == 200 && done == DONE {
                tokio::task::block_in_place(|| cluster.stop());
            }
        }
        until_not_ready(&world, "database", "can't be reached").await;
        tokio::task::block_in_place(|| cluster.go_on());
        back.push(until_ready(&world).await);
    }
    assert!(refused > STOPS, "{refused} requests met it gone");
    let figures = format!("{STOPS} times, {refused} answers of 503, ready again after {back:?}");
    report("PostgreSQL stopped and started", &figures);
    assert_eq!(heard.faults(&world).await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_that_takes_no_writes_is_a_fault_that_passes() {
    let cluster = Cluster::start();
    let world = TestWorld::start_in(&cluster.url).await;
    let update = Update::new(1);
    world.execute("ALTER SYSTEM SET default_transaction_read_only = on").await;
    world.execute("SELECT pg_reload_conf()").await;
    // Until its connections have heard of it, it writes.
    let data = serde_json::json!({"caller_id": "+13105550100"});
    let started = std::time::Instant::now();
    while world.post("call_data", data.clone()).await.status == 200 {
        assert!(started.elapsed() < super::DEADLINE, "it writes on");
    }
    update.is_refused(&world).await;
    until_not_ready(&world, "writer", "name the primary").await;
    world.execute("ALTER SYSTEM RESET default_transaction_read_only").await;
    world.execute("SELECT pg_reload_conf()").await;
    let back = until_ready(&world).await;
    update.is_done_once(&world).await;
    report("PostgreSQL read-only", &format!("ready again after {back:?}"));
}

/// As after a failover to a database that is empty.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_database_in_the_place_of_ours_is_a_fault_that_passes() {
    let world = TestWorld::start(Engine::Postgres).await;
    world.execute("ALTER SCHEMA public RENAME TO elsewhere").await;
    world.execute("CREATE SCHEMA public").await;
    let update = Update::new(1);
    update.is_refused(&world).await;
    until_not_ready(&world, "database", "run `hookline migrate`").await;
    world.execute("DROP SCHEMA public").await;
    world.execute("ALTER SCHEMA elsewhere RENAME TO public").await;
    until_ready(&world).await;
    update.is_done_once(&world).await;
}
