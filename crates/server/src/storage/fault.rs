//! What kind of failure the database's is, and what whoever runs the server can do about it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::ErrorCode;

use uuid::Uuid;

use super::{Db, Result, StorageError};
use crate::values;

/// Why nothing is committed just now, if so.
#[derive(Default)]
pub struct Trouble {
    /// A sync of the log has failed.
    is_final: Arc<AtomicBool>,
    advice: Mutex<Option<&'static str>>,
}

impl Trouble {
    pub fn on(db: &Db) -> Self {
        let is_final = if let Db::Sqlite(sqlite) = db { sqlite.sync_failed.clone() } else { Arc::default() };
        Self { is_final, advice: Mutex::default() }
    }

    /// After a failed commit.
    pub fn begins(&self, error: &StorageError) {
        *self.advice.lock().unwrap_or_else(PoisonError::into_inner) = Some(advice(error));
    }

    /// After one that worked.
    pub fn ends(&self) {
        *self.advice.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Nothing will be committed until a restart.
    pub fn is_final(&self) -> bool {
        self.is_final.load(Ordering::Acquire)
    }

    pub fn stop_for_good(&self, error: &dyn std::error::Error) {
        stop_for_good(&self.is_final, error);
    }

    pub fn advice(&self) -> Option<&'static str> {
        if self.is_final() {
            return Some(SYNC_FAILED);
        }
        *self.advice.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes a row and removes it, in one transaction; `id` is nobody's.
pub async fn try_writing(db: &Db, id: Uuid) -> Result<()> {
    let mut tx = db.begin().await?;
    tx.execute("INSERT INTO rate_heads (webhook_id, seq) VALUES ($1, 0)", values![id]).await?;
    tx.execute("DELETE FROM rate_heads WHERE webhook_id = $1", values![id]).await?;
    tx.commit().await
}

/// The failure is the surroundings' and not the request's: every other request would meet it too.
pub fn is_environment(error: &StorageError) -> bool {
    match error {
        StorageError::Sqlite(error) => error.sqlite_error_code().is_some_and(is_of_surroundings),
        StorageError::Database(sqlx::Error::Database(error)) => {
            let Some(code) = error.code() else { return true };
            if let Some(code) = sqlite_code(&code) {
                return is_of_surroundings(code);
            }
            // Connection, read-only transaction, user or password, no such database, resources, operator intervention,
            // system, PostgreSQL itself; and tables that are not there or not ours, as in a database that was put in the
            // place of another.
            ["08", "25", "28", "3D", "53", "57", "58", "XX"].iter().any(|class| code.starts_with(class))
                || ["42P01", "42703", "42501"].contains(&code.as_ref())
        }
        StorageError::Database(
            sqlx::Error::Decode(_)
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::Encode(_)
            | sqlx::Error::RowNotFound,
        ) => false,
        StorageError::Database(_) | StorageError::TimedOut(_) | StorageError::SyncFailed => true,
        StorageError::Conflict
        | StorageError::ArgumentCount { .. }
        | StorageError::Unreadable(_)
        | StorageError::NotFound(_)
        | StorageError::Setup(_) => false,
    }
}

fn is_of_surroundings(code: ErrorCode) -> bool {
    use ErrorCode as Code;
    matches!(
        code,
        Code::DatabaseBusy
            | Code::DatabaseLocked
            | Code::DiskFull
            | Code::SystemIoFailure
            | Code::ReadOnly
            | Code::CannotOpen
            | Code::OutOfMemory
            | Code::DatabaseCorrupt
            | Code::NotADatabase
    )
}

/// SQLite's number in an error of sqlx's. SQLSTATEs have five characters, the numbers four at most.
fn sqlite_number(code: &str) -> Option<i32> {
    code.parse().ok().filter(|_| code.len() < 5)
}

fn sqlite_code(code: &str) -> Option<ErrorCode> {
    sqlite_number(code).map(|number| rusqlite::ffi::Error::new(number).code)
}

pub fn is_deadlock(error: &StorageError) -> bool {
    matches!(error, StorageError::Database(sqlx::Error::Database(error))
        if matches!(error.code().as_deref(), Some("40P01" | "40001")))
}

/// After a failed sync the kernel may have dropped the pages: what later syncs say can't be believed.
pub fn is_disk_failure(error: &StorageError) -> bool {
    const IOERR_FSYNC: i32 = 1_034;
    const IOERR_DIR_FSYNC: i32 = 1_290;
    let code = match error {
        StorageError::Sqlite(rusqlite::Error::SqliteFailure(error, _)) => Some(error.extended_code),
        StorageError::Database(sqlx::Error::Database(error)) => {
            error.code().and_then(|code| sqlite_number(&code))
        }
        _ => None,
    };
    matches!(code, Some(IOERR_FSYNC | IOERR_DIR_FSYNC))
}

/// Nothing will be written until a restart.
pub fn stop_for_good(sync_failed: &AtomicBool, error: &dyn std::error::Error) {
    tracing::error!(%error, "the disk failed to sync: this server takes no more writes; check the disk, then restart");
    sync_failed.store(true, Ordering::Release);
}

const SYNC_FAILED: &str = "the disk failed to sync and writing has stopped; check the disk, then restart";
/// Where nothing better is known.
const UNEXPECTED: &str = "the database does not answer as expected; the log says what it said";

/// What to do about it, in words that may be shown to anyone.
pub fn advice(error: &StorageError) -> &'static str {
    match error {
        StorageError::Sqlite(error) => of_sqlite(error.sqlite_error_code()),
        StorageError::Database(sqlx::Error::Database(error)) => {
            let code = error.code().unwrap_or_default();
            match sqlite_code(&code) {
                Some(code) => of_sqlite(Some(code)),
                None => of_postgres(&code),
            }
        }
        StorageError::SyncFailed => SYNC_FAILED,
        StorageError::TimedOut(_) | StorageError::Database(sqlx::Error::PoolTimedOut) => {
            "the database can't be reached, or does not answer in time; is it up, overloaded, or the network to it cut?"
        }
        StorageError::Database(sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_)) => {
            "the database can't be reached; is it up, and HOOKLINE_DATABASE_URL right?"
        }
        StorageError::Unreadable(_) => "a stored value can't be read; the log names it",
        _ => UNEXPECTED,
    }
}

