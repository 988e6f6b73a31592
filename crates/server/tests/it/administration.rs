//! The command line beside a running server: keys that start and stop working, backup and restore.

use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::on_both_engines;
use crate::world::{Engine, TestWorld, call_id, run, try_run};

/// The contract's time for a rotated or deleted key to take effect on every node.
const KEY_EFFECT_MAX: Duration = Duration::from_secs(5);

on_both_engines! {
    a_rotated_key_works_beside_the_old_one_and_a_deleted_webhook_s_key_ends;
    api_keys_are_listed_and_ended_at_the_command_line_beside_a_server;
}

async fn api_keys_are_listed_and_ended_at_the_command_line_beside_a_server(engine: Engine) {
    let world = TestWorld::start(engine).await;
    let org =
        run(&world.url, &["org", "list"]).split_whitespace().next().expect("an organization").to_owned();
    run(&world.url, &["key", "create", "--org", &org, "--role", "analyst", "for a report"]);
    let list = run(&world.url, &["key", "list", "--org", &org]);
    let line = list.lines().find(|line| line.ends_with("for a report")).expect("the key is listed");
    assert!(line.contains("analyst"), "{line}");
    run(&world.url, &["key", "revoke", line.split_whitespace().next().unwrap()]);
    let list = run(&world.url, &["key", "list", "--org", &org]);
    assert!(!list.contains("for a report"), "{list}");
    let body = json!({"call_log_id": call_id(0), "revenue_paid_out": 10});
    assert_eq!(world.post("update_revenue", body).await.status, 200, "nobody holds a lock");
}

async fn a_rotated_key_works_beside_the_old_one_and_a_deleted_webhook_s_key_ends(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    if engine == Engine::Postgres {
        world.add_node();
    }
    let list = run(&world.url, &["webhook", "list"]);
    let line = list.lines().find(|line| line.contains("update_revenue")).expect("the webhook is listed");
    let webhook = line.split_whitespace().next().unwrap().to_owned();
    let old = world.key("update_revenue");
    let rotated = run(&world.url, &["webhook", "rotate", &webhook, "--overlap-hours", "1"]);
    let new = rotated.split_whitespace().nth(1).expect("the new key is printed").to_owned();
    for node in 0..world.nodes.len() {
        until_status(&world, node, &new, |status| status == 200).await;
        assert_eq!(status(&world, node, &old).await, 200, "the old key works during the overlap");
    }
    run(&world.url, &["webhook", "delete", &webhook]);
    for node in 0..world.nodes.len() {
        for key in [&old, &new] {
            until_status(&world, node, key, |status| status != 200).await;
        }
    }
}

async fn status(world: &TestWorld, node: usize, key: &str) -> u16 {
    let url = format!("http://{}/update-revenue?moja_auth_key={key}", world.nodes[node].address);
    world.try_post(&url, &json!({"call_log_id": call_id(0), "revenue_paid_out": 1})).await.unwrap().status
}

async fn until_status(world: &TestWorld, node: usize, key: &str, wanted: impl Fn(u16) -> bool) {
    let started = Instant::now();
    while !wanted(status(world, node, key).await) {
        assert!(started.elapsed() < KEY_EFFECT_MAX, "node {node} did not follow");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_a_running_server_is_restored_whole() {
    let world = TestWorld::start(Engine::Sqlite).await;
    let body = json!({"call_log_id": call_id(0), "revenue_paid_out": 10, "transaction_id": "before"});
    let first = world.post("update_revenue", body.clone()).await;
    let file = world.folder.path().join("backup.db");
    run(&world.url, &["backup", file.to_str().unwrap()]);
    world
        .post(
            "update_revenue",
            json!({"call_log_id": call_id(1), "revenue_paid_out": 20, "transaction_id": "after"}),
        )
        .await;

    let mut restored = TestWorld::start(Engine::Sqlite).await;
    restored.nodes.clear();
    run(&restored.url, &["restore", "--replace", file.to_str().unwrap()]);
    let beside = std::fs::read_dir(world.folder.path()).unwrap().map(|file| file.unwrap().file_name());
    let beside: Vec<_> = beside.filter(|name| name.to_str().unwrap().starts_with("backup")).collect();
    assert_eq!(beside, ["backup.db"], "one file, before and after it is read");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let other = restored.folder.path().join("notes.txt");
    std::fs::write(&other, "no database").unwrap();
    let refused = try_run(&restored.url, &["restore", "--replace", other.to_str().unwrap()]).unwrap_err();
    assert!(refused.contains("notes.txt is not a whole backup"), "{refused}");
    restored.keys = world.keys.clone();
    restored.add_node();
    assert_eq!(restored.count("SELECT COUNT(*) FROM calls WHERE revenue IS NOT NULL").await, 1);
    let again = restored.post("update_revenue", body).await;
    assert_eq!((&again.body, again.header("idempotent-replayed")), (&first.body, Some("true")));
}

#[test]
fn what_may_be_reached_is_shown_and_checked() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/none.db", folder.path().display());
    let check = |allowed| try_run(&url, &["config", "check", "--outbound-allow-private", allowed]);
    assert!(run(&url, &["config", "check"]).contains("HOOKLINE_OUTBOUND_ALLOW_PRIVATE = none\n"));
    let shown = check("10.1.0.0/16,127.0.0.1").unwrap();
    assert!(shown.contains("HOOKLINE_OUTBOUND_ALLOW_PRIVATE = 10.1.0.0/16,127.0.0.1/32\n"), "{shown}");
    let refused = check("10.1.2.3/16").unwrap_err();
    assert!(refused.contains("write the network's first address"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_starts_without_certificates() {
    let mut world = TestWorld::start(Engine::Sqlite).await;
    world.nodes.clear();
    world.add_node_with(&[("SSL_CERT_FILE", "/nonexistent"), ("SSL_CERT_DIR", "/nonexistent")]);
    let log = std::fs::read_to_string(world.log_path()).unwrap();
    assert!(log.contains("install the system's certificates"), "{log}");
    let body = json!({"call_log_id": call_id(0), "revenue_paid_out": 1});
    assert_eq!(world.post("update_revenue", body).await.status, 200);
}
