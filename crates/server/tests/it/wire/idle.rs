//! Very many connections are open and say nothing: others are served as before, and each costs little memory.

use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;

use super::Line;
use crate::world::{Engine, TestWorld, call_id};

/// Requests that are answered beside them.
const REQUESTS: u64 = 200;
/// An open connection costs less than this of the server's memory.
const BYTES_MAX: u64 = 32 * 1024;
const ANSWER_MAX: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_idle_connections_disturb_nobody() {
    idle_connections_disturb_nobody(1_000).await;
}

pub async fn idle_connections_disturb_nobody(count: u64) {
    allow_files();
    let world = TestWorld::start(Engine::Sqlite).await;
    let alone = ask(&world).await;
    let before = resident(&world);
    let mut idle = Vec::new();
    for number in 0..count {
        let mut line = Line::open(&world.nodes[0].address).await.expect("one more connection");
        // Every other was of use before.
        if number % 2 == 0 {
            line.send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n").await.unwrap();
            assert_eq!(line.answer().await.map(|said| said.status), Some(200));
        }
        idle.push(line);
    }
    let beside = ask(&world).await;
    let each = resident(&world).saturating_sub(before) / count;
    println!(
        "idle | {count} connections | {each} bytes of memory each | p50, p99, most: alone {alone:?}, beside them {beside:?}"
    );
    assert!(idle.iter().all(|line| !line.is_over()), "some were closed");
    assert!(each < BYTES_MAX, "{each} bytes for each");
    assert!(beside[2] < ANSWER_MAX, "{beside:?}");
}

/// Updates one after the other over connections of their own; the time at p50, p99 and most.
async fn ask(world: &TestWorld) -> [Duration; 3] {
    let mut times = Vec::new();
    for number in 0..REQUESTS {
        let started = Instant::now();
        let body = json!({"call_log_id": call_id(number % 20), "revenue_paid_out": number});
        let done = world.post("update_revenue", body).await;
        assert_eq!(done.status, 200, "{}", done.body);
        times.push(started.elapsed());
    }
    times.sort();
    [times[times.len() / 2], times[times.len() * 99 / 100], times[times.len() - 1]]
}

/// Bytes of memory that the server has.
fn resident(world: &TestWorld) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", world.nodes[0].child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("Linux says it");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1_024
}

/// As many open files as the system lets this process have.
fn allow_files() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).expect("up to the maximum it may");
}
