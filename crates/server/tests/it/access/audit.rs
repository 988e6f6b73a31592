//! What is written down of changes.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Browser, invited, owner};
use crate::on_both_engines;
use crate::world::{Engine, TestWorld, run};

on_both_engines! {
    every_change_says_who_what_before_and_after;
    the_command_line_and_keys_are_named_too;
    the_log_is_read_by_page_and_filter;
    whoever_changed_something_has_a_name_also_once_they_are_gone;
}

async fn entries(browser: &mut Browser, query: &str) -> Vec<Value> {
    let page = browser.expect(200, Method::GET, &format!("/v1/audit-log{query}"), Value::Null).await;
    page["entries"].as_array().unwrap().clone()
}

fn id(made: &Value) -> &str {
    made["id"].as_str().unwrap_or_else(|| panic!("{made} has no id"))
}

async fn every_change_says_who_what_before_and_after(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let mut ada = owner(&world).await;
    let me = ada.get("/v1/me").await.json();
    let campaign = ada.expect(201, Method::POST, "/v1/campaigns", json!({"name": "Roofing"})).await;
    let target = json!({"name": "Desk", "destination": "+18005550111"});
    let target = ada.expect(201, Method::POST, "/v1/targets", target).await;
    let number = json!({"phone_number": "+13105550100", "campaign_id": id(&campaign)});
    for (noun, path, new, patch) in [
        ("campaign", "campaigns", json!({"name": "Solar"}), json!({"name": "Sun"})),
        ("publisher", "publishers", json!({"name": "Ads"}), json!({"name": "Search"})),
        ("number", "numbers", number, json!({"phone_number": "+13105550101"})),
        ("custom_tag", "custom-tags", json!({"key": "age", "label": "Age"}), json!({"label": "Years"})),
        ("webhook", "webhooks", json!({"type": "call_data", "name": "Pages"}), json!({"enabled": false})),
        (
            "target",
            "targets",
            json!({"name": "Desk", "destination": "+18005550111"}),
            json!({"name": "Front"}),
        ),
        (
            "routing_plan",
            "routing-plans",
            json!({"name": "Plan", "routes": [{"target": id(&target)}]}),
            json!({"name": "Way"}),
        ),
        ("flow", "flows", json!({"name": "Flow"}), json!({"name": "Stream"})),
        (
            "rtb_endpoint",
            "rtb-endpoints",
            json!({"name": "Bids", "campaign_id": id(&campaign)}),
            json!({"name": "Offers"}),
        ),
    ] {
        let mut made = ada.expect(201, Method::POST, &format!("/v1/{path}"), new).await;
        if noun == "webhook" {
            made.as_object_mut().unwrap().remove("key").expect("the key is shown once");
        }
        let one = format!("/v1/{path}/{}", id(&made));
        let changed = ada.expect(200, Method::PATCH, &one, patch).await;
        ada.expect(200, Method::DELETE, &one, Value::Null).await;
        let found = entries(&mut ada, &format!("?noun={noun}&id={}", id(&made))).await;
        let sides: Vec<_> = found.iter().map(|one| (&one["action"], &one["before"], &one["after"])).collect();
        let expected = [
            (&json!("deleted"), &changed, &Value::Null),
            (&json!("updated"), &made, &changed),
            (&json!("created"), &Value::Null, &made),
        ];
        assert_eq!(sides, expected, "{noun}");
        for entry in &found {
            assert_eq!(entry["actor"], format!("user:{}", me["user"]["id"].as_str().unwrap()));
            assert_eq!(entry["actor_name"], "Ada");
        }
    }
    let draft = json!({"version": 1, "start": "a", "nodes": {
        "a": {"type": "start", "next": "b"},
        "b": {"type": "dial", "target": id(&target)}
    }});
    let flow = ada.expect(201, Method::POST, "/v1/flows", json!({"name": "Flow", "draft": draft})).await;
    let publish = format!("/v1/flows/{}/publish", id(&flow));
    ada.expect(200, Method::POST, &publish, Value::Null).await;
    ada.expect(409, Method::POST, &publish, Value::Null).await;
    let found = entries(&mut ada, &format!("?id={}", id(&flow))).await;
    assert_eq!((found.len(), &found[0]["action"]), (2, &json!("published")), "what was refused is not there");
    assert_eq!((&found[0]["before"]["draft"], &found[0]["after"]["version"]), (&draft, &json!(1)));
    ada.expect(200, Method::PATCH, "/v1/organization", json!({"name": "Acme Ltd"})).await;
    let found = entries(&mut ada, "?noun=organization").await;
    assert_eq!(
        (&found[0]["before"]["name"], &found[0]["after"]["name"]),
        (&json!("Acme"), &json!("Acme Ltd"))
    );
    let (_, bob) = invited(&world, &mut ada, "bob@example.com", "analyst").await;
    ada.expect(200, Method::PATCH, &format!("/v1/users/{bob}"), json!({"role": "owner"})).await;
    let found = entries(&mut ada, &format!("?noun=user&id={bob}")).await;
    let actions: Vec<&str> = found.iter().map(|one| one["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["updated", "password_set", "created"]);
    assert_eq!(
        (&found[0]["before"]["role"], &found[0]["after"]["role"]),
        (&json!("analyst"), &json!("owner"))
    );
}

async fn the_command_line_and_keys_are_named_too(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let api = async |path: &str| world.api(Method::GET, path, Value::Null).await.json();
    let made = world.api(Method::POST, "/v1/campaigns", json!({"name": "Roofing"})).await.json();
    let found = api(&format!("/v1/audit-log?id={}", id(&made))).await;
    assert!(found["entries"][0]["actor"].as_str().unwrap().starts_with("api_key:"), "{found}");
    assert_eq!(found["entries"][0]["actor_name"], "demo");
    let webhook = world.webhook("call_data").await;
    let list = run(&world.url, &["org", "list"]);
    let org = list.split_whitespace().next().unwrap();
    run(&world.url, &["webhook", "rotate", id(&webhook), "--overlap-hours", "1"]);
    run(&world.url, &["webhook", "delete", id(&webhook)]);
    let key = run(&world.url, &["key", "create", "--org", org, "--role", "analyst", "reports"]);
    run(&world.url, &["key", "revoke", key.split_whitespace().nth(1).unwrap()]);
    run(&world.url, &["user", "create", "--org", org, "--role", "owner", "ada@example.com", "Ada"]);
    run(&world.url, &["user", "link", "ada@example.com"]);
    let found = api("/v1/audit-log?actor=cli").await;
    let said: Vec<String> = found["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {}", one["action"].as_str().unwrap(), one["noun"].as_str().unwrap()))
        .collect();
    let expected = [
        "link_made user",
        "created user",
        "deleted api_key",
        "created api_key",
        "deleted webhook",
        "rotated webhook",
    ];
    assert_eq!(said, expected);
}

async fn the_log_is_read_by_page_and_filter(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    for index in 0..5 {
        world.api(Method::POST, "/v1/publishers", json!({"name": format!("P{index}")})).await;
    }
    let api = async |path: &str| world.api(Method::GET, path, Value::Null).await;
    let first = api("/v1/audit-log?noun=publisher&limit=3").await.json();
    let cursor = first["next_cursor"].as_str().expect("there is more");
    let second = api(&format!("/v1/audit-log?noun=publisher&limit=3&cursor={cursor}")).await.json();
    let names: Vec<&str> = [&first, &second]
        .iter()
        .flat_map(|page| page["entries"].as_array().unwrap())
        .map(|one| one["after"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["P4", "P3", "P2", "P1", "P0"]);
    assert_eq!(second["next_cursor"], Value::Null);
    for wrong in ["limit=0", "limit=201", "cursor=x", "id=x", "colour=red"] {
        assert_eq!(api(&format!("/v1/audit-log?{wrong}")).await.status, 400, "{wrong}");
    }
    world.move_to_another_organization();
    let foreign = world.api(Method::GET, "/v1/audit-log?noun=publisher", Value::Null).await.json();
    assert_eq!(foreign["entries"], json!([]), "another organization's log is its own");
}

async fn whoever_changed_something_has_a_name_also_once_they_are_gone(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let mut ada = owner(&world).await;
    let key = ada.expect(201, Method::POST, "/v1/api-keys", json!({"name": "CRM", "role": "manager"})).await;
    let (mut max, max_id) = invited(&world, &mut ada, "max@example.com", "manager").await;
    let webhook =
        max.expect(201, Method::POST, "/v1/webhooks", json!({"type": "call_data", "name": "Pages"})).await;
    let key_path = format!("/v1/api-keys/{}", id(&key));
    ada.expect(200, Method::DELETE, &key_path, Value::Null).await;
    ada.expect(200, Method::DELETE, &format!("/v1/users/{max_id}"), Value::Null).await;
    let actors = ada.expect(200, Method::GET, "/v1/actors", Value::Null).await;
    for (by, name) in
        [("user", &max_id), ("api_key", &id(&key).to_owned()), ("webhook", &id(&webhook).to_owned())]
            .map(|(kind, id)| format!("{kind}:{id}"))
            .into_iter()
            .zip(["Max", "CRM", "Pages"])
    {
        let found = actors["actors"].as_array().unwrap().iter().find(|one| one["by"] == by.as_str());
        let found = found.unwrap_or_else(|| panic!("{by} is not among {actors}"));
        assert!(found["name"].as_str().unwrap().to_lowercase().contains(&name.to_lowercase()), "{found}");
    }
}
