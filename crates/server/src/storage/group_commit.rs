//! Group commit: whatever queued while the last commit ran goes into the next, together.
//!
//! Work is sent here and done by a writer of its own, never in the future of an HTTP handler, which
//! is dropped when its client goes away. A waiter is answered only after its commit is on disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};

use super::ceiling::CeilingWriter;
use super::postgres::PostgresWriter;
use super::rates::{RateBoard, Standings};
use super::sqlite::SqliteWriter;
use super::{Db, Result, StorageError};
use crate::clock::Clock;
use crate::intake::work::{Outcome, Work};
use crate::telemetry::metric;

/// Work that may wait for a commit; beyond it the server says that it is busy.
pub const QUEUE_MAX: usize = 4_096;
/// Tries of a batch that PostgreSQL ended to break a deadlock.
const DEADLOCK_TRIES_MAX: usize = 5;

#[derive(Debug, thiserror::Error, Clone, Copy, PartialEq, Eq)]
pub enum CommitError {
    #[error("too much work is waiting for the database")]
    Overloaded,
    /// Nothing was committed, or it is unknown whether it was: the same request again tells.
    #[error("the database is not available")]
    Unavailable,
    /// This one thing can't be committed; its neighbours were.
    #[error("the change could not be stored")]
    Rejected,
}

/// For the crash test's control, and in debug builds only: whether a writer leaves its transaction
/// open when it answers, and commits it when the next work comes. What it acknowledged last is then lost
/// in a crash, which the test must notice. PostgreSQL needs a single writer for this.
pub(super) fn commits_late() -> bool {
    cfg!(debug_assertions) && std::env::var_os("HOOKLINE_TEST_COMMIT_LATE").is_some()
}

struct Entry {
    work: Work,
    reply: oneshot::Sender<std::result::Result<Outcome, CommitError>>,
    queued: Instant,
}

/// Sends work to the writers.
#[derive(Clone)]
pub struct Committer {
    sender: mpsc::Sender<Entry>,
    failed: Arc<AtomicBool>,
}

/// What both writers are given.
pub struct WriterParts {
    pub clock: Clock,
    pub board: Arc<RateBoard>,
    /// Raised after a commit that appended to the timeline.
    pub appended: watch::Sender<u64>,
    pub batch_max: usize,
}

impl Committer {
    pub async fn start(db: &Db, parts: WriterParts, postgres_writers: u8) -> Result<Self> {
        let (sender, receiver) = mpsc::channel(QUEUE_MAX);
        let failed = Arc::new(AtomicBool::new(false));
        let parts = Arc::new(parts);
        match db {
            Db::Sqlite(sqlite) => {
                let writer = SqliteWriter::open(sqlite, parts.clone())?;
                let (turn, failed) = (sqlite.turn.clone(), failed.clone());
                spawn_thread("sqlite-writer", move || {
                    run_sqlite(writer, receiver, &turn, parts.batch_max, &failed);
                })?;
            }
            Db::Postgres(pool) => {
                let receiver = Arc::new(Mutex::new(receiver));
                // One of them waits for the disk; the others prepare meanwhile.
                let preparing = Arc::new(Semaphore::new(usize::from(postgres_writers).max(2) - 1));
                for _ in 0..postgres_writers {
                    let writer = PostgresWriter::beside(pool, parts.clone());
                    let run = run_postgres(writer, receiver.clone(), preparing.clone(), parts.batch_max);
                    spawn_thread("postgres-writer", move || block_on(run))?;
                }
            }
        }
        Ok(Self { sender, failed })
    }

    /// Does the work and stores nothing: the benchmark's ceiling.
    pub fn start_ceiling(parts: WriterParts) -> Result<Self> {
        let (sender, mut receiver) = mpsc::channel(QUEUE_MAX);
        let batch_max = parts.batch_max;
        let writer = CeilingWriter { parts: Arc::new(parts) };
        spawn_thread("ceiling", move || {
            while let Some(first) = receiver.blocking_recv() {
                let batch = fill(first, &mut receiver, batch_max);
                let outcomes = writer.commit(&works(&batch));
                answer(batch, outcomes, Instant::now());
            }
        })?;
        Ok(Self { sender, failed: Arc::default() })
    }

