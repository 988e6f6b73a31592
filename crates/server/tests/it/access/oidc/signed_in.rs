//! Who gets in, and where to.

use reqwest::Method;
use serde_json::{Value, json};

use super::{SECRET, SigningKey, Sso, assert_failed, me, signed_in};
use crate::access::{Browser, PASSWORD, code, invited, owner};
use crate::on_both_engines;
use crate::world::{Engine, TestWorld, answer, run};

on_both_engines! {
    a_person_is_bound_by_email_and_known_by_subject_afterwards;
    one_comes_back_to_a_page_of_this_server_only;
    a_user_is_made_where_the_operator_wants_it;
    the_provider_may_change_its_keys;
    without_a_provider_nothing_is_there;
}

async fn a_person_is_bound_by_email_and_known_by_subject_afterwards(engine: Engine) {
    let sso = Sso::start(engine).await;
    let mut ada = owner(&sso.world).await;
    let setup = Browser::new(&sso.world).expect(200, Method::GET, "/v1/setup", Value::Null).await;
    assert_eq!(setup["oidc"], json!({"name": "Acme"}));
    let one = me(&mut ada).await;
    let came = sso.sign_in(json!({})).await;
    assert_eq!((came.status, came.header("location")), (302, Some("/calls")));
    let mut by_provider = signed_in(&sso, &came);
    let other = me(&mut by_provider).await;
    assert_eq!((&one["user"], &one["organizations"]), (&other["user"], &other["organizations"]));
    let listed = by_provider.expect(200, Method::GET, "/v1/sign-ins", Value::Null).await;
    assert_eq!(listed["sign_ins"].as_array().unwrap().len(), 1, "those from before have ended");
    assert_eq!(ada.get("/v1/me").await.status, 401);
    let mut ada = by_provider;
    let log = ada.expect(200, Method::GET, "/v1/audit-log?noun=user&limit=1", Value::Null).await;
    assert_eq!(log["entries"][0]["action"], "identity_bound");
    assert_eq!(log["entries"][0]["after"], json!({"issuer": sso.provider.issuer(), "subject": "ada-1"}));
    // Her address there changes: she is known.
    let came = sso.sign_in(json!({"email": "lovelace@example.com"})).await;
    assert_eq!(me(&mut signed_in(&sso, &came)).await["user"]["email"], "ada@example.com");
    // Somebody else gets it: that is not her.
    assert_failed(&sso.sign_in(json!({"sub": "eve-2"})).await, "other_person");
    assert_eq!(sso.count("identities").await, 1);
    // Whoever is kept out is kept out.
    let (mut bob_before, bob) = invited(&sso.world, &mut ada, "bob@example.com", "analyst").await;
    let as_bob = json!({"sub": "bob-1", "email": "bob@example.com"});
    signed_in(&sso, &sso.sign_in(as_bob.clone()).await);
    ada.expect(200, Method::PATCH, &format!("/v1/users/{bob}"), json!({"disabled": true})).await;
    assert_failed(&sso.sign_in(as_bob).await, "no_access");
    // Who had a password or a sign-in before need not have been her: neither is good any more, and nobody gets a link.
    let credentials = json!({"email": "bob@example.com", "password": PASSWORD});
    let refused = Browser::new(&sso.world).post("/v1/sign-in", credentials).await;
    assert_eq!(code(&refused).0, 401, "{}", refused.body);
    assert_eq!(bob_before.get("/v1/me").await.status, 401);
    let link = ada.post(&format!("/v1/users/{bob}/link"), Value::Null).await;
    assert_eq!(code(&link), (409, "signs_in_by_provider".to_owned()));
}

