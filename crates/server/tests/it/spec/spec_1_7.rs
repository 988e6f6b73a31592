//! SPEC 1.7: a transaction id has one effect and one answer.

use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::{Connection, PgConnection};

use crate::on_both_engines;
use crate::world::{Engine, TestWorld, answer, call_id, seed};

on_both_engines! {
    a_repeat_gets_the_same_bytes_and_no_second_effect;
    an_error_burns_no_id;
    a_used_id_is_answered_before_its_call_is_looked_for;
    many_at_once_have_one_effect;
    every_type_takes_an_id_in_the_body_the_query_or_the_header;
    a_strict_webhook_reveals_nothing_of_another_payload;
    an_id_is_the_organization_s;
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
    let id = call_id(0);
    world.post("update_tags", json!({"call_log_id": id, "add": {"a": 0}})).await;
    world.execute("UPDATE call_tags SET tags = 'damaged'").await;
    for (body, status) in [
        (json!({"call_log_id": call_id(999), "add": {"a": 1}}), 404),
        (json!({"call_log_id": id}), 400),
        (json!({"call_log_id": id, "add": {"a": 1}}), 500),
    ] {
        let mut body = body;
        body["transaction_id"] = json!("t");
        let failed = world.post("update_tags", body).await;
        assert_eq!(failed.status, status, "{}", failed.body);
    }
    world.execute("DELETE FROM call_tags").await;
    let body = json!({"call_log_id": id, "add": {"a": 1}, "transaction_id": "t"});
    for replayed in [None, Some("true")] {
        let done = world.post("update_tags", body.clone()).await;
        assert_eq!((done.status, done.header("idempotent-replayed")), (200, replayed), "{}", done.body);
    }
}

async fn every_type_takes_an_id_in_the_body_the_query_or_the_header(engine: Engine) {
    let world = TestWorld::start(engine).await;
    for (kind, body) in [
        ("call_data", json!({"caller_id": "+13105559876"})),
        ("update_revenue", json!({"call_log_id": call_id(0), "revenue": 1})),
        ("update_tags", json!({"call_log_id": call_id(0), "add": {"a": 1}})),
        ("update_fields", json!({"call_log_id": call_id(0), "reason": "x"})),
    ] {
        // As long as an id may be.
        let id = format!("{kind}{}", "i".repeat(255 - kind.len()));
        let mut with_id = body.clone();
        with_id["transaction_id"] = json!(id);
        let first = world.post(kind, with_id).await;
        assert_eq!((first.status, first.header("idempotent-replayed")), (200, None), "{}", first.body);
        let by_query = format!("{}&transaction_id={id}", world.webhook_on(0, kind));
        let by_header = world.client.post(world.webhook_on(0, kind)).header("idempotency-key", &id);
        for again in
            [world.try_post(&by_query, &body).await.unwrap(), answer(by_header.json(&body)).await.unwrap()]
        {
            assert_eq!(
                (&again.body, again.header("idempotent-replayed")),
                (&first.body, Some("true")),
                "{kind}"
            );
            assert_eq!(again.header("idempotent-mismatch"), None, "{kind}");
        }
        for wrong in ["i".repeat(256), String::new(), " ".to_owned()] {
            let mut body = body.clone();
            body["transaction_id"] = json!(wrong);
            assert_eq!(world.post(kind, body).await.json()["code"], "invalid_transaction_id");
        }
    }
    assert_eq!(world.count("SELECT COUNT(*) FROM caller_data").await, 1);
    assert_eq!(world.count("SELECT COUNT(*) FROM timeline").await, 3);
}

