//! SPEC 1.2: which calls an update is for.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::world::{Engine, TestWorld, call_id, id_literal};

on_both_engines! {
    a_call_is_named_by_its_id_or_number_under_any_alias;
    with_both_the_id_wins_and_with_neither_it_is_400;
    another_organization_s_call_is_forbidden_and_an_unknown_one_not_found;
    a_number_reaches_every_call_of_its_lookback;
    a_webhook_can_take_the_latest_call_or_the_only_one;
    a_number_of_more_than_a_thousand_calls_is_refused;
    a_number_is_normalized_also_when_its_plus_is_lost;
}

const CALLER: &str = "+13105559876";
const DAY_MICROS: i64 = 86_400_000_000;

async fn a_call_is_named_by_its_id_or_number_under_any_alias(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let id = world.live_call(CALLER).await;
    let mut names: Vec<(&str, &str)> = vec![];
    names.extend(["call_log_id", "call_id", "callLogId"].map(|name| (name, id.as_str())));
    names.extend(["phone_number", "phone", "caller_id", "from", "phoneNumber"].map(|name| (name, CALLER)));
    for (name, value) in names {
        for (kind, field, sent) in [
            ("update_revenue", "revenue", json!(1)),
            ("update_tags", "remove", json!("a")),
            ("update_fields", "reason", json!("x")),
        ] {
            let done = world.post(kind, json!({name: value, field: sent})).await;
            assert_eq!((done.status, &done.json()["call_log_ids"]), (200, &json!([id])), "{kind} {name}");
        }
    }
}

async fn with_both_the_id_wins_and_with_neither_it_is_400(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let by_number = world.live_call(CALLER).await;
    let both = world
        .post("update_revenue", json!({"call_log_id": call_id(0), "phone_number": CALLER, "revenue": 1}))
        .await;
    assert_eq!(both.json()["call_log_ids"], json!([call_id(0)]));
    assert_eq!(world.call(&by_number).await["revenue_paid_out"], Value::Null);
    let unknown = json!({"call_log_id": "no-call", "phone_number": CALLER, "revenue": 1});
    assert_eq!(world.post("update_revenue", unknown).await.status, 404, "the number is no second chance");
    for (kind, field) in
        [("update_revenue", "revenue"), ("update_tags", "remove"), ("update_fields", "reason")]
    {
        for nothing in [json!({field: "1"}), json!({field: "1", "call_log_id": "", "phone": null})] {
            let neither = world.post(kind, nothing).await;
            assert_eq!((neither.status, &neither.json()["code"]), (400, &json!("missing_call")), "{kind}");
        }
    }
}

async fn another_organization_s_call_is_forbidden_and_an_unknown_one_not_found(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    let live = world.live_call(CALLER).await;
    world.move_to_another_organization();
    let update = async |call: &str| {
        let done = world.post("update_revenue", json!({"call_log_id": call, "revenue_paid_out": 1})).await;
        (done.status, done.json()["code"].as_str().unwrap_or_default().to_owned(), done.body)
    };
    for foreign in [call_id(0), live] {
        let (status, code, _) = update(&foreign).await;
        assert_eq!((status, code.as_str()), (403, "call_forbidden"));
    }
    for unknown in
        [call_id(999), call_id(10).to_uppercase(), "no-call".to_owned(), format!(" {}", call_id(0))]
    {
        let (status, code, body) = update(&unknown).await;
        assert_eq!((status, code.as_str()), (404, "call_not_found"), "ids are case-sensitive, taken as sent");
        assert!(body.contains("Call log not found"), "{body}");
    }
    let number = world.post("update_revenue", json!({"phone": CALLER, "revenue": 1})).await;
    assert_eq!(number.status, 404, "another organization's calls are not looked at");
}

