//! A process that runs scripts, as the server sees it.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use hookline_domain::flow::ScriptFailure;
use rustix::process::Signal;
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::limits::{ANSWER_BYTES_MAX, GRACE};
use super::pool::Program;
use super::protocol;

/// Killed when it is dropped, so a script that nobody waits for any more does not go on.
pub struct Process {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
}

impl Process {
    /// It gets nothing of ours but two pipes.
    pub fn start(program: &Program) -> io::Result<Self> {
        let mut child = Command::new(&program.path)
            .arg0(&program.name)
            .arg("script-worker")
            .env_clear()
            // Dates are the same on every machine, and no file is opened to know the zone.
            .env("TZ", "UTC0")
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let input = child.stdin.take().ok_or_else(|| io::Error::other("no pipe to write to"))?;
        let output = child.stdout.take().ok_or_else(|| io::Error::other("no pipe to read from"))?;
        Ok(Self { child, input, output })
    }

    /// Waits until it waits for a script.
    pub async fn ready(&mut self) -> io::Result<()> {
        protocol::receive::<()>(&mut self.output, ANSWER_BYTES_MAX).await?;
        match self.child.try_wait()? {
            // It may have said so, and been ended since.
            Some(status) => Err(io::Error::other(format!("it has ended: {status}"))),
            None => Ok(()),
        }
    }

    /// Runs an encoded request. After an error the process is no good any more.
    ///
    /// # Errors
    /// Why it gave no answer. That the script failed is an answer.
    pub async fn run(
        &mut self,
        request: &[u8],
        timeout: Duration,
    ) -> Result<Result<Value, ScriptFailure>, ScriptFailure> {
        let exchange = async {
            self.input.write_all(request).await?;
            protocol::receive(&mut self.output, ANSWER_BYTES_MAX).await
        };
        match tokio::time::timeout(timeout + GRACE, exchange).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(self.what_happened(&error).await),
            Err(_) => Err(ScriptFailure::Timeout),
        }
    }

    async fn what_happened(&mut self, error: &io::Error) -> ScriptFailure {
        let ended = tokio::time::timeout(GRACE, self.child.wait()).await;
        let Ok(Ok(status)) = ended else {
            tracing::warn!(%error, "a script's process can't be understood");
            return ScriptFailure::Unavailable;
        };
        tracing::warn!(%status, "a script's process ended by itself");
        why(status)
    }
}

fn why(status: ExitStatus) -> ScriptFailure {
    match status.signal().and_then(Signal::from_named_raw) {
        Some(Signal::XCPU) => ScriptFailure::Timeout,
        // A failed allocation or assertion, an overflown stack, or the system itself, which was short of memory.
        Some(Signal::ABORT | Signal::SEGV | Signal::BUS | Signal::KILL) => ScriptFailure::Memory,
        _ => ScriptFailure::Unavailable,
    }
}
