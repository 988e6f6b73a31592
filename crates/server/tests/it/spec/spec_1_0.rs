//! SPEC 1: endpoints, methods, the key, the order of checks, the shape of errors.

use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::world::{Engine, TestWorld, answer, call_id};

on_both_engines! {
    each_endpoint_has_two_spellings_and_takes_json_forms_and_queries;
    every_other_method_is_405_with_allow;
    only_one_good_key_in_the_query_counts;
    a_disabled_or_deleted_webhook_takes_nothing;
    the_checks_come_in_their_order;
    the_key_is_looked_at_before_the_body;
    a_body_that_never_comes_is_408_and_leaves_no_trace;
    every_error_has_one_shape;
    pages_may_send_from_the_browser;
    only_allowed_origins_may_send_from_the_browser;
}

const ENDPOINTS: [&str; 4] = ["call-data", "update-revenue", "update-tags", "update-fields"];

async fn each_endpoint_has_two_spellings_and_takes_json_forms_and_queries(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let id = call_id(0);
    let payloads = [
        ("call_data", json!({"caller_id": "+13105559876"}), "caller_id=%2B13105559876".to_owned()),
        ("update_revenue", json!({"call_log_id": id, "revenue": 1}), format!("call_log_id={id}&revenue=1")),
        ("update_tags", json!({"call_log_id": id, "add": {"a": 1}}), format!("call_log_id={id}&add[a]=1")),
        ("update_fields", json!({"call_log_id": id, "reason": "x"}), format!("call_log_id={id}&reason=x")),
    ];
    for (kind, body, form) in payloads {
        for path in [kind.to_owned(), kind.replace('_', "-")] {
            let url = format!("http://{}/{path}?moja_auth_key={}", world.nodes[0].address, world.key(kind));
            let form_type = "application/x-www-form-urlencoded";
            for request in [
                world.client.post(&url).json(&body),
                world.client.post(&url).header("content-type", form_type).body(form.clone()),
                world.client.get(format!("{url}&{form}")),
            ] {
                let done = answer(request).await.unwrap();
                assert_eq!(done.status, 200, "{path}: {}", done.body);
                assert_eq!(done.header("content-type"), Some("application/json"));
                assert_eq!(done.header("cache-control"), Some("no-store"));
            }
        }
    }
}

async fn every_other_method_is_405_with_allow(engine: Engine) {
    let world = TestWorld::start(engine).await;
    for endpoint in ENDPOINTS {
        for method in [Method::HEAD, Method::PUT, Method::PATCH, Method::DELETE] {
            let url = format!("http://{}/{endpoint}", world.nodes[0].address);
            let refused = answer(world.client.request(method.clone(), url)).await.unwrap();
            assert_eq!((refused.status, refused.header("allow")), (405, Some("GET, POST, OPTIONS")));
            assert_eq!(refused.header("cache-control"), Some("no-store"));
            if method != Method::HEAD {
                assert_eq!(refused.json()["code"], "method_not_allowed");
            }
        }
    }
}

