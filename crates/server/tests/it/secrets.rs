//! A key is in no log, answer, metric, database, backup or tag, even at trace level, in whatever form it may be written; nor is
//! anything else that lets somebody in.

mod forms;
mod personal;
mod provider;

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

use self::forms::assert_nowhere;
use self::personal::what_is_known_of_a_person_is_in_no_log_metric_or_trace;
use self::provider::what_a_provider_and_we_tell_each_other_is_nowhere_else;
use crate::access;
use crate::on_both_engines;
use crate::outgoing::{self, Outgoing, Receiver, Says};
use crate::world::{Engine, TestWorld, answer, call_id, run};

const KINDS: [&str; 4] = ["call_data", "update_revenue", "update_tags", "update_fields"];
const CALLER: &str = "+13105559876";

on_both_engines! {
    a_key_is_nowhere_but_with_its_owner;
    what_signs_a_person_in_is_nowhere_else;
    what_signs_deliveries_and_what_receivers_are_sent_in_secret_is_nowhere_else;
    what_a_provider_and_we_tell_each_other_is_nowhere_else;
    what_is_known_of_a_person_is_in_no_log_metric_or_trace;
}

async fn a_key_is_nowhere_but_with_its_owner(engine: Engine) {
    let mut world = TestWorld::start_with(engine, 1_000, true).await;
    let api_key = world.keys["api_key"].as_str().unwrap().to_owned();
    // A live call, so that what is sent becomes tags at once.
    world.live_call(CALLER).await;
    let mut keys = vec![api_key.clone()];
    let mut seen = Vec::new();
    for kind in KINDS {
        let old = world.key(kind);
        seen.extend(send_where_it_does_not_belong(&world, kind, &old, &api_key).await);
        let by_api = rotate_by_api(&world, kind).await;
        let by_command = rotate_by_command(&world, kind).await;
        for key in [&by_api, &old] {
            seen.extend(send_where_it_does_not_belong(&world, kind, key, &api_key).await);
        }
        keys.extend([old, by_api, by_command]);
    }
    seen.extend(misuse_the_api_key(&world, &api_key).await);
    seen.push(
        answer(world.client.get(format!("http://{}/metrics", world.nodes[0].address))).await.unwrap().body,
    );
    if engine == Engine::Sqlite {
        back_up_and_restore(&world);
    }
    world.nodes.clear();
    let files: &[&str] = match engine {
        Engine::Sqlite => &["server.log", "hookline.db", "backup.db", "restored.db"],
        Engine::Postgres => &["server.log"],
    };
    seen.extend(stored(&world, engine, files).await);
    let log = std::fs::read_to_string(world.log_path()).unwrap();
    assert!(log.contains("update_revenue"), "the log is at trace level");
    assert!(seen.iter().any(|text| text.contains("shop.example")), "what was sent is in the database");
    assert_eq!(keys.len(), 13);
    // What follows the hint that may be shown.
    let secrets: Vec<String> = keys.iter().map(|key| key[10..].to_owned()).collect();
    assert_nowhere(&secrets, &seen);
}

/// Passwords, cookies and links: in none of what is logged, stored, counted or answered to others.
async fn what_signs_a_person_in_is_nowhere_else(engine: Engine) {
    const WRONG: &str = "sentinel-of-a-wrong-password";
    const NEW: &str = "sentinel-of-a-new-password";
    let mut world = TestWorld::start_with(engine, 1_000, true).await;
    let mut ada = access::owner(&world).await;
    let mut secrets = vec![access::PASSWORD.to_owned(), WRONG.to_owned(), NEW.to_owned(), ada.secret()];
    let made = ada
        .post("/v1/users", json!({"email": "bob@example.com", "name": "Bob", "role": "owner"}))
        .await
        .json();
    let link = made["link"].as_str().unwrap();
    secrets.push(link.split_once("#link=").unwrap().1.to_owned());
    let mut bob = access::Browser::by_link(&world, link).await;
    secrets.push(bob.secret());
    let id = made["user"]["id"].as_str().unwrap();
    let given = ada.post(&format!("/v1/users/{id}/link"), Value::Null).await.json();
    secrets.push(given["link"].as_str().unwrap().split_once("#link=").unwrap().1.to_owned());
    let printed = run(&world.url, &["user", "link", "ada@example.com"]);
    secrets.push(printed.split_once("#link=").unwrap().1.split_whitespace().next().unwrap().to_owned());
    let mut seen = Vec::new();
    let wrong = json!({"email": "ada@example.com", "password": WRONG});
    seen.push(bob.post("/v1/sign-in", wrong).await.body);
    seen.push(
        ada.send(Method::PATCH, "/v1/me", json!({"password": {"current": WRONG, "new": NEW}})).await.body,
    );
    let change = json!({"password": {"current": access::PASSWORD, "new": NEW}});
    let changed = ada.send(Method::PATCH, "/v1/me", change).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    for path in ["/v1/me", "/v1/sign-ins", "/v1/users", "/v1/audit-log", "/metrics", "/v1/nothing"] {
        seen.push(ada.get(path).await.body);
    }
    world.nodes.clear();
    let files: &[&str] = match engine {
        Engine::Sqlite => &["server.log", "hookline.db"],
        Engine::Postgres => &["server.log"],
    };
    seen.extend(stored(&world, engine, files).await);
    assert!(seen.iter().any(|text| text.contains("bob@example.com")), "what was sent is in the database");
    assert_eq!(secrets.len(), 8);
    // What follows the kind of key that it is.
    let secrets: Vec<String> = secrets.iter().map(|secret| secret[4..].to_owned()).collect();
    assert_nowhere(&secrets, &seen);
}