async fn one_comes_back_to_a_page_of_this_server_only(engine: Engine) {
    let sso = Sso::start(engine).await;
    owner(&sso.world).await;
    for (query, page) in [
        ("?to=%2Fcalls%3Fstatus%3Dfailed%26tag%3Da%2520b", "/calls?status=failed&tag=a%20b"),
        ("?to=%2F%2Fevil.example", "/calls"),
        ("?to=https%3A%2F%2Fevil.example", "/calls"),
        ("?to=%2F%5Cevil.example", "/calls"),
        ("?to=%2Fcalls%0D%0AX%3A%20y", "/calls"),
        ("?to=", "/calls"),
    ] {
        let led = sso.begin(query).await;
        let token = sso.key.sign("one", &sso.claims(&led, json!({})));
        let came = sso.finish(&led, token).await;
        assert_eq!(came.header("location"), Some(page), "{query}");
    }
}

async fn a_user_is_made_where_the_operator_wants_it(engine: Engine) {
    let mut sso = Sso::start(engine).await;
    owner(&sso.world).await;
    let as_bob = json!({"sub": "bob-1", "email": "bob@example.com", "name": "Bob"});
    assert_failed(&sso.sign_in(as_bob.clone()).await, "unknown_user");
    let list = run(&sso.world.url, &["org", "list"]);
    let org = list.lines().find(|line| line.contains("Acme")).unwrap().split_whitespace().next().unwrap();
    let issuer = sso.provider.issuer();
    sso.world.nodes.clear();
    sso.world.add_node_with(&[
        ("HOOKLINE_PUBLIC_URL", super::PUBLIC),
        ("HOOKLINE_OIDC_ISSUER", &issuer),
        ("HOOKLINE_OIDC_CLIENT_ID", super::CLIENT),
        ("HOOKLINE_OIDC_CLIENT_SECRET", SECRET),
        ("HOOKLINE_OIDC_NEW_USERS_ORG", org),
        ("HOOKLINE_OIDC_NEW_USERS_ROLE", "analyst"),
        ("HOOKLINE_OIDC_NEW_USERS_DOMAINS", "example.com"),
    ]);
    let users = sso.count("users").await;
    let came = sso.sign_in(as_bob.clone()).await;
    let bob = me(&mut signed_in(&sso, &came)).await;
    assert_eq!((&bob["user"]["name"], &bob["user"]["email"]), (&json!("Bob"), &json!("bob@example.com")));
    assert_eq!(bob["organizations"][0]["id"], org);
    assert_eq!(bob["organizations"][0]["role"], "analyst");
    signed_in(&sso, &sso.sign_in(as_bob).await);
    assert_eq!(sso.count("users").await, users + 1, "made once");
    let elsewhere = json!({"sub": "eve-1", "email": "eve@evil-example.com"});
    assert_failed(&sso.sign_in(elsewhere).await, "unknown_user");
    let unverified = json!({"sub": "eve-1", "email": "eve@example.com", "email_verified": false});
    assert_failed(&sso.sign_in(unverified).await, "email_unverified");
    assert_eq!(sso.count("users").await, users + 1);
}

async fn the_provider_may_change_its_keys(engine: Engine) {
    let sso = Sso::start(engine).await;
    owner(&sso.world).await;
    signed_in(&sso, &sso.sign_in(json!({})).await);
    let next = SigningKey::rs256();
    sso.provider.publish(&[("one", &sso.key), ("two", &next)]);
    let led = sso.begin("").await;
    let token = next.sign("two", &sso.claims(&led, json!({"aud": [super::CLIENT]})));
    signed_in(&sso, &sso.finish(&led, token).await);
}

async fn without_a_provider_nothing_is_there(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let mut browser = Browser::new(&world);
    assert_eq!(browser.expect(200, Method::GET, "/v1/setup", Value::Null).await["oidc"], Value::Null);
    for path in ["/v1/sign-in/oidc", "/v1/sign-in/oidc/callback?code=a&state=b"] {
        let got = answer(browser.request(Method::GET, path)).await.unwrap();
        assert_eq!((got.status, &got.json()["code"]), (404, &json!("oidc_not_configured")));
    }
}
