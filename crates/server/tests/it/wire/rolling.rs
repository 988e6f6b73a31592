//! Three nodes are replaced one after the other, under load, behind a load balancer: no request fails, and nothing of what
//! was done is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use super::balancer::Balancer;
use super::line::post;
use crate::outgoing::{Outgoing, Receiver};
use crate::world::{Engine, call_id};

const NODES: usize = 3;
const CLIENTS: u64 = 8;
/// Longer than the load balancer takes to see that a node will stop.
const DELAY: (&str, &str) = ("HOOKLINE_DRAIN_DELAY_SECONDS", "2");
const UP_WITHIN: Duration = Duration::from_secs(30);
/// Between two requests of a client: what is shown is not how much it bears.
const PAUSE: Duration = Duration::from_millis(5);
/// For deliveries that are on their way at the end.
const TOLD_WITHIN: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_are_replaced_without_a_failed_request() {
    replace_nodes(1).await;
}

#[derive(Default)]
struct Tally {
    updates: AtomicU64,
    calls: AtomicU64,
    failed: std::sync::Mutex<Vec<String>>,
    is_over: AtomicBool,
}

/// Replaces every node, so many times.
pub async fn replace_nodes(rounds: usize) {
    let (mut outgoing, receiver) = (Outgoing::start(Engine::Postgres).await, Receiver::start().await);
    outgoing.make(&["call.incoming"], &receiver.url, json!({})).await;
    outgoing.world.nodes.clear();
    let balancer = Balancer::default();
    for _ in 0..NODES {
        add_node(&mut outgoing, &balancer).await;
    }
    let tally = Arc::new(Tally::default());
    let update = format!("/update-revenue?moja_auth_key={}", outgoing.world.key("update_revenue"));
    let key = outgoing.world.keys["api_key"].as_str().unwrap().to_owned();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            tokio::spawn(work(client, balancer.clone(), tally.clone(), update.clone(), key.clone()))
        })
        .collect();
    let mut longest = Duration::ZERO;
    for _ in 0..rounds * NODES {
        let started = Instant::now();
        let mut node = outgoing.world.nodes.remove(0);
        let pid = rustix::process::Pid::from_child(&node.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let (node, ended) = tokio::task::spawn_blocking(move || {
            let ended = node.child.wait().unwrap();
            (node, ended)
        })
        .await
        .unwrap();
        assert!(ended.success(), "{ended:?}");
        longest = longest.max(started.elapsed());
        balancer.remove(&node.address);
        add_node(&mut outgoing, &balancer).await;
    }
    tally.is_over.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.unwrap();
    }
    let (updates, calls) = (tally.updates.load(Ordering::Relaxed), tally.calls.load(Ordering::Relaxed));
    let failed = tally.failed.lock().unwrap().clone();
    println!(
        "rolling | {} nodes replaced, {} requests, {} failed, a node took {longest:?} at most to stop",
        rounds * NODES,
        updates + calls,
        failed.len()
    );
    assert_eq!(failed, Vec::<String>::new());
    assert!(updates > 100 && calls > 20, "{updates} updates, {calls} calls");
    let count = async |sql: &str| u64::try_from(outgoing.world.count(sql).await).unwrap();
    let ids = "SELECT COUNT(DISTINCT transaction_id) FROM requests WHERE transaction_hash IS NOT NULL";
    assert_eq!(count(ids).await, updates);
    let changed = "SELECT COUNT(*) FROM timeline WHERE request_id IS NOT NULL AND kind = 'call.updated'";
    assert_eq!(count(changed).await, updates);
    let started = Instant::now();
    let told = "SELECT COUNT(DISTINCT call_id) FROM deliveries WHERE state = 'delivered'";
    while count(told).await < calls {
        assert!(started.elapsed() < TOLD_WITHIN, "{} of {calls} calls were told", count(told).await);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(count("SELECT COUNT(*) FROM deliveries").await, calls);
}

async fn add_node(outgoing: &mut Outgoing, balancer: &Balancer) {
    outgoing.add_node_with(&[DELAY]);
    let address = outgoing.world.nodes.last().unwrap().address.clone();
    balancer.add(&address);
    let started = Instant::now();
    while !balancer.is_up(&address) {
        assert!(started.elapsed() < UP_WITHIN, "{address} is never ready");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// One client: updates of calls, and now and then a new call.
async fn work(client: u64, balancer: Balancer, tally: Arc<Tally>, update: String, key: String) {
    let mut number = 0;
    while !tally.is_over.load(Ordering::Relaxed) {
        number += 1;
        let is_call = number % 5 == 0;
        let request = if is_call {
            let caller = format!("+1310{:07}", 2_000_000 + client * 100_000 + number);
            let body = json!({"caller": caller, "dialed": "+18885550100"}).to_string();
            post("/v1/calls", &format!("Authorization: Bearer {key}\r\n"), &body)
        } else {
            let body = json!({
                "call_log_id": call_id((client + number) % 20),
                "revenue_paid_out": format!("{}.{client:02}{:04}", 1 + number / 10_000, number % 10_000),
                "transaction_id": format!("rolling-{client}-{number}"),
            });
            post(&update, "", &body.to_string())
        };
        let said = balancer.send(&request).await;
        match said {
            Ok(said) if said.status == if is_call { 201 } else { 200 } => {
                let counter = if is_call { &tally.calls } else { &tally.updates };
                counter.fetch_add(1, Ordering::Relaxed);
            }
            Ok(said) => tally.failed.lock().unwrap().push(format!("{} {}", said.status, said.body)),
            Err(why) => tally.failed.lock().unwrap().push(why),
        }
        tokio::time::sleep(PAUSE).await;
    }
}
