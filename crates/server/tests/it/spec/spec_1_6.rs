//! SPEC 1.6: batches.

use serde_json::json;

use crate::on_both_engines;
use crate::world::{Engine, TestWorld, answer, call_id};

on_both_engines! {
    a_batch_is_applied_but_for_what_it_cannot;
    every_update_takes_a_batch_of_1_to_50_with_its_own_fields;
    what_is_no_batch_is_400_and_nothing_is_applied;
    a_batch_is_one_request_against_the_rate_limit;
}

async fn a_batch_is_applied_but_for_what_it_cannot(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    let foreign = call_id(0);
    world.move_to_another_organization();
    let (one, two) = (world.live_call("+13105559876").await, world.live_call("+12125550000").await);
    world.end_call(&one).await;
    let body = json!({"call_log_id": [one, "nonsense", two, one, foreign, foreign], "revenue_paid_out": 5});
    let done = world.post("update_revenue", body).await;
    let expected = format!(
        r#"{{"success":true,"call_log_ids":["{one}","{two}"],"failed_call_log_ids":["nonsense","{foreign}"],"failures":[{{"call_log_id":"nonsense","code":"call_not_found"}},{{"call_log_id":"{foreign}","code":"call_forbidden"}}],"revenue_paid_out":5.00,"active_call_log_ids":["{two}"]}}"#
    );
    assert_eq!((done.status, done.body), (200, expected));
    assert_eq!(world.count("SELECT COUNT(*) FROM calls WHERE revenue = 5000000").await, 2);
    let updates = "SELECT COUNT(*) FROM timeline WHERE kind = 'call.updated'";
    assert_eq!(world.count(updates).await, 2, "a duplicate is applied once");

    let nobody = world.post("update_revenue", json!({"call_log_id": [foreign], "revenue": 5})).await;
    assert_eq!((nobody.status, &nobody.json()["call_log_ids"]), (200, &json!([])), "{}", nobody.body);
}

async fn every_update_takes_a_batch_of_1_to_50_with_its_own_fields(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let fifty: Vec<String> = (0..20).map(call_id).chain((0..30).map(|n| format!("no-call-{n}"))).collect();
    for (kind, field, value, shown) in [
        ("update_revenue", "revenue_paid_out", json!(2.5), json!({"revenue_paid_out": 2.5})),
        ("update_tags", "add", json!({"a": "b"}), json!({"added": [{"a": "b"}], "removed": []})),
        ("update_fields", "reason", json!("sold"), json!({"reason": "sold"})),
    ] {
        let one = world.post(kind, json!({"callLogId": [call_id(0)], field: value})).await;
        assert_eq!(one.json()["call_log_ids"], json!([call_id(0)]), "{kind}: {}", one.body);
        assert_eq!(one.json()["failed_call_log_ids"], json!([]), "always there");
        let done = world.post(kind, json!({"call_log_id": fifty, field: value})).await.json();
        assert_eq!(
            (&done["call_log_ids"], &done["failed_call_log_ids"]),
            (&json!(fifty[..20]), &json!(fifty[20..]))
        );
        for (name, value) in shown.as_object().unwrap() {
            assert_eq!(&done[name], value, "{kind}");
        }
    }
    let all = "SELECT COUNT(*) FROM calls WHERE revenue = 2500000 AND reason = 'sold'";
    assert_eq!(world.count(all).await, 20);
}

async fn what_is_no_batch_is_400_and_nothing_is_applied(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let ids = json!([call_id(0), call_id(1)]);
    for body in [
        json!({"call_log_id": []}),
        json!({"call_log_id": vec![call_id(0); 51]}),
        json!({"call_log_id": [call_id(0), 1]}),
        json!({"call_log_id": [call_id(0), null]}),
        json!({"call_log_id": [[call_id(0)]]}),
        json!({"call_log_id": ids, "phone_number": "+13105559876"}),
    ] {
        let mut whole = body.clone();
        whole["revenue"] = json!(9);
        let refused = world.post("update_revenue", whole).await;
        assert_eq!(refused.status, 400, "{body}: {}", refused.body);
        assert!(refused.json()["message"].as_str().unwrap().contains("`call_log_id`"), "{}", refused.body);
    }
    let by_get = format!("call_log_id[]={}&call_log_id[]={}&revenue=9", call_id(0), call_id(1));
    let not_json = format!("call_log_id[0]={}&revenue=9", call_id(0));
    for refused in [
        world.get("update_revenue", &by_get).await,
        world.get("update_revenue", &not_json).await,
        world.post_form("update_revenue", &not_json).await,
        world.post("call_data", json!({"caller_id": "+13105559876", "call_log_id": ids})).await,
    ] {
        assert_eq!(refused.status, 400, "{}", refused.body);
    }
    let twice =
        world.get("update_revenue", &format!("call_log_id={0}&call_log_id={0}&revenue=9", call_id(0))).await;
    assert_eq!(twice.json()["code"], "repeated_parameter");
    // A comma makes no list: this is one id, of no call.
    let comma =
        world.get("update_revenue", &format!("call_log_id={},{}&revenue=9", call_id(0), call_id(1))).await;
    assert_eq!(comma.status, 404);
    assert_eq!(world.count("SELECT COUNT(*) FROM timeline").await, 0);
    assert_eq!(world.count("SELECT COUNT(*) FROM caller_data").await, 0);
}

async fn a_batch_is_one_request_against_the_rate_limit(engine: Engine) {
    let world = TestWorld::start(engine).await;
    world.set("update_tags", json!({"rate_limit": {"count": 2, "per": "hour"}})).await;
    let body = json!({"call_log_id": (0..20).map(call_id).collect::<Vec<_>>(), "add": {"a": 1}});
    for left in [1, 0] {
        let done = answer(world.client.post(world.webhook_on(0, "update_tags")).json(&body)).await.unwrap();
        assert!(done.header("ratelimit").unwrap().starts_with(&format!("\"default\";r={left};")), "{done:?}");
    }
    assert_eq!(world.post("update_tags", body).await.status, 429);
    assert_eq!(world.call(&call_id(19)).await["timeline"].as_array().map(Vec::len), Some(1));
}
