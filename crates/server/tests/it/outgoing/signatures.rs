//! A receiver can tell that a request is ours, also while the secret changes.

use aws_lc_rs::hmac::{self, HMAC_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Heard, Outgoing, Receiver, id};
use crate::on_both_engines;
use crate::world::Engine;

on_both_engines! {
    a_signature_is_of_the_secret_that_is_in_force_and_of_the_one_before;
}

/// Which of the request's signatures this secret made.
fn signed_by(heard: &Heard, secret: &str) -> Vec<usize> {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    assert_eq!(key.len(), 32);
    let signed = format!("{}.{}.{}", heard.id(), heard.headers["webhook-timestamp"], heard.body);
    let tag = hmac::sign(&hmac::Key::new(HMAC_SHA256, &key), signed.as_bytes());
    let expected = format!("v1,{}", STANDARD.encode(tag));
    let signatures = heard.headers["webhook-signature"].split(' ');
    signatures.enumerate().filter(|(_, one)| *one == expected).map(|(at, _)| at).collect()
}

async fn rotate(outgoing: &Outgoing, webhook: &Value, body: Value) -> String {
    let path = format!("/v1/outgoing-webhooks/{}/rotate-secret", id(webhook));
    let rotated = outgoing.world.api(Method::POST, &path, body).await;
    assert_eq!(rotated.status, 200, "{}", rotated.body);
    rotated.json()["signing_secret"].as_str().unwrap().to_owned()
}

async fn a_signature_is_of_the_secret_that_is_in_force_and_of_the_one_before(engine: Engine) {
    let (mut outgoing, mut receiver) = (Outgoing::start(engine).await, Receiver::start().await);
    let webhook = outgoing.make(&["call.incoming"], &receiver.url, json!({})).await;
    let first = webhook["signing_secret"].as_str().unwrap().to_owned();
    outgoing.world.live_call("+13105550001").await;
    let heard = receiver.next().await;
    assert_eq!(signed_by(&heard, &first), [0]);
    let delivered = outgoing.settled("", "delivered", 1).await;
    assert_eq!(id(&delivered[0]), heard.id());
    let second = rotate(&outgoing, &webhook, json!({"overlap_seconds": 100})).await;
    assert_ne!(first, second);
    // A server that starts derives the same.
    outgoing.world.nodes.clear();
    outgoing.add_node();
    outgoing.world.live_call("+13105550002").await;
    let heard = receiver.next().await;
    assert_eq!((signed_by(&heard, &second), signed_by(&heard, &first)), (vec![0], vec![1]));
    outgoing.step(101);
    outgoing.world.live_call("+13105550003").await;
    let heard = receiver.next().await;
    assert_eq!((signed_by(&heard, &second), signed_by(&heard, &first)), (vec![0], vec![]));
    let third = rotate(&outgoing, &webhook, json!({"overlap_seconds": 0})).await;
    outgoing.world.live_call("+13105550004").await;
    let heard = receiver.next().await;
    assert_eq!((signed_by(&heard, &third), signed_by(&heard, &second)), (vec![0], vec![]));
    let shown = outgoing.world.api(Method::GET, "/v1/outgoing-webhooks", Value::Null).await;
    assert!(!shown.body.contains("whsec_"), "{}", shown.body);
}
