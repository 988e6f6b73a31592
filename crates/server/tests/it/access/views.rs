//! Saved views: whose they are, who sees them, who changes them.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Browser, code, invited, owner, refused};
use crate::on_both_engines;
use crate::world::{Engine, TestWorld};

on_both_engines! {
    a_view_is_its_persons_until_it_is_shared;
    who_may_not_share_or_change_is_told;
    a_view_is_kept_as_it_was_sent;
}

async fn names(browser: &mut Browser, query: &str) -> Vec<String> {
    let listed = browser.expect(200, Method::GET, &format!("/v1/views{query}"), Value::Null).await;
    let views = listed["views"].as_array().unwrap();
    views.iter().map(|view| view["name"].as_str().unwrap().to_owned()).collect()
}

async fn a_view_is_its_persons_until_it_is_shared(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let mut ada = owner(&world).await;
    let (mut bob, id) = invited(&world, &mut ada, "bob@example.com", "analyst").await;
    let new = json!({"name": "Failed", "page": "calls", "search": "status=failed"});
    let view = bob.expect(201, Method::POST, "/v1/views", new).await;
    let path = format!("/v1/views/{}", view["id"].as_str().unwrap());
    assert_eq!((&view["mine"], &view["shared"]), (&json!(true), &json!(false)));
    assert_eq!(names(&mut bob, "").await, ["Failed"]);
    assert!(names(&mut ada, "").await.is_empty(), "also an owner sees no one else's");
    for (method, body) in [(Method::PATCH, json!({"name": "Mine"})), (Method::DELETE, Value::Null)] {
        assert_eq!(code(&ada.send(method, &path, body).await), refused(404, "view_not_found"));
    }
    let shared = bob.expect(200, Method::PATCH, &path, json!({"shared": true})).await;
    assert_eq!((&shared["name"], &shared["search"]), (&json!("Failed"), &json!("status=failed")));
    let listed = ada.expect(200, Method::GET, "/v1/views?page=calls", Value::Null).await;
    assert_eq!(listed["views"][0]["mine"], json!(false));
    assert_eq!(listed["views"][0]["by_name"], json!("bob@example.com"));
    assert!(names(&mut ada, "?page=reports").await.is_empty());
    let key = json!({"name": "key", "role": "read_only"});
    let key = ada.expect(201, Method::POST, "/v1/api-keys", key).await;
    let request = Browser::new(&world).request(Method::GET, "/v1/views");
    let by_key = crate::world::answer(request.bearer_auth(key["key"].as_str().unwrap())).await.unwrap();
    assert_eq!(by_key.json()["views"][0]["name"], "Failed", "a key sees what is shared");
    // What is shared outlives who made it; the rest goes with them.
    let own = json!({"name": "Own", "page": "calls"});
    bob.expect(201, Method::POST, "/v1/views", own).await;
    ada.expect(200, Method::DELETE, &format!("/v1/users/{id}"), Value::Null).await;
    assert_eq!(names(&mut ada, "").await, ["Failed"]);
    assert_eq!(world.count("SELECT COUNT(*) FROM saved_views").await, 1);
    ada.expect(200, Method::DELETE, &path, Value::Null).await;
    let log = ada.expect(200, Method::GET, "/v1/audit-log?noun=view&limit=10", Value::Null).await;
    let actions: Vec<&str> =
        log["entries"].as_array().unwrap().iter().map(|one| one["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["deleted", "created", "updated", "created"]);
}

async fn who_may_not_share_or_change_is_told(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let mut ada = owner(&world).await;
    let (mut reader, _) = invited(&world, &mut ada, "reader@example.com", "read_only").await;
    let (mut bob, _) = invited(&world, &mut ada, "bob@example.com", "analyst").await;
    let (mut carol, _) = invited(&world, &mut ada, "carol@example.com", "manager").await;
    let new =
        |shared: bool| json!({"name": "Sold", "page": "calls", "search": "converted=true", "shared": shared});
    assert_eq!(code(&reader.post("/v1/views", new(true)).await), refused(403, "may_not_share"));
    let own = reader.expect(201, Method::POST, "/v1/views", new(false)).await;
    let own = format!("/v1/views/{}", own["id"].as_str().unwrap());
    let got = reader.send(Method::PATCH, &own, json!({"shared": true})).await;
    assert_eq!(code(&got), refused(403, "may_not_share"));
    let shared = bob.expect(201, Method::POST, "/v1/views", new(true)).await;
    let shared = format!("/v1/views/{}", shared["id"].as_str().unwrap());
    let (mut eve, _) = invited(&world, &mut ada, "eve@example.com", "analyst").await;
    for (method, body) in [(Method::PATCH, json!({"name": "Mine"})), (Method::DELETE, Value::Null)] {
        let got = eve.send(method, &shared, body).await;
        assert_eq!(code(&got), refused(403, "not_your_view"));
    }
    let renamed = carol.expect(200, Method::PATCH, &shared, json!({"name": "Sales"})).await;
    assert_eq!((&renamed["mine"], &renamed["by_name"]), (&json!(false), &json!("bob@example.com")));
    let key = world.api(Method::POST, "/v1/views", new(false)).await;
    assert_eq!(code(&key), refused(403, "people_only"));
    // A manager takes it back from everybody, and it is Bob's alone again.
    carol.expect(200, Method::PATCH, &shared, json!({"shared": false})).await;
    assert!(names(&mut carol, "").await.is_empty());
    assert_eq!(names(&mut bob, "").await, ["Sales"]);
}

async fn a_view_is_kept_as_it_was_sent(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let mut ada = owner(&world).await;
    let new = json!({
        "name": "Wide", "page": "reports", "search": "?by=campaign&range=7d", "columns": ["calls", "revenue"]
    });
    let view = ada.expect(201, Method::POST, "/v1/views", new.clone()).await;
    assert_eq!(view["search"], "by=campaign&range=7d");
    assert_eq!(view["columns"], json!(["calls", "revenue"]));
    let path = format!("/v1/views/{}", view["id"].as_str().unwrap());
    assert_eq!(code(&ada.post("/v1/views", new).await), refused(409, "view_name_taken"));
    let elsewhere = json!({"name": "wide", "page": "calls"});
    ada.expect(201, Method::POST, "/v1/views", elsewhere).await;
    let cleared = ada.expect(200, Method::PATCH, &path, json!({"columns": null, "name": "Narrow"})).await;
    assert_eq!((&cleared["columns"], &cleared["name"]), (&Value::Null, &json!("Narrow")));
    for wrong in [
        json!({"name": "", "page": "calls"}),
        json!({"name": "A", "page": "moon"}),
        json!({"name": "A", "page": "calls", "search": "a b"}),
        json!({"name": "A", "page": "calls", "search": "a".repeat(2_001)}),
        json!({"name": "A", "page": "calls", "columns": [""]}),
        json!({"name": "A", "page": "calls", "colour": "red"}),
    ] {
        let got = ada.post("/v1/views", wrong.clone()).await;
        assert_eq!(got.status, 400, "{wrong}: {}", got.body);
    }
    for wrong in [json!({"page": "calls"}), json!({"search": "#"}), json!({"shared": "yes"})] {
        assert_eq!(ada.send(Method::PATCH, &path, wrong.clone()).await.status, 400, "{wrong}");
    }
    assert_eq!(ada.get("/v1/views?page=moon").await.status, 400);
    assert_eq!(names(&mut ada, "").await, ["Narrow", "wide"]);
}
