//! A caller converts once in a campaign: the publisher of the second call gets nothing.

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

use crate::on_both_engines;
use crate::routing::{CALLER, create, dialed, event, id, minutes_ago, plan, target};
use crate::world::{Engine, TestWorld, answer};

on_both_engines! {
    a_second_conversion_in_the_campaign_brings_revenue_and_no_payout;
    a_plans_duplicate_window_says_how_long_a_conversion_counts;
    of_two_calls_that_end_at_once_on_two_nodes_one_is_paid;
}

async fn paying(world: &TestWorld, name: &str) -> String {
    let rule = json!({"connected_seconds": 60, "revenue": 25, "payout": 18});
    target(world, name, json!({"conversion": rule})).await
}

/// A call that was answered a minute after its start.
async fn talking(world: &TestWorld, caller: &str, started: i64) -> Value {
    let start = json!({"caller": caller, "dialed": "+18885550100", "started_at": minutes_ago(started)});
    let call = world.api(Method::POST, "/v1/calls", start).await.json();
    assert_eq!(dialed(&call), "One", "{call}");
    event(world, &call, json!({"event": "answered", "at": minutes_ago(started - 1)})).await;
    call
}

fn worth(call: &Value) -> (bool, f64, Option<f64>, Option<&str>) {
    (
        call["converted"].as_bool().expect("a flag"),
        call["revenue_paid_out"].as_f64().unwrap_or(0.0),
        call["publisher_paid_out"].as_f64(),
        call["no_payout_reason"].as_str(),
    )
}

const PAID: (bool, f64, Option<f64>, Option<&str>) = (true, 25.0, Some(18.0), None);
const HELD: (bool, f64, Option<f64>, Option<&str>) = (true, 25.0, None, Some("Campaign preconversion"));

