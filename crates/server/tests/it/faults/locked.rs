//! The SQLite file is locked by another process, belongs to another server, can't be written, or is damaged.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::time::Instant;

use reqwest::Method;
use rusqlite::Connection;
use serde_json::json;

use super::cluster::is_root;
use super::{Update, report, until_not_ready, until_ready};
use crate::world::{Engine, TestWorld, call_id};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_another_process_holds_is_a_fault_that_passes() {
    let world = TestWorld::start(Engine::Sqlite).await;
    let other = Connection::open(path(&world)).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let started = Instant::now();
    let sent = (0..3).map(async |number| Update::new(number).is_refused(&world).await);
    futures_util::future::join_all(sent).await;
    let refused = started.elapsed();
    until_not_ready(&world, "writer", "another process holds the lock").await;
    // What only reads goes on.
    assert_eq!(world.call(&call_id(1)).await["call_log_id"], call_id(1));
    other.execute_batch("ROLLBACK").unwrap();
    let back = until_ready(&world).await;
    for number in 0..3 {
        Update::new(number).is_done_once(&world).await;
    }
    report("SQLite locked", &format!("503 after {refused:?}, ready again after {back:?}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_fails_says_so_before_the_first_webhook_does() {
    let world = TestWorld::start(Engine::Sqlite).await;
    let other = Connection::open(path(&world)).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let refused = world.api(Method::POST, "/v1/campaigns", json!({"name": "Held up"})).await;
    assert_eq!(refused.status, 503, "{}", refused.body);
    until_not_ready(&world, "writer", "another process holds the lock").await;
    other.execute_batch("ROLLBACK").unwrap();
    until_ready(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_server_on_the_file_is_refused_and_the_first_goes_on() {
    let mut world = TestWorld::start(Engine::Sqlite).await;
    assert!(!world.try_add_node(&[]));
    let said = std::fs::read_to_string(world.log_path()).unwrap();
    assert!(said.contains("another server runs on"), "{said}");
    assert!(said.contains("use PostgreSQL to run several"), "{said}");
    assert!(!Update::new(1).works(&world).await);
    // When the first is gone, the second may come.
    world.crash_and_restart();
    assert!(Update::new(1).works(&world).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_cannot_be_written_is_refused_at_the_start_and_named() {
    use std::os::unix::fs::PermissionsExt;
    let mut world = TestWorld::start(Engine::Sqlite).await;
    world.nodes.clear();
    let may = |mode| {
        for end in ["", "-wal", "-shm"] {
            let file = format!("{}{end}", path(&world));
            if std::fs::exists(&file).unwrap() {
                std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            }
        }
    };
    may(0o444);
    // Root may write everything, unless it gives that right away.
    let mut server = Command::new(if is_root() { "setpriv" } else { env!("CARGO_BIN_EXE_hookline") });
    if is_root() {
        server.args(["--bounding-set", "-dac_override", env!("CARGO_BIN_EXE_hookline")]);
    }
    server.env("HOOKLINE_DATABASE_URL", &world.url).env("HOOKLINE_LOG", "warn");
    server.args(["serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut server = server.spawn().unwrap();
    let (mut serves, mut said) = (String::new(), String::new());
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut serves).unwrap();
    // If it does serve, it would go on.
    let _ = server.kill();
    server.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(!server.wait().unwrap().success());
    assert_eq!(serves, "", "it serves");
    assert!(said.contains("the database file can't be written; make it"), "{said}");
    may(0o644);
    world.add_node();
    assert!(!Update::new(1).works(&world).await);
}

fn path(world: &TestWorld) -> String {
    world.url.strip_prefix("sqlite://").expect("SQLite").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_file_is_refused_and_the_log_says_where() {
    use std::os::unix::fs::FileExt;
    let mut world = TestWorld::start(Engine::Sqlite).await;
    world.nodes.clear();
    let root: i64 = {
        let file = Connection::open(path(&world)).unwrap();
        let root = "SELECT rootpage FROM sqlite_schema WHERE name = 'caller_data'";
        file.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        file.query_row(root, [], |row| row.get(0)).unwrap()
    };
    let file = std::fs::File::options().write(true).open(path(&world)).unwrap();
    file.write_all_at(&[0xee; 4_096], (root.unsigned_abs() - 1) * 4_096).unwrap();
    world.add_node();
    let refused = world.post("call_data", json!({"caller_id": "+13105559876"})).await;
    assert_eq!(refused.status, 503, "{}", refused.body);
    let said = world.warnings();
    assert!(said.contains("SQLite has trouble with its files"), "{said}");
    assert!(said.contains("database corruption at line"), "{said}");
    assert!(said.contains("restore a backup"), "{said}");
    assert!(!Update::new(1).works(&world).await, "what needs nothing of it goes on");
}
