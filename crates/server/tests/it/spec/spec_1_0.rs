//! SPEC 1: route and method, then the key, then the rest; and the shape of every error.

use serde_json::json;

use crate::on_both_engines;
use crate::world::{Engine, TestWorld, answer, call_id};

on_both_engines! {
    the_method_comes_before_the_key_and_the_key_before_the_body;
    the_endpoints_have_two_spellings;
    pages_may_send_from_the_browser;
}

async fn the_method_comes_before_the_key_and_the_key_before_the_body(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let base = format!("http://{}", world.nodes[0].address);
    for method in [reqwest::Method::PUT, reqwest::Method::DELETE, reqwest::Method::HEAD] {
        let refused = answer(world.client.request(method, format!("{base}/call-data"))).await.unwrap();
        assert_eq!((refused.status, refused.header("allow")), (405, Some("GET, POST, OPTIONS")));
    }
    let (good, other) = (world.key("update_revenue"), world.key("update_tags"));
    let wrong_keys = [
        format!("{base}/update-revenue"),
        format!("{base}/update-revenue?moja_auth_key={other}"),
        format!("{base}/update-revenue?moja_auth_key={good}x"),
        format!("{base}/update-revenue?moja_auth_key={good}&auth_key={good}"),
    ];
    for url in wrong_keys {
        let refused = answer(world.client.post(&url).body("not json")).await.unwrap();
        assert_eq!((refused.status, refused.json()["error"].as_str()), (401, Some("Unauthorized")), "{url}");
    }
    let in_header = world.client.post(format!("{base}/update-revenue")).header("moja_auth_key", &good);
    assert_eq!(answer(in_header.json(&json!({"moja_auth_key": good}))).await.unwrap().status, 401);
    let unknown = answer(world.client.get(format!("{base}/nothing-here"))).await.unwrap();
    assert_eq!((unknown.status, unknown.json()["success"].as_bool()), (404, Some(false)));
}

async fn the_endpoints_have_two_spellings(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let base = format!("http://{}", world.nodes[0].address);
    let url = format!("{base}/update_revenue?auth_key={}", world.key("update_revenue"));
    let done =
        world.try_post(&url, &json!({"call_log_id": call_id(0), "revenue_paid_out": "2.50"})).await.unwrap();
    assert_eq!(done.status, 200, "{}", done.body);
    let form = world
        .client
        .post(world.webhook_on(0, "update_revenue"))
        .header("content-type", "application/x-www-form-urlencoded");
    let done = answer(form.body(format!("call_id={}&amount=3", call_id(1)))).await.unwrap();
    assert_eq!(done.status, 200, "{}", done.body);
    let done =
        world.get("update_tags", &format!("call_log_id={}&add[a]=1&add.b=2&remove=c,d", call_id(2))).await;
    assert_eq!(done.status, 200, "{}", done.body);
}

async fn pages_may_send_from_the_browser(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let asked = world
        .client
        .request(reqwest::Method::OPTIONS, world.webhook_on(0, "call_data"))
        .header("origin", "https://shop.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    let allowed = answer(asked).await.unwrap();
    assert_eq!((allowed.status, allowed.header("access-control-allow-origin")), (204, Some("*")));
    assert_eq!(allowed.header("access-control-allow-headers"), Some("content-type"));
    let prefetch = world
        .client
        .get(format!("{}&caller_id=%2B13105559876", world.webhook_on(0, "call_data")))
        .header("sec-purpose", "prefetch");
    assert_eq!(answer(prefetch).await.unwrap().status, 403);
    assert_eq!(world.count("SELECT COUNT(*) FROM caller_data").await, 0);
}
