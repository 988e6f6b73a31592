//! What is too large or too slow harms nobody else.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{Outgoing, Receiver, Says, id};
use crate::on_both_engines;
use crate::world::Engine;

on_both_engines! {
    a_request_that_grows_too_large_fails_and_says_so;
    many_slow_receivers_hold_up_nobody_else;
}

/// Longer than a request to a quick receiver takes, and much shorter than a slow one is waited for.
const SOON: Duration = Duration::from_secs(15);

async fn a_request_that_grows_too_large_fails_and_says_so(engine: Engine) {
    let (outgoing, mut receiver) = (Outgoing::start(engine).await, Receiver::start().await);
    let defined = json!({"key": "lead", "label": "Lead"});
    let defined = outgoing.world.api(Method::POST, "/v1/custom-tags", defined).await;
    assert_eq!(defined.status, 201, "{}", defined.body);
    let raw = json!({"type": "raw", "content_type": "text/plain", "template": "[LEAD]".repeat(200)});
    let large = outgoing.make(&["call.incoming"], &receiver.url, json!({"body": raw})).await;
    outgoing.make(&["call.incoming"], &receiver.url, json!({})).await;
    outgoing.world.post("call_data", json!({"caller_id": "+13105559876", "lead": "x".repeat(4_000)})).await;
    let call = outgoing.world.live_call("+13105559876").await;
    assert_eq!(receiver.next().await.json()["call_log_id"], json!(call));
    let failed =
        outgoing.settled(&format!("outgoing_webhook_id={}", id(&large)), "failed", 1).await.remove(0);
    assert_eq!((&failed["attempts_made"], &failed["next_attempt_at"]), (&json!(0), &Value::Null));
    assert!(failed["last_error"].as_str().unwrap().contains("more than 256 KiB"), "{failed}");
    assert_eq!(outgoing.delivery(id(&failed)).await["request"], Value::Null);
    let traffic = outgoing.world.api(Method::GET, "/v1/outgoing-webhooks/traffic", Value::Null).await.json();
    let all = traffic["outgoing_webhooks"].as_array().unwrap();
    let of = all.iter().find(|one| one["outgoing_webhook_id"] == large["id"]).unwrap();
    assert_eq!((&of["deliveries"], &of["failed"]), (&json!(1), &json!(1)));
    let path = format!("/v1/outgoing-webhooks/{}", id(&large));
    let asked = json!({"event": "call.incoming", "call_log_id": call});
    let tried = outgoing.world.api(Method::POST, &format!("{path}/test"), asked).await;
    assert_eq!((tried.status, tried.json()["code"].as_str()), (400, Some("request_too_large")));
    // Of a form its fields count together.
    let field = |number| json!({"name": format!("f{number}"), "value": "[LEAD]".repeat(2)});
    let form = json!({"type": "form", "fields": (0..101).map(field).collect::<Vec<_>>()});
    let refused = outgoing.world.api(Method::PATCH, &path, json!({"body": form})).await;
    assert_eq!((refused.status, refused.json()["field"].as_str()), (400, Some("body.fields")));
    assert_eq!(receiver.count(), 0);
}

async fn many_slow_receivers_hold_up_nobody_else(engine: Engine) {
    let (outgoing, mut slow, mut quick) =
        (Outgoing::start(engine).await, Receiver::start().await, Receiver::start().await);
    slow.say(Says::Nothing);
    for _ in 0..8 {
        outgoing.make(&["call.incoming"], &slow.url, json!({"timeout_seconds": 30})).await;
    }
    for number in 0..20 {
        outgoing.world.live_call(&format!("+131055501{number:02}")).await;
    }
    // They have had all the places they get.
    slow.take(30).await;
    outgoing.make(&["call.incoming"], &quick.url, json!({})).await;
    for number in 0..20 {
        outgoing.world.live_call(&format!("+131055502{number:02}")).await;
    }
    tokio::time::timeout(SOON, quick.take(20)).await.expect("it does not wait for the slow ones");
}
