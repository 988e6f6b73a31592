//! Routing set up by the API alone: targets, plans, flows, RTB endpoints, and a campaign's choice.

mod flows;
mod nodes;
mod plans;
mod refusals;
mod rtb;
mod targets;

use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{Answer, TestWorld, answer};

async fn get(world: &TestWorld, path: &str) -> Answer {
    world.api(Method::GET, path, Value::Null).await
}

/// An answer that must have this status; its JSON.
async fn expect(world: &TestWorld, status: u16, method: Method, path: &str, body: Value) -> Value {
    let said = format!("{method} {path} {body}");
    let got = world.api(method, path, body).await;
    assert_eq!(got.status, status, "{said}: {}", got.body);
    got.json()
}

/// Made, and shown as it was made.
async fn make(world: &TestWorld, path: &str, body: Value) -> Value {
    let made = expect(world, 201, Method::POST, path, body).await;
    let shown = get(world, &format!("{path}/{}", text(&made, "id"))).await;
    assert_eq!((shown.status, shown.json()), (200, made.clone()), "{path}");
    made
}

/// A body whose numbers must not go through a float.
async fn send_text(world: &TestWorld, method: Method, path: &str, body: &str) -> Answer {
    let url = format!("http://{}{path}", world.nodes[0].address);
    let request = world.client.request(method, url).body(body.to_owned());
    answer(request.bearer_auth(text(&world.keys, "api_key"))).await.unwrap()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("{value} has no text {name}"))
}

async fn target(world: &TestWorld, name: &str) -> Value {
    make(world, "/v1/targets", json!({"name": name, "destination": "+13105550100"})).await
}

async fn plan(world: &TestWorld, name: &str, target: &Value) -> Value {
    make(world, "/v1/routing-plans", json!({"name": name, "routes": [{"target": target["id"]}]})).await
}

fn flow_to(target: &Value) -> Value {
    json!({"version": 1, "start": "a", "nodes": {
        "a": {"type": "start", "next": "b"},
        "b": {"type": "dial", "target": target["id"]}
    }})
}

async fn published_flow(world: &TestWorld, name: &str, draft: Value) -> Value {
    let made = make(world, "/v1/flows", json!({"name": name, "draft": draft})).await;
    let path = format!("/v1/flows/{}/publish", text(&made, "id"));
    expect(world, 200, Method::POST, &path, Value::Null).await;
    made
}
