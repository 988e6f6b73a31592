//! Signing in and out, and what a cookie is good for.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Browser, PASSWORD, code, owner, refused};
use crate::on_both_engines;
use crate::world::{Engine, TestWorld, answer};

on_both_engines! {
    a_person_signs_in_and_out_and_sees_where;
    a_wrong_password_and_an_unknown_person_are_told_the_same;
    guessing_is_slowed_down;
    another_site_changes_nothing_in_a_persons_name;
    a_new_password_ends_the_other_sign_ins;
    a_sign_in_lasts_as_long_as_it_is_used;
    a_person_has_several_organizations;
}

async fn signed_in(world: &TestWorld) -> Browser {
    let mut browser = Browser::new(world);
    let sent = json!({"email": " ADA@example.com", "password": PASSWORD});
    browser.expect(200, Method::POST, "/v1/sign-in", sent).await;
    browser
}

async fn a_person_signs_in_and_out_and_sees_where(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let mut first = owner(&world).await;
    let mut second = signed_in(&world).await;
    let mut third = signed_in(&world).await;
    let kept = second.clone();
    let listed = first.get("/v1/sign-ins").await.json();
    let listed = listed["sign_ins"].as_array().unwrap();
    assert_eq!(listed.len(), 3);
    let current: Vec<bool> = listed.iter().map(|one| one["current"].as_bool().unwrap()).collect();
    assert_eq!(current, [false, false, true], "the newest first");
    assert_eq!(listed[0]["address"], "127.0.0.1");
    let out = second.post("/v1/sign-out", Value::Null).await;
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"), "{out:?}");
    assert_eq!(second.cookie, None);
    assert_eq!(
        code(&kept.clone().get("/v1/me").await),
        refused(401, "unauthorized"),
        "also with the old cookie"
    );
    let third_id = third.get("/v1/me").await.json()["sign_in"].as_str().unwrap().to_owned();
    first.expect(200, Method::DELETE, &format!("/v1/sign-ins/{third_id}"), Value::Null).await;
    first.expect(404, Method::DELETE, &format!("/v1/sign-ins/{third_id}"), Value::Null).await;
    assert_eq!(third.get("/v1/me").await.status, 401);
    assert_eq!(first.get("/v1/me").await.status, 200);
    // A key counts before a cookie, and is no person.
    let key = world.keys["api_key"].as_str().unwrap();
    let by_key = answer(first.request(Method::GET, "/v1/me").bearer_auth(key)).await.unwrap().json();
    assert_eq!((&by_key["user"], &by_key["api_key"]["role"]), (&Value::Null, &json!("owner")));
    let ended = answer(first.request(Method::GET, "/v1/me").bearer_auth("hla_wrong")).await.unwrap();
    assert_eq!(ended.status, 401);
    let sign_ins = answer(first.request(Method::GET, "/v1/sign-ins").bearer_auth(key)).await.unwrap();
    assert_eq!(code(&sign_ins), refused(403, "people_only"));
}

async fn a_wrong_password_and_an_unknown_person_are_told_the_same(engine: Engine) {
    let world = TestWorld::start(engine).await;
    owner(&world).await;
    let mut browser = Browser::new(&world);
    let mut said = Vec::new();
    for (email, password) in [
        ("ada@example.com", "another long password"),
        ("eve@example.com", PASSWORD),
        ("no address", PASSWORD),
        ("ada@example.com", ""),
    ] {
        let sent = json!({"email": email, "password": password});
        let mut got = browser.expect(401, Method::POST, "/v1/sign-in", sent).await;
        got["request_id"] = Value::Null;
        said.push(got);
    }
    assert_eq!(said[0]["code"], "wrong_credentials");
    assert!(said.iter().all(|one| *one == said[0]), "{said:?}");
}

async fn guessing_is_slowed_down(engine: Engine) {
    let world = TestWorld::start(engine).await;
    owner(&world).await;
    let mut browser = Browser::new(&world);
    let guess = |email: &str| json!({"email": email, "password": "guessed again"});
    for _ in 0..10 {
        assert_eq!(browser.post("/v1/sign-in", guess("ada@example.com")).await.status, 401);
    }
    let right = json!({"email": "ada@example.com", "password": PASSWORD});
    let refused_one = browser.post("/v1/sign-in", right).await;
    assert_eq!(
        code(&refused_one),
        refused(429, "too_many_sign_ins"),
        "the right one too: else it would be found"
    );
    let wait: i64 = refused_one.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    for index in 0..19 {
        let got = browser.post("/v1/sign-in", guess(&format!("eve{index}@example.com"))).await;
        assert_eq!(got.status, 401, "another person's attempts are their own");
    }
    let got = browser.post("/v1/sign-in", guess("eve@example.com")).await;
    assert_eq!(got.status, 429, "and an address has 30 in all");
}

