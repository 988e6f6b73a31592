//! The command line: one file a command.

mod backup;
mod bench_log;
mod bench_requests;
mod bench_seed;
mod change;
mod config;
mod migrate;
mod org;
pub(crate) mod seed;
mod serve;
mod simulate;
pub(crate) mod user;
mod webhook;

use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use self::serve::Commits;
use crate::config::{DatabaseConfig, LogConfig, ServeConfig};
use crate::http::openapi;
use crate::script::worker;
use crate::storage::fault;
use crate::telemetry::log;

/// Call tracking on a server of your own: inbound webhooks, live calls, tags.
#[derive(Parser)]
#[command(name = "hookline", version, about)]
pub struct Cli {
    #[command(flatten)]
    database: DatabaseConfig,
    #[command(flatten)]
    log: LogConfig,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server.
    Serve(ServeConfig),
    /// Bring the database's schema up to date.
    Migrate,
    /// Add a demo organization with webhooks, tags, a number and calls, unless there is one.
    Seed(seed::SeedConfig),
    /// Play calls and webhook requests against a running server, and check what came of them.
    Simulate(simulate::SimulateConfig),
    /// Organizations.
    #[command(subcommand)]
    Org(org::OrgCommand),
    /// People who sign in to the dashboard.
    #[command(subcommand)]
    User(user::UserCommand),
    /// Inbound webhooks and their keys.
    #[command(subcommand)]
    Webhook(webhook::WebhookCommand),
    /// API keys.
    #[command(subcommand)]
    Key(org::KeyCommand),
    /// Copy the embedded database to a file while servers run.
    Backup(backup::BackupConfig),
    /// Put a backup in the embedded database's place.
    Restore(backup::RestoreConfig),
    /// The configuration.
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Print the OpenAPI document.
    Openapi,
    /// Print a completion script for a shell.
    Completions { shell: clap_complete::Shell },
    /// Fill the database for a benchmark.
    #[command(hide = true)]
    BenchSeed(bench_seed::BenchSeedConfig),
    /// Serve without storing what requests do, as a benchmark's upper bound.
    #[command(hide = true)]
    BenchCeiling(ServeConfig),
    /// Run scripts that come over standard input; the server starts it.
    #[command(hide = true)]
    ScriptWorker,
}

pub fn run(cli: Cli) -> ExitCode {
    // It logs nothing and needs no runtime.
    if matches!(cli.command, Command::ScriptWorker) {
        return worker::run();
    }
    let guard = match log::start(&cli.log) {
        Ok(guard) => guard,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::FAILURE;
        }
    };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("the system gives threads");
    let done = runtime.block_on(async {
        match &cli.command {
            Command::Serve(config) => serve::run(&cli.database, config, Commits::Durable).await,
            Command::BenchCeiling(config) => serve::run(&cli.database, config, Commits::Ceiling).await,
            Command::Simulate(config) => simulate::run(config).await,
            Command::Org(command) => org::run_org(&cli.database, command).await,
            Command::Key(command) => org::run_key(&cli.database, command).await,
            Command::User(command) => user::run(&cli.database, command).await,
            Command::Webhook(command) => webhook::run(&cli.database, command).await,
            Command::Backup(config) => backup::backup(&cli.database, config).await,
            Command::Restore(config) => backup::restore(&cli.database, config).await,
            Command::Completions { shell } => {
                clap_complete::generate(*shell, &mut Cli::command(), "hookline", &mut std::io::stdout());
                Ok(())
            }
            Command::Config(command) => config::run(&cli.database, command).await,
            Command::Openapi => {
                let text = openapi::document().to_pretty_json().expect("the document is JSON");
                // Whoever reads it may have seen enough.
                let _ = writeln!(std::io::stdout(), "{text}");
                Ok(())
            }
            Command::Migrate => migrate::run(&cli.database).await,
            Command::Seed(config) => seed::run(&cli.database, config).await,
            Command::ScriptWorker => Ok(()),
            Command::BenchSeed(config) => bench_seed::run(&cli.database, config).await,
        }
    });
    runtime.shutdown_background();
    guard.shutdown();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hookline: {error}");
            if fault::is_environment(&error) {
                eprintln!("hookline: {}", fault::advice(&error));
            }
            ExitCode::FAILURE
        }
    }
}