async fn only_one_good_key_in_the_query_counts(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let base = format!("http://{}", world.nodes[0].address);
    let (good, other) = (world.key("update_revenue"), world.key("update_tags"));
    let mistyped = format!("{}{}", &good[..good.len() - 1], if good.ends_with('A') { "B" } else { "A" });
    let api_key = world.keys["api_key"].as_str().unwrap();
    let body = json!({"call_log_id": call_id(0), "revenue_paid_out": "2.50", "moja_auth_key": good});
    for query in [
        String::new(),
        "?moja_auth_key=".to_owned(),
        format!("?moja_auth_key={other}"),
        format!("?moja_auth_key={mistyped}"),
        format!("?moja_auth_key={good}x"),
        format!("?moja_auth_key={api_key}"),
        format!("?MOJA_AUTH_KEY={good}"),
        format!("?moja_auth_key={good}&auth_key={good}"),
        format!("?moja_auth_key={good}&moja_auth_key={good}"),
        format!("/{good}?moja_auth_key="),
    ] {
        let request = world.client.post(format!("{base}/update-revenue{query}"));
        let request = request.header("moja_auth_key", &good).bearer_auth(&good).json(&body);
        let refused = answer(request).await.unwrap();
        let expected = if query.starts_with('/') { (404, "unknown_route") } else { (401, "unauthorized") };
        assert_eq!((refused.status, refused.json()["code"].as_str().unwrap()), expected, "{query}");
    }
    for name in ["moja_auth_key", "auth_key"] {
        let body = json!({"call_log_id": call_id(0), "revenue_paid_out": "2.50"});
        let done = world.try_post(&format!("{base}/update-revenue?{name}={good}"), &body).await.unwrap();
        assert_eq!(done.status, 200, "{name}: {}", done.body);
    }
    assert_eq!(world.count("SELECT COUNT(*) FROM webhook_keys WHERE LENGTH(key_hash) = 32").await, 4);
    assert!(good.starts_with("hlw_") && good.len() >= 4 + 43, "256 random bits and a checksum");
}

async fn a_disabled_or_deleted_webhook_takes_nothing(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let path = format!("/v1/webhooks/{}", world.webhook("call_data").await["id"].as_str().unwrap());
    let caller = json!({"caller_id": "+13105559876"});
    for (enabled, status) in [(false, 401), (true, 200)] {
        world.api(Method::PATCH, &path, json!({"enabled": enabled})).await;
        assert_eq!(world.post("call_data", caller.clone()).await.status, status);
    }
    world.api(Method::DELETE, &path, Value::Null).await;
    assert_eq!(world.post("call_data", caller).await.status, 401);
}

/// Each request breaks several rules at once; the first in the order is the one that answers.
async fn the_checks_come_in_their_order(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let url = world.webhook_on(0, "update_revenue");
    let keyless = format!("http://{}/update-revenue", world.nodes[0].address);
    let large = "x".repeat(300_000);
    let post = |url: &str, kind: &'static str, body: &str| {
        answer(world.client.post(url).header("content-type", kind).body(body.to_owned()))
    };
    // A good request, whose id the others use again.
    let first = world
        .post("update_revenue", json!({"call_log_id": call_id(0), "revenue": 1, "transaction_id": "t"}))
        .await;
    assert_eq!(first.status, 200);

    let method = answer(world.client.put(&keyless).body(large.clone())).await.unwrap();
    assert_eq!(method.status, 405, "the method before the key");
    assert_eq!(post(&keyless, "text/plain", &large).await.unwrap().status, 401, "the key before the body");
    assert_eq!(post(&url, "text/plain", &large).await.unwrap().status, 413, "the size before the type");
    let typed = post(&url, "text/plain", "not json").await.unwrap();
    assert_eq!(typed.status, 415, "the type before the parse");
    let unreadable = r#"{"transaction_id":"t","call_log_id":"no-call","revenue":-1}"#;
    let parsed = post(&url, "application/json", unreadable).await.unwrap();
    assert_eq!(parsed.status, 400, "the parse before the transaction id and the call");
    let unknown = r#"{"transaction_id":"t","call_log_id":"no-call","revenue":1}"#;
    let replayed = post(&url, "application/json", unknown).await.unwrap();
    assert_eq!((replayed.status, &replayed.body), (200, &first.body), "the transaction id before the call");

    world.set("update_revenue", json!({"rate_limit": {"count": 1, "per": "hour"}})).await;
    let other_key = format!("{keyless}?moja_auth_key={}", world.key("update_tags"));
    assert_eq!(post(&other_key, "text/plain", "x").await.unwrap().status, 401, "the key before the rate");
    for body in ["not json", large.as_str(), unknown] {
        let full = post(&url, "text/plain", body).await.unwrap();
        assert_eq!(full.status, 429, "the rate before the body and the transaction id");
    }
}

