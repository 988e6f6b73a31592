//! What is past its retention goes, with its transaction id; what is not stays.

use serde_json::json;

use crate::on_both_engines;
use crate::world::{Engine, TestWorld, answer, call_id, id_literal};

on_both_engines! {
    an_old_request_goes_with_its_transaction_id;
    an_old_call_goes_with_its_tags_and_timeline;
    calls_stay_for_ever_unless_set;
    a_timeline_number_is_never_given_twice;
}

async fn an_old_request_goes_with_its_transaction_id(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    for id in ["old", "new"] {
        world
            .post(
                "update_revenue",
                json!({"call_log_id": call_id(0), "revenue_paid_out": 5, "transaction_id": id}),
            )
            .await;
    }
    world.nodes.clear();
    // The id of a request of June 2025, when the seeded calls were made.
    let old = match engine {
        Engine::Sqlite => "X'01977420dc007000800000000000aaaa'",
        Engine::Postgres => "'01977420-dc00-7000-8000-00000000aaaa'",
    };
    world.execute(&format!("UPDATE requests SET id = {old} WHERE transaction_id = 'old'")).await;
    world.add_node();
    until(&world, "SELECT COUNT(*) FROM requests", 1).await;
    let repeat = json!({"call_log_id": call_id(0), "revenue_paid_out": 5, "transaction_id": "new"});
    assert_eq!(world.post("update_revenue", repeat).await.header("idempotent-replayed"), Some("true"));
    let forgotten = json!({"call_log_id": call_id(0), "revenue_paid_out": 6, "transaction_id": "old"});
    assert_eq!(world.post("update_revenue", forgotten).await.header("idempotent-replayed"), None);
}

async fn an_old_call_goes_with_its_tags_and_timeline(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    // The seeded calls ended in June 2025. Some have a history; one is still live; one began then and
    // ended only now; one is new.
    for index in 0..3 {
        world.post("update_tags", json!({"call_log_id": call_id(index), "add": {"a": 1}})).await;
        world.post("update_revenue", json!({"call_log_id": call_id(index), "revenue": 5})).await;
    }
    let (long, live) = (world.live_call("+13105559876").await, call_id(1));
    world.end_call(&long).await;
    let new = world.live_call("+12125550000").await;
    world.end_call(&new).await;
    world.nodes.clear();
    let id = |id: &str| id_literal(engine, id);
    let old = "01977420-dc00-7000-8000-00000000aaaa";
    for (table, column) in [("calls", "id"), ("timeline", "call_id"), ("call_tags", "call_id")] {
        world
            .execute(&format!("UPDATE {table} SET {column} = {} WHERE {column} = {}", id(old), id(&long)))
            .await;
    }
    world.execute(&format!("UPDATE calls SET status = 1, ended_at = NULL WHERE id = {}", id(&live))).await;

    world.add_node_with(&[("HOOKLINE_CALLS_DAYS", "30")]);
    until(&world, "SELECT COUNT(*) FROM calls", 3).await;
    for kept in [old, live.as_str(), new.as_str()] {
        let call = world.call(kept).await;
        assert!(!call["timeline"].as_array().unwrap().is_empty(), "{kept} is whole: {call}");
    }
    assert_eq!(world.call(&live).await["timeline"].as_array().unwrap().len(), 2);
    assert_eq!(world.count("SELECT COUNT(*) FROM timeline").await, 6);
    assert_eq!(world.count("SELECT COUNT(*) FROM call_tags").await, 3);
    let gone = world.post("update_revenue", json!({"call_log_id": call_id(0), "revenue": 1})).await;
    assert_eq!(gone.status, 404, "{}", gone.body);
}

async fn calls_stay_for_ever_unless_set(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    world.execute("UPDATE webhook_keys SET expires_at = 1").await;
    world.nodes.clear();
    world.add_node();
    // These go last in a round, after the calls' turn.
    until(&world, "SELECT COUNT(*) FROM webhook_keys", 0).await;
    assert_eq!(world.count("SELECT COUNT(*) FROM calls").await, 20);
}

/// The newest entry outstays its time with its call: SQLite counts on from it.
async fn a_timeline_number_is_never_given_twice(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    for value in ["one", "two"] {
        world.post("update_tags", json!({"call_log_id": call_id(0), "add": {"a": value}})).await;
    }
    let newest = world.count("SELECT MAX(seq) FROM timeline").await;
    world.nodes.clear();
    world.add_node_with(&[("HOOKLINE_CALLS_DAYS", "30")]);
    until(&world, "SELECT COUNT(*) FROM calls", 1).await;
    world.nodes.clear();
    world.add_node();
    world.live_call("+13105559876").await;
    assert!(world.count("SELECT MAX(seq) FROM timeline").await > newest, "a stream would miss it");
}

/// Looks until upkeep, which runs at once when a server starts, has left this many.
async fn until(world: &TestWorld, sql: &str, wanted: i64) {
    let alive = format!("http://{}/healthz", world.nodes[0].address);
    for look in 0.. {
        let found = world.count(sql).await;
        if found == wanted {
            return;
        }
        assert!(look < 10_000, "{sql}: {found}");
        assert_eq!(answer(world.client.get(&alive)).await.unwrap().status, 200);
    }
}
