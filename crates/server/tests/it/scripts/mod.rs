//! Scripts in real processes: what they may do, and what becomes of those that do too much.

mod faults;
mod language;
mod processes;

use std::path::Path;
use std::time::{Duration, Instant};

use hookline::script::{Program, Scripts};
use hookline_domain::flow::ScriptFailure;
use serde_json::Value;

/// Longer than a sound script takes, also on a machine that is busy with other tests.
const ENOUGH_MS: u32 = 10_000;
const SHORT_MS: u32 = 100;
/// Far longer than it takes to stop a script, far shorter than the scripts here would go on.
const SOON: Duration = Duration::from_secs(2);

struct Lab {
    scripts: Scripts,
    /// Its own, to find its processes by.
    name: String,
}

impl Lab {
    fn new(processes: usize) -> Self {
        let name = format!("hookline-{}", uuid::Uuid::new_v4().simple());
        let program = Program { path: env!("CARGO_BIN_EXE_hookline").into(), name: name.clone() };
        Self { scripts: Scripts::new(program, processes), name }
    }

    async fn run(&self, source: &str) -> Result<Value, ScriptFailure> {
        self.scripts.run(source, "{}", ENOUGH_MS).await
    }

    /// A script that would go on for much longer than it may. Stopped it must be, and the next must run.
    async fn stopped(&self, source: &str, timeout_ms: u32) -> ScriptFailure {
        // So that the start of a process is not counted.
        assert_eq!(self.run("return 1").await, Ok(1.into()));
        let started = Instant::now();
        let failure = self.scripts.run(source, "{}", timeout_ms).await.expect_err(source);
        let took = started.elapsed();
        assert!(took < SOON + Duration::from_millis(timeout_ms.into()), "{took:?}: {source}");
        assert_eq!(self.run("return 2").await, Ok(2.into()), "after {source}");
        failure
    }

    /// The ids of its processes that live.
    fn processes(&self) -> Vec<u32> {
        let ids = std::fs::read_dir("/proc").expect("Linux").filter_map(|entry| {
            let id = entry.ok()?.file_name().to_str()?.parse().ok()?;
            // One that has ended has no command line any more.
            let line = std::fs::read(Path::new("/proc").join(format!("{id}/cmdline"))).ok()?;
            line.starts_with(self.name.as_bytes()).then_some(id)
        });
        let mut ids: Vec<u32> = ids.collect();
        ids.sort_unstable();
        ids
    }

    /// Waits until none of these lives: the system takes a moment to end a process.
    async fn all_end(&self, ids: &[u32]) {
        let started = Instant::now();
        while ids.iter().any(|id| !has_ended(*id)) {
            assert!(started.elapsed() < SOON, "{ids:?} go on");
            tokio::task::yield_now().await;
        }
    }
}

/// Gone, or dead and only waited for: before that its parent can't know.
fn has_ended(id: u32) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{id}/stat")) else { return true };
    stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with(['Z', 'X']))
}

fn message(result: Result<Value, ScriptFailure>) -> String {
    match result {
        Err(ScriptFailure::Threw(message)) => message,
        other => panic!("it should have thrown: {other:?}"),
    }
}
