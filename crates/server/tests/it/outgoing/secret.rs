//! The server's secret: where it comes from, and what becomes of deliveries without it.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ALLOWED, Outgoing, Receiver, id};
use crate::on_both_engines;
use crate::world::{Engine, TestWorld};

on_both_engines! {
    a_server_without_its_secret_says_what_to_do;
    a_secret_header_stays_and_can_be_replaced;
}

async fn a_server_without_its_secret_says_what_to_do(engine: Engine) {
    let mut receiver = Receiver::start().await;
    let new = json!({"name": "CRM", "events": ["call.incoming"], "url": receiver.url,
        "headers": [{"name": "Authorization", "value": "Bearer of-the-crm", "secret": true}]});
    if engine == Engine::Postgres {
        let world = TestWorld::start(engine).await;
        let refused = world.api(Method::POST, "/v1/outgoing-webhooks", new).await;
        assert_eq!(
            (refused.status, refused.json()["code"].as_str().unwrap()),
            (409, "server_secret_missing")
        );
        assert!(refused.body.contains("HOOKLINE_SECRET_FILE"), "{}", refused.body);
        return;
    }
    let mut outgoing = Outgoing::start(engine).await;
    let secret = outgoing.world.folder.path().join("hookline.db.secret");
    assert!(!secret.exists(), "made only when it is needed");
    let webhook = outgoing.world.api(Method::POST, "/v1/outgoing-webhooks", new.clone()).await.json();
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&secret).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    outgoing.world.live_call("+13105550001").await;
    assert_eq!(receiver.next().await.headers["authorization"], "Bearer of-the-crm");
    outgoing.world.nodes.clear();
    std::fs::remove_file(&secret).unwrap();
    outgoing.add_node();
    let call = outgoing.world.live_call("+13105550002").await;
    let query = format!("call_log_id={call}");
    let lost = outgoing.attempted(&query, 1).await;
    assert!(lost["last_error"].as_str().unwrap().contains("hookline.db.secret can't be used"), "{lost}");
    // Yet it can be disabled.
    outgoing.patch(&webhook, json!({"enabled": false})).await;
    outgoing.patch(&webhook, json!({"enabled": true})).await;
    let another = outgoing.world.api(Method::POST, "/v1/outgoing-webhooks", new).await;
    assert_eq!((another.status, another.json()["code"].as_str()), (409, Some("server_secret_missing")));
    assert!(!secret.exists(), "nobody makes another in its place");
    // Another secret than before is no better, until everything is set up with it.
    outgoing.world.nodes.clear();
    outgoing.world.add_node_with(&[ALLOWED, ("HOOKLINE_SECRET", super::SERVER_SECRET)]);
    let call = outgoing.world.live_call("+13105550003").await;
    let other = outgoing.attempted(&format!("call_log_id={call}"), 1).await;
    assert!(other["last_error"].as_str().unwrap().contains("another secret"), "{other}");
    let path = format!("/v1/outgoing-webhooks/{}", id(&webhook));
    outgoing.patch(&webhook, json!({"name": "Other"})).await;
    let headers = json!([{"name": "Authorization", "value": "Bearer of-the-crm", "secret": true}]);
    outgoing.patch(&webhook, json!({"headers": headers})).await;
    let rotated = outgoing.world.api(Method::POST, &format!("{path}/rotate-secret"), json!({})).await;
    assert_eq!((rotated.status, &rotated.json()["old_secret_until"]), (200, &Value::Null));
    receiver.count();
    let call = outgoing.world.live_call("+13105550004").await;
    outgoing.settled(&format!("call_log_id={call}"), "delivered", 1).await;
    assert_eq!(receiver.next().await.headers["authorization"], "Bearer of-the-crm");
}

async fn a_secret_header_stays_and_can_be_replaced(engine: Engine) {
    let (outgoing, mut receiver) = (Outgoing::start(engine).await, Receiver::start().await);
    let headers = json!([{"name": "Authorization", "value": "Bearer one-two-three", "secret": true}]);
    let webhook = outgoing.make(&["call.incoming"], &receiver.url, json!({"headers": headers})).await;
    let shown = json!([{"name": "Authorization", "value": null, "secret": true}]);
    assert_eq!(webhook["headers"], shown);
    // What was read is sent back, with another name.
    let mut back = webhook.clone();
    back["name"] = json!("Renamed");
    assert_eq!(outgoing.patch(&webhook, back).await["headers"], shown);
    outgoing.world.live_call("+13105550001").await;
    let heard = receiver.next().await;
    assert_eq!(heard.headers["authorization"], "Bearer one-two-three");
    let whole = outgoing.delivery(heard.id()).await;
    let logged = whole["request"]["headers"].as_array().unwrap();
    assert!(logged.contains(&shown[0]), "{whole}");
    let headers = json!([{"name": "Authorization", "value": "Bearer four", "secret": true}]);
    outgoing.patch(&webhook, json!({"headers": headers})).await;
    outgoing.world.live_call("+13105550002").await;
    assert_eq!(receiver.next().await.headers["authorization"], "Bearer four");
    let unknown = json!({"headers": [{"name": "X-Key", "value": null, "secret": true}]});
    let path = format!("/v1/outgoing-webhooks/{}", id(&webhook));
    let refused = outgoing.world.api(Method::PATCH, &path, unknown).await;
    assert_eq!(
        (refused.status, refused.json()["field"].as_str()),
        (400, Some("headers[0]")),
        "{}",
        refused.body
    );
}
