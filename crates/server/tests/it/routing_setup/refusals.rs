//! What is refused, by which field, and whose it is.

use reqwest::Method;
use serde_json::{Value, json};

use super::{expect, flow_to, get, make, plan, published_flow, send_text, target, text};
use crate::on_both_engines;
use crate::world::{Engine, TestWorld, seed};

on_both_engines! {
    wrong_definitions_are_refused_by_field_and_change_nothing;
    another_organization_sees_and_changes_nothing_of_it;
}

const NOBODY: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

async fn wrong_definitions_are_refused_by_field_and_change_nothing(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let to = target(&world, "Target").await;
    let made = plan(&world, "Plan", &to).await;
    let ours = |name: &str, value: Value| {
        let mut target = json!({"name": "a", "destination": "+13105550100"});
        target[name] = value;
        ("/v1/targets", target, name.to_owned())
    };
    let route = |name: &str, value: Value| {
        let mut route = json!({"target": to["id"]});
        route[name] = value;
        ("/v1/routing-plans", json!({"name": "a", "routes": [route]}), format!("routes[0].{name}"))
    };
    let outer = |name: &str, value: Value, field: &str| {
        let mut plan = json!({"name": "a", "routes": [{"target": to["id"]}]});
        plan[name] = value;
        ("/v1/routing-plans", plan, field.to_owned())
    };
    for (path, body, field) in [
        ours("name", json!("")),
        ours("destination", json!("3105550100")),
        ours("ring_seconds", json!(601)),
        ours("time_zone", json!("Mars/Olympus")),
        ours("concurrency", json!(0)),
        ours("colour", json!(1)),
        ours("id", json!(NOBODY)),
        (
            "/v1/targets",
            json!({"name": "a", "destination": "+13105550100", "caps": {"day": 0}}),
            "caps.day".into(),
        ),
        (
            "/v1/targets",
            json!({"name": "a", "destination": "+13105550100", "conversion": {"connected_seconds": 1, "payout": -1}}),
            "conversion.payout".into(),
        ),
        ("/v1/targets", json!({"destination": "+13105550100"}), "name".into()),
        route("target", json!(NOBODY)),
        route("target", json!("x")),
        route("weight", json!(0)),
        route("filter", json!({"tag": "a", "op": "like", "value": 1})),
        outer("routes", json!([]), "routes"),
        outer("fallback", json!(NOBODY), "fallback"),
        outer(
            "overrides",
            json!([{"order": 1, "caller": "+1310*", "then": {"plan": NOBODY}}]),
            "overrides[0].then.plan",
        ),
        outer(
            "overrides",
            json!([{"order": 1, "publisher": NOBODY, "then": {"reject": "no"}}]),
            "overrides[0].publisher",
        ),
        outer("draft", json!({"routes": []}), "draft"),
    ] {
        let before = get(&world, path).await.body;
        let refused = expect(&world, 400, Method::POST, path, body.clone()).await;
        let leaf = field.rsplit(['.', ']']).next().unwrap_or_default();
        let named = refused["field"].as_str().is_none_or(|named| named.starts_with(&field));
        assert!(named && text(&refused, "message").contains(leaf), "{path} {body}: {refused}");
        assert_eq!(text(&refused, "code"), "invalid_field");
        assert_eq!(get(&world, path).await.body, before, "{path} {body}");
    }
    for (path, body, named) in [
        ("/v1/flows", json!({"name": ""}), "`name`"),
        ("/v1/flows", json!({"name": "a", "graph": {}}), "`graph`"),
        (
            "/v1/flows",
            json!({"name": "a", "draft": {"version": 2, "nodes": {}}}),
            "`draft` can't be read: version",
        ),
        (
            "/v1/flows",
            json!({"name": "a", "draft": {"version": 1, "nodes": {"a": {"type": "fly"}}}}),
            "node a: type",
        ),
        ("/v1/campaigns", json!({"name": "a", "routing": {"plan": NOBODY}}), "`routing.plan`"),
        ("/v1/campaigns", json!({"name": "a", "routing": {"flow": NOBODY}}), "`routing.flow`"),
        ("/v1/campaigns", json!({"name": "a", "routing": {"plan": "x"}}), "`routing` must be"),
        ("/v1/campaigns", json!({"name": "a", "routing": "plan"}), "`routing` must be"),
        (
            "/v1/publishers",
            json!({"name": "a", "routing": {"plan": made["id"]}}),
            "`routing` is a campaign's",
        ),
    ] {
        let refused = expect(&world, 400, Method::POST, path, body.clone()).await;
        assert!(text(&refused, "message").contains(named), "{path} {body}: {refused}");
    }
    let itself = json!({"overrides": [{"order": 1, "caller": "+1310*", "then": {"plan": made["id"]}}]});
    let path = format!("/v1/routing-plans/{}", text(&made, "id"));
    let refused = expect(&world, 400, Method::PATCH, &path, itself).await;
    assert_eq!(text(&refused, "field"), "overrides[0].then.plan");
    for (method, path, body, status) in [
        (Method::POST, "/v1/targets", "{\"name\":\"a\",\"name\":\"b\"}".to_owned(), 400),
        (Method::POST, "/v1/targets", "[]".to_owned(), 400),
        (Method::PATCH, path.as_str(), "{".to_owned(), 400),
        (Method::PUT, &format!("{path}/draft"), "{}".to_owned(), 400),
        (Method::POST, "/v1/flows", format!("{{\"name\":\"{}\"}}", "a".repeat(1_088 * 1_024)), 413),
    ] {
        let refused = send_text(&world, method, path, &body).await;
        assert_eq!(refused.status, status, "{path}: {}", refused.body);
    }
}

