//! The process that runs scripts: `hookline script-worker`.

use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::time::Duration;

use hookline_domain::flow::ScriptFailure;
use serde_json::Value;

use super::engine::Engine;
use super::limits::{self, REQUEST_BYTES_MAX};
use super::protocol::{self, Received};

/// Runs one script after the other, until the server closes the pipe or ends.
pub fn run() -> ExitCode {
    let worked = limits::hold_process().and_then(|()| work(io::stdin().lock(), io::stdout().lock()));
    match worked {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hookline script-worker: {error}");
            ExitCode::FAILURE
        }
    }
}

fn work(mut input: impl Read, mut output: impl Write) -> io::Result<()> {
    loop {
        protocol::write(&mut output, &())?;
        let Some(request) = protocol::read::<Received>(&mut input, REQUEST_BYTES_MAX)? else {
            return Ok(());
        };
        let timeout = Duration::from_millis(request.timeout_ms.into());
        limits::hold_time(timeout)?;
        match Engine::new(timeout) {
            // The answer is sent before the engine is cleared away, which takes its time after a large script.
            Ok(engine) => protocol::write(&mut output, &engine.run(&request.source, &request.input))?,
            Err(failure) => protocol::write(&mut output, &Err::<Value, ScriptFailure>(failure))?,
        }
    }
}
