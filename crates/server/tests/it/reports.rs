//! Calls summed up: what is told of them counts, whenever it is told, on any node.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

use crate::on_both_engines;
use crate::routing::{event, id, minutes_ago, next, plan, target};
use crate::sums;
use crate::world::{Engine, TestWorld};

on_both_engines! {
    calls_are_summed_up_and_late_revenue_counts;
    days_begin_by_the_clocks_of_the_zone_that_is_asked_for;
    calls_are_summed_up_by_tag_and_by_two_things_at_once;
    sums_follow_whatever_changes_a_call;
    sums_made_beside_an_open_transaction_count_what_comes_after_it_once;
    sums_are_of_a_place_that_the_calls_have_left;
    what_is_no_report_is_refused;
}

async fn report(world: &TestWorld, query: &str) -> Value {
    let made = world.api(Method::GET, &format!("/v1/reports/calls?{query}"), Value::Null).await;
    assert_eq!(made.status, 200, "{query}: {}", made.body);
    made.json()
}

/// The report once it has what happened before it was asked for: sums are made a little later.
async fn settled(world: &TestWorld, query: &str) -> Value {
    let asked = report(world, "by=tag.none").await["as_of"].clone();
    for _ in 0..600 {
        let made = report(world, query).await;
        if made["as_of"].as_str() > asked.as_str() {
            return made;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the sums were not made: {}", report(world, query).await);
}

/// A call that was answered and has ended; started so many minutes ago.
async fn ended_call(world: &TestWorld, caller: &str, minutes: i64) -> Value {
    let start = json!({"caller": caller, "dialed": "+18885550100", "started_at": minutes_ago(minutes)});
    let call = world.api(Method::POST, "/v1/calls", start).await.json();
    event(world, &call, json!({"event": "answered", "at": minutes_ago(minutes - 1)})).await;
    event(world, &call, json!({"event": "ended", "at": minutes_ago(minutes - 3)})).await
}

async fn calls_are_summed_up_and_late_revenue_counts(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    if matches!(engine, Engine::Postgres) {
        world.add_node();
    }
    let one = target(&world, "One", json!({})).await;
    plan(&world, json!([{"target": one}]), json!({})).await;
    let first = ended_call(&world, "+12125550001", 200).await;
    ended_call(&world, "+12125550002", 100).await;
    world.call_from("+12125550003").await;
    let before = settled(&world, "by=target").await;
    let row = &before["rows"][0];
    assert_eq!(
        (&row["item"], &row["calls"], &row["connected"], &row["converted"]),
        (&json!("One"), &json!(3), &json!(2), &json!(0)),
        "{before}"
    );
    let talked = row["connected_seconds"].as_i64().unwrap();
    assert!((240..245).contains(&talked), "two minutes each, sent as whole seconds: {before}");
    let paid = json!({"call_log_id": id(&first), "revenue_paid_out": "25.50"});
    assert_eq!(world.post("update_revenue", paid).await.status, 200);
    let out = json!({"call_log_id": id(&first), "publisher_paid_out": "30.25"});
    assert_eq!(world.post("update_fields", out).await.status, 200);
    settled(&world, "by=day").await;
    for by in ["day", "hour", "month", "campaign", "publisher", "target"] {
        let after = report(&world, &format!("by={by}")).await;
        let total = &after["total"];
        assert_eq!(
            (&total["calls"], &total["converted"], &total["revenue_paid_out"], &total["margin"]),
            (&json!(3), &json!(1), &json!(25.5), &json!(-4.75)),
            "{after}"
        );
    }
    let campaigns = report(&world, "by=campaign").await;
    assert_eq!(campaigns["rows"][0]["name"], "Medicare", "{campaigns}");
    let id = campaigns["rows"][0]["item"].as_str().unwrap();
    let days = report(&world, &format!("by=day&campaign_id={id}")).await;
    assert_eq!(days["total"]["calls"], 3, "{days}");
    assert!(days["rows"].as_array().unwrap().len() >= 7, "days without calls are there: {days}");
    let other = report(&world, "by=day&campaign_id=01977420-dc00-7000-8000-000000000000").await;
    assert_eq!(other["total"]["calls"], 0, "{other}");
}

async fn days_begin_by_the_clocks_of_the_zone_that_is_asked_for(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let call = ended_call(&world, "+12125550001", 60).await;
    settled(&world, "by=day").await;
    let started: hookline_domain::time::Timestamp = call["started_at"].as_str().unwrap().parse().unwrap();
    for zone in ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"] {
        let local = zone.parse::<hookline_domain::zone::Zone>().unwrap().local(started);
        for (by, item) in
            [("day", local.date().to_string()), ("hour", format!("{}T{:02}:00", local.date(), local.hour()))]
        {
            let made = report(&world, &format!("by={by}&time_zone={zone}")).await;
            let rows = made["rows"].as_array().unwrap();
            let with: Vec<&Value> = rows.iter().filter(|row| row["calls"] != 0).collect();
            assert_eq!((with.len(), &with[0]["item"]), (1, &json!(item)), "{zone}: {made}");
        }
    }
}

async fn calls_are_summed_up_by_tag_and_by_two_things_at_once(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let (one, two) = (target(&world, "One", json!({})).await, target(&world, "Two", json!({})).await);
    let filter = json!({"tag": "lead_source", "op": "equals", "value": "radio"});
    plan(&world, json!([{"target": one, "filter": filter}, {"target": two, "priority": 2}]), json!({})).await;
    for (number, source) in [(1, "radio"), (2, "radio"), (3, "tv")] {
        let caller = format!("+1212555000{number}");
        world.post("call_data", json!({"caller_id": caller, "lead_source": source})).await;
        let call = world.call_from(&caller).await;
        event(&world, &call, json!({"event": "answered"})).await;
    }
    world.call_from("+12125550009").await;
    let tags = report(&world, "by=tag.Lead-Source").await;
    let rows: Vec<(&Value, &Value)> =
        tags["rows"].as_array().unwrap().iter().map(|row| (&row["item"], &row["calls"])).collect();
    assert_eq!(rows[0], (&json!("radio"), &json!(2)), "{tags}");
    assert!(rows.contains(&(&json!("tv"), &json!(1))) && rows.contains(&(&Value::Null, &json!(1))), "{tags}");
    let campaign = report(&world, "by=campaign&target=One").await;
    assert_eq!(
        (&campaign["rows"][0]["calls"], &campaign["total"]["calls"]),
        (&json!(2), &json!(2)),
        "{campaign}"
    );
}

/// Many at once, on all nodes, while the sums are made from the calls.
async fn sums_follow_whatever_changes_a_call(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    if matches!(engine, Engine::Postgres) {
        world.add_node();
    }
    let worth = json!({"conversion": {"connected_seconds": 60, "revenue": 3.5, "payout": 1}});
    let (one, two) = (target(&world, "One", worth).await, target(&world, "Two-2", json!({})).await);
    plan(&world, json!([{"target": one}, {"target": two, "priority": 2}]), json!({})).await;
    let life = async |number: i64| {
        let caller = format!("+121255501{number:02}");
        let start =
            json!({"caller": caller, "dialed": "+18885550100", "started_at": minutes_ago(5 + number * 7)});
        let call = world.api(Method::POST, "/v1/calls", start).await.json();
        if number == 10 {
            world.execute("UPDATE report_progress SET cursor = NULL").await;
        }
        if number % 2 == 0 {
            next(&world, &call, json!({"outcome": "no_answer"})).await;
        }
        if number % 5 != 0 {
            event(&world, &call, json!({"event": "answered", "at": minutes_ago(3 + number * 7)})).await;
            event(&world, &call, json!({"event": "ended"})).await;
        }
        for (kind, field, value) in [
            ("update_revenue", "revenue_paid_out", json!("12.345678")),
            ("update_fields", "publisher_paid_out", json!(7)),
            ("update_fields", "converted", json!(number % 3 != 0)),
            ("update_tags", "add", json!({"quality": "good"})),
            ("update_revenue", "revenue_paid_out", json!(0)),
            ("update_revenue", "revenue_paid_out", json!(number)),
        ] {
            let update = json!({"call_log_id": id(&call), field: value});
            assert_eq!(world.post(kind, update).await.status, 200, "{kind} {field}");
        }
    };
    futures_util::future::join_all((0..40).map(life)).await;
    assert_eq!(sums::faults(&world).await, [""; 0]);
    let targets = report(&world, "by=target").await;
    let names: Vec<&Value> = targets["rows"].as_array().unwrap().iter().map(|row| &row["item"]).collect();
    assert!(names.contains(&&json!("One")) && names.contains(&&json!("Two-2")), "{targets}");
    assert_eq!(targets["total"]["revenue_paid_out"], 780.0, "{targets}");
}

/// On PostgreSQL what is committed after that is not settled yet: the calls have it, and the timeline tells of it later.
async fn sums_made_beside_an_open_transaction_count_what_comes_after_it_once(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let first = ended_call(&world, "+12125550001", 30).await;
    let open = open_transaction(&world, engine).await;
    for number in 2..9 {
        ended_call(&world, &format!("+1212555000{number}"), 30 * number).await;
        let paid = json!({"call_log_id": id(&first), "revenue_paid_out": number});
        assert_eq!(world.post("update_revenue", paid).await.status, 200);
    }
    world.execute("UPDATE report_progress SET cursor = NULL").await;
    let unmade = "SELECT COUNT(*) FROM report_progress WHERE cursor IS NULL";
    sums::until(&world, async || world.count(unmade).await == 0).await;
    drop(open);
    assert_eq!(sums::faults(&world).await, [""; 0]);
    assert_eq!(report(&world, "by=target").await["total"]["revenue_paid_out"], 8.0);
}

/// What comes after the place is gone back over, entry by entry.
async fn sums_are_of_a_place_that_the_calls_have_left(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let call = ended_call(&world, "+12125550001", 30).await;
    assert_eq!(sums::faults(&world).await, [""; 0]);
    let pay = async |dollars: i64| {
        let paid = json!({"call_log_id": id(&call), "revenue_paid_out": dollars});
        assert_eq!(world.post("update_revenue", paid).await.status, 200);
    };
    // Nobody may make sums.
    world.execute("UPDATE report_progress SET node = NULL, leased_until = 9000000000000000000").await;
    pay(1).await;
    let open = open_transaction(&world, engine).await;
    for dollars in 2..=8 {
        pay(dollars).await;
    }
    world.execute("UPDATE report_progress SET leased_until = 0").await;
    // On PostgreSQL only the first is settled.
    let settled = if open.is_some() { 1.0 } else { 8.0 };
    let revenue = async || report(&world, "by=target").await["total"]["revenue_paid_out"].clone();
    sums::until(&world, async || revenue().await == settled).await;
    drop(open);
    assert_eq!(sums::faults(&world).await, [""; 0]);
    assert_eq!(report(&world, "by=target").await["total"]["revenue_paid_out"], 8.0);
}

/// On PostgreSQL what is committed beside it is not settled until it is dropped.
async fn open_transaction(world: &TestWorld, engine: Engine) -> Option<PgConnection> {
    if engine == Engine::Sqlite {
        return None;
    }
    let mut connection = PgConnection::connect(&world.url).await.expect("PostgreSQL answers");
    let begun = sqlx::raw_sql("BEGIN; SELECT pg_current_xact_id()").execute(&mut connection).await;
    begun.expect("it begins");
    Some(connection)
}

async fn what_is_no_report_is_refused(engine: Engine) {
    let world = TestWorld::start(engine).await;
    for (query, names) in [
        ("by=colour", "`by`"),
        ("by=tag.!", "`by`"),
        ("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "`from`"),
        ("from=2020-01-01T00:00:00Z", "400 days"),
        ("by=hour&from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z", "31 days"),
        ("time_zone=Mars/Olympus", "`time_zone`"),
        ("campaign_id=x", "`campaign_id`"),
        ("colour=red", "`colour`"),
    ] {
        let refused = world.api(Method::GET, &format!("/v1/reports/calls?{query}"), Value::Null).await;
        assert_eq!(refused.status, 400, "{query}: {}", refused.body);
        assert!(refused.body.contains(names), "{query}: {}", refused.body);
    }
}
