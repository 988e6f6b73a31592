//! Requests whose call is not there: held if their webhook says so, applied once when it appears, attached
//! or put aside by hand.

mod held;
mod inbox;

use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{Engine, TestWorld};

pub const CALLER: &str = "+13105559876";
pub const OTHER: &str = "+12125550000";
const UPDATES: [&str; 3] = ["update_revenue", "update_tags", "update_fields"];

/// A world whose updates wait, with a second server where the engine allows it.
pub async fn start(engine: Engine) -> TestWorld {
    let mut world = TestWorld::start(engine).await;
    for kind in UPDATES {
        assert_eq!(world.set(kind, json!({"on_unmatched": "hold"})).await.status, 200);
    }
    if engine == Engine::Postgres {
        world.add_node();
    }
    world
}

pub async fn inbox(world: &TestWorld, query: &str) -> Vec<Value> {
    let page = world.api(Method::GET, &format!("/v1/unmatched?{query}"), Value::Null).await;
    assert_eq!(page.status, 200, "{}", page.body);
    page.json()["unmatched"].as_array().expect("a list").clone()
}

/// Sends an update that is held; its id.
pub async fn hold(world: &TestWorld, kind: &str, body: Value) -> String {
    let held = world.post(kind, body).await;
    assert_eq!((held.status, &held.json()["held"]), (200, &json!(true)), "{}", held.body);
    held.json()["request_id"].as_str().unwrap().to_owned()
}