async fn another_site_changes_nothing_in_a_persons_name(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let browser = owner(&world).await;
    let campaign = json!({"name": "Roofing"});
    let post = || browser.request(Method::POST, "/v1/campaigns").json(&campaign);
    let own = format!("http://{}", browser.address);
    for (request, status) in [
        (post(), 403),
        (post().header("origin", "https://evil.example"), 403),
        (post().header("origin", "null"), 403),
        (post().header("sec-fetch-site", "cross-site").header("origin", "https://evil.example"), 403),
        (post().header("sec-fetch-site", "same-site"), 403),
        (post().header("origin", &own), 201),
        (post().header("sec-fetch-site", "same-origin"), 201),
        (browser.request(Method::GET, "/v1/campaigns").header("origin", "https://evil.example"), 200),
    ] {
        let got = answer(request).await.unwrap();
        assert_eq!(got.status, status, "{}", got.body);
        if status == 403 {
            assert_eq!(got.json()["code"], "cross_origin");
        }
    }
    // Nor is a browser signed in or out by it.
    for path in ["/v1/sign-in", "/v1/sign-in/link", "/v1/sign-out", "/v1/setup", "/v1/setup/demo"] {
        let got = answer(browser.request(Method::POST, path).header("origin", "https://evil.example")).await;
        assert_eq!(code(&got.unwrap()), refused(403, "cross_origin"), "{path}");
    }
}

async fn a_new_password_ends_the_other_sign_ins(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let mut browser = owner(&world).await;
    let mut other = signed_in(&world).await;
    let new = "another long password";
    for (current, new, status) in [("wrong", new, 403), (PASSWORD, "short", 400), (PASSWORD, new, 200)] {
        let sent = json!({"name": "Ada L.", "password": {"current": current, "new": new}});
        let got = browser.send(Method::PATCH, "/v1/me", sent).await;
        assert_eq!(got.status, status, "{}", got.body);
    }
    assert_eq!(browser.get("/v1/me").await.json()["user"]["name"], "Ada L.");
    assert_eq!(other.get("/v1/me").await.status, 401);
    let mut old = Browser::new(&world);
    let sent = |password| json!({"email": "ada@example.com", "password": password});
    assert_eq!(old.post("/v1/sign-in", sent(PASSWORD)).await.status, 401);
    assert_eq!(old.post("/v1/sign-in", sent(new)).await.status, 200);
    let hash = world.count("SELECT COUNT(*) FROM users WHERE password_hash LIKE '$argon2id$%'").await;
    assert_eq!(hash, 1);
}

async fn a_sign_in_lasts_as_long_as_it_is_used(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let mut browser = owner(&world).await;
    let age = |seconds: i64| {
        let micros = seconds * 1_000_000;
        format!(
            "UPDATE sign_ins SET last_used_at = created_at - {micros}, expires_at = expires_at - {micros}"
        )
    };
    let lasts = "SELECT (expires_at - created_at) / 1000000 FROM sign_ins";
    world.execute(&age(1_800)).await;
    browser.get("/v1/me").await;
    assert_eq!(world.count(lasts).await, 30 * 86_400 - 1_800, "not written again within an hour");
    world.execute(&age(29 * 86_400)).await;
    assert_eq!(browser.get("/v1/me").await.status, 200);
    assert!(world.count(lasts).await >= 30 * 86_400, "it was used, and lasts 30 days more");
    world.execute(&age(31 * 86_400)).await;
    assert_eq!(browser.get("/v1/me").await.status, 401);
}

async fn a_person_has_several_organizations(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    if engine == Engine::Postgres {
        world.add_node();
    }
    let mut browser = owner(&world).await;
    let new = json!({"name": "aardvark", "country": "DE"});
    let made = browser.expect(201, Method::POST, "/v1/organizations", new).await;
    let id = made["id"].as_str().unwrap();
    let me = browser.get("/v1/me").await.json();
    let names: Vec<&str> =
        me["organizations"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["aardvark", "Acme"], "by name");
    let acme = me["organizations"][1]["id"].as_str().unwrap().to_owned();
    let elsewhere = browser.at(&world.nodes.last().unwrap().address);
    for (header, query, name) in
        [(None, "", "aardvark"), (Some(&acme), "", "Acme"), (None, &*format!("?organization={acme}"), "Acme")]
    {
        let mut request = elsewhere.request(Method::GET, &format!("/v1/organization{query}"));
        if let Some(header) = header {
            request = request.header("hookline-organization", header);
        }
        let got = answer(request).await.unwrap();
        assert_eq!((got.status, &got.json()["name"]), (200, &json!(name)));
    }
    let csv =
        answer(browser.request(Method::GET, &format!("/v1/calls.csv?limit=5&organization={acme}"))).await;
    assert_eq!(csv.unwrap().status, 200);
    let foreign = "01977420-dc00-7000-8000-000000000000";
    let got = browser.get(&format!("/v1/calls?organization={foreign}")).await;
    assert_eq!(code(&got), refused(403, "not_a_member"));
    let got = browser.get("/v1/calls?organization=acme").await;
    assert_eq!(code(&got), refused(400, "invalid_organization"));
    // A key has one.
    let key = world.keys["api_key"].as_str().unwrap();
    let path = format!("/v1/organization?organization={id}");
    let got = answer(Browser::new(&world).request(Method::GET, &path).bearer_auth(key)).await.unwrap();
    assert_eq!(code(&got), refused(403, "not_a_member"));
}
