//! What is past its retention goes, with its transaction id; what is not stays.

use serde_json::json;

use crate::on_both_engines;
use crate::world::{Engine, TestWorld, answer, call_id};

on_both_engines! {
    an_old_request_goes_with_its_transaction_id;
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
    let alive = format!("http://{}/healthz", world.nodes[0].address);
    for look in 0.. {
        if world.count("SELECT COUNT(*) FROM requests").await == 1 {
            break;
        }
        assert!(look < 10_000, "the old request is still there");
        assert_eq!(answer(world.client.get(&alive)).await.unwrap().status, 200);
    }
    let repeat = json!({"call_log_id": call_id(0), "revenue_paid_out": 5, "transaction_id": "new"});
    assert_eq!(world.post("update_revenue", repeat).await.header("idempotent-replayed"), Some("true"));
    let forgotten = json!({"call_log_id": call_id(0), "revenue_paid_out": 6, "transaction_id": "old"});
    assert_eq!(world.post("update_revenue", forgotten).await.header("idempotent-replayed"), None);
}
