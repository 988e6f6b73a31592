//! `hookline backup` and `hookline restore`, for the embedded database.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use crate::config::DatabaseConfig;
use crate::storage::{self, Db, Result, Schema, SqliteDb, StorageError};

/// Pages copied before writers get a turn.
const STEP_PAGES: i32 = 1_000;
const STEP_PAUSE: Duration = Duration::from_millis(1);

#[derive(Args)]
pub struct BackupConfig {
    /// The file to write; it must not exist.
    file: PathBuf,
}

#[derive(Args)]
pub struct RestoreConfig {
    /// A file that `hookline backup` wrote.
    file: PathBuf,
    /// Replace a database that is there.
    #[arg(long)]
    replace: bool,
}

/// Copies the database while servers go on writing to it.
pub async fn backup(database: &DatabaseConfig, config: &BackupConfig) -> Result<()> {
    let db = Db::open(&database.database_url).await?;
    let Db::Sqlite(sqlite) = &db else { return Err(use_pg_tools("pg_dump --format=custom")) };
    if config.file.exists() {
        return Err(StorageError::Setup(format!("{} exists; name another file", config.file.display())));
    }
    // Written under another name first: a half-written backup must not look like a whole one.
    let partial = config.file.with_extension("partial");
    storage::make_private(&partial).map_err(|error| failed(&config.file, &error))?;
    copy(&sqlite.open_direct()?, &partial)?;
    check(&partial)?;
    std::fs::File::open(&partial)
        .and_then(|file| file.sync_all())
        .map_err(|error| failed(&partial, &error))?;
    std::fs::rename(&partial, &config.file).map_err(|error| failed(&config.file, &error))?;
    println!(
        "Backed up to {}. The server's secret is not in it: keep a copy of its file elsewhere.",
        config.file.display()
    );
    db.close().await;
    Ok(())
}

/// Puts a backup in the database's place. No server may run on it.
pub async fn restore(database: &DatabaseConfig, config: &RestoreConfig) -> Result<()> {
    check(&config.file)?;
    let Some(path) = database.database_url.strip_prefix("sqlite://").map(Path::new) else {
        return Err(use_pg_tools("pg_restore"));
    };
    if path.exists() && !config.replace {
        return Err(StorageError::Setup(format!(
            "{} exists; add --replace to lose what it holds",
            path.display()
        )));
    }
    let db = Db::open(&database.database_url).await?;
    let Db::Sqlite(sqlite) = &db else { return Err(use_pg_tools("pg_restore")) };
    let _claim = sqlite.lock_for_server()?;
    replace(sqlite, &config.file)?;
    db.close().await;
    let restored = Db::open(&database.database_url).await?;
    match storage::schema(&restored).await? {
        Schema::Current => println!("Restored {}.", config.file.display()),
        Schema::Behind { .. } => println!("Restored {}; run `hookline migrate`.", config.file.display()),
        Schema::Ahead { .. } => {
            println!("Restored {}, which a newer program wrote; run that.", config.file.display())
        }
    }
    restored.close().await;
    Ok(())
}

fn copy(from: &Connection, to: &Path) -> Result<()> {
    let mut target = Connection::open(to)?;
    run_backup(&Backup::new(from, &mut target)?)?;
    // One file, which leaves no log and index beside it when it is read.
    target.pragma_update(None, "journal_mode", "DELETE")?;
    Ok(())
}

fn replace(sqlite: &SqliteDb, from: &Path) -> Result<()> {
    let source = Connection::open_with_flags(from, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut target = sqlite.open_direct()?;
    run_backup(&Backup::new(&source, &mut target)?)?;
    target.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

fn run_backup(backup: &Backup<'_, '_>) -> Result<()> {
    loop {
        match backup.step(STEP_PAGES)? {
            StepResult::Done => return Ok(()),
            _ => std::thread::sleep(STEP_PAUSE),
        }
    }
}

fn check(file: &Path) -> Result<()> {
    let verdict = Connection::open_with_flags(file, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)
        .and_then(|connection| connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)))
        .unwrap_or_else(|error| error.to_string());
    if verdict == "ok" {
        return Ok(());
    }
    Err(StorageError::Setup(format!(
        "{} is not a whole backup ({verdict}); name another file that `hookline backup` wrote",
        file.display()
    )))
}

fn failed(file: &Path, error: &std::io::Error) -> StorageError {
    StorageError::Setup(format!("can't write {}: {error}", file.display()))
}

fn use_pg_tools(tool: &str) -> StorageError {
    StorageError::Setup(format!("this database is PostgreSQL; use its own {tool}"))
}