/// The server's secret, what is derived from it, and the values of secret headers, also if a receiver sends them back.
async fn what_signs_deliveries_and_what_receivers_are_sent_in_secret_is_nowhere_else(engine: Engine) {
    const HEADER: &str = "sentinel-of-a-secret-header";
    const NEXT: &str = "sentinel-of-the-next-header";
    let outgoing = Outgoing::of(engine, TestWorld::start_with(engine, 1_000, true).await);
    let mut receiver = Receiver::start().await;
    receiver.say(Says::Echo);
    let header =
        |value: &str| json!([{"name": "Authorization", "value": format!("Bearer {value}"), "secret": true}]);
    let webhook = outgoing.make(&["call.incoming"], &receiver.url, json!({"headers": header(HEADER)})).await;
    let path = format!("/v1/outgoing-webhooks/{}", outgoing::id(&webhook));
    let mut secrets = vec![HEADER.to_owned(), NEXT.to_owned()];
    secrets.push(webhook["signing_secret"].as_str().unwrap()["whsec_".len()..].to_owned());
    let mut seen = Vec::new();
    outgoing.world.live_call(CALLER).await;
    let heard = receiver.next().await;
    assert_eq!(heard.headers["authorization"], format!("Bearer {HEADER}"));
    outgoing.settled("", "delivered", 1).await;
    seen.push(outgoing.delivery(heard.id()).await.to_string());
    assert!(seen[0].contains("Bearer") || seen[0].contains("[secret]"), "it was sent back: {}", seen[0]);
    seen.push(outgoing.patch(&webhook, json!({"headers": header(NEXT)})).await.to_string());
    let rotated = outgoing.world.api(Method::POST, &format!("{path}/rotate-secret"), json!({})).await.json();
    secrets.push(rotated["signing_secret"].as_str().unwrap()["whsec_".len()..].to_owned());
    let test = json!({"event": "call.incoming"});
    seen.push(outgoing.world.api(Method::POST, &format!("{path}/test"), test).await.body);
    assert_eq!(receiver.next().await.headers["authorization"], format!("Bearer {NEXT}"));
    for path in [&path, "/v1/outgoing-webhooks", "/v1/deliveries", "/v1/audit-log", "/metrics"] {
        seen.push(outgoing.world.api(Method::GET, path, Value::Null).await.body);
    }
    let mut world = outgoing.world;
    if engine == Engine::Sqlite {
        back_up_and_restore(&world);
    }
    world.nodes.clear();
    let files: &[&str] = match engine {
        Engine::Sqlite => &["server.log", "hookline.db", "backup.db", "restored.db"],
        Engine::Postgres => &["server.log"],
    };
    let own = world.folder.path().join("hookline.db.secret");
    let server_secret = match engine {
        Engine::Sqlite => std::fs::read_to_string(&own).unwrap().trim().to_owned(),
        Engine::Postgres => outgoing::SERVER_SECRET.to_owned(),
    };
    secrets.push(server_secret);
    if engine == Engine::Sqlite {
        std::fs::remove_file(&own).unwrap();
    }
    seen.extend(stored(&world, engine, files).await);
    assert!(seen.iter().any(|text| text.contains(heard.id())), "what was sent is in the database");
    assert_eq!(secrets.len(), 5);
    assert_nowhere(&secrets, &seen);
}

