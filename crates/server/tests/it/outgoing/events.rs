//! Which events are told, to whom, and how often.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::json;

use super::{Outgoing, Receiver, id};
use crate::on_both_engines;
use crate::world::Engine;

on_both_engines! {
    every_event_of_a_call_is_told_once;
    only_who_listens_is_told_and_only_what_comes_after;
}

const ALL: [&str; 6] =
    ["call.incoming", "call.connected", "call.hangup", "call.failure", "call.completed", "call.converted"];

async fn every_event_of_a_call_is_told_once(engine: Engine) {
    let (outgoing, mut receiver) = (Outgoing::start(engine).await, Receiver::start().await);
    let world = &outgoing.world;
    outgoing.make(&ALL, &receiver.url, json!({})).await;
    let call = world.live_call("+13105559876").await;
    let first = receiver.next().await.json();
    assert_eq!((&first["event"], &first["call_log_id"]), (&json!("call.incoming"), &json!(call)));
    assert_eq!((&first["caller_id"], &first["answered_at"]), (&json!("+13105559876"), &json!(null)));
    outgoing.event(&call, json!({"event": "answered", "target": "sales"})).await;
    let connected = receiver.next().await.json();
    assert_eq!((&connected["event"], &connected["target_name"]), (&json!("call.connected"), &json!("sales")));
    world.end_call(&call).await;
    let ended: BTreeSet<String> = receiver.take(2).await.iter().map(|heard| heard.event()).collect();
    assert_eq!(ended, BTreeSet::from(["call.completed".to_owned(), "call.hangup".to_owned()]));
    let revenue = world.post("update_revenue", json!({"call_log_id": call, "revenue_paid_out": 12.5})).await;
    assert_eq!(revenue.status, 200, "{}", revenue.body);
    let converted = receiver.next().await.json();
    assert_eq!(
        (&converted["event"], &converted["revenue_paid_out"], &converted["converted"]),
        (&json!("call.converted"), &json!(12.5), &json!(true))
    );
    for fields in [json!({"converted": false}), json!({"converted": true})] {
        let changed = world.post("update_fields", json!({"call_log_id": call, "fields": fields})).await;
        assert_eq!(changed.status, 200, "{}", changed.body);
    }
    let failed = world.live_call("+13105559877").await;
    outgoing.event(&failed, json!({"event": "ended", "failed": true})).await;
    let heard: BTreeSet<String> = receiver.take(3).await.iter().map(|heard| heard.event()).collect();
    let expected = ["call.failure", "call.hangup", "call.incoming"].map(str::to_owned);
    assert_eq!(heard, BTreeSet::from(expected));
    // What came after has been told, so what was before would have been.
    assert_eq!(outgoing.settled(&format!("call_log_id={call}"), "delivered", 5).await.len(), 5);
    assert_eq!(outgoing.settled(&format!("call_log_id={failed}"), "delivered", 3).await.len(), 3);
    assert_eq!(receiver.count(), 0);
}

async fn only_who_listens_is_told_and_only_what_comes_after(engine: Engine) {
    let (outgoing, mut receiver) = (Outgoing::start(engine).await, Receiver::start().await);
    let world = &outgoing.world;
    world.live_call("+13105550001").await;
    let url = |name: &str| format!("{}/{name}?call=[CALL_ID]", receiver.url);
    let campaign = world.api(Method::POST, "/v1/campaigns", json!({"name": "Solar"})).await.json();
    let body = json!({"phone_number": "+18885550177", "campaign_id": id(&campaign)});
    assert_eq!(world.api(Method::POST, "/v1/numbers", body).await.status, 201);
    let all = outgoing.make(&["call.incoming"], &url("all"), json!({})).await;
    outgoing.make(&["call.incoming"], &url("solar"), json!({"campaigns": [id(&campaign)]})).await;
    outgoing.make(&["call.hangup"], &url("hangup"), json!({})).await;
    outgoing.make(&["call.incoming"], &url("off"), json!({"enabled": false})).await;
    let other = world.live_call("+13105550002").await;
    assert_eq!(receiver.next().await.line, format!("POST /all?call={other} HTTP/1.1"));
    let started = json!({"caller": "+13105550003", "dialed": "+18885550177"});
    let solar = world.api(Method::POST, "/v1/calls", started).await.json()["call_log_id"].clone();
    let lines: BTreeSet<String> = receiver.take(2).await.into_iter().map(|heard| heard.line).collect();
    let line = |name: &str| format!("POST /{name}?call={} HTTP/1.1", solar.as_str().unwrap());
    assert_eq!(lines, BTreeSet::from([line("all"), line("solar")]));
    // What happens while one is disabled is not told later.
    outgoing.patch(&all, json!({"enabled": false})).await;
    world.live_call("+13105550004").await;
    outgoing.patch(&all, json!({"enabled": true})).await;
    let last = world.live_call("+13105550005").await;
    assert_eq!(receiver.next().await.line, format!("POST /all?call={last} HTTP/1.1"));
    outgoing.settled("", "delivered", 4).await;
    assert_eq!(outgoing.deliveries("").await.len(), 4);
}
