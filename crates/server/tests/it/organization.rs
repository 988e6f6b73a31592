//! An organization set up by the API alone: its tags, campaigns, publishers, numbers and keys.

use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::world::{Answer, Engine, TestWorld, answer, seed};

on_both_engines! {
    a_number_gives_its_calls_their_campaign_and_its_tags;
    a_custom_tag_decides_what_call_data_becomes;
    an_api_key_is_made_used_and_ended_by_another;
    wrong_settings_are_refused_by_name_and_change_nothing;
    another_organization_sees_and_changes_nothing_of_it;
}

const CALLER: &str = "+13105559876";

async fn send(world: &TestWorld, method: Method, path: &str, body: Value) -> Answer {
    let key = world.keys["api_key"].as_str().unwrap();
    send_with(world, key, method, path, body).await
}

async fn send_with(world: &TestWorld, key: &str, method: Method, path: &str, body: Value) -> Answer {
    let url = format!("http://{}{path}", world.nodes[0].address);
    let request = world.client.request(method, url).bearer_auth(key);
    answer(if body.is_null() { request } else { request.json(&body) }).await.unwrap()
}

async fn make(world: &TestWorld, path: &str, body: Value) -> Value {
    let made = send(world, Method::POST, path, body).await;
    assert_eq!(made.status, 201, "{path}: {}", made.body);
    let made = made.json();
    let shown = send(world, Method::GET, &format!("{path}/{}", text(&made, "id")), Value::Null).await;
    assert_eq!((shown.status, &shown.json()), (200, &made), "{path}");
    made
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("{value} has no text {name}"))
}

async fn call(world: &TestWorld, dialed: &str) -> Value {
    let started = send(world, Method::POST, "/v1/calls", json!({"caller": CALLER, "dialed": dialed})).await;
    assert_eq!(started.status, 201, "{}", started.body);
    started.json()
}

fn tag<'a>(call: &'a Value, name: &str) -> &'a Value {
    call["tags"].as_array().expect("tags").iter().find(|tag| tag["name"] == name).unwrap_or(&Value::Null)
}

async fn a_number_gives_its_calls_their_campaign_and_its_tags(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    if engine == Engine::Postgres {
        world.add_node();
    }
    let campaign =
        make(&world, "/v1/campaigns", json!({"name": " Roofing ", "tag_defaults": {"Vertical": "home"}}))
            .await;
    assert_eq!(
        (text(&campaign, "name"), &campaign["tag_defaults"]),
        ("Roofing", &json!({"vertical": "home"}))
    );
    let publisher = make(&world, "/v1/publishers", json!({"name": "Radio"})).await;
    let number = make(
        &world,
        "/v1/numbers",
        json!({"phone_number": "(888) 555-0177", "campaign_id": campaign["id"], "publisher_id": publisher["id"]}),
    )
    .await;
    assert_eq!(text(&number, "phone_number"), "+18885550177");
    let first = call(&world, "8885550177").await;
    assert_eq!((&first["campaign_id"], &first["publisher_id"]), (&campaign["id"], &publisher["id"]));
    assert_eq!(
        (&tag(&first, "vertical")["value"], &tag(&first, "vertical")["source"]),
        (&json!("home"), &json!("campaign"))
    );

    let number_path = format!("/v1/numbers/{}", text(&number, "id"));
    let changed = send(&world, Method::PATCH, &number_path, json!({"publisher_id": null})).await;
    assert_eq!((changed.status, &changed.json()["publisher_id"]), (200, &Value::Null), "{}", changed.body);
    assert_eq!(call(&world, "+18885550177").await["publisher_id"], Value::Null);
    let campaign_path = format!("/v1/campaigns/{}", text(&campaign, "id"));
    let renamed = send(&world, Method::PATCH, &campaign_path, json!({"name": "Roofs"})).await;
    assert_eq!((renamed.status, &renamed.json()["tag_defaults"]), (200, &json!({"vertical": "home"})));

    let in_use = send(&world, Method::DELETE, &campaign_path, Value::Null).await;
    assert_eq!((in_use.status, text(&in_use.json(), "code")), (409, "campaign_in_use"), "{}", in_use.body);
    for path in [number_path, campaign_path, format!("/v1/publishers/{}", text(&publisher, "id"))] {
        assert_eq!(send(&world, Method::DELETE, &path, Value::Null).await.status, 200, "{path}");
        assert_eq!(send(&world, Method::GET, &path, Value::Null).await.status, 404, "{path}");
        assert_eq!(send(&world, Method::DELETE, &path, Value::Null).await.status, 404, "{path}");
    }
    assert_eq!(call(&world, "+18885550177").await["campaign_id"], Value::Null);
    let kept =
        send(&world, Method::GET, &format!("/v1/calls/{}", text(&first, "call_log_id")), Value::Null).await;
    assert_eq!(kept.json()["campaign_id"], campaign["id"], "a past call keeps its campaign");
}