async fn another_organization_sees_and_changes_nothing_of_it(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    let target_made = target(&world, "Ours").await;
    let plan_made = plan(&world, "Ours", &target_made).await;
    let flow = published_flow(&world, "Ours", flow_to(&target_made)).await;
    let campaign = make(&world, "/v1/campaigns", json!({"name": "Ours"})).await;
    let endpoint =
        make(&world, "/v1/rtb-endpoints", json!({"name": "Ours", "campaign_id": campaign["id"]})).await;
    world.nodes.clear();
    world.keys = seed(&world.url, 0, 1_000);
    world.add_node();
    for (noun, one) in [
        ("targets", &target_made),
        ("routing-plans", &plan_made),
        ("flows", &flow),
        ("rtb-endpoints", &endpoint),
    ] {
        let listed = get(&world, &format!("/v1/{noun}")).await;
        assert!(listed.status == 200 && !listed.body.contains("Ours"), "{noun}: {}", listed.body);
        let path = format!("/v1/{noun}/{}", text(one, "id"));
        for method in [Method::GET, Method::DELETE] {
            expect(&world, 404, method, &path, Value::Null).await;
        }
        expect(&world, 404, Method::PATCH, &path, json!({"name": "Mine"})).await;
    }
    let (plan_path, flow_path) =
        (format!("/v1/routing-plans/{}", text(&plan_made, "id")), format!("/v1/flows/{}", text(&flow, "id")));
    for (method, path) in [
        (Method::DELETE, format!("{plan_path}/draft")),
        (Method::POST, format!("{plan_path}/publish")),
        (Method::POST, format!("{flow_path}/publish")),
        (Method::POST, format!("{flow_path}/validate")),
        (Method::GET, format!("{flow_path}/versions")),
        (Method::GET, format!("{flow_path}/versions/1")),
        (Method::GET, format!("{flow_path}/diff?from=1&to=1")),
    ] {
        expect(&world, 404, method, &path, Value::Null).await;
    }
    let body = json!({"name": "a", "routes": [{"target": target_made["id"]}]});
    expect(&world, 404, Method::PUT, &format!("{plan_path}/draft"), body.clone()).await;
    for (path, body) in [
        ("/v1/routing-plans", body),
        ("/v1/campaigns", json!({"name": "a", "routing": {"plan": plan_made["id"]}})),
        ("/v1/campaigns", json!({"name": "a", "routing": {"flow": flow["id"]}})),
        ("/v1/rtb-endpoints", json!({"name": "a", "campaign_id": campaign["id"]})),
    ] {
        expect(&world, 400, Method::POST, path, body).await;
    }
    let draft = json!({"name": "a", "draft": flow_to(&target_made)});
    let mine = make(&world, "/v1/flows", draft).await;
    let path = format!("/v1/flows/{}/publish", text(&mine, "id"));
    let refused = expect(&world, 409, Method::POST, &path, Value::Null).await;
    assert_eq!(refused["problems"][0]["code"], "unknown_target");
}
