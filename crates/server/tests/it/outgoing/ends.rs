//! An outgoing webhook that is disabled, deleted, or not wanted any more.

use reqwest::Method;
use serde_json::{Value, json};

use super::{LOOKS_MAX, Outgoing, PAUSE, Receiver, Says, id};
use crate::on_both_engines;
use crate::world::Engine;

on_both_engines! {
    what_is_open_is_dropped_with_its_webhook;
    a_receiver_that_is_gone_disables_its_webhook;
    a_delivery_is_kept_as_long_as_the_request_log;
}

async fn what_is_open_is_dropped_with_its_webhook(engine: Engine) {
    let (outgoing, mut receiver) = (Outgoing::start(engine).await, Receiver::start().await);
    receiver.say(Says::Status(503));
    let disabled = outgoing.make(&["call.incoming"], &receiver.url, json!({})).await;
    let deleted = outgoing.make(&["call.incoming"], &receiver.url, json!({})).await;
    outgoing.world.live_call("+13105550001").await;
    receiver.take(2).await;
    let of = |webhook: &Value| format!("outgoing_webhook_id={}", id(webhook));
    outgoing.attempted(&of(&disabled), 1).await;
    outgoing.attempted(&of(&deleted), 1).await;
    outgoing.patch(&disabled, json!({"enabled": false})).await;
    let path = format!("/v1/outgoing-webhooks/{}", id(&deleted));
    assert_eq!(outgoing.world.api(Method::DELETE, &path, Value::Null).await.status, 200);
    assert_eq!(outgoing.world.api(Method::GET, &path, Value::Null).await.status, 404);
    for (webhook, word) in [(&disabled, "disabled"), (&deleted, "deleted")] {
        let dropped = outgoing.settled(&of(webhook), "dropped", 1).await.remove(0);
        let error = dropped["last_error"].as_str().unwrap();
        assert!(error.contains(&format!("was {word}")), "{error}");
        let path = format!("/v1/deliveries/{}/replay", id(&dropped));
        let replay = outgoing.world.api(Method::POST, &path, Value::Null).await;
        assert_eq!(
            (replay.status, replay.json()["code"].as_str().unwrap()),
            (409, &*format!("outgoing_webhook_{word}"))
        );
    }
    outgoing.step(600);
    outgoing.world.live_call("+13105550002").await;
    let fence = outgoing.make(&["call.incoming"], &receiver.url, json!({})).await;
    outgoing.world.live_call("+13105550003").await;
    outgoing.attempted(&of(&fence), 1).await;
    assert_eq!(receiver.take(1).await.len(), 1);
    assert_eq!(receiver.count(), 0);
}

async fn a_receiver_that_is_gone_disables_its_webhook(engine: Engine) {
    let (outgoing, mut receiver) = (Outgoing::start(engine).await, Receiver::start().await);
    receiver.say(Says::Status(410));
    let webhook = outgoing.make(&["call.incoming"], &receiver.url, json!({})).await;
    outgoing.world.live_call("+13105550001").await;
    receiver.next().await;
    let failed = outgoing.settled("", "failed", 1).await.remove(0);
    assert_eq!((&failed["last_status"], &failed["attempts_made"]), (&json!(410), &json!(1)));
    let path = format!("/v1/outgoing-webhooks/{}", id(&webhook));
    // The settings are read again right after the attempt is written down.
    let mut disabled = Value::Null;
    for _ in 0..LOOKS_MAX {
        disabled = outgoing.world.api(Method::GET, &path, Value::Null).await.json();
        if disabled["enabled"] == false {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    assert_eq!(disabled["enabled"], false);
    assert!(disabled["disabled_reason"].as_str().unwrap().contains("410"), "{disabled}");
    let log =
        outgoing.world.api(Method::GET, "/v1/audit-log?noun=outgoing_webhook", Value::Null).await.json();
    let entry = &log["entries"][0];
    assert_eq!((&entry["actor"], &entry["action"]), (&json!("server"), &json!("disabled")), "{log}");
    let enabled = outgoing.patch(&webhook, json!({"enabled": true})).await;
    assert_eq!((&enabled["enabled"], &enabled["disabled_reason"]), (&json!(true), &Value::Null));
}

async fn a_delivery_is_kept_as_long_as_the_request_log(engine: Engine) {
    const DAY: i64 = 86_400;
    let (mut outgoing, mut receiver) = (Outgoing::start(engine).await, Receiver::start().await);
    outgoing.make(&["call.incoming"], &receiver.url, json!({})).await;
    outgoing.world.live_call("+13105550001").await;
    receiver.next().await;
    outgoing.settled("", "delivered", 1).await;
    receiver.say(Says::Status(500));
    outgoing.step(DAY);
    let open = outgoing.world.live_call("+13105550002").await;
    let open = outgoing.attempted(&format!("call_log_id={open}"), 1).await;
    // Both are older than two days then, but the second has no end yet.
    outgoing.world.nodes.clear();
    outgoing.step(DAY * 3);
    outgoing.add_node_with(&[("HOOKLINE_REQUEST_LOG_DAYS", "2"), ("HOOKLINE_IDEMPOTENCY_DAYS", "1")]);
    for _ in 0..LOOKS_MAX {
        if outgoing.deliveries("").await.len() == 1 {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    assert_eq!(id(&outgoing.deliveries("").await[0]), id(&open));
    let attempts = "SELECT COUNT(DISTINCT delivery_id) FROM delivery_attempts";
    assert_eq!(outgoing.world.count(attempts).await, 1);
}