async fn a_custom_tag_decides_what_call_data_becomes(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let tag_made = make(
        &world,
        "/v1/custom-tags",
        json!({"key": "Plan", "label": "Plan", "kind": {"type": "one_of", "values": ["a", "b"]}, "aliases": ["plan type"]}),
    )
    .await;
    assert_eq!((text(&tag_made, "key"), &tag_made["aliases"]), ("plan", &json!(["plan_type"])));
    world.post("call_data", json!({"caller_id": CALLER, "Plan-Type": "c", "colour": "red"})).await;
    let started = call(&world, "+18885550100").await;
    assert_eq!(
        (&tag(&started, "plan")["value"], &tag(&started, "plan")["flagged"]),
        (&json!("c"), &json!(true))
    );
    assert_eq!(tag(&started, "colour"), &Value::Null, "no tag is defined for it");

    let path = format!("/v1/custom-tags/{}", text(&tag_made, "id"));
    let changed = send(
        &world,
        Method::PATCH,
        &path,
        json!({"kind": {"type": "text"}, "default": "basic", "sources": ["url"]}),
    )
    .await;
    assert_eq!((changed.status, &changed.json()["sources"]), (200, &json!(["url"])), "{}", changed.body);
    let started = call(&world, "+18885550100").await;
    assert_eq!(
        (&tag(&started, "plan")["value"], &tag(&started, "plan")["source"]),
        (&json!("basic"), &json!("default"))
    );
    let cleared = send(&world, Method::PATCH, &path, json!({"default": null, "sources": null})).await;
    assert_eq!((cleared.status, &cleared.json()["default"]), (200, &Value::Null));
    let listed = send(&world, Method::GET, "/v1/custom-tags", Value::Null).await.json();
    assert!(listed["custom_tags"].as_array().unwrap().iter().any(|tag| tag["id"] == tag_made["id"]));
    assert_eq!(send(&world, Method::DELETE, &path, Value::Null).await.status, 200);
    assert_eq!(send(&world, Method::GET, &path, Value::Null).await.status, 404);
}

async fn an_api_key_is_made_used_and_ended_by_another(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let own = send(&world, Method::GET, "/v1/organization", Value::Null).await;
    let renamed =
        send(&world, Method::PATCH, "/v1/organization", json!({"name": "Acme", "default_country": "DE"}))
            .await;
    assert_eq!((own.status, renamed.status), (200, 200), "{}", renamed.body);
    assert_eq!((&renamed.json()["id"], text(&renamed.json(), "default_country")), (&own.json()["id"], "DE"));

    let made = send(&world, Method::POST, "/v1/api-keys", json!({"name": "CRM", "role": "owner"})).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made = made.json();
    let key = text(&made, "key");
    let listed = send_with(&world, key, Method::GET, "/v1/api-keys", Value::Null).await;
    assert!(listed.status == 200 && !listed.body.contains(key), "a key is shown once: {}", listed.body);
    let path = format!("/v1/api-keys/{}", text(&made, "id"));
    let itself = send_with(&world, key, Method::DELETE, &path, Value::Null).await;
    assert_eq!((itself.status, text(&itself.json(), "code")), (409, "key_in_use"));
    assert_eq!(send(&world, Method::DELETE, &path, Value::Null).await.status, 200);
    assert_eq!(send_with(&world, key, Method::GET, "/v1/api-keys", Value::Null).await.status, 401);
    assert_eq!(send(&world, Method::DELETE, &path, Value::Null).await.status, 404);
}

