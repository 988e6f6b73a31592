//! SPEC 1.4: `update_tags`.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::world::{Engine, TestWorld, call_id, tag};

on_both_engines! {
    the_answer_names_what_was_added_and_removed;
    tags_come_and_go_in_every_form;
    removing_runs_before_adding;
    at_least_one_of_both_is_required;
    only_what_a_call_took_is_named_as_added;
}

async fn the_answer_names_what_was_added_and_removed(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let live = world.live_call("+13105559876").await;
    for (id, tail) in
        [(call_id(0), String::new()), (live.clone(), format!(r#","active_call_log_ids":["{live}"]"#))]
    {
        world.post("update_tags", json!({"call_log_id": id, "add": {"pending_review": "yes"}})).await;
        let body = json!({"call_log_id": id, "add": [{"lead_quality": "high"}, {"disposition": "sale_completed"}], "remove": ["pending_review"]});
        let done = world.post("update_tags", body).await;
        let expected = format!(
            r#"{{"success":true,"call_log_ids":["{id}"],"added":[{{"lead_quality":"high"}},{{"disposition":"sale_completed"}}],"removed":["pending_review"]{tail}}}"#
        );
        assert_eq!(done.body, expected);
        let call = world.call(&id).await;
        assert_eq!(
            (tag(&call, "lead_quality"), tag(&call, "pending_review")),
            (&json!("high"), &Value::Null)
        );
    }
}

async fn tags_come_and_go_in_every_form(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let id = call_id(0);
    for (add, value) in [
        (json!({"tier": "a"}), "a"),
        (json!([{"tier": "b"}]), "b"),
        (json!({"Tier": 3}), "3"),
        (json!({"tier": true}), "true"),
    ] {
        let done = world.post("update_tags", json!({"call_log_id": id, "add": add})).await;
        assert_eq!(done.status, 200, "{add}: {}", done.body);
        assert_eq!(tag(&world.call(&id).await, "tier"), value, "an existing tag is overwritten: {add}");
    }
    let form = format!("call_log_id={id}&add[form]=1&add.dotted=2&remove=tier,absent");
    for done in [world.get("update_tags", &form).await, world.post_form("update_tags", &form).await] {
        assert_eq!(done.status, 200, "{}", done.body);
        assert_eq!(done.json()["removed"], json!(["tier", "absent"]), "removing an absent tag is no error");
    }
    let call = world.call(&id).await;
    let tags = ["form", "dotted", "tier"].map(|name| tag(&call, name));
    assert_eq!(tags, [&json!("1"), &json!("2"), &Value::Null]);
    for remove in [json!("form"), json!(["dotted"])] {
        world.post("update_tags", json!({"call_log_id": id, "remove": remove})).await;
    }
    assert_eq!(world.call(&id).await["tags"], json!([]));
}

async fn removing_runs_before_adding(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let id = call_id(0);
    for (value, from) in [("one", Value::Null), ("two", json!("one"))] {
        world.post("update_tags", json!({"call_log_id": id, "add": {"a": value}, "remove": ["a"]})).await;
        let call = world.call(&id).await;
        assert_eq!(tag(&call, "a"), value);
        let last = call["timeline"].as_array().unwrap().last().unwrap();
        assert_eq!(last["changes"], json!([{"field": "tag:a", "from": from, "to": value}]));
    }
}

async fn at_least_one_of_both_is_required(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let id = call_id(0);
    for nothing in [
        json!({"call_log_id": id}),
        json!({"call_log_id": id, "add": {}, "remove": []}),
        json!({"call_log_id": id, "add": null}),
    ] {
        let refused = world.post("update_tags", nothing).await;
        assert_eq!((refused.status, &refused.json()["code"]), (400, &json!("missing_tags")));
        assert_eq!(refused.json()["error"], "Missing required parameter");
    }
    for wrong in
        [json!("a"), json!(["a"]), json!([{"a": 1, "b": 2}]), json!({"a": {"b": 1}}), json!({"!": 1})]
    {
        let refused = world.post("update_tags", json!({"call_log_id": id, "add": wrong})).await;
        assert_eq!(refused.status, 400, "{wrong}");
    }
}

async fn only_what_a_call_took_is_named_as_added(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let id = call_id(0);
    // A call has at most 500 tags.
    for part in 0..2 {
        let tags: serde_json::Map<_, _> = (0..249).map(|n| (format!("t{part}_{n}"), json!(n))).collect();
        let done = world.post("update_tags", json!({"call_log_id": id, "add": tags})).await;
        assert_eq!(done.status, 200, "{}", done.body);
    }
    let body =
        json!({"call_log_id": id, "add": [{"x1": 1}, {"x2": 2}, {"x3": 3}, {"x4": 4}, {"t0_0": "again"}]});
    let done = world.post("update_tags", body).await.json();
    let (added, call) = (done["added"].as_array().unwrap(), world.call(&id).await);
    assert_eq!((added.len(), added.last()), (3, Some(&json!({"t0_0": "again"}))), "{done}");
    for name in ["x1", "x2", "x3", "x4"] {
        let named = added.iter().any(|tag| tag.get(name).is_some());
        assert_eq!(named, *tag(&call, name) != Value::Null, "{name}: {done}");
    }
    assert_eq!(done["skipped_fields"][0]["field"], "add");

    let nobody = json!({"call_log_id": ["no-call"], "add": {"a": 1}});
    assert_eq!(world.post("update_tags", nobody).await.json()["added"], json!([]));
}
