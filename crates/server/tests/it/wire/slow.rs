//! Clients that send a byte now and then are cut off at the documented limits; connections that wait for work are not.

use std::time::{Duration, Instant};

use super::Line;
use super::line::post;
use crate::world::{Engine, TestWorld};

/// Between two bytes.
const PACE: Duration = Duration::from_millis(100);
const IDLE_SECONDS: u64 = 4;
const LIMITS: [(&str, &str); 3] =
    [("HOOKLINE_HEADER_SECONDS", "1"), ("HOOKLINE_BODY_SECONDS", "1"), ("HOOKLINE_IDLE_SECONDS", "4")];

async fn start() -> TestWorld {
    let mut world = TestWorld::start(Engine::Sqlite).await;
    world.nodes.clear();
    world.add_node_with(&LIMITS);
    world
}

/// Sends byte by byte until the server has had enough; when that was.
async fn drip(line: &mut Line, bytes: &str) -> Duration {
    let started = Instant::now();
    for byte in bytes.as_bytes() {
        if line.is_over() || line.send([*byte]).await.is_err() {
            break;
        }
        tokio::time::sleep(PACE).await;
    }
    started.elapsed()
}

fn is_about(taken: Duration, seconds: u64) -> bool {
    (Duration::from_secs(seconds)..Duration::from_secs(seconds + 6)).contains(&(taken + PACE))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_comes_byte_by_byte_is_cut_off() {
    let world = start().await;
    let mut line = Line::open(&world.nodes[0].address).await.unwrap();
    let taken = drip(&mut line, &format!("GET /healthz HTTP/1.1\r\nX-Slow: {}", "x".repeat(200))).await;
    assert!(is_about(taken, 1), "cut off after {taken:?}");
    // The same after a request that was quick.
    let mut line = Line::open(&world.nodes[0].address).await.unwrap();
    line.send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n").await.unwrap();
    assert_eq!(line.answer().await.unwrap().status, 200);
    let taken = drip(&mut line, &"GET /healthz HTTP/1.1\r\nX-Slow: x".repeat(5)).await;
    assert!(is_about(taken, 1), "cut off after {taken:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_comes_byte_by_byte_is_answered_408() {
    let world = start().await;
    let body = format!(r#"{{"caller_id":"+13105550001","a":"{}"}}"#, "x".repeat(200));
    let target = format!("/call-data?moja_auth_key={}", world.key("call_data"));
    let whole = post(&target, "", &body);
    let mut line = Line::open(&world.nodes[0].address).await.unwrap();
    line.send(&whole[..whole.len() - body.len()]).await.unwrap();
    let started = Instant::now();
    let dripping = &whole[whole.len() - body.len()..][..8];
    drip(&mut line, dripping).await;
    let said = line.answer().await.expect("an answer");
    assert!(is_about(started.elapsed(), 1), "answered after {:?}", started.elapsed());
    assert_eq!((said.status, said.json()["code"].as_str()), (408, Some("body_timeout")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_may_be_idle_for_longer_than_a_head_may_take() {
    let world = start().await;
    let mut line = Line::open(&world.nodes[0].address).await.unwrap();
    let mut silent = Line::open(&world.nodes[0].address).await.unwrap();
    let opened = Instant::now();
    for _ in 0..2 {
        line.send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n").await.unwrap();
        assert_eq!(line.answer().await.map(|said| said.status), Some(200));
        tokio::time::sleep(Duration::from_secs(IDLE_SECONDS / 2)).await;
        assert!(!line.is_over(), "closed while idle");
    }
    silent.ends().await;
    assert!(is_about(opened.elapsed(), IDLE_SECONDS), "closed after {:?}", opened.elapsed());
}
