//! Moves the write-ahead log into the database file, off the writer's path.
//!
//! The log is started again from its beginning, never cut: writing over blocks that the file has
//! already is much cheaper to sync than growing it.

use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::storage::SqliteDb;
use crate::telemetry::metric;

/// How often the log's length is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Pages of 4 KiB in the log that are worth a checkpoint under load. A page that was written many
/// times is moved once, so waiting saves writes; recovery after a crash reads what waits.
const PAGES_MIN: i64 = 32_000;

/// How far the log goes, and how much of it is in the database file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Log {
    pages: i64,
    moved: i64,
}

pub fn start(db: &SqliteDb) {
    let db = db.clone();
    let spawned = std::thread::Builder::new().name("checkpointer".into()).spawn(move || run(&db));
    if let Err(error) = spawned {
        tracing::error!(%error, "no thread for checkpoints: the write-ahead log will grow until a restart");
    }
}

fn run(db: &SqliteDb) {
    let connection = match db.open_direct() {
        Ok(connection) => connection,
        Err(error) => {
            tracing::error!(%error, "no connection for checkpoints: the write-ahead log will grow until a restart");
            return;
        }
    };
    let mut last = Log { pages: 0, moved: 0 };
    loop {
        std::thread::sleep(LOOK_EVERY);
        match round(db, &connection, last) {
            Ok(log) => last = log,
            Err(error) => tracing::warn!(%error, "checkpoint failed; tried again soon"),
        }
    }
}

/// Checkpoints if the log is long, or if nobody writes just now; the log as it was seen.
fn round(db: &SqliteDb, connection: &Connection, last: Log) -> rusqlite::Result<Log> {
    let log = checkpoint(connection, "NOOP")?;
    let waiting = log.pages - log.moved;
    let is_quiet = log == last;
    if waiting == 0 || (waiting < PAGES_MIN && !is_quiet) {
        return Ok(log);
    }
    let started = Instant::now();
    checkpoint(connection, "PASSIVE")?;
    if log.pages >= PAGES_MIN {
        // What was written meanwhile is far less; then the writer is held for the very little left.
        checkpoint(connection, "PASSIVE")?;
        let _turn = db.turn.blocking_lock();
        checkpoint(connection, "RESTART")?;
    }
    metric::CHECKPOINT_SECONDS.record(started.elapsed());
    checkpoint(connection, "NOOP")
}

fn checkpoint(connection: &Connection, mode: &str) -> rusqlite::Result<Log> {
    connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
        Ok(Log { pages: row.get(1)?, moved: row.get(2)? })
    })
}
