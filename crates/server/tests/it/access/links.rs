//! Links instead of mail.

use reqwest::Method;
use serde_json::json;

use super::{Browser, PASSWORD, code, invited, owner, refused, token};
use crate::on_both_engines;
use crate::world::{Engine, TestWorld, run, try_run};

on_both_engines! {
    an_invitation_sets_a_password_and_works_once;
    of_two_that_use_a_link_at_once_one_gets_in;
    a_lost_password_is_set_anew_and_its_sign_ins_end;
    whoever_runs_the_server_lets_people_in;
}

async fn an_invitation_sets_a_password_and_works_once(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let mut owner = owner(&world).await;
    let new = json!({"email": "Bob@example.com", "name": "Bob", "role": "analyst"});
    let made = owner.expect(201, Method::POST, "/v1/users", new.clone()).await;
    assert_eq!(
        (&made["user"]["email"], &made["user"]["has_password"]),
        (&json!("bob@example.com"), &json!(false))
    );
    assert_eq!(code(&owner.post("/v1/users", new).await), refused(409, "already_a_member"));
    let link = made["link"].as_str().unwrap();
    let mut browser = Browser::new(&world);
    let without = browser.post("/v1/sign-in/link", json!({"token": token(link)})).await;
    assert_eq!(code(&without), refused(400, "password_required"));
    assert_eq!(
        (&without.json()["name"], &without.json()["email"]),
        (&json!("Bob"), &json!("bob@example.com"))
    );
    let short = json!({"token": token(link), "password": "short"});
    assert_eq!(code(&browser.post("/v1/sign-in/link", short).await), refused(400, "invalid_field"));
    let right = json!({"token": token(link), "password": PASSWORD});
    let me = browser.expect(200, Method::POST, "/v1/sign-in/link", right.clone()).await;
    assert_eq!(me["organizations"][0]["role"], "analyst");
    assert_eq!(code(&Browser::new(&world).post("/v1/sign-in/link", right).await), refused(401, "wrong_link"));
    let credentials = json!({"email": "bob@example.com", "password": PASSWORD});
    Browser::new(&world).expect(200, Method::POST, "/v1/sign-in", credentials).await;
    for wrong in ["", "hll_", token(link).split_at(20).0] {
        let got = Browser::new(&world)
            .post("/v1/sign-in/link", json!({"token": wrong, "password": PASSWORD}))
            .await;
        assert_eq!(code(&got), refused(401, "wrong_link"));
    }
}

async fn of_two_that_use_a_link_at_once_one_gets_in(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    if engine == Engine::Postgres {
        world.add_node();
    }
    let mut owner = owner(&world).await;
    let new = json!({"email": "bob@example.com", "name": "Bob", "role": "manager"});
    let made = owner.expect(201, Method::POST, "/v1/users", new).await;
    let sent = json!({"token": token(made["link"].as_str().unwrap()), "password": PASSWORD});
    let mut one = Browser::new(&world);
    let mut other = one.at(&world.nodes.last().unwrap().address);
    let (one, other) =
        tokio::join!(one.post("/v1/sign-in/link", sent.clone()), other.post("/v1/sign-in/link", sent));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
}

async fn a_lost_password_is_set_anew_and_its_sign_ins_end(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let mut owner = owner(&world).await;
    let (mut bob, id) = invited(&world, &mut owner, "bob@example.com", "manager").await;
    let path = format!("/v1/users/{id}/link");
    let given = owner.expect(200, Method::POST, &path, json!(null)).await;
    assert_eq!(bob.get("/v1/me").await.status, 200, "until the link is used");
    world.execute("UPDATE sign_in_links SET expires_at = 1").await;
    let late = json!({"token": token(given["link"].as_str().unwrap()), "password": "another long password"});
    assert_eq!(Browser::new(&world).post("/v1/sign-in/link", late).await.status, 401, "it has ended");
    let given = owner.expect(200, Method::POST, &path, json!(null)).await;
    let mut again = Browser::new(&world);
    let sent = json!({"token": token(given["link"].as_str().unwrap()), "password": "another long password"});
    again.expect(200, Method::POST, "/v1/sign-in/link", sent).await;
    assert_eq!(bob.get("/v1/me").await.status, 401);
    assert_eq!(again.get("/v1/me").await.status, 200);
    let old = json!({"email": "bob@example.com", "password": PASSWORD});
    assert_eq!(Browser::new(&world).post("/v1/sign-in", old).await.status, 401);
}

async fn whoever_runs_the_server_lets_people_in(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let list = run(&world.url, &["org", "list"]);
    let org = list.split_whitespace().next().unwrap().to_owned();
    let create = ["user", "create", "--org", &org, "--role", "owner", "Ada@example.com", "Ada"];
    let said = run(&world.url, &create);
    let link = said.split_whitespace().find(|word| word.contains("#link=")).unwrap().to_owned();
    let mut ada = Browser::by_link(&world, &link).await;
    assert_eq!(ada.get("/v1/me").await.json()["organizations"][0]["id"], json!(org));
    assert_eq!(ada.get("/v1/calls").await.json()["calls"].as_array().unwrap().len(), 20);
    assert!(try_run(&world.url, &create).unwrap_err().contains("a member already"));
    assert!(try_run(&world.url, &["user", "link", "eve@example.com"]).unwrap_err().contains("no user"));
    let said = run(&world.url, &["user", "link", "ada@example.com"]);
    let link = said.split_whitespace().find(|word| word.contains("#link=")).unwrap().to_owned();
    Browser::by_link(&world, &link).await;
    assert_eq!(ada.get("/v1/me").await.status, 401);
    let listed = run(&world.url, &["user", "list"]);
    assert!(listed.contains("owner      ada@example.com  Ada"), "{listed}");
}
