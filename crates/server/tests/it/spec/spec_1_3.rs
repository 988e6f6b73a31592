//! SPEC 1.1 to 1.6: what each webhook does and answers.

use serde_json::json;

use crate::on_both_engines;
use crate::world::{Engine, TestWorld, call_id, seed};

on_both_engines! {
    call_data_is_kept_and_answered;
    revenue_goes_in_and_comes_out_as_written;
    tags_are_removed_before_they_are_added;
    fields_are_set_wherever_they_stand;
    a_batch_is_applied_but_for_what_it_cannot;
    a_phone_number_reaches_the_calls_of_its_lookback;
    another_organization_s_call_is_forbidden_and_an_unknown_one_not_found;
    bad_input_is_refused_and_changes_nothing;
}

async fn call_data_is_kept_and_answered(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let done = world
        .post("call_data", json!({"caller_id": "+13105559876", "lead_source": "google_ads", "age": 67}))
        .await;
    assert_eq!(done.status, 200, "{}", done.body);
    let id = done.json()["request_id"].as_str().unwrap().to_owned();
    assert_eq!(done.body, format!(r#"{{"success":true,"request_id":"{id}"}}"#));
    assert_eq!(done.header("cache-control"), Some("no-store"));
    assert_eq!(world.count("SELECT COUNT(*) FROM caller_data WHERE caller = '+13105559876'").await, 1);

    let by_query = world.get("call_data", "caller_id=+13105559876&gclid=abc").await;
    assert_eq!(by_query.status, 200, "{}", by_query.body);
    assert_eq!(world.count("SELECT COUNT(*) FROM caller_data WHERE caller = '+13105559876'").await, 2);

    let missing = world.post("call_data", json!({"lead_source": "x"})).await;
    assert_eq!(missing.status, 400);
    assert_eq!(missing.json()["error"], "Missing required parameter");
    assert!(missing.body.contains("Missing caller_id parameter"), "{}", missing.body);
}

async fn revenue_goes_in_and_comes_out_as_written(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let id = call_id(3);
    let body = format!(r#"{{"call_log_id":"{id}","revenue_paid_out":150.00}}"#);
    let done = world.post_text("update_revenue", &body).await;
    assert_eq!(done.body, format!(r#"{{"success":true,"call_log_ids":["{id}"],"revenue_paid_out":150.00}}"#));
    assert_eq!(world.count("SELECT COUNT(*) FROM calls WHERE revenue = 150000000 AND converted AND converted_at IS NOT NULL").await, 1);
    assert_eq!(world.count("SELECT COUNT(*) FROM timeline WHERE kind = 'call.updated'").await, 1);
}

async fn tags_are_removed_before_they_are_added(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let id = call_id(0);
    let first = world.post("update_tags", json!({"call_log_id": id, "add": {"pending_review": "yes"}})).await;
    assert_eq!(first.status, 200, "{}", first.body);
    let body = json!({"call_log_id": id, "add": [{"lead_quality": "high"}, {"disposition": "sale_completed"}], "remove": ["pending_review"]});
    let done = world.post("update_tags", body).await;
    let expected = format!(
        r#"{{"success":true,"call_log_ids":["{id}"],"added":[{{"lead_quality":"high"}},{{"disposition":"sale_completed"}}],"removed":["pending_review"]}}"#
    );
    assert_eq!(done.body, expected);
    assert_eq!(world.count("SELECT COUNT(*) FROM call_tags WHERE tags LIKE '%lead_quality%' AND tags NOT LIKE '%pending_review%'").await, 1);
    assert_eq!(world.post("update_tags", json!({"call_log_id": id})).await.status, 400);
}

async fn fields_are_set_wherever_they_stand(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let id = call_id(1);
    let body = json!({"call_log_id": id, "reason": "sold", "fields": {"converted": true, "publisher_paid_out": "12.5", "colour": "red"}, "tags": {"add": {"tier": 1}}});
    let done = world.post("update_fields", body).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert!(done.json()["ignored_fields"].to_string().contains("colour"), "{}", done.body);
    assert_eq!(
        world
            .count("SELECT COUNT(*) FROM calls WHERE payout = 12500000 AND reason = 'sold' AND converted")
            .await,
        1
    );
    assert_eq!(world.post("update_fields", json!({"call_log_id": id, "colour": "red"})).await.status, 400);
}

async fn a_batch_is_applied_but_for_what_it_cannot(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let (one, two) = (call_id(1), call_id(2));
    let body = json!({"call_log_id": [one, "nonsense", two, one], "revenue_paid_out": 5});
    let done = world.post("update_revenue", body).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert_eq!(done.json()["call_log_ids"], json!([one, two]));
    assert_eq!(done.json()["failed_call_log_ids"], json!(["nonsense"]));
    assert_eq!(done.json()["failures"][0]["code"], "call_not_found");
    assert_eq!(world.count("SELECT COUNT(*) FROM calls WHERE revenue = 5000000").await, 2);
    for ids in [json!([]), json!(vec![one.clone(); 51]), json!([1])] {
        let refused = world.post("update_revenue", json!({"call_log_id": ids, "revenue_paid_out": 9})).await;
        assert_eq!(refused.status, 400, "{}", refused.body);
    }
    assert_eq!(world.count("SELECT COUNT(*) FROM calls WHERE revenue = 9000000").await, 0);
}

async fn a_phone_number_reaches_the_calls_of_its_lookback(engine: Engine) {
    let world = TestWorld::start(engine).await;
    // The seeded calls are older than any lookback of an update.
    let old =
        world.post("update_revenue", json!({"phone_number": "+12000000000", "revenue_paid_out": 1})).await;
    assert_eq!(old.status, 404, "{}", old.body);
    assert!(old.body.contains("Call log not found"), "{}", old.body);
}

async fn another_organization_s_call_is_forbidden_and_an_unknown_one_not_found(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    // Made beside the running server, whose restart then reads it.
    world.nodes.clear();
    world.keys = seed(&world.url, 0, 1_000);
    world.add_node();
    let foreign =
        world.post("update_revenue", json!({"call_log_id": call_id(0), "revenue_paid_out": 1})).await;
    assert_eq!((foreign.status, foreign.json()["code"].as_str()), (403, Some("call_forbidden")));
    let unknown =
        world.post("update_revenue", json!({"call_log_id": call_id(999), "revenue_paid_out": 1})).await;
    assert_eq!((unknown.status, unknown.json()["code"].as_str()), (404, Some("call_not_found")));
    let shouted = world
        .post("update_revenue", json!({"call_log_id": call_id(0).to_uppercase(), "revenue_paid_out": 1}))
        .await;
    assert_eq!(shouted.status, 404, "ids are case-sensitive");
}

async fn bad_input_is_refused_and_changes_nothing(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let id = call_id(0);
    for body in [
        format!(r#"{{"call_log_id":"{id}","revenue_paid_out":1,"revenue_paid_out":2}}"#),
        format!(r#"{{"call_log_id":"{id}","revenue_paid_out":-1}}"#),
        format!(r#"{{"call_log_id":"{id}","revenue_paid_out":0.0000001}}"#),
        format!(r#"{{"call_log_id":"{id}","revenue_paid_out":1,"amount":2}}"#),
        format!(r#"{{"call_log_id":"{id}","revenue_paid_out":true}}"#),
        format!(r#"{{"call_log_id":"{id}\u0000","revenue_paid_out":1}}"#),
        format!("{{\"x\":{}1{}", "[".repeat(40), "]".repeat(40)),
        "not json".to_owned(),
        "[]".to_owned(),
    ] {
        let refused = world.post_text("update_revenue", &body).await;
        assert_eq!(refused.status, 400, "{body}: {}", refused.body);
        assert_eq!(refused.json()["success"], false);
    }
    let large = format!(r#"{{"call_log_id":"{id}","note":"{}"}}"#, "x".repeat(300_000));
    assert_eq!(world.post_text("update_revenue", &large).await.status, 413);
    assert_eq!(world.count("SELECT COUNT(*) FROM timeline").await, 0);
    assert_eq!(world.count("SELECT COUNT(*) FROM requests WHERE status >= 400").await, 10);
}
