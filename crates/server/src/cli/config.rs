//! `hookline config check`: what `serve` would run with, and whether it could.

use std::path::Path;

use clap::Subcommand;

use crate::config::{DatabaseConfig, ServeConfig, redacted_url};
use crate::storage::{self, Db, Result, Schema, StorageError};

#[derive(Subcommand)]
pub enum ConfigCommand {
    /// Show every option as `serve` would have it, and try the database. Ends with 1 if `serve` could not start.
    Check(ServeConfig),
}

pub async fn run(database: &DatabaseConfig, command: &ConfigCommand) -> Result<()> {
    let ConfigCommand::Check(config) = command;
    println!("HOOKLINE_DATABASE_URL = {}", redacted_url(&database.database_url));
    for (name, value) in config.options() {
        println!("{name} = {value}");
    }
    config.check().map_err(StorageError::Setup)?;
    println!("\n{}", try_database(database, config).await?);
    Ok(())
}

async fn try_database(database: &DatabaseConfig, config: &ServeConfig) -> Result<String> {
    let file =
        database.database_url.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path));
    if let Some(path) = file.filter(|path| !Path::new(path).exists()) {
        // Opening it would make it.
        return Ok(format!("There is no database at {path} yet; `hookline serve` makes it."));
    }
    let db = Db::open(&database.database_url).await?;
    let schema = storage::schema(&db).await;
    db.close().await;
    let schema = schema.map_err(|error| {
        StorageError::Setup(format!(
            "{error}. Is the database of HOOKLINE_DATABASE_URL running, and may this user read it?"
        ))
    })?;
    match schema {
        Schema::Current => Ok("The database answers and its schema is up to date.".to_owned()),
        Schema::Behind { applied, wanted } if config.migrate => {
            Ok(format!("The database answers; `serve` will bring its schema from {applied} to {wanted}."))
        }
        Schema::Behind { applied, wanted } => Err(StorageError::Setup(format!(
            "the database has schema {applied} and needs {wanted}; run `hookline migrate`"
        ))),
        Schema::Ahead { applied, wanted } => Err(StorageError::Setup(format!(
            "the database has schema {applied}, newer than this program's {wanted}; run the newer program"
        ))),
    }
}
