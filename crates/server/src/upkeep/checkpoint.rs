//! Moves the write-ahead log into the database file, off the writer's path.
//!
//! The log is started again from its beginning, never cut: writing over blocks that the file has
//! already is much cheaper to sync than growing it.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::failpoint::Failpoint;
use crate::storage::SqliteDb;
use crate::telemetry::metric;

/// How often the log's length is looked at while it grows, and while it does not.
const LOOK_EVERY_BUSY: Duration = Duration::from_millis(20);
const LOOK_EVERY_QUIET: Duration = Duration::from_millis(500);
/// Pages of 4 KiB that are worth a checkpoint under load. Few at a time: a commit's sync waits for what
/// a checkpoint has the disk write at that moment.
const PAGES_MIN: i64 = 500;
/// Pages (1 GB) after which the log starts again, for which the writer is held some 50 ms: rarely, then,
/// and not before a load at the disk's limit has gone on for many seconds. In any quiet moment it starts
/// again by itself. A crash's recovery reads up to so many.
const PAGES_MAX: i64 = 256_000;
/// How long the writer is held for readers that still look into the log; then it is tried again later.
const READERS_WAIT: Duration = Duration::from_millis(100);

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
    let opened = db.open_direct().and_then(|connection| {
        connection.busy_timeout(READERS_WAIT)?;
        Ok(connection)
    });
    let connection = match opened {
        Ok(connection) => connection,
        Err(error) => {
            tracing::error!(%error, "no connection for checkpoints: the write-ahead log will grow until a restart");
            return;
        }
    };
    let mut last = Log { pages: 0, moved: 0 };
    // After a failed sync the log may be other on disk than it looks: nothing of it goes into the database file.
    while !db.sync_failed.load(Ordering::Acquire) {
        let is_busy = match round(db, &connection, last) {
            Ok(log) => std::mem::replace(&mut last, log) != log,
            Err(error) => {
                tracing::warn!(%error, "checkpoint failed; tried again soon");
                false
            }
        };
        std::thread::sleep(if is_busy { LOOK_EVERY_BUSY } else { LOOK_EVERY_QUIET });
    }
}

/// Checkpoints if there is enough to move, or if nobody writes just now; the log as it then is.
fn round(db: &SqliteDb, connection: &Connection, last: Log) -> rusqlite::Result<Log> {
    let log = checkpoint(connection, "NOOP")?;
    let waiting = log.pages - log.moved;
    let is_quiet = log == last;
    if waiting == 0 || (waiting < PAGES_MIN && !is_quiet) {
        return Ok(log);
    }
    let started = Instant::now();
    checkpoint(connection, "PASSIVE")?;
    Failpoint::InCheckpoint.reach();
    if log.pages >= PAGES_MAX {
        // The very little that was written meanwhile.
        let _turn = db.turn.blocking_lock();
        // One that reads for long leaves it as it is: no error, the log just does not begin again.
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
