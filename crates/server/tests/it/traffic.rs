//! What whoever looks after webhooks sees: how much comes to each, and which requests touched a call.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::world::{Engine, TestWorld};

on_both_engines! {
    requests_are_counted_by_hour_over_nodes_and_a_restart;
    the_request_log_is_narrowed_by_call_and_by_kind_of_status;
    a_stream_says_at_once_that_it_is_open;
}

/// The counts of a webhook once they are these, or as they are in the end.
async fn counted(world: &TestWorld, kind: &str, requests: i64) -> Value {
    let id = world.webhook(kind).await["id"].clone();
    let mut last = Value::Null;
    for _ in 0..600 {
        let traffic = world.api(Method::GET, "/v1/webhooks/traffic?hours=2", Value::Null).await;
        assert_eq!(traffic.status, 200, "{}", traffic.body);
        let traffic = traffic.json();
        let webhooks = traffic["webhooks"].as_array().unwrap();
        last = webhooks.iter().find(|one| one["webhook_id"] == id).unwrap().clone();
        if last["requests"] == requests {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    last
}

async fn requests_are_counted_by_hour_over_nodes_and_a_restart(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    if matches!(engine, Engine::Postgres) {
        world.add_node();
    }
    let nodes = world.nodes.len();
    for number in 0..4 {
        let url = world.webhook_on(number % nodes, "call_data");
        world.try_post(&url, &json!({"caller_id": "+13105559876"})).await.unwrap();
    }
    world.post("call_data", json!({"lead_source": "x"})).await;
    let seen = counted(&world, "call_data", 5).await;
    assert_eq!((&seen["requests"], &seen["refused"]), (&json!(5), &json!(1)), "{seen}");
    assert_eq!(seen["points"].as_array().unwrap().len(), 2);
    assert!(seen["last_request_at"].is_string());
    world.crash_and_restart();
    world.post("call_data", json!({"caller_id": "+13105559876"})).await;
    assert_eq!(counted(&world, "call_data", 6).await["requests"], 6);
    let quiet = counted(&world, "update_tags", 0).await;
    assert_eq!((&quiet["requests"], &quiet["last_request_at"]), (&json!(0), &Value::Null));
}

async fn the_request_log_is_narrowed_by_call_and_by_kind_of_status(engine: Engine) {
    let world = TestWorld::start(engine).await;
    world.post("call_data", json!({"caller_id": "+13105559876", "lead_source": "radio"})).await;
    let call = world.live_call("+13105559876").await;
    world.live_call("+12125550000").await;
    world.post("update_tags", json!({"call_log_id": call, "add": {"plan": "gold"}})).await;
    world.post("update_tags", json!({"phone_number": "+12125550000", "add": {"plan": "basic"}})).await;
    world.post("update_tags", json!({"call_log_id": "nobody", "add": {"plan": "basic"}})).await;
    let list = async |query: &str| {
        let page = world.api(Method::GET, &format!("/v1/requests?{query}"), Value::Null).await;
        assert_eq!(page.status, 200, "{query}: {}", page.body);
        page.json()["requests"].as_array().unwrap().len()
    };
    assert_eq!(list("").await, 4);
    assert_eq!(list(&format!("call_log_id={call}")).await, 2, "its tags' request, and the update's");
    assert_eq!(list("call_log_id=01977420-dc00-7000-8000-ffffffffffff").await, 0);
    assert_eq!((list("status=4xx").await, list("status=2xx").await, list("status=404").await), (1, 3, 1));
    assert_eq!(list("from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z").await, 0);
    assert_eq!(list("from=2020-01-01T00:00:00Z").await, 4);
    let wrong = world.api(Method::GET, "/v1/requests?status=3xx", Value::Null).await;
    assert_eq!(wrong.status, 400, "{}", wrong.body);
}

async fn a_stream_says_at_once_that_it_is_open(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let url = format!("http://{}/v1/stream", world.nodes[0].address);
    let key = world.keys["api_key"].as_str().unwrap();
    let opened = tokio::time::timeout(Duration::from_secs(10), async {
        let mut stream = world.client.get(url).bearer_auth(key).send().await.unwrap();
        stream.chunk().await.unwrap().unwrap()
    });
    let first = opened.await.expect("the first bytes come before any event");
    assert_eq!(&first[..], b": open\n\n");
}