async fn a_number_reaches_every_call_of_its_lookback(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let (old, new) = (world.live_call(CALLER).await, world.live_call(CALLER).await);
    world.end_call(&old).await;
    let reached = async || {
        let done = world.post("update_tags", json!({"phone": CALLER, "remove": "a"})).await;
        (done.status, done.json()["call_log_ids"].clone())
    };
    assert_eq!(reached().await, (200, json!([old, new])));
    // A minute within 7 days, then a minute beyond: the seconds of the test itself don't matter.
    let literal = id_literal(engine, &old);
    for (older, expected) in [(7 * DAY_MICROS - 60_000_000, json!([old, new])), (120_000_000, json!([new]))] {
        let sql = format!("UPDATE calls SET started_at = started_at - {older} WHERE id = {literal}");
        world.execute(&sql).await;
        assert_eq!(reached().await, (200, expected), "{older}");
    }
    world.execute(&format!("UPDATE calls SET started_at = started_at - {}", 2 * DAY_MICROS)).await;
    assert_eq!(reached().await, (200, json!([new])));
    assert_eq!(world.set("update_tags", json!({"lookback_seconds": 86_400})).await.status, 200);
    assert_eq!(reached().await.0, 404);

    assert_eq!(world.webhook("update_revenue").await["settings"]["lookback_seconds"], 7 * 86_400);
    for (seconds, status) in [(86_399, 400), (86_400, 200), (7 * 86_400, 200), (7 * 86_400 + 1, 400)] {
        let set = world.set("update_revenue", json!({"lookback_seconds": seconds})).await;
        assert_eq!(set.status, status, "{seconds}: {}", set.body);
    }
    // The seeded calls are older than any lookback of an update.
    let none = world.post("update_revenue", json!({"phone_number": "+12000000000", "revenue": 1})).await;
    assert_eq!(none.status, 404, "{}", none.body);
    assert!(none.body.contains("Call log not found"), "{}", none.body);
}

async fn a_webhook_can_take_the_latest_call_or_the_only_one(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let first = world.live_call(CALLER).await;
    let update = json!({"phone": CALLER, "revenue": 1});
    world.set("update_revenue", json!({"phone_match": "only"})).await;
    assert_eq!(world.post("update_revenue", update.clone()).await.json()["call_log_ids"], json!([first]));
    let second = world.live_call(CALLER).await;
    let refused = world.post("update_revenue", json!({"phone": CALLER, "revenue": 2})).await;
    assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("ambiguous_call")));
    assert_eq!(refused.json()["candidates"], json!([second, first]));
    assert_eq!(world.count("SELECT COUNT(*) FROM calls WHERE revenue = 2000000").await, 0);
    world.set("update_revenue", json!({"phone_match": "latest"})).await;
    assert_eq!(world.post("update_revenue", update.clone()).await.json()["call_log_ids"], json!([second]));
    world.set("update_revenue", json!({"phone_match": "all"})).await;
    assert_eq!(world.post("update_revenue", update).await.json()["call_log_ids"], json!([first, second]));
}

async fn a_number_of_more_than_a_thousand_calls_is_refused(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let id = world.live_call(CALLER).await;
    let literal = id_literal(engine, &id);
    let new_id = if engine == Engine::Sqlite { "randomblob(16)" } else { "gen_random_uuid()" };
    let add_like_it = async |count: u32| {
        let sql = format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
             INSERT INTO calls (org_id, id, caller, dialed, status, started_at, converted, last_seq)
             SELECT org_id, {new_id}, caller, dialed, status, started_at, converted, 0 FROM calls, n WHERE id = {literal}"
        );
        world.execute(&sql).await;
    };
    add_like_it(999).await;
    let all = world.post("update_revenue", json!({"phone": CALLER, "revenue": 1})).await;
    assert_eq!(all.status, 200, "{}", all.body);
    assert_eq!(world.count("SELECT COUNT(*) FROM calls WHERE revenue = 1000000").await, 1_000);
    add_like_it(1).await;
    let refused = world.post("update_revenue", json!({"phone": CALLER, "revenue": 2})).await;
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (409, &json!("too_many_calls")),
        "{}",
        refused.body
    );
    assert_eq!(world.count("SELECT COUNT(*) FROM calls WHERE revenue = 2000000").await, 0);
}

async fn a_number_is_normalized_also_when_its_plus_is_lost(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let id = world.live_call(CALLER).await;
    for sent in ["+13105559876", "13105559876", "3105559876", "(310) 555-9876", " +1 310 555 9876 "] {
        let done = world.post("update_revenue", json!({"phone": sent, "revenue": 1})).await;
        assert_eq!(done.json()["call_log_ids"], json!([id]), "{sent}: {}", done.body);
    }
    for query in
        ["phone=+13105559876&revenue=1", "phone=%2B13105559876&revenue=1", "phone=(310)+555-9876&revenue=1"]
    {
        let done = world.get("update_revenue", query).await;
        assert_eq!(done.json()["call_log_ids"], json!([id]), "{query}: {}", done.body);
    }
    let no_number = world.post("update_revenue", json!({"phone": "anonymous", "revenue": 1})).await;
    assert_eq!((no_number.status, &no_number.json()["code"]), (400, &json!("invalid_phone_number")));
}
