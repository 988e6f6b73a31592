//! A receiver that fails is told again, later and later, and the last failure can be replayed.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{Outgoing, Receiver, Says, id};
use crate::on_both_engines;
use crate::world::Engine;

on_both_engines! {
    what_failed_is_sent_again_as_it_was_until_the_last_attempt_and_by_hand;
    a_receiver_that_is_silent_moved_or_private_is_not_delivered_to;
    a_receiver_can_put_us_off;
    a_slow_receiver_holds_up_nobody_else;
}

async fn what_failed_is_sent_again_as_it_was_until_the_last_attempt_and_by_hand(engine: Engine) {
    let (outgoing, mut receiver) = (Outgoing::start(engine).await, Receiver::start().await);
    receiver.say(Says::Status(500));
    outgoing.make(&["call.incoming"], &receiver.url, json!({"attempts_max": 3})).await;
    let call = outgoing.world.live_call("+13105550001").await;
    let first = receiver.next().await;
    let failed = outgoing.attempted("", 1).await;
    assert_eq!((&failed["state"], &failed["last_status"]), (&json!("pending"), &json!(500)));
    assert!(failed["last_error"].as_str().unwrap().contains("500"), "{failed}");
    assert!(failed["next_attempt_at"].is_string());
    // What becomes of the call meanwhile changes nothing of what is sent.
    outgoing.world.end_call(&call).await;
    outgoing.step(7);
    let second = receiver.next().await;
    assert_eq!((first.id(), &first.body, &first.line), (second.id(), &second.body, &second.line));
    outgoing.attempted("", 2).await;
    receiver.say(Says::Status(404));
    outgoing.step(60);
    let third = receiver.next().await;
    assert_eq!(third.id(), first.id());
    let given_up = outgoing.settled("", "failed", 1).await.remove(0);
    assert_eq!((&given_up["attempts_made"], &given_up["next_attempt_at"]), (&json!(3), &Value::Null));
    let whole = outgoing.delivery(id(&given_up)).await;
    let statuses: Vec<&Value> =
        whole["attempts"].as_array().unwrap().iter().map(|one| &one["status"]).collect();
    assert_eq!(statuses, [500, 500, 404]);
    assert_eq!(whole["attempts"][0]["response"], "said");
    assert_eq!(whole["request"]["body"], first.body);
    receiver.say(Says::Status(200));
    let path = format!("/v1/deliveries/{}/replay", id(&given_up));
    let replay = outgoing.world.api(Method::POST, &path, Value::Null).await.json();
    assert_eq!((&replay["state"], &replay["replay_of"]), (&json!("pending"), &given_up["id"]));
    let again = receiver.next().await;
    assert_eq!((again.id(), &again.body), (id(&replay), &first.body));
    let delivered = outgoing.settled(&format!("call_log_id={call}"), "delivered", 1).await;
    assert_eq!(delivered.len(), 2);
    assert_eq!(id(&delivered[0]), id(&replay));
    assert!(delivered[0]["delivered_at"].is_string());
}

async fn a_receiver_that_is_silent_moved_or_private_is_not_delivered_to(engine: Engine) {
    let (mut outgoing, receiver) = (Outgoing::start(engine).await, Receiver::start().await);
    let webhook = outgoing.make(&["call.incoming"], &receiver.url, json!({"timeout_seconds": 1})).await;
    receiver.say(Says::Nothing);
    let call = outgoing.world.live_call("+13105550001").await;
    let silent = outgoing.attempted(&format!("call_log_id={call}"), 1).await;
    assert_eq!((&silent["state"], &silent["last_status"]), (&json!("pending"), &Value::Null));
    assert!(silent["last_error"].as_str().unwrap().starts_with("No answer within 1 s"), "{silent}");
    receiver.say(Says::Status(200));
    outgoing.step(7);
    outgoing.settled("", "delivered", 1).await;
    let mut forbidden = Receiver::start().await;
    receiver.say(Says::MovedTo(forbidden.url.clone()));
    let call = outgoing.world.live_call("+13105550002").await;
    let moved = outgoing.attempted(&format!("call_log_id={call}"), 1).await;
    assert_eq!(moved["last_status"], 302);
    assert!(moved["last_error"].as_str().unwrap().contains("redirects"), "{moved}");
    for url in
        ["http://127.0.0.2:9/", "http://localhost:9/", "http://169.254.169.254/latest", "http://[::1]:9/"]
    {
        outgoing.patch(&webhook, json!({"url": url})).await;
        let call = outgoing.world.live_call("+13105550003").await;
        let refused = outgoing.attempted(&format!("call_log_id={call}"), 1).await;
        let error = refused["last_error"].as_str().unwrap();
        // This machine's name has an address that is allowed here.
        if !url.contains("localhost") {
            assert!(error.contains("HOOKLINE_OUTBOUND_ALLOW_PRIVATE"), "{url}: {error}");
        }
    }
    // Without the operator's word not even this one.
    outgoing.world.nodes.clear();
    outgoing.world.add_node_with(&[("HOOKLINE_SECRET", super::SERVER_SECRET)]);
    let call = outgoing.world.live_call("+13105550004").await;
    let refused = outgoing.attempted(&format!("call_log_id={call}"), 1).await;
    assert!(refused["last_error"].is_string(), "{refused}");
    assert_eq!(forbidden.count(), 0);
}

async fn a_receiver_can_put_us_off(engine: Engine) {
    let (outgoing, mut receiver) = (Outgoing::start(engine).await, Receiver::start().await);
    receiver.say(Says::StatusWith(429, "Retry-After: 100".to_owned()));
    outgoing.make(&["call.incoming"], &receiver.url, json!({})).await;
    outgoing.world.live_call("+13105550001").await;
    receiver.next().await;
    let put_off = outgoing.attempted("", 1).await;
    let seconds = |name: &str| -> i64 {
        put_off[name].as_str().unwrap().parse::<hookline_domain::time::Timestamp>().unwrap().0 / 1_000_000
    };
    assert!((99..=130).contains(&(seconds("next_attempt_at") - seconds("created_at"))), "{put_off}");
    receiver.say(Says::Status(204));
    outgoing.step(131);
    outgoing.settled("", "delivered", 1).await;
}

async fn a_slow_receiver_holds_up_nobody_else(engine: Engine) {
    let (outgoing, mut slow, mut quick) =
        (Outgoing::start(engine).await, Receiver::start().await, Receiver::start().await);
    slow.say(Says::Late(Duration::from_secs(20)));
    outgoing.make(&["call.incoming"], &slow.url, json!({"timeout_seconds": 30})).await;
    outgoing.make(&["call.incoming"], &quick.url, json!({})).await;
    for number in 0..40 {
        outgoing.world.live_call(&format!("+131055501{number:02}")).await;
    }
    quick.take(40).await;
    // It is asked so many at a time, and the others wait for it.
    assert_eq!(slow.take(16).await.len(), 16);
    assert_eq!(slow.count(), 0);
}
