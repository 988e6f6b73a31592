//! SPEC 1.5: `update_fields`.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::world::{Engine, TestWorld, call_id, tag};

on_both_engines! {
    each_field_is_set_at_the_top_or_inside_fields_but_not_in_both;
    tags_may_stand_in_four_places;
    no_field_is_400_and_an_unknown_one_is_named;
    what_is_for_completed_calls_is_skipped_on_a_live_one;
    conversion_and_its_time_move_together;
}

async fn each_field_is_set_at_the_top_or_inside_fields_but_not_in_both(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let id = call_id(0);
    let time = "2026-01-31T12:00:00.000000Z";
    for (sent, value, field, shown) in [
        ("converted", json!(true), "converted", json!(true)),
        ("converted_at", json!("2026-01-31T14:00:00+02:00"), "converted_at", json!(time)),
        ("call_converted_at", json!(null), "converted_at", Value::Null),
        ("revenue_paid_out", json!(12.5), "revenue_paid_out", json!(12.5)),
        ("publisher_paid_out", json!("7.25"), "publisher_paid_out", json!(7.25)),
        ("reason", json!("sold"), "reason", json!("sold")),
        ("disposition", json!(null), "reason", Value::Null),
        (
            "no_payout_reason",
            json!("Campaign preconversion"),
            "no_payout_reason",
            json!("Campaign preconversion"),
        ),
        ("no_payout_reason", json!("Condition not met"), "no_payout_reason", json!("Condition not met")),
        ("no_payout_reason", json!("Caps exceeded"), "no_payout_reason", json!("Caps exceeded")),
        ("no_payout_reason", json!(null), "no_payout_reason", Value::Null),
    ] {
        for body in
            [json!({"call_log_id": id, sent: value}), json!({"call_log_id": id, "fields": {sent: value}})]
        {
            let done = world.post("update_fields", body.clone()).await;
            assert_eq!(done.status, 200, "{body}: {}", done.body);
            assert_eq!(done.json().get(field), Some(&shown), "{body}: {}", done.body);
            assert_eq!(world.call(&id).await[field], shown, "{body}");
        }
        let both = world
            .post("update_fields", json!({"call_log_id": id, sent: value, "fields": {sent: value}}))
            .await;
        assert_eq!((both.status, &both.json()["code"]), (400, &json!("field_in_both")), "{sent}");
    }
    for wrong in [
        json!({"converted": "yes"}),
        json!({"converted_at": "yesterday"}),
        json!({"reason": 5}),
        json!({"no_payout_reason": "caps exceeded"}),
        json!({"publisher_paid_out": -1}),
    ] {
        let refused = world.post("update_fields", json!({"call_log_id": id, "fields": wrong})).await;
        assert_eq!(refused.status, 400, "{wrong}");
        let name = wrong.as_object().unwrap().keys().next().unwrap();
        assert!(refused.json()["message"].as_str().unwrap().contains(name), "{}", refused.body);
    }
}

async fn tags_may_stand_in_four_places(engine: Engine) {
    let world = TestWorld::start(engine).await;
    for (index, body) in [
        json!({"add": {"a": 1}, "remove": ["b"]}),
        json!({"fields": {"add": {"a": 1}, "remove": "b"}}),
        json!({"tags": {"add": {"a": 1}, "remove": ["b"]}}),
        json!({"tags.add": {"a": 1}, "tags.remove": ["b"]}),
    ]
    .into_iter()
    .enumerate()
    {
        let id = call_id(index as u64);
        world.post("update_tags", json!({"call_log_id": id, "add": {"b": "old"}})).await;
        let mut body = body;
        body["call_log_id"] = json!(id);
        let done = world.post("update_fields", body.clone()).await;
        assert_eq!(done.status, 200, "{body}: {}", done.body);
        assert_eq!((&done.json()["added"], &done.json()["removed"]), (&json!([{"a": 1}]), &json!(["b"])));
        let call = world.call(&id).await;
        assert_eq!((tag(&call, "a"), tag(&call, "b")), (&json!("1"), &Value::Null), "{body}");
    }
}