async fn a_strict_webhook_reveals_nothing_of_another_payload(engine: Engine) {
    let world = TestWorld::start(engine).await;
    world.set("update_revenue", json!({"idempotency": "strict"})).await;
    let body = json!({"call_log_id": call_id(0), "revenue": 43.21, "transaction_id": "t"});
    let first = world.post("update_revenue", body.clone()).await;
    let other = json!({"call_log_id": call_id(1), "revenue": 11, "transaction_id": "t"});
    let refused = world.post("update_revenue", other).await;
    assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("transaction_id_reused")));
    assert!(!refused.body.contains(&call_id(0)) && !refused.body.contains("43.21"), "{}", refused.body);
    let again = world.post("update_revenue", body.clone()).await;
    assert_eq!((&again.body, again.header("idempotent-replayed")), (&first.body, Some("true")));

    let bad_key = format!("http://{}/update-revenue?moja_auth_key=hlw_x", world.nodes[0].address);
    assert_eq!(world.try_post(&bad_key, &body).await.unwrap().status, 401, "401 comes before a replay");
}

async fn an_id_is_the_organization_s(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    let body = json!({"caller_id": "+13105559876", "transaction_id": "t"});
    let first = world.post("call_data", body.clone()).await;
    let made =
        world.api(reqwest::Method::POST, "/v1/webhooks", json!({"type": "call_data", "name": "b"})).await;
    let key = made.json()["key"].as_str().unwrap().to_owned();
    let url = format!("http://{}/call-data?moja_auth_key={key}", world.nodes[0].address);
    let by_another_webhook = world.try_post(&url, &body).await.unwrap();
    assert_eq!(by_another_webhook.body, first.body, "an organization's webhooks of a type share ids");
    world.nodes.clear();
    world.keys = seed(&world.url, 0, 1_000);
    world.add_node();
    let foreign = world.post("call_data", body).await;
    assert_eq!((foreign.status, foreign.header("idempotent-replayed")), (200, None));
    assert_ne!(foreign.body, first.body);
}

/// On PostgreSQL another node may be at it; here the test holds the id as that node would. SQLite has
/// one writer, so there an id is never seen in progress.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_in_progress_is_409_at_once() {
    let world = TestWorld::start(Engine::Postgres).await;
    let mut other = PgConnection::connect(&world.url).await.unwrap();
    let (org,): (uuid::Uuid,) =
        sqlx::query_as("SELECT id FROM organizations").fetch_one(&mut other).await.unwrap();
    let hash = Sha256::new().chain_update(org).chain_update("t").finalize();
    let lock = i64::from_be_bytes(hash[..8].try_into().unwrap());
    sqlx::query("SELECT pg_advisory_lock($1)").bind(lock).execute(&mut other).await.unwrap();
    let body = json!({"call_log_id": call_id(0), "revenue": 1, "transaction_id": "t"});
    let refused = world.post("update_revenue", body.clone()).await;
    assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("transaction_in_progress")));
    other.close().await.unwrap();
    // The lock ends with its session, a moment after the connection: ask the database, then the server.
    let mut asking = PgConnection::connect(&world.url).await.unwrap();
    sqlx::query("SELECT pg_advisory_lock($1)").bind(lock).execute(&mut asking).await.unwrap();
    sqlx::query("SELECT pg_advisory_unlock($1)").bind(lock).execute(&mut asking).await.unwrap();
    let done = world.post("update_revenue", body).await;
    assert_eq!((done.status, done.header("idempotent-replayed")), (200, None), "no id hangs");
}

/// The repeat names a call that there is none of: alone, that would be a 404.
async fn a_used_id_is_answered_before_its_call_is_looked_for(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let body = |call: u64| json!({"call_log_id": call_id(call), "revenue": 5, "transaction_id": "t"});
    let first = world.post("update_revenue", body(0)).await;
    for _ in 0..3 {
        let repeat = world.post("update_revenue", body(999)).await;
        assert_eq!((repeat.status, &repeat.body), (200, &first.body));
        assert_eq!(repeat.header("idempotent-mismatch"), Some("true"));
    }
    assert_eq!(world.count("SELECT COUNT(*) FROM timeline").await, 1);
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
