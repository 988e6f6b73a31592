//! A database that was restored into another PostgreSQL cluster, where transaction numbers begin anew.

use serde_json::json;

use super::{Outgoing, Receiver};
use crate::on_both_engines;
use crate::world::Engine;

on_both_engines! {
    events_are_told_after_what_is_documented_was_run;
}

const OPERATIONS: &str = include_str!("../../../../../docs/operations.md");
/// As a cluster that has done much has them.
const LEFT_BEHIND: [&str; 4] = [
    "UPDATE timeline SET tx = tx + 900000000000",
    "UPDATE delivery_progress SET cursor = '900000000000-5'",
    "UPDATE outgoing_webhooks SET since = '900000000000-5'",
    "UPDATE report_progress SET cursor = '900000000000-5'",
];

async fn events_are_told_after_what_is_documented_was_run(engine: Engine) {
    // SQLite's numbers are in the file.
    if engine == Engine::Sqlite {
        return;
    }
    let (mut outgoing, mut receiver) = (Outgoing::start(engine).await, Receiver::start().await);
    outgoing.make(&["call.incoming"], &receiver.url, json!({})).await;
    outgoing.world.live_call("+13105550001").await;
    receiver.next().await;
    outgoing.settled("", "delivered", 1).await;
    outgoing.world.nodes.clear();
    for statement in LEFT_BEHIND {
        outgoing.world.execute(statement).await;
    }
    let block = OPERATIONS.split("```sql\n").nth(1).and_then(|rest| rest.split("```").next());
    let statements: Vec<&str> = block.unwrap().lines().map(|line| line.trim_end_matches(';')).collect();
    assert_eq!(statements.len(), LEFT_BEHIND.len());
    for statement in statements {
        outgoing.world.execute(statement).await;
    }
    outgoing.add_node();
    let call = outgoing.world.live_call("+13105550002").await;
    assert_eq!(receiver.next().await.json()["call_log_id"], json!(call));
    let places = "SELECT COUNT(*) FROM delivery_progress WHERE cursor LIKE '9000%'";
    assert_eq!(outgoing.world.count(places).await, 0);
    assert_eq!(receiver.count(), 0);
}