fn of_sqlite(code: Option<ErrorCode>) -> &'static str {
    match code {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another process holds the lock of the database file; end it or its transaction"
        }
        Some(ErrorCode::DiskFull) => "the disk is full; free some space",
        Some(ErrorCode::ReadOnly) => {
            "the database file can't be written; make it, its folder and its file system writable for the server's user"
        }
        Some(ErrorCode::CannotOpen) => {
            "the database file can't be opened; is its folder there, and does it belong to the server's user?"
        }
        Some(ErrorCode::SystemIoFailure) => {
            "the disk takes no writes; look for a limit (quota, ulimit -f) and at the system's log for errors"
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            "the database file is damaged; stop the server and restore a backup"
        }
        _ => UNEXPECTED,
    }
}

fn of_postgres(code: &str) -> &'static str {
    match (code.get(..2).unwrap_or_default(), code) {
        (_, "25006") => {
            "PostgreSQL takes no writes; name the primary in HOOKLINE_DATABASE_URL, not a standby"
        }
        (_, "53100") => "PostgreSQL's disk is full; free some space there",
        (_, "53300") => "PostgreSQL has no connection left; raise its max_connections or run fewer nodes",
        (_, "42P01" | "42703") => "tables are missing in the database; is it the right one, and migrated?",
        (_, "42501") => "the database user may not use the tables; grant it what it needs",
        ("57", _) => "PostgreSQL is stopping or starting; wait, or look at its log",
        ("28", _) => "PostgreSQL refuses the user or password of HOOKLINE_DATABASE_URL",
        ("3D", _) => "PostgreSQL has no database of the name in HOOKLINE_DATABASE_URL",
        _ => "PostgreSQL does not answer as expected; the log says what it said",
    }
}