    /// Does the work and returns once it is on disk. Dropping the future does not stop the work.
    pub async fn commit(&self, work: Work) -> std::result::Result<Outcome, CommitError> {
        let (reply, answered) = oneshot::channel();
        let entry = Entry { work, reply, queued: Instant::now() };
        self.sender.try_send(entry).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => CommitError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => CommitError::Unavailable,
        })?;
        answered.await.unwrap_or(Err(CommitError::Unavailable))
    }

    /// Whether writing has stopped for good: the disk failed to sync, or the writer is gone.
    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire) || self.sender.is_closed()
    }

    pub fn queued(&self) -> usize {
        QUEUE_MAX - self.sender.capacity()
    }
}

/// A writer has a thread of its own: queued behind the handlers, it would hold up all that wait for it.
fn spawn_thread(name: &str, run: impl FnOnce() + Send + 'static) -> Result<()> {
    let spawned = std::thread::Builder::new().name(name.into()).spawn(run);
    spawned
        .map(drop)
        .map_err(|error| StorageError::Setup(format!("can't start the thread of the {name}: {error}")))
}

fn block_on(run: impl Future<Output = ()>) {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(run),
        Err(error) => {
            tracing::error!(%error, "no event loop for a writer: this server takes no writes; restart it")
        }
    }
}

fn run_sqlite(
    mut writer: SqliteWriter,
    mut receiver: mpsc::Receiver<Entry>,
    turn: &Mutex<()>,
    batch_max: usize,
    failed: &AtomicBool,
) {
    while let Some(first) = receiver.blocking_recv() {
        let batch = fill(first, &mut receiver, batch_max);
        if failed.load(Ordering::Acquire) {
            refuse(batch, CommitError::Unavailable);
            continue;
        }
        let _turn = turn.blocking_lock();
        let started = Instant::now();
        match writer.commit(&works(&batch)) {
            Ok(outcomes) => answer(batch, outcomes, started),
            Err(error) => {
                if is_disk_failure(&error) {
                    tracing::error!(%error, "the disk failed to sync: this server takes no more writes; check the disk, then restart");
                    failed.store(true, Ordering::Release);
                }
                for entry in to_try_alone(batch, &error) {
                    let done = writer.commit(&[&entry.work]);
                    settle(entry, done, started);
                }
            }
        }
    }
}

async fn run_postgres(
    mut writer: PostgresWriter,
    receiver: Arc<Mutex<mpsc::Receiver<Entry>>>,
    preparing: Arc<Semaphore>,
    batch_max: usize,
) {
    loop {
        // Taken before the work is: what comes while it is waited for goes into the same commit.
        let Ok(turn) = preparing.clone().acquire_owned().await else { return };
        let batch = {
            let mut receiver = receiver.lock().await;
            let Some(first) = receiver.recv().await else { return };
            fill(first, &mut receiver, batch_max)
        };
        let started = Instant::now();
        let mut standings = None;
        match commit_postgres(&mut writer, &works(&batch), &mut standings, Some(turn)).await {
            Ok(outcomes) => answer(batch, outcomes, started),
            Err(error) => {
                // Who was counted once is not counted again.
                let standings = standings.unwrap_or_default().into_iter().map(|one| Some(vec![one]));
                let standings = standings.chain(std::iter::repeat(None));
                for (entry, mut standing) in to_try_alone(batch, &error).into_iter().zip(standings) {
                    let done = commit_postgres(&mut writer, &[&entry.work], &mut standing, None).await;
                    settle(entry, done, started);
                }
            }
        }
    }
}

