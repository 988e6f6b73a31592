//! Events that come with time: a call has been connected for so long.

use serde_json::{Value, json};

use super::{Outgoing, Receiver, id};
use crate::on_both_engines;
use crate::world::Engine;

on_both_engines! {
    a_mark_is_told_if_the_call_lasts_so_long;
}

async fn a_mark_is_told_if_the_call_lasts_so_long(engine: Engine) {
    let (mut outgoing, mut receiver) = (Outgoing::start(engine).await, Receiver::start().await);
    let marks = ["call.on_5_secs_mark", "call.on_30_secs_mark", "call.on_60_secs_mark"];
    outgoing.make(&marks, &receiver.url, json!({})).await;
    let call = outgoing.world.live_call("+13105550001").await;
    outgoing.event(&call, json!({"event": "answered"})).await;
    let waiting = outgoing.settled("", "waiting", 3).await;
    assert!(waiting.iter().all(|one| one["attempts_made"] == 0 && one["next_attempt_at"].is_null()));
    let whole = outgoing.delivery(id(&waiting[0])).await;
    assert_eq!((&whole["request"], &whole["attempts"]), (&Value::Null, &json!([])));
    outgoing.step(6);
    let heard = receiver.next().await.json();
    assert_eq!(heard["event"], "call.on_5_secs_mark");
    assert!((5..=30).contains(&heard["connected_seconds"].as_i64().unwrap()), "{heard}");
    outgoing.settled("", "delivered", 1).await;
    // The others wait in the database.
    outgoing.world.nodes.clear();
    outgoing.add_node();
    outgoing.step(35);
    assert_eq!(receiver.next().await.event(), "call.on_30_secs_mark");
    outgoing.world.end_call(&call).await;
    outgoing.step(65);
    let dropped = outgoing.settled("event=call.on_60_secs_mark", "dropped", 1).await.remove(0);
    let error = dropped["last_error"].as_str().unwrap();
    assert!(error.starts_with("The call ended after 3"), "{error}");
    outgoing.settled("", "delivered", 2).await;
    assert_eq!(receiver.count(), 0);
}