async fn the_key_is_looked_at_before_the_body(engine: Engine) {
    let world = TestWorld::start(engine).await;
    // A body is announced and never sent: an answer can only come from the head.
    let refused = world.raw(
        "POST /update-revenue?moja_auth_key=hlw_wrong HTTP/1.1\r\nHost: hookline\r\nContent-Length: 100\r\n\r\n",
    );
    assert!(refused.starts_with("HTTP/1.1 401 "), "{refused}");
}

async fn a_body_that_never_comes_is_408_and_leaves_no_trace(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    world.nodes.clear();
    world.add_node_with(&[("HOOKLINE_BODY_SECONDS", "1")]);
    world.set("update_revenue", json!({"rate_limit": {"count": 10, "per": "hour"}})).await;
    let body = json!({"call_log_id": call_id(0), "revenue": 1}).to_string();
    let late = world.raw(&format!(
        "POST /update-revenue?moja_auth_key={} HTTP/1.1\r\nHost: hookline\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
        world.key("update_revenue"),
        body.len(),
        &body[..body.len() / 2],
    ));
    let (head, error) = late.split_once("\r\n\r\n").expect("an answer has a head and a body");
    let head = head.to_ascii_lowercase();
    assert!(head.starts_with("http/1.1 408 "), "{late}");
    let error: Value = serde_json::from_str(error).unwrap();
    assert_eq!(
        (&error["success"], &error["error"], &error["code"]),
        (&json!(false), &json!("Request timeout"), &json!("body_timeout"))
    );
    assert!(error["message"].as_str().unwrap().contains("within 1 s"), "{error}");
    for header in [
        format!("x-request-id: {}", error["request_id"].as_str().unwrap()),
        "cache-control: no-store".to_owned(),
        "ratelimit: \"default\";r=10;".to_owned(),
    ] {
        assert!(head.contains(&header), "{header} is missing: {late}");
    }
    assert_eq!(world.count("SELECT COUNT(*) FROM requests").await, 0, "there was no request");
    let whole = world.post_text("update_revenue", &body).await;
    assert_eq!(whole.status, 200, "{}", whole.body);
    assert!(whole.header("ratelimit").unwrap().starts_with("\"default\";r=9;"), "{:?}", whole.headers);
    assert_eq!(world.count("SELECT COUNT(*) FROM requests").await, 1);
}

