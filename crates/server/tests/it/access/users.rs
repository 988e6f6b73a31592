//! Members: roles, and how they are put out.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::{Browser, PASSWORD, code, invited, owner, refused};
use crate::on_both_engines;
use crate::world::{Engine, TestWorld, run};

/// A removed or disabled person is out everywhere within this time.
const OUT_MAX: Duration = Duration::from_secs(5);

on_both_engines! {
    a_disabled_person_is_out_everywhere_and_their_streams_end;
    a_removed_person_is_out_and_may_come_back;
    the_last_owner_stays;
    who_owns_one_organization_gets_into_no_other;
}

async fn a_disabled_person_is_out_everywhere_and_their_streams_end(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    if engine == Engine::Postgres {
        world.add_node();
    }
    let mut owner = owner(&world).await;
    let (bob, id) = invited(&world, &mut owner, "bob@example.com", "read_only").await;
    let mut elsewhere = bob.at(&world.nodes.last().unwrap().address);
    let stream = elsewhere.request(Method::GET, "/v1/stream").send().await.unwrap();
    assert_eq!(stream.status(), 200);
    let path = format!("/v1/users/{id}");
    let changed = owner.expect(200, Method::PATCH, &path, json!({"role": "analyst"})).await;
    assert_eq!(changed["role"], "analyst");
    assert_eq!(elsewhere.get("/v1/me").await.json()["organizations"][0]["role"], "analyst", "at once");
    owner.expect(200, Method::PATCH, &path, json!({"disabled": true})).await;
    let started = Instant::now();
    assert_eq!(elsewhere.get("/v1/me").await.status, 401, "at once, on every node");
    let credentials = json!({"email": "bob@example.com", "password": PASSWORD});
    let again = Browser::new(&world).post("/v1/sign-in", credentials.clone()).await;
    assert_eq!(code(&again), refused(401, "wrong_credentials"));
    let rest = tokio::time::timeout(OUT_MAX, stream.text()).await.expect("the stream ends");
    assert!(rest.is_ok() && started.elapsed() < OUT_MAX);
    owner.expect(200, Method::PATCH, &path, json!({"disabled": false})).await;
    assert_eq!(elsewhere.get("/v1/me").await.status, 401, "what was ended does not come back");
    Browser::new(&world).expect(200, Method::POST, "/v1/sign-in", credentials).await;
}

async fn a_removed_person_is_out_and_may_come_back(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let mut owner = owner(&world).await;
    let (mut bob, id) = invited(&world, &mut owner, "bob@example.com", "owner").await;
    let path = format!("/v1/users/{id}");
    owner.expect(200, Method::DELETE, &path, Value::Null).await;
    assert_eq!(bob.get("/v1/me").await.status, 401);
    owner.expect(404, Method::DELETE, &path, Value::Null).await;
    let listed = owner.get("/v1/users").await.json();
    assert_eq!(listed["users"].as_array().unwrap().len(), 1);
    let new = json!({"email": "bob@example.com", "name": "Robert", "role": "read_only"});
    let back = owner.expect(201, Method::POST, "/v1/users", new).await;
    assert_eq!((&back["user"]["id"], &back["user"]["name"]), (&json!(id), &json!("bob@example.com")));
    assert_eq!(back["link"], Value::Null, "they have a password");
    let credentials = json!({"email": "bob@example.com", "password": PASSWORD});
    let me = Browser::new(&world).expect(200, Method::POST, "/v1/sign-in", credentials).await;
    assert_eq!(me["organizations"][0]["role"], "read_only");
}

async fn the_last_owner_stays(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    if engine == Engine::Postgres {
        world.add_node();
    }
    let mut ada = owner(&world).await;
    let ada_id = ada.get("/v1/me").await.json()["user"]["id"].as_str().unwrap().to_owned();
    let ada_path = format!("/v1/users/{ada_id}");
    invited(&world, &mut ada, "carol@example.com", "manager").await;
    for change in [json!({"role": "manager"}), json!({"disabled": true})] {
        let got = ada.send(Method::PATCH, &ada_path, change).await;
        assert_eq!(code(&got), refused(409, "last_owner"));
    }
    assert_eq!(code(&ada.send(Method::DELETE, &ada_path, Value::Null).await), refused(409, "last_owner"));
    ada.expect(200, Method::PATCH, &ada_path, json!({"name": "Ada L.", "role": "owner"})).await;
    let (bob, bob_id) = invited(&world, &mut ada, "bob@example.com", "owner").await;
    // Each takes the other out at the same time, on two nodes: one of them stays.
    let mut bob = bob.at(&world.nodes.last().unwrap().address);
    let bob_path = format!("/v1/users/{bob_id}");
    let (one, other) = tokio::join!(
        ada.send(Method::PATCH, &bob_path, json!({"role": "read_only"})),
        bob.send(Method::PATCH, &ada_path, json!({"role": "read_only"}))
    );
    assert!([one.status, other.status].contains(&200), "{} {}", one.body, other.body);
    let owners = "SELECT COUNT(*) FROM members WHERE role = 'owner' AND NOT disabled";
    assert_eq!(world.count(owners).await, 1);
}

async fn who_owns_one_organization_gets_into_no_other(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let mut ada = owner(&world).await;
    let list = run(&world.url, &["org", "list"]);
    let other = list.lines().find(|line| line.contains("Bench")).unwrap();
    let other = other.split_whitespace().next().unwrap();
    let said =
        run(&world.url, &["user", "create", "--org", other, "--role", "owner", "eve@example.com", "Eve"]);
    let link = said.split_whitespace().find(|word| word.contains("#link=")).unwrap();
    let mut eve = Browser::by_link(&world, link).await;
    // Eve lets Ada in, and gets no way to be Ada.
    let new = json!({"email": "ada@example.com", "name": "Mine", "role": "read_only"});
    let made = eve.expect(201, Method::POST, "/v1/users", new).await;
    assert_eq!((&made["link"], &made["user"]["name"]), (&Value::Null, &json!("Ada")));
    let path = format!("/v1/users/{}", made["user"]["id"].as_str().unwrap());
    let got = eve.post(&format!("{path}/link"), Value::Null).await;
    assert_eq!(code(&got), refused(409, "user_elsewhere"));
    let got = eve.send(Method::PATCH, &path, json!({"name": "Mine"})).await;
    assert_eq!(code(&got), refused(409, "user_elsewhere"));
    eve.expect(200, Method::PATCH, &path, json!({"role": "manager", "disabled": true})).await;
    let me = ada.get("/v1/me").await.json();
    assert_eq!(me["organizations"].as_array().unwrap().len(), 1, "disabled there, and signed in still");
    eve.expect(200, Method::DELETE, &path, Value::Null).await;
    let theirs = ada.get("/v1/me").await.json()["organizations"][0]["id"].as_str().unwrap().to_owned();
    let got = eve.get(&format!("/v1/users?organization={theirs}")).await;
    assert_eq!(code(&got), refused(403, "not_a_member"));
    // Nor by a person who has not used their invitation yet.
    let new = json!({"email": "bob@example.com", "name": "Bob", "role": "owner"});
    ada.expect(201, Method::POST, "/v1/users", new.clone()).await;
    assert_eq!(eve.expect(201, Method::POST, "/v1/users", new).await["link"], Value::Null);
}
