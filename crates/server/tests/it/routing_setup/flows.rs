//! Call flows: drafts, versions, what is different between them.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::{expect, flow_to, get, make, target, text};
use crate::on_both_engines;
use crate::world::{Engine, TestWorld};

on_both_engines! {
    a_flow_is_published_in_versions;
    a_draft_with_errors_is_kept_and_not_published;
    the_oldest_versions_go_but_none_that_a_live_call_runs_by;
    many_at_once_are_all_made_up_to_the_limit;
}

async fn a_flow_is_published_in_versions(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let (first, second) = (target(&world, "First").await, target(&world, "Second").await);
    let made = make(&world, "/v1/flows", json!({"name": "Flow"})).await;
    assert_eq!((&made["draft"], &made["version"]), (&Value::Null, &Value::Null));
    let path = format!("/v1/flows/{}", text(&made, "id"));
    let (publish, versions) = (format!("{path}/publish"), format!("{path}/versions"));
    for action in ["publish", "validate"] {
        let none = expect(&world, 409, Method::POST, &format!("{path}/{action}"), Value::Null).await;
        assert_eq!(text(&none, "code"), "no_draft");
    }
    let drafted = expect(&world, 200, Method::PATCH, &path, json!({"draft": flow_to(&first)})).await;
    assert_eq!((&drafted["draft"], text(&drafted, "name")), (&flow_to(&first), "Flow"));
    let valid = expect(&world, 200, Method::POST, &format!("{path}/validate"), Value::Null).await;
    assert_eq!(valid, json!({"valid": true, "problems": []}));
    let published = expect(&world, 200, Method::POST, &publish, Value::Null).await;
    assert_eq!((&published["version"], &published["id"]), (&json!(1), &made["id"]));
    assert!(text(&published, "published_by").starts_with("api_key:"), "{published}");
    let shown = get(&world, &path).await.json();
    assert_eq!((&shown["version"], &shown["draft"]), (&json!(1), &Value::Null));

    expect(&world, 200, Method::PATCH, &path, json!({"name": "Flow 2", "draft": flow_to(&second)})).await;
    let line = &get(&world, "/v1/flows").await.json()["flows"][0];
    assert_eq!(
        (text(line, "name"), &line["has_draft"], &line["version"]),
        ("Flow 2", &json!(true), &json!(1))
    );
    let changed =
        json!([{"node": "b", "fields": [{"field": "target", "from": first["id"], "to": second["id"]}]}]);
    let to_draft = get(&world, &format!("{path}/diff?from=1&to=draft")).await.json();
    assert_eq!((&to_draft["changed"], &to_draft["to"]), (&changed, &json!("draft")), "{to_draft}");
    expect(&world, 200, Method::POST, &publish, Value::Null).await;
    let between = get(&world, &format!("{path}/diff?from=1&to=2")).await.json();
    assert_eq!(
        (&between["changed"], &between["added"], &between["start"]),
        (&changed, &json!([]), &Value::Null)
    );

    // Back: an old version is sent as the draft and published again.
    let old = get(&world, &format!("{versions}/1")).await.json();
    assert_eq!(old["flow"], flow_to(&first));
    expect(&world, 200, Method::PATCH, &path, json!({"draft": old["flow"]})).await;
    expect(&world, 200, Method::POST, &publish, Value::Null).await;
    let listed = get(&world, &versions).await.json();
    let numbers: Vec<&Value> =
        listed["versions"].as_array().unwrap().iter().map(|one| &one["version"]).collect();
    assert_eq!(numbers, [&json!(3), &json!(2), &json!(1)]);
    assert_eq!(get(&world, &format!("{versions}/3")).await.json()["flow"], old["flow"]);

    for (path, status, code) in [
        (format!("{versions}/4"), 404, "flow_version_not_found"),
        (format!("{versions}/x"), 404, "flow_version_not_found"),
        (format!("{path}/diff?from=1&to=9"), 404, "flow_version_not_found"),
        (format!("{path}/diff?from=1&to=draft"), 409, "no_draft"),
        (format!("{path}/diff?from=1"), 400, "invalid_parameter"),
        (format!("{path}/diff?from=one&to=2"), 400, "invalid_parameter"),
    ] {
        let refused = expect(&world, status, Method::GET, &path, Value::Null).await;
        assert_eq!(text(&refused, "code"), code, "{path}");
    }
    expect(&world, 200, Method::DELETE, &path, Value::Null).await;
    assert_eq!(get(&world, &versions).await.status, 404);
    assert_eq!(world.count("SELECT COUNT(*) FROM flow_versions").await, 0);
}