async fn wrong_settings_are_refused_by_name_and_change_nothing(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let campaign = make(&world, "/v1/campaigns", json!({"name": "One"})).await;
    let number = json!({"phone_number": "+18885550177", "campaign_id": campaign["id"]});
    make(&world, "/v1/numbers", number.clone()).await;
    let nobody = "01900000-0000-7000-8000-000000000009";
    for (path, body, status, named) in [
        ("/v1/campaigns", json!({}), 400, "name"),
        ("/v1/campaigns", json!({"name": "\u{0}"}), 400, "name"),
        ("/v1/campaigns", json!({"name": "a", "colour": 1}), 400, "colour"),
        (
            "/v1/campaigns",
            json!({"name": "a", "tag_defaults": {"t": "v".repeat(4_097)}}),
            400,
            "tag_defaults.t",
        ),
        ("/v1/publishers", json!({"name": "a", "tag_defaults": {"t": "\u{0}"}}), 400, "tag_defaults.t"),
        ("/v1/publishers", json!({"name": "a", "tag_defaults": {"t": 1}}), 400, "string"),
        ("/v1/numbers", number, 409, "+18885550177"),
        ("/v1/numbers", json!({"phone_number": "12", "campaign_id": campaign["id"]}), 400, "phone_number"),
        ("/v1/numbers", json!({"phone_number": "+18885550178", "campaign_id": nobody}), 400, "campaign_id"),
        (
            "/v1/numbers",
            json!({"phone_number": "+18885550178", "campaign_id": campaign["id"], "publisher_id": nobody}),
            400,
            "publisher_id",
        ),
        ("/v1/custom-tags", json!({"key": "call_id", "label": "a"}), 400, "key"),
        ("/v1/custom-tags", json!({"key": "lead_source", "label": "a"}), 400, "key"),
        ("/v1/custom-tags", json!({"key": "new", "label": "a", "aliases": ["lead source"]}), 400, "aliases"),
        ("/v1/custom-tags", json!({"key": "new", "label": "a\u{0}"}), 400, "U+0000"),
        (
            "/v1/custom-tags",
            json!({"key": "new", "label": "a", "kind": {"type": "number"}, "default": "x"}),
            400,
            "default",
        ),
        ("/v1/api-keys", json!({"name": ""}), 400, "name"),
    ] {
        let before = send(&world, Method::GET, path, Value::Null).await.body;
        let refused = send(&world, Method::POST, path, body.clone()).await;
        assert_eq!(refused.status, status, "{path} {body}: {}", refused.body);
        assert!(text(&refused.json(), "message").contains(named), "{path} {body}: {}", refused.body);
        assert_eq!(send(&world, Method::GET, path, Value::Null).await.body, before, "{path} {body}");
    }
    let refused = send(&world, Method::PATCH, "/v1/organization", json!({"default_country": "Mars"})).await;
    assert_eq!(refused.status, 400, "{}", refused.body);
}

async fn another_organization_sees_and_changes_nothing_of_it(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    let campaign = make(&world, "/v1/campaigns", json!({"name": "Ours"})).await;
    let publisher = make(&world, "/v1/publishers", json!({"name": "Ours"})).await;
    let number =
        make(&world, "/v1/numbers", json!({"phone_number": "+18885550177", "campaign_id": campaign["id"]}))
            .await;
    let custom = make(&world, "/v1/custom-tags", json!({"key": "ours", "label": "Ours"})).await;
    let key = send(&world, Method::POST, "/v1/api-keys", json!({"name": "ours"})).await.json();
    world.nodes.clear();
    world.keys = seed(&world.url, 0, 1_000);
    world.add_node();
    for (path, id) in [
        ("campaigns", &campaign["id"]),
        ("publishers", &publisher["id"]),
        ("numbers", &number["id"]),
        ("custom-tags", &custom["id"]),
        ("api-keys", &key["id"]),
    ] {
        let id = id.as_str().unwrap();
        let listed = send(&world, Method::GET, &format!("/v1/{path}"), Value::Null).await;
        assert!(listed.status == 200 && !listed.body.contains(id), "{path}: {}", listed.body);
        let one = format!("/v1/{path}/{id}");
        if path != "api-keys" {
            assert_eq!(send(&world, Method::GET, &one, Value::Null).await.status, 404, "{path}");
            assert_eq!(send(&world, Method::PATCH, &one, json!({})).await.status, 404, "{path}");
        }
        assert_eq!(send(&world, Method::DELETE, &one, Value::Null).await.status, 404, "{path}");
    }
    let body = json!({"phone_number": "+18885550179", "campaign_id": campaign["id"]});
    assert_eq!(
        send(&world, Method::POST, "/v1/numbers", body).await.status,
        400,
        "the campaign is another's"
    );
    make(&world, "/v1/numbers", {
        let own = send(&world, Method::GET, "/v1/campaigns", Value::Null).await.json();
        json!({"phone_number": "+18885550177", "campaign_id": own["campaigns"][0]["id"]})
    })
    .await;
}
