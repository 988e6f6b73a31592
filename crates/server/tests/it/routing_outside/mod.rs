//! Calls whose way depends on what other systems say: an availability check, a flow's request, a script.

mod checks;
mod flows;
mod forsaken;
mod server;
mod updates;

use serde_json::{Value, json};

use crate::routing::{flow, target};
use crate::world::{Engine, TestWorld};

use server::Outside;

/// Only this address may be reached beside the public ones.
const ALLOWED: (&str, &str) = ("HOOKLINE_OUTBOUND_ALLOW_PRIVATE", "127.0.0.1");

async fn world(engine: Engine) -> TestWorld {
    let mut world = TestWorld::start(engine).await;
    world.nodes.clear();
    world.add_node_with(&[ALLOWED]);
    world
}

/// A flow that asks a server who the caller is: gold goes to Gold, others to All, and without an answer the
/// call is rejected.
async fn asking_flow(world: &TestWorld, url: &str, timeout_ms: u32) {
    let (gold, all) = (target(world, "Gold", json!({})).await, target(world, "All", json!({})).await);
    let nodes = json!({
        "start": {"type": "start", "next": "ask"},
        "ask": {"type": "http_request", "url": url, "timeout_ms": timeout_ms,
            "response": [{"from": "/lead/tier", "to": {"tag": "tier"}}], "next": "is_gold", "error": "bye"},
        "is_gold": is_gold(),
        "gold": {"type": "dial", "target": gold},
        "all": {"type": "dial", "target": all},
        "bye": {"type": "reject", "reason": "No answer"},
    });
    flow(world, nodes).await;
}

fn is_gold() -> Value {
    let condition = json!({"tag": "tier", "op": "equals", "value": "gold"});
    json!({"type": "condition", "condition": condition, "then": "gold", "else": "all"})
}

/// What a node of the call's last decision noted.
async fn noted(world: &TestWorld, call: &Value, node: &str) -> String {
    let decisions = crate::routing::decisions(world, call).await;
    let nodes = decisions.as_array().unwrap().iter().flat_map(|one| one["nodes"].as_array().unwrap());
    let messages: Vec<String> = nodes
        .filter(|one| one["node"] == node)
        .filter_map(|one| one["message"].as_str().map(str::to_owned))
        .collect();
    messages.join(" | ")
}