async fn a_second_conversion_in_the_campaign_brings_revenue_and_no_payout(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let one = paying(&world, "One").await;
    plan(&world, json!([{"target": one}]), json!({})).await;
    let (first, second) = (talking(&world, CALLER, 9).await, talking(&world, CALLER, 8).await);
    let over = json!({"event": "ended", "at": minutes_ago(3)});
    assert_eq!(worth(&event(&world, &first, over.clone()).await), PAID);
    let held = event(&world, &second, over.clone()).await;
    assert_eq!(worth(&held), HELD, "{held}");
    let whole = world.call(id(&second)).await;
    let settled = whole["timeline"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(settled["event"], "call.settled");
    let reason = settled["changes"].as_array().unwrap().iter().find(|one| one["field"] == "no_payout_reason");
    assert_eq!(reason.expect("the reason is told")["to"], "Campaign preconversion");
    // The rule was not met: that goes before.
    let short = talking(&world, CALLER, 7).await;
    let short = event(&world, &short, json!({"event": "ended", "at": minutes_ago(6)})).await;
    assert_eq!(worth(&short), (false, 0.0, None, Some("Condition not met")));

    let other = talking(&world, "+12125550001", 9).await;
    assert_eq!(worth(&event(&world, &other, over.clone()).await), PAID, "another caller");
    let by_word = talking(&world, "+12125550002", 9).await;
    event(&world, &by_word, json!({"event": "ended", "at": minutes_ago(8)})).await;
    world.post("update_revenue", json!({"call_log_id": id(&by_word), "revenue_paid_out": 7})).await;
    let after = talking(&world, "+12125550002", 8).await;
    assert_eq!(worth(&event(&world, &after, over.clone()).await), HELD, "converted by a client's word");
    let told = talking(&world, CALLER, 6).await;
    event(&world, &told, over).await;
    let paid = json!({"call_log_id": id(&told), "publisher_paid_out": 5, "no_payout_reason": null});
    world.post("update_fields", paid).await;
    assert_eq!(worth(&world.call(id(&told)).await), (true, 25.0, Some(5.0), None), "a person decides");
}

async fn a_plans_duplicate_window_says_how_long_a_conversion_counts(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let one = paying(&world, "One").await;
    let rule = json!({"duplicates": {"window_seconds": 600, "then": "route_normally"}});
    plan(&world, json!([{"target": one}]), rule).await;
    for (started, expected) in [(30, PAID), (25, HELD), (14, PAID), (5, HELD)] {
        let call = talking(&world, CALLER, started).await;
        let ended = event(&world, &call, json!({"event": "ended", "at": minutes_ago(started - 3)})).await;
        assert_eq!(worth(&ended), expected, "{started}: {ended}");
    }
    // In another campaign it is the caller's first.
    let campaign = create(&world, "/v1/campaigns", json!({"name": "Other"})).await;
    let plans = world.api(Method::GET, "/v1/routing-plans", Value::Null).await.json();
    let routing = json!({"routing": {"plan": plans["routing_plans"][0]["id"]}});
    world.api(Method::PATCH, &format!("/v1/campaigns/{campaign}"), routing).await;
    let start = json!({"caller": CALLER, "dialed": "+18885550100", "campaign_id": campaign, "started_at": minutes_ago(5)});
    let call = world.api(Method::POST, "/v1/calls", start).await.json();
    event(&world, &call, json!({"event": "answered", "at": minutes_ago(4)})).await;
    let ended = event(&world, &call, json!({"event": "ended", "at": minutes_ago(2)})).await;
    assert_eq!(worth(&ended), PAID, "{ended}");
}

async fn of_two_calls_that_end_at_once_on_two_nodes_one_is_paid(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    let one = paying(&world, "One").await;
    plan(&world, json!([{"target": one}]), json!({})).await;
    if engine == Engine::Postgres {
        world.add_node();
    }
    let pair = [talking(&world, CALLER, 9).await, talking(&world, CALLER, 9).await];
    let key = world.keys["api_key"].as_str().expect("a key");
    let end = |at: usize| {
        let url = format!(
            "http://{}/v1/calls/{}/events",
            world.nodes[at % world.nodes.len()].address,
            id(&pair[at])
        );
        let body = json!({"event": "ended", "at": minutes_ago(3)});
        answer(world.client.post(url).bearer_auth(key).json(&body))
    };
    let ended = match engine {
        Engine::Sqlite => tokio::join!(end(0), end(1)),
        Engine::Postgres => {
            let held = hold_places(&world.url).await;
            let (first, second, ()) = tokio::join!(end(0), end(1), let_go_when_both_wait(&world.url, held));
            (first, second)
        }
    };
    for ended in [ended.0, ended.1] {
        let ended = ended.expect("an answer");
        assert_eq!(ended.status, 200, "{}", ended.body);
    }
    let mut worths = Vec::new();
    for call in &pair {
        worths.push(world.call(id(call)).await);
    }
    let paid = worths.iter().filter(|call| worth(call) == PAID).count();
    let held = worths.iter().filter(|call| worth(call) == HELD).count();
    assert_eq!((paid, held), (1, 1), "{worths:?}");
}

/// Holds the targets' places, so that no call can end: whoever ends one has read all by then.
async fn hold_places(url: &str) -> PgConnection {
    let mut connection = PgConnection::connect(url).await.expect("PostgreSQL answers");
    for sql in ["BEGIN", "SELECT live FROM target_calls FOR UPDATE"] {
        sqlx::raw_sql(sql).execute(&mut connection).await.expect("the statement runs");
    }
    connection
}

async fn let_go_when_both_wait(url: &str, mut held: PgConnection) {
    let mut connection = PgConnection::connect(url).await.expect("PostgreSQL answers");
    let waiting = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    for _ in 0..50_000 {
        let (count,): (i64,) = sqlx::query_as(waiting).fetch_one(&mut connection).await.expect("a number");
        if count == 2 {
            sqlx::raw_sql("ROLLBACK").execute(&mut held).await.expect("the statement runs");
            return;
        }
    }
    panic!("the two calls never waited for each other");
}