async fn commit_postgres(
    writer: &mut PostgresWriter,
    works: &[&Work],
    standings: &mut Option<Standings>,
    mut turn: Option<OwnedSemaphorePermit>,
) -> Result<Vec<Outcome>> {
    let mut tries = 1;
    loop {
        match writer.commit(works, standings, &mut turn).await {
            Err(error) if is_deadlock(&error) && tries < DEADLOCK_TRIES_MAX => tries += 1,
            done => return done,
        }
    }
}

fn fill(first: Entry, receiver: &mut mpsc::Receiver<Entry>, batch_max: usize) -> Vec<Entry> {
    let mut batch = vec![first];
    while batch.len() < batch_max
        && let Ok(entry) = receiver.try_recv()
    {
        batch.push(entry);
    }
    batch
}

fn works(batch: &[Entry]) -> Vec<&Work> {
    batch.iter().map(|entry| &entry.work).collect()
}

fn answer(batch: Vec<Entry>, outcomes: Vec<Outcome>, started: Instant) {
    metric::COMMIT_SECONDS.record(started.elapsed());
    metric::COMMIT_REQUESTS.record_count(batch.len());
    for (entry, outcome) in batch.into_iter().zip(outcomes) {
        metric::QUEUE_SECONDS.record(started.saturating_duration_since(entry.queued));
        // A client that went away is not told; its work is done all the same.
        let _ = entry.reply.send(Ok(outcome));
    }
}

fn refuse(batch: Vec<Entry>, error: CommitError) {
    for entry in batch {
        let _ = entry.reply.send(Err(error));
    }
}

/// After a failed commit: refuses the whole batch if every request would meet the failure, else gives
/// it back, so that the one at fault does not take its neighbours with it.
fn to_try_alone(batch: Vec<Entry>, error: &StorageError) -> Vec<Entry> {
    if is_environment(error) {
        tracing::warn!(%error, requests = batch.len(), "commit failed, or its outcome is unknown");
        refuse(batch, CommitError::Unavailable);
        return vec![];
    }
    tracing::warn!(%error, requests = batch.len(), "commit failed; trying each request alone");
    batch
}

fn settle(entry: Entry, done: Result<Vec<Outcome>>, started: Instant) {
    match done {
        Ok(outcomes) => answer(vec![entry], outcomes, started),
        Err(error) => {
            tracing::error!(%error, "a request could not be stored");
            let why = if is_environment(&error) { CommitError::Unavailable } else { CommitError::Rejected };
            refuse(vec![entry], why);
        }
    }
}

/// The failure is the surroundings' and not the request's: every other request would meet it too.
fn is_environment(error: &StorageError) -> bool {
    use rusqlite::ErrorCode as Code;
    match error {
        StorageError::Sqlite(error) => matches!(
            error.sqlite_error_code(),
            Some(
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
        ),
        StorageError::Database(sqlx::Error::Database(error)) => {
            // Connection, resources, operator intervention, system, read-only transaction.
            error
                .code()
                .is_none_or(|code| ["08", "53", "57", "58", "25"].iter().any(|class| code.starts_with(class)))
        }
        StorageError::Database(
            sqlx::Error::Decode(_)
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::Encode(_)
            | sqlx::Error::RowNotFound,
        ) => false,
        StorageError::Database(_) => true,
        StorageError::Conflict
        | StorageError::ArgumentCount { .. }
        | StorageError::Unreadable(_)
        | StorageError::NotFound(_)
        | StorageError::Setup(_) => false,
    }
}

fn is_deadlock(error: &StorageError) -> bool {
    matches!(error, StorageError::Database(sqlx::Error::Database(error))
        if matches!(error.code().as_deref(), Some("40P01" | "40001")))
}

/// After a failed sync the kernel may have dropped the pages: what later syncs say can't be believed.
fn is_disk_failure(error: &StorageError) -> bool {
    const IOERR_FSYNC: i32 = 1_034;
    const IOERR_DIR_FSYNC: i32 = 1_290;
    matches!(error, StorageError::Sqlite(rusqlite::Error::SqliteFailure(error, _))
        if matches!(error.extended_code, IOERR_FSYNC | IOERR_DIR_FSYNC))
}
