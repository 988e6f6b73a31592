//! Moves the write-ahead log into the database file, off the writer's path.

use std::time::{Duration, Instant};

use crate::storage::SqliteDb;
use crate::telemetry::metric;

/// How often the log's length is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Pages in the log that are worth a checkpoint (4 KiB each).
const PAGES_MIN: i64 = 1_000;
/// Pages after which the writer is held for the last part, so that the log starts again at its beginning.
const PAGES_MAX: i64 = 16_000;

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
    let wal =
        db.path.with_file_name(format!("{}-wal", db.path.file_name().unwrap_or_default().to_string_lossy()));
    loop {
        std::thread::sleep(LOOK_EVERY);
        let pages =
            std::fs::metadata(&wal).map_or(0, |file| i64::try_from(file.len() / 4_096).unwrap_or(i64::MAX));
        if pages < PAGES_MIN {
            continue;
        }
        let started = Instant::now();
        // Most of it while the writer goes on; then, if the log is long, the little rest without it.
        let mut done = checkpoint(&connection, "PASSIVE");
        if done.is_ok() && pages > PAGES_MAX {
            let _turn = db.turn.blocking_lock();
            done = checkpoint(&connection, "TRUNCATE");
        }
        match done {
            Ok(()) => metric::CHECKPOINT_SECONDS.record(started.elapsed()),
            Err(error) => tracing::warn!(%error, "checkpoint failed; tried again soon"),
        }
    }
}

fn checkpoint(connection: &rusqlite::Connection, mode: &str) -> rusqlite::Result<()> {
    connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |_| Ok(()))
}
