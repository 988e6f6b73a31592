//! An outgoing webhook whose address changes: what is secret stays with the host that it was set for.

use reqwest::Method;
use serde_json::{Value, json};

use super::{MUCH_LATER, Outgoing, Receiver, Says, id};
use crate::on_both_engines;
use crate::world::Engine;

on_both_engines! {
    a_request_of_an_old_address_is_not_sent_with_new_secrets;
    a_secret_does_not_move_to_another_host;
    a_corrected_webhook_is_not_disabled_by_its_backlog;
}

fn secret(value: &Value) -> Value {
    json!([{"name": "Authorization", "value": value, "secret": true}])
}

async fn a_request_of_an_old_address_is_not_sent_with_new_secrets(engine: Engine) {
    let (outgoing, mut old, mut new) =
        (Outgoing::start(engine).await, Receiver::start().await, Receiver::start().await);
    old.say(Says::Status(500));
    let headers = secret(&json!("Bearer of-the-old"));
    let webhook = outgoing.make(&["call.incoming"], &old.url, json!({"headers": headers})).await;
    let call = outgoing.world.live_call("+13105550001").await;
    assert_eq!(old.next().await.headers["authorization"], "Bearer of-the-old");
    outgoing.attempted("", 1).await;
    let headers = secret(&json!("Bearer of-the-new"));
    outgoing.patch(&webhook, json!({"url": format!("{}/new", new.url), "headers": headers})).await;
    outgoing.step(MUCH_LATER);
    let failed = outgoing.settled("", "failed", 1).await.remove(0);
    assert!(failed["last_error"].as_str().unwrap().contains("another host"), "{failed}");
    assert_eq!((old.count(), new.count()), (0, 0));
    let path = format!("/v1/deliveries/{}/replay", id(&failed));
    let replay = outgoing.world.api(Method::POST, &path, Value::Null).await;
    assert_eq!(replay.status, 200, "{}", replay.body);
    let heard = new.next().await;
    assert_eq!(heard.headers["authorization"], "Bearer of-the-new");
    assert!(heard.line.starts_with("POST /new "), "{}", heard.line);
    assert_eq!((heard.event().as_str(), &heard.json()["call_log_id"]), ("call.incoming", &json!(call)));
    assert_eq!(old.count(), 0);
}

async fn a_secret_does_not_move_to_another_host(engine: Engine) {
    let (outgoing, mut receiver, mut other) =
        (Outgoing::start(engine).await, Receiver::start().await, Receiver::start().await);
    let headers = secret(&json!("Bearer one-two-three"));
    let webhook = outgoing.make(&["call.incoming"], &receiver.url, json!({"headers": headers})).await;
    let path = format!("/v1/outgoing-webhooks/{}", id(&webhook));
    for change in [json!({"url": other.url}), json!({"url": other.url, "headers": secret(&Value::Null)})] {
        let refused = outgoing.world.api(Method::PATCH, &path, change).await;
        assert_eq!((refused.status, refused.json()["field"].as_str()), (400, Some("headers[0].value")));
    }
    // Another path of the same host may have it.
    outgoing.patch(&webhook, json!({"url": format!("{}/other", receiver.url)})).await;
    outgoing.world.api(Method::POST, &format!("{path}/test"), json!({"event": "call.incoming"})).await;
    assert_eq!(receiver.next().await.headers["authorization"], "Bearer one-two-three");
    outgoing.patch(&webhook, json!({"url": other.url, "headers": []})).await;
    let back = outgoing.world.api(Method::PATCH, &path, json!({"headers": secret(&Value::Null)})).await;
    assert_eq!(back.status, 400, "{}", back.body);
    assert_eq!(other.count(), 0);
}

async fn a_corrected_webhook_is_not_disabled_by_its_backlog(engine: Engine) {
    let (outgoing, mut receiver) = (Outgoing::start(engine).await, Receiver::start().await);
    receiver.say(Says::Status(500));
    let webhook = outgoing.make(&["call.incoming"], &format!("{}/old", receiver.url), json!({})).await;
    for caller in ["+13105550001", "+13105550002"] {
        let call = outgoing.world.live_call(caller).await;
        outgoing.attempted(&format!("call_log_id={call}"), 1).await;
    }
    receiver.say(Says::Status(410));
    outgoing.world.live_call("+13105550003").await;
    outgoing.settled("", "failed", 1).await;
    let dropped = outgoing.settled("", "dropped", 2).await;
    assert!(dropped.iter().any(|one| one["last_error"].as_str().is_some_and(|why| why.contains("disabled"))));
    receiver.count();
    let url = format!("{}/new", receiver.url);
    outgoing.patch(&webhook, json!({"url": url, "enabled": true})).await;
    receiver.say(Says::Status(200));
    outgoing.step(MUCH_LATER);
    let call = outgoing.world.live_call("+13105550004").await;
    outgoing.settled(&format!("call_log_id={call}"), "delivered", 1).await;
    let heard = receiver.next().await;
    assert!(heard.line.starts_with("POST /new "), "{}", heard.line);
    assert_eq!(receiver.count(), 0);
    let path = format!("/v1/outgoing-webhooks/{}", id(&webhook));
    let now = outgoing.world.api(Method::GET, &path, Value::Null).await.json();
    assert_eq!(now["enabled"], true);
}
