//! Traces: a collector gets one span a request, as a part of the trace that the client began.

use std::process::Command;

use axum::body::Bytes;
use axum::routing::post;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::world::{Engine, TestWorld, call_id};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

/// A collector: where it listens, and what it is sent.
pub async fn collector() -> (String, mpsc::UnboundedReceiver<Bytes>) {
    let collector = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", collector.local_addr().unwrap());
    let (sender, exports) = mpsc::unbounded_channel();
    let receive = post(async move |export: Bytes| sender.send(export).unwrap());
    tokio::spawn(axum::serve(collector, axum::Router::new().route("/v1/traces", receive)).into_future());
    (endpoint, exports)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_gets_the_spans_of_the_client_s_trace() {
    let (endpoint, mut exports) = collector().await;
    let mut world = TestWorld::start(Engine::Sqlite).await;
    world.nodes.clear();
    world.add_node_with(&[("HOOKLINE_OTLP_ENDPOINT", &endpoint)]);
    let url = world.webhook_on(0, "update_revenue");
    let body = json!({"call_log_id": call_id(0), "revenue": 5});
    let answer = world
        .client
        .post(&url)
        .header("traceparent", format!("00-{TRACE}-{PARENT}-01"))
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);

    // A server that is told to stop sends what it has left.
    let mut node = world.nodes.remove(0);
    let told = Command::new("kill").arg(node.child.id().to_string()).status().unwrap();
    assert!(told.success());
    let ended = tokio::task::spawn_blocking(move || node.child.wait().unwrap());
    let sent = tokio::select! {
        sent = exports.recv() => sent.unwrap(),
        ended = ended => panic!("the server ended without a word to its collector: {ended:?}"),
    };

    let ids = [bytes(TRACE), bytes(PARENT)];
    for part in [b"webhook".as_slice(), b"update_revenue", b"request_id", &ids[0], &ids[1]] {
        assert!(has(&sent, part), "{part:02x?} is not in {}", String::from_utf8_lossy(&sent));
    }
    let (_, key) = url.split_once("moja_auth_key=").unwrap();
    assert!(!has(&sent, key.as_bytes()), "a key went to the collector");
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn has(sent: &[u8], part: &[u8]) -> bool {
    sent.windows(part.len()).any(|window| window == part)
}
