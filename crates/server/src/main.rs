//! Arguments, configuration, then the command.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    hookline::cli::run(hookline::cli::Cli::parse())
}
