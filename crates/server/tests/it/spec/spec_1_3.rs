//! SPEC 1.3: `update_revenue`.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::world::{Engine, TestWorld, call_id};

on_both_engines! {
    revenue_goes_in_and_comes_out_as_written;
    revenue_is_required_under_any_alias_as_number_or_text;
    the_first_revenue_converts_the_call_and_later_ones_keep_its_time;
    live_calls_get_it_at_once_and_completed_ones_in_their_record;
}

const CALLER: &str = "+13105559876";

async fn revenue_goes_in_and_comes_out_as_written(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let id = call_id(3);
    let body = format!(r#"{{"call_log_id":"{id}","revenue_paid_out":150.00}}"#);
    let done = world.post_text("update_revenue", &body).await;
    assert_eq!(done.body, format!(r#"{{"success":true,"call_log_ids":["{id}"],"revenue_paid_out":150.00}}"#));
    let set =
        "SELECT COUNT(*) FROM calls WHERE revenue = 150000000 AND converted AND converted_at IS NOT NULL";
    assert_eq!(world.count(set).await, 1);
    assert_eq!(world.count("SELECT COUNT(*) FROM timeline WHERE kind = 'call.updated'").await, 1);
}

async fn revenue_is_required_under_any_alias_as_number_or_text(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let id = call_id(0);
    for name in ["revenue_paid_out", "revenue", "amount"] {
        for (sent, shown) in [
            ("12.5", "12.50"),
            ("\"12.5\"", "12.50"),
            ("0", "0.00"),
            ("0.000001", "0.000001"),
            ("1e2", "100.00"),
        ] {
            let body = format!(r#"{{"call_log_id":"{id}","{name}":{sent}}}"#);
            let done = world.post_text("update_revenue", &body).await;
            assert_eq!(done.status, 200, "{body}: {}", done.body);
            assert!(done.body.contains(&format!(r#""revenue_paid_out":{shown}"#)), "{body}: {}", done.body);
        }
        let by_query = world.get("update_revenue", &format!("call_log_id={id}&{name}=99.99")).await;
        assert!(by_query.body.contains(r#""revenue_paid_out":99.99"#), "{}", by_query.body);
    }
    for missing in [json!({"call_log_id": id}), json!({"call_log_id": id, "revenue": ""})] {
        let refused = world.post("update_revenue", missing).await;
        assert_eq!((refused.status, &refused.json()["code"]), (400, &json!("missing_revenue_paid_out")));
    }
}

async fn the_first_revenue_converts_the_call_and_later_ones_keep_its_time(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let id = call_id(0);
    assert_eq!(world.call(&id).await["converted"], false);
    world.post("update_revenue", json!({"call_log_id": id, "revenue": 1})).await;
    let first = world.call(&id).await;
    assert_eq!(first["converted"], true);
    assert!(first["converted_at"].is_string());
    world.post("update_revenue", json!({"call_log_id": id, "revenue": 2})).await;
    let second = world.call(&id).await;
    assert_eq!(second["converted_at"], first["converted_at"]);
    let changes = &second["timeline"][1]["changes"];
    assert_eq!(changes, &json!([{"field": "revenue_paid_out", "from": "1.00", "to": "2.00"}]));
}

async fn live_calls_get_it_at_once_and_completed_ones_in_their_record(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let (over, live) = (world.live_call(CALLER).await, world.live_call(CALLER).await);
    world.end_call(&over).await;
    let done = world
        .post_text("update_revenue", r#"{"phone_number":"+13105559876","revenue_paid_out":150.00}"#)
        .await;
    let expected = format!(
        r#"{{"success":true,"call_log_ids":["{over}","{live}"],"revenue_paid_out":150.00,"active_call_log_ids":["{live}"]}}"#
    );
    assert_eq!(done.body, expected);
    for id in [&over, &live] {
        assert_eq!(world.call(id).await["revenue_paid_out"], 150.0);
    }
    let completed = world.post("update_revenue", json!({"call_log_id": over, "revenue": 1})).await;
    assert_eq!(completed.json().get("active_call_log_ids"), None::<&Value>, "{}", completed.body);
}
