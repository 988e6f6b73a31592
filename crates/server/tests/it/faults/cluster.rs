//! A PostgreSQL of a story's own, which it may stop.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

pub struct Cluster {
    folder: TempDir,
    pub url: String,
}

impl Cluster {
    /// Started; ended with the story.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = taken.local_addr().expect("it listens").port();
        drop(taken);
        if is_root() {
            let owned = Command::new("chown").arg("postgres").arg(folder.path()).status();
            assert!(owned.expect("chown runs").success());
        }
        let cluster = Self { folder, url: format!("postgres://postgres@127.0.0.1:{port}/postgres") };
        let data = cluster.data();
        cluster.run("initdb", &["-D", &data, "--auth", "trust", "--username", "postgres", "--no-sync"]);
        let folder = cluster.folder.path().display();
        let options = format!(
            "port = {port}\nunix_socket_directories = '{folder}'\nlisten_addresses = '127.0.0.1'\nmax_connections = 100\n"
        );
        let file = format!("{data}/postgresql.conf");
        let before = std::fs::read_to_string(&file).expect("initdb wrote it");
        std::fs::write(&file, before + &options).expect("it can be written");
        cluster.go_on();
        cluster
    }

    pub fn go_on(&self) {
        self.control(&["start"]);
    }

    /// As if it had crashed.
    pub fn stop(&self) {
        self.control(&["stop", "-m", "immediate"]);
    }

    fn control(&self, command: &[&str]) {
        let (data, log) = (self.data(), self.folder.path().join("log").display().to_string());
        self.run("pg_ctl", &[&["-D", &data, "-w", "-l", &log], command].concat());
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    /// PostgreSQL refuses to run as root.
    fn run(&self, program: &str, arguments: &[&str]) {
        let program = programs().join(program);
        let mut command = Command::new(if is_root() { "runuser".into() } else { program.clone() });
        if is_root() {
            command.args(["-u", "postgres", "--"]).arg(&program);
        }
        let command = command.args(arguments).current_dir(self.folder.path());
        let done = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        assert!(done.expect("PostgreSQL is installed").success(), "{program:?} {arguments:?} failed");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Within a story that failed it may be down already.
        let _ = std::panic::catch_unwind(|| self.stop());
    }
}

pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Where the newest PostgreSQL's programs are.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").expect("Debian's PostgreSQL is installed");
    let version = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.flatten().map(|entry| entry.path()).max_by_key(version);
    newest.expect("a version of it").join("bin")
}
