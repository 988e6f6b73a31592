//! Every operation of the API with every role, by cookie and by key.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Browser, invited, owner};
use crate::on_both_engines;
use crate::world::{Engine, TestWorld};

on_both_engines! {
    a_role_may_do_what_it_should_and_nothing_more;
}

const ROLES: [&str; 4] = ["read_only", "analyst", "manager", "owner"];
const NOBODYS_ID: &str = "01977420-dc00-7000-8000-000000000000";

/// What the API promises, written down once more: `None` where it is about whoever asks.
fn least(method: &str, path: &str) -> Option<&'static str> {
    let noun = path.split('/').nth(2).unwrap();
    let verb = path.rsplit('/').next().unwrap();
    match (method, noun) {
        (_, "setup" | "sign-in" | "sign-out" | "sign-ins" | "me" | "organizations") => None,
        (_, "users" | "api-keys" | "audit-log") => Some("owner"),
        (_, "views") => Some("read_only"),
        ("get", "calls.csv") => Some("analyst"),
        ("get", _) => Some("read_only"),
        (_, "organization") => Some("owner"),
        (_, "webhooks" | "outgoing-webhooks") => Some("manager"),
        _ if ["rerun", "test", "validate"].contains(&verb) => Some("analyst"),
        _ => Some("manager"),
    }
}

fn operations() -> Vec<(String, String)> {
    let document = include_str!("../../../../../docs/openapi.json");
    let document: Value = serde_json::from_str(document).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().filter(|(path, _)| path.starts_with("/v1/")).flat_map(|(path, item)| {
        item.as_object().unwrap().keys().map(move |method| (method.clone(), path.clone()))
    });
    operations.collect()
}

/// Only the status and, of a refusal, the body: a stream has no end.
async fn refusal(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    if status == 403 { (status, response.json().await.unwrap()) } else { (status, Value::Null) }
}

async fn a_role_may_do_what_it_should_and_nothing_more(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let mut owner = owner(&world).await;
    let operations = operations();
    assert!(operations.len() > 90, "{}", operations.len());
    for (rank, role) in ROLES.iter().enumerate() {
        let (person, _) = invited(&world, &mut owner, &format!("{role}@example.com"), role).await;
        let new = json!({"name": role, "role": role});
        let key = owner.expect(201, Method::POST, "/v1/api-keys", new).await;
        let key = key["key"].as_str().unwrap();
        for (method, path) in &operations {
            let Some(needed) = least(method, path) else { continue };
            let may = rank >= ROLES.iter().position(|one| *one == needed).unwrap();
            let path = path.split('/').map(|part| if part.starts_with('{') { NOBODYS_ID } else { part });
            let path = path.collect::<Vec<_>>().join("/");
            let method: Method = method.to_uppercase().parse().unwrap();
            for by_key in [false, true] {
                let request = if by_key {
                    Browser::new(&world).request(method.clone(), &path).bearer_auth(key)
                } else {
                    person.request(method.clone(), &path).header("sec-fetch-site", "same-origin")
                };
                let request = if method == Method::GET { request } else { request.json(&json!({})) };
                let (status, body) = refusal(request).await;
                let said = format!("{method} {path} as {role}: {status} {body}");
                assert!(status != 401 && status < 500, "{said}");
                if may {
                    assert_ne!(body["code"], "role_too_low", "{said}");
                } else {
                    assert_eq!((status, &body["code"]), (403, &json!("role_too_low")), "{said}");
                    assert_eq!(
                        (&body["role"], &body["role_needed"]),
                        (&json!(role), &json!(needed)),
                        "{said}"
                    );
                }
            }
        }
    }
}