async fn no_field_is_400_and_an_unknown_one_is_named(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let id = call_id(0);
    for nothing in
        [json!({}), json!({"fields": {}}), json!({"colour": "red"}), json!({"fields": {"colour": 1}})]
    {
        let mut body = nothing.clone();
        body["call_log_id"] = json!(id);
        let refused = world.post("update_fields", body).await;
        assert_eq!((refused.status, &refused.json()["code"]), (400, &json!("missing_fields")), "{nothing}");
    }
    let body = json!({"call_log_id": id, "reason": "sold", "colour": "red", "fields": {"size": 1}});
    let done = world.post("update_fields", body).await;
    let expected = format!(
        r#"{{"success":true,"call_log_ids":["{id}"],"reason":"sold","ignored_fields":["colour","size"]}}"#
    );
    assert_eq!(done.body, expected);
}

async fn what_is_for_completed_calls_is_skipped_on_a_live_one(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let live = world.live_call("+13105559876").await;
    let fields = json!({"publisher_paid_out": 5, "no_payout_reason": "Caps exceeded", "reason": "later"});
    let done = world.post("update_fields", json!({"call_log_id": live, "fields": fields})).await.json();
    assert_eq!(done["active_call_log_ids"], json!([live]));
    for (place, field) in ["publisher_paid_out", "no_payout_reason"].into_iter().enumerate() {
        assert_eq!((done.get(field), &done["skipped_fields"][place]["field"]), (None, &json!(field)));
        assert!(done["skipped_fields"][place]["reason"].as_str().unwrap().contains("live"), "{done}");
        assert_eq!(world.call(&live).await[field], Value::Null);
    }
    assert_eq!((&done["reason"], &world.call(&live).await["reason"]), (&json!("later"), &json!("later")));
    // Beside a completed call, what that one took is shown.
    let over = call_id(0);
    let both =
        world.post("update_fields", json!({"call_log_id": [live, over], "fields": fields})).await.json();
    assert_eq!(
        (&both["publisher_paid_out"], &both["skipped_fields"][0]["field"]),
        (&json!(5.0), &json!("publisher_paid_out"))
    );
    world.end_call(&live).await;
    let ended = world.post("update_fields", json!({"call_log_id": live, "fields": fields})).await.json();
    assert_eq!((ended.get("skipped_fields"), &ended["publisher_paid_out"]), (None, &json!(5.0)));
    assert_eq!(world.call(&live).await["no_payout_reason"], "Caps exceeded");
}

async fn conversion_and_its_time_move_together(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let id = call_id(0);
    let time = "2026-01-31T12:00:00.000000Z";
    let after = async |fields: Value| {
        let mut body = fields.clone();
        body["call_log_id"] = json!(id);
        let done = world.post("update_fields", body).await;
        assert_eq!(done.status, 200, "{fields}: {}", done.body);
        let call = world.call(&id).await;
        (call["converted"].clone(), call["converted_at"].clone())
    };
    assert_eq!(after(json!({"converted_at": time})).await, (json!(true), json!(time)), "a time converts");
    assert_eq!(after(json!({"converted": true})).await, (json!(true), json!(time)), "and is kept");
    assert_eq!(after(json!({"converted": false})).await, (json!(false), Value::Null), "false clears it");
    let (converted, at) = after(json!({"revenue_paid_out": 1})).await;
    assert!(converted == true && at.is_string(), "revenue converts: {at}");
    for contradiction in
        [json!({"converted": false, "converted_at": time}), json!({"converted": true, "converted_at": null})]
    {
        let mut body = contradiction.clone();
        body["call_log_id"] = json!(id);
        let refused = world.post("update_fields", body).await;
        assert_eq!((refused.status, &refused.json()["code"]), (400, &json!("contradictory_fields")));
    }
}