async fn every_error_has_one_shape(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    let id = call_id(0);
    let get = |path: &str| answer(world.client.get(format!("http://{}{path}", world.nodes[0].address)));
    let used = json!({"call_log_id": id, "revenue": 1, "transaction_id": "t"});
    assert_eq!(world.post("update_revenue", used).await.status, 200);
    let mut errors = vec![
        (400, "Missing required parameter", world.post("call_data", json!({"a": 1})).await),
        (400, "Bad request", world.post_text("call_data", "not json").await),
        (401, "Unauthorized", get("/call-data").await.unwrap()),
        (
            404,
            "Not found",
            world.post("update_revenue", json!({"call_log_id": call_id(999), "revenue": 1})).await,
        ),
        (404, "Not found", get("/nothing-here").await.unwrap()),
        (
            409,
            "Conflict",
            world.post("update_tags", json!({"call_log_id": id, "remove": "a", "transaction_id": "t"})).await,
        ),
        (413, "Payload too large", world.post_text("call_data", &"x".repeat(300_000)).await),
        (
            415,
            "Unsupported media type",
            answer(world.client.post(world.webhook_on(0, "call_data")).body("a=b")).await.unwrap(),
        ),
    ];
    for path in ["/call-data", "/v1/calls", "/healthz"] {
        let url = format!("http://{}{path}", world.nodes[0].address);
        errors.push((405, "Method not allowed", answer(world.client.delete(url)).await.unwrap()));
    }
    world.set("call_data", json!({"rate_limit": {"count": 1, "per": "day"}})).await;
    errors.push((429, "Rate limited", world.post("call_data", json!({"caller_id": "+13105559876"})).await));
    // A row that can't be read is the server's own error.
    world.post("update_tags", json!({"call_log_id": id, "add": {"a": 1}})).await;
    world.execute("UPDATE call_tags SET tags = 'damaged'").await;
    let own = json!({"call_log_id": id, "add": {"a": 2}});
    errors.push((500, "Server error", world.post("update_tags", own).await));
    world.move_to_another_organization();
    errors.push((
        403,
        "Forbidden",
        world.post("update_revenue", json!({"call_log_id": id, "revenue": 1})).await,
    ));
    for (status, title, error) in &errors {
        let body = error.json();
        assert_eq!((error.status, body["error"].as_str()), (*status, Some(*title)), "{}", error.body);
        assert_eq!(body["success"], false);
        assert!(body["code"].is_string() && body["message"].as_str().unwrap().len() > 20, "{}", error.body);
        assert_eq!(error.header("x-request-id"), body["request_id"].as_str(), "{}", error.body);
        assert_eq!(error.header("content-type"), Some("application/json"));
        assert_eq!(error.header("cache-control"), Some("no-store"));
        assert!(!error.body.contains("damaged"), "an inner error says nothing of the inside");
    }
    assert!(errors[0].2.body.contains("Missing caller_id parameter"), "{}", errors[0].2.body);
    assert!(errors[3].2.body.contains("Call log not found"), "{}", errors[3].2.body);
}

async fn pages_may_send_from_the_browser(engine: Engine) {
    let world = TestWorld::start(engine).await;
    for kind in ["call_data", "update_revenue", "update_tags", "update_fields"] {
        let asked = world
            .client
            .request(Method::OPTIONS, world.webhook_on(0, kind))
            .header("origin", "https://shop.example")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type");
        let allowed = answer(asked).await.unwrap();
        assert_eq!((allowed.status, allowed.header("access-control-allow-origin")), (204, Some("*")));
        assert_eq!(allowed.header("access-control-allow-headers"), Some("content-type"));
        assert_eq!(allowed.header("access-control-allow-credentials"), None);
        assert_eq!(allowed.header("cache-control"), Some("no-store"));
    }
    for name in ["sec-purpose", "purpose"] {
        let url = format!("{}&caller_id=%2B13105559876", world.webhook_on(0, "call_data"));
        let prefetch = answer(world.client.get(url).header(name, "prefetch;prerender")).await.unwrap();
        assert_eq!((prefetch.status, &prefetch.json()["code"]), (403, &json!("prefetch_refused")));
    }
    assert_eq!(world.count("SELECT COUNT(*) FROM caller_data").await, 0);
}

async fn only_allowed_origins_may_send_from_the_browser(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let (ours, other) = ("https://shop.example", "https://other.example");
    assert_eq!(world.set("call_data", json!({"allowed_origins": [ours]})).await.status, 200);
    for (origin, status, seen) in [(Some(ours), 200, Some(ours)), (Some(other), 403, None), (None, 200, None)]
    {
        let request = world.client.post(world.webhook_on(0, "call_data"));
        let request = origin.iter().fold(request, |request, origin| request.header("origin", *origin));
        let done = answer(request.json(&json!({"caller_id": "+13105559876"}))).await.unwrap();
        assert_eq!((done.status, done.header("access-control-allow-origin")), (status, seen), "{origin:?}");
        assert_eq!(done.header("access-control-allow-credentials"), None);
    }
    let asked = world.client.request(Method::OPTIONS, world.webhook_on(0, "call_data"));
    let asked = answer(asked.header("origin", other)).await.unwrap();
    assert_eq!((asked.status, asked.header("access-control-allow-origin")), (204, None));
    assert_eq!(world.count("SELECT COUNT(*) FROM caller_data").await, 2);
}
