//! Webhooks and the request log by the API.

use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::world::{Answer, Engine, TestWorld, answer, call_id, seed};

on_both_engines! {
    a_webhook_is_made_changed_and_ended;
    a_logged_request_is_found_shown_and_sent_again;
}

async fn send(world: &TestWorld, method: Method, path: &str, body: Value) -> Answer {
    let url = format!("http://{}{path}", world.nodes[0].address);
    let key = world.keys["api_key"].as_str().unwrap();
    let request = world.client.request(method, url).bearer_auth(key);
    answer(if body.is_null() { request } else { request.json(&body) }).await.unwrap()
}

async fn a_webhook_is_made_changed_and_ended(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let body = json!({"type": "call_data", "name": "Landing pages", "settings": {"match": "merge", "lookback_seconds": 3600}});
    let made = send(&world, Method::POST, "/v1/webhooks", body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let (id, key) =
        (made.json()["id"].as_str().unwrap().to_owned(), made.json()["key"].as_str().unwrap().to_owned());
    assert_eq!(
        (&made.json()["settings"]["match"], &made.json()["settings"]["rate_limit"]["count"]),
        (&json!("merge"), &json!(100))
    );
    let url = format!("http://{}/call-data?moja_auth_key={key}", world.nodes[0].address);
    let caller = json!({"caller_id": "+13105559876"});
    assert_eq!(world.try_post(&url, &caller).await.unwrap().status, 200);

    let path = format!("/v1/webhooks/{id}");
    let shown = send(&world, Method::GET, &path, Value::Null).await;
    assert!(!shown.body.contains("hlw_"), "the key is shown once: {}", shown.body);
    let changed =
        send(&world, Method::PATCH, &path, json!({"settings": {"rate_limit": {"count": 1, "per": "hour"}}}))
            .await;
    assert_eq!(
        (changed.status, &changed.json()["settings"]["match"]),
        (200, &json!("merge")),
        "{}",
        changed.body
    );
    assert_eq!(world.try_post(&url, &caller).await.unwrap().status, 429);
    for (wrong, named) in [
        (json!({"settings": {"lookback_seconds": 59}}), "settings.lookback_seconds"),
        (json!({"settings": {"lookback_seconds": "3600"}}), "`lookback_seconds`: invalid type: string"),
        (json!({"settings": {"rate_limit": {"count": 1, "per": "second"}}}), "`rate_limit.per`"),
        (json!({"settings": {"colour": 1}}), "colour"),
        (json!({"colour": 1}), "colour"),
        (json!({"enabled": "yes"}), "`enabled`: invalid type: string"),
        (json!({"name": " "}), "name"),
        (json!({"name": "a\u{0}b"}), "name"),
    ] {
        let refused = send(&world, Method::PATCH, &path, wrong.clone()).await;
        assert_eq!(refused.status, 400, "{wrong}");
        assert!(refused.json()["message"].as_str().unwrap().contains(named), "{wrong}: {}", refused.body);
    }
    let empty = send(&world, Method::POST, &format!("{path}/rotate"), Value::Null).await;
    assert_eq!(empty.status, 400);
    assert!(empty.json()["message"].as_str().unwrap().contains("The body is empty"), "{}", empty.body);
    let rotated = send(&world, Method::POST, &format!("{path}/rotate"), json!({"overlap_hours": 0})).await;
    assert_eq!(rotated.status, 200, "{}", rotated.body);
    assert_eq!(
        world.try_post(&url, &caller).await.unwrap().status,
        401,
        "an overlap of 0 hours ends the old key at once"
    );
    send(&world, Method::PATCH, &path, json!({"enabled": false})).await;
    let new = format!(
        "http://{}/call-data?moja_auth_key={}",
        world.nodes[0].address,
        rotated.json()["key"].as_str().unwrap()
    );
    assert_eq!(world.try_post(&new, &caller).await.unwrap().status, 401, "a disabled webhook takes nothing");
    assert_eq!(send(&world, Method::DELETE, &path, Value::Null).await.status, 200);
    assert_eq!(send(&world, Method::GET, &path, Value::Null).await.status, 404);
    for not_utf8 in ["/v1/webhooks/%FF", "/v1/requests/%FF"] {
        let refused = send(&world, Method::GET, not_utf8, Value::Null).await;
        assert_eq!((refused.status, refused.json()["success"].as_bool()), (400, Some(false)), "{not_utf8}");
    }
}

async fn a_logged_request_is_found_shown_and_sent_again(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    let done = world
        .post(
            "update_revenue",
            json!({"call_log_id": call_id(0), "revenue_paid_out": 5, "transaction_id": "t-9"}),
        )
        .await;
    let failed = world.post("update_tags", json!({"call_log_id": call_id(500), "add": {"a": 1}})).await;
    assert_eq!((done.status, failed.status), (200, 404));
    let found = send(&world, Method::GET, "/v1/requests?transaction_id=t-9", Value::Null).await.json();
    assert_eq!(found["requests"].as_array().unwrap().len(), 1);
    let id = found["requests"][0]["id"].as_str().unwrap().to_owned();
    let whole = send(&world, Method::GET, &format!("/v1/requests/{id}"), Value::Null).await;
    let whole = whole.json();
    assert_eq!(whole["effect"]["call_log_ids"], json!([call_id(0)]));
    assert_eq!(whole["response"], done.body);
    assert!(
        whole["body"].as_str().unwrap().contains("t-9") && !whole["query"].as_str().unwrap().contains("hlw_")
    );
    let again = send(&world, Method::POST, &format!("/v1/requests/{id}/replay"), Value::Null).await;
    assert_eq!((&again.body, again.header("idempotent-replayed")), (&done.body, Some("true")));
    let errors = send(&world, Method::GET, "/v1/requests?status=404", Value::Null).await.json();
    let error_id = errors["requests"][0]["id"].as_str().unwrap();
    assert_eq!(
        send(&world, Method::POST, &format!("/v1/requests/{error_id}/replay"), Value::Null).await.status,
        404
    );
    assert_eq!(send(&world, Method::GET, "/v1/requests?colour=red", Value::Null).await.status, 400);

    world.nodes.clear();
    world.keys = seed(&world.url, 0, 1_000);
    world.add_node();
    let foreign = send(&world, Method::GET, &format!("/v1/requests/{id}"), Value::Null).await;
    assert_eq!(foreign.status, 404, "another organization's request is not there");
}
