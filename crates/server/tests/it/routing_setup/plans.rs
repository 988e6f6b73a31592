//! Routing plans and their drafts.

use reqwest::Method;
use serde_json::{Value, json};

use super::{expect, get, make, plan, target, text};
use crate::on_both_engines;
use crate::world::{Engine, TestWorld};

on_both_engines! {
    a_plan_is_changed_at_once_or_by_a_draft;
    a_draft_is_published_only_if_all_it_names_is_there;
}

async fn a_plan_is_changed_at_once_or_by_a_draft(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let (first, second) = (target(&world, "First").await, target(&world, "Second").await);
    let made = plan(&world, "Plan", &first).await;
    assert_eq!((&made["draft"], &made["routes"][0]["weight"]), (&Value::Null, &json!(1)));
    let path = format!("/v1/routing-plans/{}", text(&made, "id"));
    let changed = expect(&world, 200, Method::PATCH, &path, json!({"fallback": second["id"]})).await;
    assert_eq!((&changed["routes"], &changed["fallback"]), (&made["routes"], &second["id"]));

    let draft = json!({"routes": [{"target": second["id"], "priority": 2}]});
    let drafted = expect(&world, 200, Method::PUT, &format!("{path}/draft"), draft).await;
    assert_eq!((text(&drafted["draft"], "name"), &drafted["problems"]), ("Plan", &json!([])));
    assert_eq!((&drafted["routes"], &drafted["fallback"]), (&changed["routes"], &second["id"]));
    let shown = get(&world, &path).await.json();
    assert_eq!(shown["draft"], drafted["draft"]);
    // The plan itself may change under its draft.
    let renamed = expect(&world, 200, Method::PATCH, &path, json!({"name": "Plan 2"})).await;
    assert_eq!(renamed["draft"], drafted["draft"]);

    let published = expect(&world, 200, Method::POST, &format!("{path}/publish"), Value::Null).await;
    assert_eq!((&published["draft"], &published["fallback"]), (&Value::Null, &Value::Null));
    assert_eq!((text(&published, "name"), &published["routes"]), ("Plan", &drafted["draft"]["routes"]));
    assert_eq!(get(&world, &path).await.json(), published);
    let none = expect(&world, 409, Method::POST, &format!("{path}/publish"), Value::Null).await;
    assert_eq!(text(&none, "code"), "no_draft");

    expect(
        &world,
        200,
        Method::PUT,
        &format!("{path}/draft"),
        json!({"name": "X", "routes": [{"target": first["id"]}]}),
    )
    .await;
    let discarded = expect(&world, 200, Method::DELETE, &format!("{path}/draft"), Value::Null).await;
    assert_eq!((&discarded["draft"], &discarded["routes"]), (&Value::Null, &published["routes"]));
    let listed = get(&world, "/v1/routing-plans").await.json();
    assert_eq!(listed["routing_plans"], json!([discarded]));
}

async fn a_draft_is_published_only_if_all_it_names_is_there(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let (first, second) = (target(&world, "First").await, target(&world, "Second").await);
    let publisher = make(&world, "/v1/publishers", json!({"name": "Radio"})).await;
    let made = plan(&world, "Plan", &first).await;
    let path = format!("/v1/routing-plans/{}", text(&made, "id"));
    let draft = json!({"routes": [{"target": second["id"]}], "overrides": [
        {"order": 1, "publisher": publisher["id"], "then": {"reject": "none today"}}]});
    expect(&world, 200, Method::PUT, &format!("{path}/draft"), draft.clone()).await;
    // A draft uses nothing: both may be deleted.
    for (noun, one) in [("targets", &second), ("publishers", &publisher)] {
        expect(&world, 200, Method::DELETE, &format!("/v1/{noun}/{}", text(one, "id")), Value::Null).await;
    }
    let refused = expect(&world, 409, Method::POST, &format!("{path}/publish"), Value::Null).await;
    assert_eq!(text(&refused, "code"), "draft_has_errors");
    let fields: Vec<&str> =
        refused["problems"].as_array().unwrap().iter().map(|one| text(one, "field")).collect();
    assert_eq!(fields, ["routes[0].target", "overrides[0].publisher"]);
    assert!(text(&refused, "message").contains("routes[0].target"), "{refused}");
    assert_eq!(get(&world, &path).await.json()["routes"], made["routes"]);
    let drafted = expect(&world, 200, Method::PUT, &format!("{path}/draft"), draft).await;
    assert_eq!(drafted["problems"], refused["problems"], "a draft may name what is not there yet");
}