async fn the_oldest_versions_go_but_none_that_a_live_call_runs_by(engine: Engine) {
    const KEPT: usize = 200;
    let world = TestWorld::start(engine).await;
    let sales = target(&world, "Sales").await;
    let nodes = json!({
        "start": {"type": "start", "next": "wait"},
        "wait": {"type": "hold", "seconds": 60, "next": "dial"},
        "dial": {"type": "dial", "target": text(&sales, "id")},
    });
    let id = crate::routing::flow(&world, nodes.clone()).await;
    let held = world.call_from("+12125550000").await;
    assert_eq!(held["routing"]["action"], "hold", "{held}");
    let (path, draft) = (format!("/v1/flows/{id}"), json!({"version": 1, "start": "start", "nodes": nodes}));
    let publish = async || {
        expect(&world, 200, Method::PATCH, &path, json!({ "draft": draft })).await;
        expect(&world, 200, Method::POST, &format!("{path}/publish"), Value::Null).await
    };
    let versions = async || {
        let list = get(&world, &format!("{path}/versions")).await.json();
        let list = list["versions"].as_array().expect("a list").clone();
        list.iter().map(|one| one["version"].as_u64().expect("a number")).collect::<Vec<_>>()
    };
    for _ in 0..=KEPT {
        publish().await;
    }
    let kept = versions().await;
    assert_eq!(
        (kept.len(), kept[0], kept[KEPT - 1], kept[KEPT]),
        (KEPT + 1, 202, 3, 1),
        "the call's and 200"
    );
    let ringing = crate::routing::next(&world, &held, json!({"outcome": "hold_over"})).await.json();
    assert_eq!(crate::routing::dialed(&ringing), "Sales", "{ringing}");
    crate::routing::event(&world, &held, json!({"event": "ended"})).await;
    assert_eq!(publish().await["version"], 203);
    let kept = versions().await;
    assert_eq!((kept.len(), kept[0], kept[KEPT - 1]), (KEPT, 203, 4));
    assert_eq!(get(&world, &format!("{path}/versions/1")).await.status, 404);
}

async fn a_draft_with_errors_is_kept_and_not_published(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let draft = json!({"version": 1, "start": "a", "nodes": {
        "a": {"type": "start", "next": "c"},
        "b": {"type": "dial", "target": "0192f0c1-2345-7abc-8def-0123456789ab"}
    }});
    let made = make(&world, "/v1/flows", json!({"name": "Flow", "draft": draft})).await;
    assert_eq!(made["draft"], draft);
    let path = format!("/v1/flows/{}", text(&made, "id"));
    let checked = expect(&world, 200, Method::POST, &format!("{path}/validate"), Value::Null).await;
    let refused = expect(&world, 409, Method::POST, &format!("{path}/publish"), Value::Null).await;
    assert_eq!((text(&refused, "code"), &checked["valid"]), ("draft_has_errors", &json!(false)));
    assert_eq!(refused["problems"], checked["problems"]);
    let codes: Vec<(&str, &str)> = checked["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (text(one, "node"), text(one, "code")))
        .collect();
    assert_eq!(codes, [("a", "unknown_node"), ("b", "unknown_target"), ("b", "unreachable")]);
    assert_eq!(get(&world, &path).await.json(), made);
    let campaign = json!({"name": "Campaign", "routing": {"flow": made["id"]}});
    let unpublished = expect(&world, 400, Method::POST, "/v1/campaigns", campaign).await;
    assert!(text(&unpublished, "message").contains("routing.flow"), "{unpublished}");
    let cleared = expect(&world, 200, Method::PATCH, &path, json!({"draft": null})).await;
    assert_eq!(cleared["draft"], Value::Null);
}

async fn many_at_once_are_all_made_up_to_the_limit(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    if engine == Engine::Postgres {
        world.add_node();
    }
    let nodes = world.nodes.len();
    let key = text(&world.keys, "api_key");
    let mut made = 0;
    for _ in 0..7 {
        let requests = (0..30).map(|at| {
            let url = format!("http://{}/v1/flows", world.nodes[at % nodes].address);
            world.client.post(url).bearer_auth(key).json(&json!({"name": "Flow"})).send()
        });
        let statuses: Vec<u16> =
            join_all(requests).await.into_iter().map(|answer| answer.unwrap().status().as_u16()).collect();
        let created = statuses.iter().filter(|status| **status == 201).count();
        let refused = statuses.iter().filter(|status| **status == 409).count();
        assert_eq!((created, created + refused), (30.min(200 - made), 30));
        made += created;
    }
    assert_eq!((made as i64, world.count("SELECT COUNT(*) FROM flows").await), (200, 200));
    let refused = expect(&world, 409, Method::POST, "/v1/flows", json!({"name": "Flow"})).await;
    assert_eq!(text(&refused, "code"), "limit_reached");
}
