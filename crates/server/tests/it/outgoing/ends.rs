//! An outgoing webhook that is disabled, deleted, or not wanted any more.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Outgoing, Receiver, Says, id};
use crate::on_both_engines;
use crate::world::Engine;

on_both_engines! {
    what_is_open_is_dropped_with_its_webhook;
    a_receiver_that_is_gone_disables_its_webhook;
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
    let disabled = outgoing.world.api(Method::GET, &path, Value::Null).await.json();
    assert_eq!(disabled["enabled"], false);
    assert!(disabled["disabled_reason"].as_str().unwrap().contains("410"), "{disabled}");
    let log =
        outgoing.world.api(Method::GET, "/v1/audit-log?noun=outgoing_webhook", Value::Null).await.json();
    let entry = &log["entries"][0];
    assert_eq!((&entry["actor"], &entry["action"]), (&json!("server"), &json!("disabled")), "{log}");
    let enabled = outgoing.patch(&webhook, json!({"enabled": true})).await;
    assert_eq!((&enabled["enabled"], &enabled["disabled_reason"]), (&json!(true), &Value::Null));
}
