//! Each event makes one delivery on any number of nodes, and a killed node loses none.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::{MUCH_LATER, Outgoing, Receiver, Says};
use crate::on_both_engines;
use crate::world::{Engine, answer};

on_both_engines! {
    many_nodes_make_each_delivery_once;
    a_killed_node_loses_no_delivery;
    a_server_that_stops_finishes_what_it_sends;
    what_does_not_end_in_time_is_sent_by_the_next;
}

const CALLS: usize = 40;
const KILLS: usize = 5;

async fn start_calls(outgoing: &Outgoing) {
    let world = &outgoing.world;
    let calls = (0..CALLS).map(|number| {
        let node = &world.nodes[number % world.nodes.len()];
        let body = json!({"caller": format!("+131055502{number:02}"), "dialed": "+18885550100"});
        let request = world.client.post(format!("http://{}/v1/calls", node.address));
        answer(request.bearer_auth(world.keys["api_key"].as_str().unwrap()).json(&body))
    });
    for started in futures_util::future::join_all(calls).await {
        assert_eq!(started.unwrap().status, 201);
    }
}

async fn many_nodes_make_each_delivery_once(engine: Engine) {
    let (mut outgoing, mut receiver) = (Outgoing::start(engine).await, Receiver::start().await);
    if engine == Engine::Postgres {
        outgoing.add_node();
        outgoing.add_node();
    }
    outgoing.make(&["call.incoming", "call.hangup"], &receiver.url, json!({})).await;
    start_calls(&outgoing).await;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for heard in receiver.take(CALLS).await {
        *counts.entry(heard.json()["call_log_id"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    assert_eq!(counts.len(), CALLS, "{counts:?}");
    outgoing.settled("", "delivered", CALLS).await;
    assert_eq!(outgoing.deliveries("limit=200").await.len(), CALLS);
    assert_eq!(receiver.count(), 0);
}

async fn a_killed_node_loses_no_delivery(engine: Engine) {
    let (mut outgoing, mut receiver) = (Outgoing::start(engine).await, Receiver::start().await);
    outgoing.make(&["call.incoming"], &receiver.url, json!({"timeout_seconds": 30})).await;
    for kill in 0..KILLS {
        // Some are on their way, some wait, some are told and not settled; perhaps not all are made yet.
        receiver.say(if kill % 2 == 0 { Says::Nothing } else { Says::Status(200) });
        start_calls(&outgoing).await;
        receiver.take(1 + kill * 3).await;
        outgoing.world.nodes.clear();
        receiver.count();
        outgoing.add_node();
    }
    receiver.say(Says::Status(200));
    outgoing.step(MUCH_LATER);
    outgoing.settled("", "delivered", CALLS * KILLS).await;
    let one_each = "SELECT COUNT(DISTINCT call_id) FROM deliveries";
    assert_eq!(outgoing.world.count(one_each).await, i64::try_from(CALLS * KILLS).unwrap());
    assert_eq!(outgoing.deliveries("limit=200").await.len(), CALLS * KILLS);
}

async fn a_server_that_stops_finishes_what_it_sends(engine: Engine) {
    let (mut outgoing, mut receiver) = (Outgoing::start(engine).await, Receiver::start().await);
    receiver.say(Says::Late(Duration::from_millis(700)));
    outgoing.make(&["call.incoming"], &receiver.url, json!({})).await;
    outgoing.world.live_call("+13105550001").await;
    let sent = receiver.next().await;
    stop(&mut outgoing).await;
    outgoing.add_node();
    let path = format!("/v1/deliveries/{}", sent.id());
    let delivery = outgoing.world.api(Method::GET, &path, json!(null)).await.json();
    assert_eq!(
        (&delivery["state"], &delivery["attempts_made"]),
        (&json!("delivered"), &json!(1)),
        "{delivery}"
    );
    assert_eq!(receiver.count(), 0);
}

/// Tells the first server to stop, and waits until it has.
async fn stop(outgoing: &mut Outgoing) {
    let mut node = outgoing.world.nodes.remove(0);
    let pid = rustix::process::Pid::from_child(&node.child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    let ended = tokio::task::spawn_blocking(move || node.child.wait().unwrap()).await.unwrap();
    assert!(ended.success(), "{ended:?}");
}

async fn what_does_not_end_in_time_is_sent_by_the_next(engine: Engine) {
    let (mut outgoing, mut receiver) = (Outgoing::start(engine).await, Receiver::start().await);
    outgoing.world.nodes.clear();
    outgoing.add_node_with(&[("HOOKLINE_DRAIN_SECONDS", "1")]);
    receiver.say(Says::Nothing);
    outgoing.make(&["call.incoming"], &receiver.url, json!({"timeout_seconds": 30})).await;
    outgoing.world.live_call("+13105550001").await;
    let first = receiver.next().await;
    stop(&mut outgoing).await;
    receiver.say(Says::Status(200));
    outgoing.add_node();
    // At once, and not when the claim of the one before ends.
    assert_eq!(receiver.next().await.id(), first.id());
    let delivered = outgoing.settled("", "delivered", 1).await;
    assert_eq!(delivered[0]["attempts_made"], 1);
}
