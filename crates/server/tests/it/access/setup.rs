//! The first run.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Browser, PASSWORD, code, owner, refused};
use crate::on_both_engines;
use crate::world::{Engine, TestWorld, run};

on_both_engines! {
    the_first_owner_is_made_once_and_is_signed_in;
    what_is_wrong_with_a_setup_is_named_and_makes_nobody;
    a_demo_is_made_by_a_press_of_a_button;
    seeding_prints_a_link_into_the_demo_each_time;
}

fn setup(email: &str) -> Value {
    json!({
        "organization": {"name": "Acme", "country": "GB"},
        "owner": {"name": "Ada", "email": email, "password": PASSWORD},
    })
}

async fn the_first_owner_is_made_once_and_is_signed_in(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    if engine == Engine::Postgres {
        world.add_node();
    }
    let mut first = Browser::new(&world);
    let mut second = first.at(&world.nodes.last().unwrap().address);
    assert_eq!(
        first.get("/v1/setup").await.json(),
        json!({"needed": true, "signed_in": false, "oidc": null})
    );
    let (one, other) = tokio::join!(
        first.post("/v1/setup", setup("ada@example.com")),
        second.post("/v1/setup", setup("bob@example.com"))
    );
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} {}", one.body, other.body);
    let (won, mut browser) = if one.status == 200 { (one, first) } else { (other, second) };
    let cookie = won.header("set-cookie").unwrap().to_owned();
    assert!(cookie.starts_with("hookline_sign_in=hls_"), "{cookie}");
    assert!(cookie.contains("; Path=/; HttpOnly; SameSite=Lax; Max-Age=") && !cookie.contains("Secure"));
    let me = browser.get("/v1/me").await.json();
    assert_eq!((&me, &me["organizations"][0]["role"]), (&won.json(), &json!("owner")));
    let organization = browser.get("/v1/organization").await.json();
    assert_eq!((&organization["name"], &organization["default_country"]), (&json!("Acme"), &json!("GB")));
    assert_eq!(
        browser.get("/v1/setup").await.json(),
        json!({"needed": false, "signed_in": true, "oidc": null})
    );
    let again = Browser::new(&world).post("/v1/setup", setup("eve@example.com")).await;
    assert_eq!(code(&again), refused(409, "already_set_up"));
    assert_eq!(world.count("SELECT COUNT(*) FROM users").await, 1);
}

async fn what_is_wrong_with_a_setup_is_named_and_makes_nobody(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let mut browser = Browser::new(&world);
    for (pointer, wrong, named) in [
        ("/owner/password", "too short", "owner.password"),
        ("/owner/email", "ada", "email address"),
        ("/owner/name", " ", "name"),
        ("/organization/name", "", "name"),
        ("/organization/country", "XX", "country"),
    ] {
        let mut sent = setup("ada@example.com");
        *sent.pointer_mut(pointer).unwrap() = json!(wrong);
        let got = browser.expect(400, Method::POST, "/v1/setup", sent).await;
        assert!(got["message"].as_str().unwrap().contains(named), "{pointer}: {got}");
    }
    assert_eq!(
        browser.get("/v1/setup").await.json(),
        json!({"needed": true, "signed_in": false, "oidc": null})
    );
    assert_eq!(world.count("SELECT COUNT(*) FROM organizations").await, 1, "the world's own");
}

async fn a_demo_is_made_by_a_press_of_a_button(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let mut browser = Browser::new(&world);
    let me = browser.expect(200, Method::POST, "/v1/setup/demo", Value::Null).await;
    assert_eq!(me["user"]["email"], "demo@example.com");
    let calls = browser.get("/v1/calls").await.json();
    assert_eq!(calls["calls"].as_array().unwrap().len(), 22);
    let told = |call: &Value| call["revenue_paid_out"].is_number();
    assert!(calls["calls"].as_array().unwrap().iter().filter(|call| told(call)).count() >= 5, "{calls}");
    let requests = browser.get("/v1/requests?limit=100").await.json();
    assert_eq!(requests["requests"].as_array().unwrap().len(), 47, "call_data, tags and revenue");
    assert!(requests["requests"].as_array().unwrap().iter().all(|one| one["status"] == 200), "{requests}");
    assert_eq!(browser.get("/v1/flows").await.json()["flows"].as_array().unwrap().len(), 1);
    let again = Browser::new(&world).post("/v1/setup/demo", Value::Null).await;
    assert_eq!(code(&again), refused(409, "already_set_up"));
    // Who has no password can give themselves one.
    let password = json!({"password": {"new": PASSWORD}});
    browser.expect(200, Method::PATCH, "/v1/me", password).await;
    let credentials = json!({"email": "demo@example.com", "password": PASSWORD});
    Browser::new(&world).expect(200, Method::POST, "/v1/sign-in", credentials).await;
}

async fn seeding_prints_a_link_into_the_demo_each_time(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    owner(&world).await;
    // A server claims the file of the embedded database.
    world.nodes.clear();
    let keys = world.folder.path().join("demo-keys.json");
    let seed = ["seed", "--keys-file", keys.to_str().unwrap(), "--public-url", "https://calls.example.com"];
    let links: Vec<String> = (0..2)
        .map(|_| {
            let said = run(&world.url, &seed);
            let link = said.split_whitespace().find(|word| word.contains("/sign-in#link="));
            link.unwrap_or_else(|| panic!("no link in {said}")).to_owned()
        })
        .collect();
    world.add_node();
    assert!(links[1].starts_with("https://calls.example.com/sign-in#link=hll_"), "{links:?}");
    let mut browser = Browser::new(&world);
    let first = browser.post("/v1/sign-in/link", json!({"token": super::token(&links[0])})).await;
    assert_eq!(code(&first), refused(401, "wrong_link"), "the newer link ends the older");
    let me = browser
        .expect(200, Method::POST, "/v1/sign-in/link", json!({"token": super::token(&links[1])}))
        .await;
    assert_eq!(
        (&me["organizations"][0]["name"], &me["organizations"][0]["role"]),
        (&json!("Demo"), &json!("owner"))
    );
}
