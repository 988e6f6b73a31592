//! Processes that run scripts, kept from one script to the next.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hookline_domain::flow::ScriptFailure;
use serde_json::Value;
use tokio::sync::Semaphore;

use super::limits::{REQUEST_BYTES_MAX, WAIT_FOR_PROCESS};
use super::process::Process;
use super::protocol::{self, Request};
use crate::telemetry::metric;

/// The program whose `script-worker` runs scripts.
pub struct Program {
    pub path: PathBuf,
    /// What the system's list of processes shows.
    pub name: String,
}

impl Program {
    /// The one that runs, also if its file was replaced meanwhile by another version.
    pub fn this() -> Self {
        Self { path: "/proc/self/exe".into(), name: "hookline".to_owned() }
    }
}

pub struct Scripts {
    program: Program,
    /// As many as may run at once.
    places: Semaphore,
    idle: Mutex<Vec<Process>>,
}

impl Scripts {
    /// Processes are started when scripts need them.
    pub fn new(program: Program, processes: usize) -> Self {
        Self { program, places: Semaphore::new(processes), idle: Mutex::default() }
    }

    /// Runs a script as the body of a function of `input`, an object as JSON. What it returns comes back,
    /// or null. Its time begins when a process has it.
    ///
    /// # Errors
    /// Why there is no result. A script that is stopped leaves nothing behind: it shares nothing with others.
    pub async fn run(&self, source: &str, input: &str, timeout_ms: u32) -> Result<Value, ScriptFailure> {
        let started = Instant::now();
        let result = self.run_in_a_process(&Request { source, input, timeout_ms }).await;
        let word = match &result {
            Ok(_) => "returned",
            Err(ScriptFailure::Timeout) => "timeout",
            Err(ScriptFailure::Memory) => "memory",
            Err(ScriptFailure::Threw(_)) => "threw",
            Err(ScriptFailure::Unavailable) => "unavailable",
        };
        metrics::counter!(metric::SCRIPTS, "result" => word).increment(1);
        metric::SCRIPT_SECONDS.record(started.elapsed());
        result
    }

    async fn run_in_a_process(&self, request: &Request<'_>) -> Result<Value, ScriptFailure> {
        let message = protocol::encode(request).map_err(|_| ScriptFailure::Unavailable)?;
        if message.len() > REQUEST_BYTES_MAX {
            return Err(ScriptFailure::Threw("its input is too large; ask for fewer names".to_owned()));
        }
        let waiting = Instant::now();
        let place = tokio::time::timeout(WAIT_FOR_PROCESS, self.places.acquire()).await;
        let Ok(Ok(_place)) = place else {
            tracing::warn!("no process was free for a script; raise HOOKLINE_SCRIPT_WORKERS");
            return Err(ScriptFailure::Unavailable);
        };
        let left = WAIT_FOR_PROCESS.saturating_sub(waiting.elapsed());
        let mut process = self.process(left).await?;
        let answer = process.run(&message, Duration::from_millis(request.timeout_ms.into())).await?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(process);
        answer
    }

    /// One that waits for a script: kept, or new.
    async fn process(&self, wait: Duration) -> Result<Process, ScriptFailure> {
        let ready = async {
            loop {
                let kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
                let is_kept = kept.is_some();
                let mut process = kept.map_or_else(|| Process::start(&self.program), Ok)?;
                match process.ready().await {
                    Ok(()) => return Ok(process),
                    // It has ended since; the next one may have not.
                    Err(_) if is_kept => {}
                    Err(error) => return Err(error),
                }
            }
        };
        match tokio::time::timeout(wait, ready).await {
            Ok(Ok(process)) => Ok(process),
            Ok(Err(error)) => {
                tracing::error!(%error, "a process for scripts can't be started");
                Err(ScriptFailure::Unavailable)
            }
            Err(_) => {
                tracing::warn!("a process for scripts took too long to start");
                Err(ScriptFailure::Unavailable)
            }
        }
    }
}
