//! Targets: made, changed, and kept as long as something uses them.

use reqwest::Method;
use serde_json::{Value, json};

use super::{expect, flow_to, get, make, plan, published_flow, send_text, target, text};
use crate::on_both_engines;
use crate::world::{Engine, TestWorld};

on_both_engines! {
    a_target_is_made_changed_and_deleted;
    money_keeps_its_digits;
    what_calls_are_routed_by_is_not_deleted;
}

async fn a_target_is_made_changed_and_deleted(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let made = make(
        &world,
        "/v1/targets",
        json!({"name": " Buyer ", "destination": "+1 (310) 555-0100", "time_zone": "America/New_York",
               "caps": {"day": 20}, "concurrency": 3}),
    )
    .await;
    assert_eq!(
        (text(&made, "name"), text(&made, "destination"), &made["ring_seconds"], &made["enabled"]),
        ("Buyer", "+13105550100", &json!(30), &json!(true))
    );
    let path = format!("/v1/targets/{}", text(&made, "id"));
    let changed =
        expect(&world, 200, Method::PATCH, &path, json!({"enabled": false, "concurrency": null})).await;
    assert_eq!((&changed["enabled"], &changed["concurrency"]), (&json!(false), &Value::Null));
    assert_eq!((&changed["caps"], &changed["created_at"]), (&json!({"day": 20}), &made["created_at"]));
    // What was read, changed in one place and sent back whole.
    let mut whole = changed.clone();
    whole["name"] = json!("Buyer 2");
    let renamed = expect(&world, 200, Method::PATCH, &path, whole).await;
    assert_eq!((text(&renamed, "name"), &renamed["caps"]), ("Buyer 2", &json!({"day": 20})));
    let listed = get(&world, "/v1/targets").await.json();
    assert_eq!(listed["targets"], json!([renamed]));

    assert_eq!(
        expect(&world, 200, Method::DELETE, &path, Value::Null).await["id"],
        made["id"],
        "nothing uses it"
    );
    for method in [Method::GET, Method::DELETE] {
        let gone = expect(&world, 404, method, &path, Value::Null).await;
        assert_eq!(text(&gone, "code"), "target_not_found");
    }
}

async fn money_keeps_its_digits(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let target = r#"{"name":"a","destination":"+13105550100","conversion":{"connected_seconds":90,"revenue":999999999999.123456,"payout":12.345678}}"#;
    let money = r#""revenue":999999999999.123456,"payout":12.345678"#;
    let made = send_text(&world, Method::POST, "/v1/targets", target).await;
    assert!(made.status == 201 && made.body.contains(money), "{}", made.body);
    let path = format!("/v1/targets/{}", text(&made.json(), "id"));
    let changed = send_text(&world, Method::PATCH, &path, r#"{"name":"b"}"#).await;
    assert!(changed.status == 200 && changed.body.contains(money), "{}", changed.body);
    for path in [path.as_str(), "/v1/targets"] {
        assert!(get(&world, path).await.body.contains(money), "{path}");
    }
    let plan = format!(
        r#"{{"name":"p","routes":[{{"target":"{}","conversion":{{"connected_seconds":1,{money}}}}}]}}"#,
        text(&made.json(), "id")
    );
    let made = send_text(&world, Method::POST, "/v1/routing-plans", &plan).await;
    assert!(made.status == 201 && made.body.contains(money), "{}", made.body);
    let path = format!("/v1/routing-plans/{}", text(&made.json(), "id"));
    let drafted = send_text(&world, Method::PUT, &format!("{path}/draft"), &plan).await;
    assert_eq!(drafted.body.matches(money).count(), 2, "{}", drafted.body);
    let published = send_text(&world, Method::POST, &format!("{path}/publish"), "").await;
    assert!(published.status == 200 && published.body.contains(money), "{}", published.body);
}

async fn what_calls_are_routed_by_is_not_deleted(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let (first, second, third) =
        (target(&world, "First").await, target(&world, "Second").await, target(&world, "Third").await);
    let inner = plan(&world, "Inner", &first).await;
    let overrides = json!([
        {"order": 2, "caller": "+1310*", "then": {"target": second["id"]}},
        {"order": 1, "caller": "+1311*", "then": {"plan": inner["id"]}}
    ]);
    let outer = make(
        &world,
        "/v1/routing-plans",
        json!({"name": "Outer", "routes": [{"target": first["id"]}], "fallback": first["id"], "overrides": overrides}),
    )
    .await;
    let flow = published_flow(&world, "Flow", flow_to(&third)).await;
    let to_plan = json!({"version": 1, "start": "a", "nodes": {
        "a": {"type": "start", "next": "b"}, "b": {"type": "routing_plan", "plan": outer["id"]}}});
    let plan_flow = published_flow(&world, "Plan flow", to_plan).await;
    let campaign = json!({"name": "Campaign", "routing": {"flow": flow["id"]}});
    let campaign = make(&world, "/v1/campaigns", campaign).await;

    for (path, one, code, uses) in [
        (
            "targets",
            &first,
            "target_in_use",
            &["Inner routes[0].target", "Outer fallback", "Outer routes[0].target"][..],
        ),
        ("targets", &second, "target_in_use", &["Outer overrides[1].then.target"]),
        ("targets", &third, "target_in_use", &["Flow nodes.b.target"]),
        ("routing-plans", &inner, "routing_plan_in_use", &["Outer overrides[0].then.plan"]),
        ("routing-plans", &outer, "routing_plan_in_use", &["Plan flow nodes.b.plan"]),
        ("flows", &flow, "flow_in_use", &["Campaign routing"]),
    ] {
        let path = format!("/v1/{path}/{}", text(one, "id"));
        let refused = expect(&world, 409, Method::DELETE, &path, Value::Null).await;
        assert_eq!(text(&refused, "code"), code);
        let listed = refused["used_by"].as_array().expect("a list").iter();
        let listed: Vec<String> =
            listed.map(|one| format!("{} {}", text(one, "name"), text(one, "field"))).collect();
        assert_eq!(listed, uses, "{path}");
        let first = uses[0].split(' ').next_back().unwrap_or_default();
        assert!(text(&refused, "message").contains(first), "{refused}");
        assert_eq!(get(&world, &path).await.status, 200, "{path}");
    }

    // Each of them, once nothing uses it.
    let path = format!("/v1/campaigns/{}", text(&campaign, "id"));
    let routed = expect(&world, 200, Method::PATCH, &path, json!({"routing": {"plan": outer["id"]}})).await;
    assert_eq!(routed["routing"], json!({"plan": outer["id"]}));
    for (noun, one) in [("flows", &flow), ("flows", &plan_flow)] {
        expect(&world, 200, Method::DELETE, &format!("/v1/{noun}/{}", text(one, "id")), Value::Null).await;
    }
    let outer_path = format!("/v1/routing-plans/{}", text(&outer, "id"));
    let refused = expect(&world, 409, Method::DELETE, &outer_path, Value::Null).await;
    assert_eq!(refused["used_by"][0]["kind"], "campaign");
    let cleared = expect(&world, 200, Method::PATCH, &path, json!({"routing": null})).await;
    assert_eq!(cleared["routing"], Value::Null);
    for (noun, one) in [
        ("routing-plans", &outer),
        ("routing-plans", &inner),
        ("targets", &first),
        ("targets", &second),
        ("targets", &third),
    ] {
        expect(&world, 200, Method::DELETE, &format!("/v1/{noun}/{}", text(one, "id")), Value::Null).await;
    }
}
