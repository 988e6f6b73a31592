//! SPEC 1.7: a transaction id has one effect and one answer.

use serde_json::json;

use crate::on_both_engines;
use crate::world::{Engine, TestWorld, answer, call_id};

on_both_engines! {
    a_repeat_gets_the_same_bytes_and_no_second_effect;
    an_error_burns_no_id;
    many_at_once_have_one_effect;
}

async fn a_repeat_gets_the_same_bytes_and_no_second_effect(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    let body = json!({"call_log_id": call_id(0), "revenue_paid_out": 10, "transaction_id": "t-1"});
    let first = world.post("update_revenue", body.clone()).await;
    assert_eq!((first.status, first.header("idempotent-replayed")), (200, None));
    for restart in [false, true] {
        if restart {
            world.crash_and_restart();
        }
        let again = world.post("update_revenue", body.clone()).await;
        assert_eq!((again.status, &again.body), (200, &first.body));
        assert_eq!(
            (again.header("idempotent-replayed"), again.header("idempotent-mismatch")),
            (Some("true"), None)
        );
    }
    let other = world
        .post(
            "update_revenue",
            json!({"call_log_id": call_id(1), "revenue_paid_out": 99, "transaction_id": "t-1"}),
        )
        .await;
    assert_eq!((&other.body, other.header("idempotent-mismatch")), (&first.body, Some("true")));
    let header = world.client.post(world.webhook_on(0, "update_revenue")).header("idempotency-key", "t-1");
    let by_header =
        answer(header.json(&json!({"call_log_id": call_id(0), "revenue_paid_out": 10}))).await.unwrap();
    assert_eq!((&by_header.body, by_header.header("idempotent-replayed")), (&first.body, Some("true")));
    let other_type = world
        .post("update_tags", json!({"call_log_id": call_id(0), "add": {"a": 1}, "transaction_id": "t-1"}))
        .await;
    assert_eq!((other_type.status, other_type.json()["code"].as_str()), (409, Some("transaction_id_reused")));
    assert_eq!(world.count("SELECT COUNT(*) FROM timeline").await, 1);
    assert_eq!(world.count("SELECT COUNT(*) FROM requests WHERE mismatch").await, 1);
}

async fn an_error_burns_no_id(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let missing = world
        .post(
            "update_revenue",
            json!({"call_log_id": call_id(999), "revenue_paid_out": 1, "transaction_id": "t"}),
        )
        .await;
    assert_eq!(missing.status, 404);
    let done = world
        .post(
            "update_revenue",
            json!({"call_log_id": call_id(0), "revenue_paid_out": 1, "transaction_id": "t"}),
        )
        .await;
    assert_eq!((done.status, done.header("idempotent-replayed")), (200, None), "{}", done.body);
}

async fn many_at_once_have_one_effect(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    if engine == Engine::Postgres {
        world.add_node();
    }
    let body = json!({"call_log_id": call_id(0), "revenue_paid_out": 7, "transaction_id": "same"});
    let urls: Vec<String> =
        (0..64).map(|index| world.webhook_on(index % world.nodes.len(), "update_revenue")).collect();
    let answers = futures_util::future::join_all(urls.iter().map(|url| world.try_post(url, &body))).await;
    let mut first = 0;
    for one in answers {
        let one = one.unwrap();
        match (one.status, one.header("idempotent-replayed")) {
            (200, None) => first += 1,
            (200, Some("true")) => {}
            (409, _) => assert_eq!(one.json()["code"], "transaction_in_progress"),
            other => panic!("{other:?}: {}", one.body),
        }
    }
    assert_eq!(first, 1);
    assert_eq!(world.count("SELECT COUNT(*) FROM timeline").await, 1);
}