/// In bodies, names, queries and headers, beside its right place.
async fn send_where_it_does_not_belong(
    world: &TestWorld,
    kind: &str,
    key: &str,
    api_key: &str,
) -> Vec<String> {
    let url = format!("http://{}/{kind}?moja_auth_key={key}", world.nodes[0].address);
    let page = format!("https://shop.example/?moja_auth_key={key}");
    let mut answers = Vec::new();
    for body in [
        json!({"caller_id": CALLER, "call_log_id": call_id(0), "amount": 1, "reason": "shop.example", "add": {"a": 1}}),
        json!({"caller_id": CALLER, "moja_auth_key": key, "page": page, "lead_source": page}),
        json!({"call_log_id": call_id(0), "add": {"a": key}, "reason": page}),
        json!({"caller_id": CALLER, key: "name", "transaction_id": key}),
    ] {
        let request = world.client.post(&url).header("referer", &page).bearer_auth(api_key);
        answers.push(answer(request.header("x-api-key", api_key).json(&body)).await.unwrap().body);
    }
    let by_query = world.client.get(format!("{url}&{key}=1&x={key}&from=%2B13105559876"));
    answers.push(answer(by_query).await.unwrap().body);
    answers
}

async fn rotate_by_api(world: &TestWorld, kind: &str) -> String {
    let path = format!("/v1/webhooks/{}/rotate", world.webhook(kind).await["id"].as_str().unwrap());
    let rotated = world.api(Method::POST, &path, json!({"overlap_hours": 1})).await;
    rotated.json()["key"].as_str().unwrap().to_owned()
}

async fn rotate_by_command(world: &TestWorld, kind: &str) -> String {
    let id = world.webhook(kind).await["id"].as_str().unwrap().to_owned();
    let rotated = run(&world.url, &["webhook", "rotate", &id, "--overlap-hours", "1"]);
    rotated.split_whitespace().nth(1).expect("the new key is printed").to_owned()
}

/// An API key where a webhook's is expected, mistyped, and where no parameter is.
async fn misuse_the_api_key(world: &TestWorld, api_key: &str) -> Vec<String> {
    let base = format!("http://{}", world.nodes[0].address);
    let mut answers = vec![world.api(Method::GET, "/v1/webhooks", Value::Null).await.body];
    for request in [
        world.client.get(format!("{base}/call-data?moja_auth_key={api_key}&caller_id=%2B13105559876")),
        world.client.get(format!("{base}/v1/calls?api_key={api_key}")).bearer_auth(api_key),
        world.client.get(format!("{base}/v1/calls")).bearer_auth(&api_key[..api_key.len() - 1]),
        world.client.post(format!("{base}/v1/calls")).bearer_auth(api_key).json(
            &json!({"caller": CALLER, "dialed": "+18885550100", "headers": {"Authorization": format!("Bearer {api_key}")}}),
        ),
    ] {
        answers.push(answer(request).await.unwrap().body);
    }
    answers
}

/// Leaves the backup and the restored database beside the original.
fn back_up_and_restore(world: &TestWorld) {
    let backup = world.folder.path().join("backup.db");
    run(&world.url, &["backup", backup.to_str().unwrap()]);
    let restored = format!("sqlite://{}", world.folder.path().join("restored.db").display());
    run(&restored, &["restore", backup.to_str().unwrap()]);
}

/// All that is in the world's folder, and in its PostgreSQL.
async fn stored(world: &TestWorld, engine: Engine, expected: &[&str]) -> Vec<String> {
    let mut texts = Vec::new();
    let mut names = Vec::new();
    for file in std::fs::read_dir(world.folder.path()).unwrap() {
        let file = file.unwrap();
        names.push(file.file_name().into_string().unwrap());
        texts.push(String::from_utf8_lossy(&std::fs::read(file.path()).unwrap()).into_owned());
    }
    assert!(expected.iter().all(|name| names.iter().any(|found| found == name)), "{names:?}");
    if engine == Engine::Postgres {
        texts.extend(postgres_tables(&world.url).await);
    }
    texts
}

/// Every row of every table as text, bytes as the characters that they are.
async fn postgres_tables(url: &str) -> Vec<String> {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::query("SET bytea_output = 'escape'").execute(&mut connection).await.unwrap();
    let tables: Vec<(String,)> =
        sqlx::query_as("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    assert!(tables.len() > 10, "{tables:?}");
    let mut texts = Vec::new();
    for (table,) in tables {
        let sql = format!("SELECT COALESCE(STRING_AGG(t::text, chr(10)), '') FROM {table} t");
        texts.push(sqlx::query(AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap().get(0));
    }
    texts
}
