//! There is no room left: a limit on the size of files, which anyone can set, and a disk that is full, for which one must be
//! allowed to mount.

use std::process::Command;

use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::cluster::Cluster;
use super::{Update, report, until_not_ready, until_ready};
use crate::world::{CALLS, Engine, TestWorld};

/// Larger than what a story's database is in the end, and than the log that it is written to first.
const SMALL_DISK: &str = "size=6m";
/// The same of a database of PostgreSQL, which has some megabytes when it is empty.
const SMALL_POSTGRES_DISK: &str = "size=40m";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_on_the_size_of_files_is_a_fault_that_passes() {
    let world = TestWorld::start(Engine::Sqlite).await;
    // Its log can't be written either.
    limit_files(&world, "1");
    let update = Update::new(0);
    update.is_refused(&world).await;
    until_not_ready(&world, "writer", "ulimit -f").await;
    update.is_refused(&world).await;
    limit_files(&world, "unlimited");
    let back = until_ready(&world).await;
    update.is_done_once(&world).await;
    report("SQLite over the limit of file sizes", &format!("ready again after {back:?}"));
}

fn limit_files(world: &TestWorld, bytes: &str) {
    let pid = world.nodes[0].child.id().to_string();
    let done = Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={bytes}:unlimited")]).status();
    assert!(done.expect("prlimit is there").success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_a_fault_that_passes() {
    let Some(disk) = Disk::mount(SMALL_DISK) else { return };
    let world = TestWorld::start_at(&disk.0.path().join("hookline.db"));
    is_full_and_has_room_again(&world, &disk, "the disk is full", "SQLite's disk full").await;
}

/// Its tables are on a disk of their own: without room for its log PostgreSQL ends, which is another story.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_of_postgres_is_a_fault_that_passes() {
    let Some(disk) = Disk::mount(SMALL_POSTGRES_DISK) else { return };
    let tables = disk.0.path().join("tables");
    std::fs::create_dir(&tables).unwrap();
    let owned = Command::new("chown").arg("postgres").args([disk.0.path(), &tables]).status();
    assert!(owned.is_ok_and(|status| status.success()));
    let cluster = Cluster::start();
    make_databases_in(&tables, &cluster).await;
    let world = TestWorld::start_in(&cluster.url).await;
    is_full_and_has_room_again(&world, &disk, "PostgreSQL's disk is full", "PostgreSQL's disk full").await;
}

async fn is_full_and_has_room_again(world: &TestWorld, disk: &Disk, advice: &str, what: &str) {
    let ballast = disk.0.path().join("ballast");
    disk.fill(&ballast);
    let number = until_refused(world).await;
    until_not_ready(world, "writer", advice).await;
    std::fs::remove_file(ballast).unwrap();
    let back = until_ready(world).await;
    Update::new(number).is_done_once(world).await;
    report(what, &format!("ready again after {back:?}"));
}

/// Databases that are made from now on have their tables there.
async fn make_databases_in(folder: &std::path::Path, cluster: &Cluster) {
    let mut connection = PgConnection::connect(&cluster.url).await.expect("PostgreSQL answers");
    for sql in [
        format!("CREATE TABLESPACE small LOCATION '{}'", folder.display()),
        "ALTER DATABASE template1 SET TABLESPACE small".to_owned(),
    ] {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.expect("the statement runs");
    }
}

/// Writes until there is no room, and gives the number of an update that was refused for it. A large request may find
/// none where a small one still does.
async fn until_refused(world: &TestWorld) -> u64 {
    for number in 0..CALLS {
        fill(world).await;
        let said = Update::new(number).send(world).await;
        if said.status != 200 {
            assert_eq!(said.status, 503, "{}", said.body);
            return number;
        }
    }
    panic!("there is always room");
}

async fn fill(world: &TestWorld) {
    for number in 0..2_000 {
        let body = json!({"caller_id": format!("+1310555{number:04}"), "padding": "x".repeat(3_000)});
        if world.post("call_data", body).await.status == 503 {
            return;
        }
    }
    panic!("there is always room");
}

/// A small disk of its own.
struct Disk(tempfile::TempDir);

impl Disk {
    /// None where this process may not mount: there is nothing to show then.
    fn mount(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", size, "tmpfs"]).arg(folder.path());
        let done = mount.stderr(std::process::Stdio::null()).status();
        if done.is_ok_and(|status| status.success()) {
            return Some(Self(folder));
        }
        println!("not shown: a full disk, since this user may not mount one");
        None
    }

    fn fill(&self, file: &std::path::Path) {
        use std::io::Write;
        let mut file = std::fs::File::create(file).unwrap();
        while file.write_all(&[7; 4_096]).is_ok() {}
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a server may have files open on it until it is waited for.
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}
