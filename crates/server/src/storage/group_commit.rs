//! Group commit: whatever queued while the last commit ran goes into the next, together.
//!
//! Work is sent here and done by a writer of its own, never in the future of an HTTP handler, which
//! is dropped when its client goes away. A waiter is answered only after its commit is on disk.

use std::sync::{Arc, mpsc as channel};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::{Mutex, mpsc, oneshot, watch};

use super::ceiling::CeilingWriter;
use super::fault::{Trouble, is_deadlock, is_disk_failure, is_environment};
use super::postgres::PostgresWriter;
use super::rates::{RateBoard, Standings};
use super::sqlite::log::Log;
use super::sqlite::{Committed, SqliteWriter};
use super::turns::{Turn, Turns};
use super::{Db, Result, StorageError};
use crate::clock::Clock;
use crate::failpoint::Failpoint;
use crate::intake::effect::Commit;
use crate::intake::work::{Outcome, Work};
use crate::telemetry::metric;

/// Work that may wait for a commit; beyond it the server says that it is busy.
pub const QUEUE_MAX: usize = 4_096;
/// Tries of a batch that PostgreSQL ended to break a deadlock.
const DEADLOCK_TRIES_MAX: usize = 5;
/// Commits that the writer may be ahead of the disk on SQLite. A batch that then waits grows.
const AHEAD_MAX: usize = 4;
/// A commit that PostgreSQL has not answered by then is given up, with its connection: what became of it is open.
const POSTGRES_COMMIT_TIME_MAX: Duration = Duration::from_secs(10);
/// Whoever waits for longer is told that it is open what became of their work. What is still queued then is not done.
const WAIT_MAX: Duration = Duration::from_secs(15);

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
    trouble: Arc<Trouble>,
    /// Where several writers share the queue.
    turns: Option<Arc<Turns>>,
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
        let trouble = Arc::new(Trouble::on(db));
        let parts = Arc::new(parts);
        let waiters = Handle::current();
        let mut turns = None;
        match db {
            Db::Sqlite(sqlite) => {
                let writer = SqliteWriter::open(sqlite, parts.clone())?;
                let log = Log::open(sqlite)?;
                let turn = sqlite.turn.clone();
                let (ahead, committed) = channel::sync_channel(AHEAD_MAX);
                let (batch_max, writers) = (parts.batch_max, trouble.clone());
                spawn_thread("sqlite-writer", move || {
                    run_sqlite(writer, receiver, &ahead, &turn, batch_max, &writers)
                })?;
                let trouble = trouble.clone();
                spawn_thread("sqlite-log", move || {
                    sync_log(&log, &committed, &waiters, &parts.appended, &trouble)
                })?;
            }
            Db::Postgres(pool) => {
                let receiver = Arc::new(Mutex::new(receiver));
                let turns = turns.insert(Turns::among(postgres_writers));
                for _ in 0..postgres_writers {
                    let writer = PostgresWriter::beside(pool, parts.clone());
                    let (receiver, turns, waiters) = (receiver.clone(), turns.clone(), waiters.clone());
                    let run =
                        run_postgres(writer, receiver, waiters, turns, parts.batch_max, trouble.clone());
                    spawn_thread("postgres-writer", move || block_on(run))?;
                }
            }
        }
        Ok(Self { sender, trouble, turns })
    }

    /// Does the work and stores nothing: the benchmark's ceiling.
    pub fn start_ceiling(parts: WriterParts) -> Result<Self> {
        let (sender, mut receiver) = mpsc::channel(QUEUE_MAX);
        let batch_max = parts.batch_max;
        let writer = CeilingWriter { parts: Arc::new(parts) };
        let waiters = Handle::current();
        spawn_thread("ceiling", move || {
            while let Some(first) = receiver.blocking_recv() {
                let batch = fill(first, &mut receiver, batch_max);
                let outcomes = writer.commit(&works(&batch));
                answer(&waiters, batch, outcomes, Instant::now());
            }
        })?;
        Ok(Self { sender, trouble: Arc::default(), turns: None })
    }

    /// Does the work and returns once it is on disk. Dropping the future does not stop the work.
    pub async fn commit(&self, work: Work) -> std::result::Result<Outcome, CommitError> {
        let (reply, answered) = oneshot::channel();
        let entry = Entry { work, reply, queued: Instant::now() };
        self.sender.try_send(entry).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => CommitError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => CommitError::Unavailable,
        })?;
        if let Some(turns) = &self.turns {
            turns.queued(self.queued());
        }
        match tokio::time::timeout(WAIT_MAX, answered).await {
            Ok(answered) => answered.unwrap_or(Err(CommitError::Unavailable)),
            Err(_) => {
                tracing::warn!(
                    seconds = WAIT_MAX.as_secs(),
                    "a commit took too long; it is open what became of it"
                );
                self.trouble.begins(&StorageError::TimedOut(WAIT_MAX));
                Err(CommitError::Unavailable)
            }
        }
    }

    /// Why nothing is committed just now, if so, and what to do about it.
    pub fn trouble(&self) -> Option<&'static str> {
        if self.sender.is_closed() {
            return Some(
                "the writer has ended by a fault of its own; restart the server and report what its log says",
            );
        }
        self.trouble.advice()
    }

    /// Whether a commit could work again without a restart, and none has yet.
    pub fn may_recover(&self) -> bool {
        !self.trouble.is_final() && self.trouble.advice().is_some()
    }

    /// A write that was tried has failed too, perhaps for another reason.
    pub fn still_fails(&self, error: &StorageError) {
        self.trouble.begins(error);
    }

    /// A write that did not come through here has failed. Others would too, if it is the database's doing.
    pub fn saw(&self, error: &StorageError) {
        if is_environment(error) {
            self.trouble.begins(error);
        }
    }

    /// The database takes writes again.
    pub fn recovered(&self) {
        self.trouble.ends();
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

/// A batch in SQLite's log, to be answered when it is on disk.
struct Written {
    batch: Vec<Entry>,
    committed: Committed,
    started: Instant,
}

fn run_sqlite(
    mut writer: SqliteWriter,
    mut receiver: mpsc::Receiver<Entry>,
    ahead: &channel::SyncSender<Written>,
    turn: &Mutex<()>,
    batch_max: usize,
    trouble: &Trouble,
) {
    // While the control's transaction is open nobody else can write, so its turn goes on too.
    let mut kept = None;
    while let Some(first) = receiver.blocking_recv() {
        let batch = fill(first, &mut receiver, batch_max);
        let turn = kept.take().unwrap_or_else(|| turn.blocking_lock());
        let batch = without_late(batch);
        if batch.is_empty() || trouble.is_final() {
            refuse(batch, CommitError::Unavailable);
            continue;
        }
        let started = Instant::now();
        let mut written = vec![];
        match writer.commit(&works(&batch)) {
            Ok(committed) => written.push(Written { batch, committed, started }),
            Err(error) => {
                if is_disk_failure(&error) {
                    trouble.stop_for_good(&error);
                }
                for entry in to_try_alone(batch, &error, trouble) {
                    match writer.commit(&[&entry.work]) {
                        Ok(committed) => written.push(Written { batch: vec![entry], committed, started }),
                        Err(error) => reject(entry, &error, trouble),
                    }
                }
            }
        }
        kept = writer.is_open().then_some(turn);
        for written in written {
            // Without the log's thread nothing could be answered again.
            if ahead.send(written).is_err() {
                return;
            }
        }
    }
}

/// Syncs SQLite's log and answers whose commits are in it; the writer goes on meanwhile.
fn sync_log(
    log: &Log,
    written: &channel::Receiver<Written>,
    waiters: &Handle,
    appended: &watch::Sender<u64>,
    trouble: &Trouble,
) {
    while let Ok(first) = written.recv() {
        let together: Vec<Written> = std::iter::once(first).chain(written.try_iter()).collect();
        if !trouble.is_final()
            && let Err(error) = log.sync()
        {
            trouble.stop_for_good(&error);
        }
        if trouble.is_final() {
            together.into_iter().for_each(|one| refuse(one.batch, CommitError::Unavailable));
            continue;
        }
        Failpoint::AfterCommit.reach();
        trouble.ends();
        if together.iter().any(|one| one.committed.appended) {
            appended.send_modify(|appended| *appended += 1);
        }
        for Written { batch, committed, started } in together {
            answer(waiters, batch, committed.outcomes, started);
        }
    }
}

async fn run_postgres(
    mut writer: PostgresWriter,
    receiver: Arc<Mutex<mpsc::Receiver<Entry>>>,
    waiters: Handle,
    turns: Arc<Turns>,
    batch_max: usize,
    trouble: Arc<Trouble>,
) {
    loop {
        let (batch, turn) = {
            let mut receiver = receiver.lock().await;
            let Some(first) = receiver.recv().await else { return };
            // What comes while it is waited for goes into the same commit.
            let turn = turns.take(|| receiver.len() + 1).await;
            (without_late(fill(first, &mut receiver, batch_max)), turn)
        };
        if batch.is_empty() {
            continue;
        }
        let started = Instant::now();
        let mut standings = None;
        match commit_postgres(&mut writer, &works(&batch), &mut standings, Some(turn)).await {
            Ok(outcomes) => {
                trouble.ends();
                answer(&waiters, batch, outcomes, started);
            }
            Err(error) => {
                // Who was counted once is not counted again.
                let standings = standings.unwrap_or_default().into_iter().map(|one| Some(vec![one]));
                let standings = standings.chain(std::iter::repeat(None));
                let alone = to_try_alone(batch, &error, &trouble);
                for (entry, mut standing) in alone.into_iter().zip(standings) {
                    let done = commit_postgres(&mut writer, &[&entry.work], &mut standing, None).await;
                    settle(&waiters, entry, done, started, &trouble);
                }
            }
        }
    }
}

async fn commit_postgres(
    writer: &mut PostgresWriter,
    works: &[&Work],
    standings: &mut Option<Standings>,
    mut turn: Option<Turn>,
) -> Result<Vec<Outcome>> {
    let mut tries = 1;
    loop {
        // Given up halfway, it closes its connections.
        let commit = writer.commit(works, standings, &mut turn);
        let done = tokio::time::timeout(POSTGRES_COMMIT_TIME_MAX, commit).await;
        match done.unwrap_or(Err(StorageError::TimedOut(POSTGRES_COMMIT_TIME_MAX))) {
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

/// Refuses what waited so long that whoever sent it was told to send it again.
fn without_late(batch: Vec<Entry>) -> Vec<Entry> {
    let now = Instant::now();
    let is_late = |entry: &Entry| now.saturating_duration_since(entry.queued) >= WAIT_MAX;
    if !batch.iter().any(is_late) {
        return batch;
    }
    let (late, batch): (Vec<_>, Vec<_>) = batch.into_iter().partition(is_late);
    tracing::warn!(requests = late.len(), "requests waited too long for the database and were not done");
    refuse(late, CommitError::Unavailable);
    batch
}

fn works(batch: &[Entry]) -> Vec<&Work> {
    batch.iter().map(|entry| &entry.work).collect()
}

/// Answers from within the runtime of those who wait: woken one by one from a thread outside it, each
/// would cost this thread a call into the kernel.
fn answer(waiters: &Handle, batch: Vec<Entry>, outcomes: Vec<Outcome>, started: Instant) {
    metric::COMMIT_SECONDS.record(started.elapsed());
    metric::COMMIT_REQUESTS.record_count(batch.len());
    waiters.spawn(async move {
        for (entry, outcome) in batch.into_iter().zip(outcomes) {
            metric::QUEUE_SECONDS.record(started.saturating_duration_since(entry.queued));
            Failpoint::BeforeAnswer.reach();
            // A client that went away is not told; its work is done all the same.
            let _ = entry.reply.send(Ok(outcome));
        }
    });
}

fn refuse(batch: Vec<Entry>, error: CommitError) {
    for entry in batch {
        let _ = entry.reply.send(Err(error));
    }
}

/// After a failed commit: refuses the whole batch if every request would meet the failure, else gives
/// it back, so that the one at fault does not take its neighbours with it.
fn to_try_alone(batch: Vec<Entry>, error: &StorageError, trouble: &Trouble) -> Vec<Entry> {
    if is_environment(error) {
        trouble.begins(error);
        let advice = trouble.advice();
        tracing::warn!(%error, advice, requests = batch.len(), "commit failed, or its outcome is unknown");
        refuse(batch, CommitError::Unavailable);
        return vec![];
    }
    tracing::warn!(%error, requests = batch.len(), "commit failed; trying each request alone");
    batch
}

fn settle(waiters: &Handle, entry: Entry, done: Result<Vec<Outcome>>, started: Instant, trouble: &Trouble) {
    match done {
        Ok(outcomes) => answer(waiters, vec![entry], outcomes, started),
        Err(error) => reject(entry, &error, trouble),
    }
}

fn reject(entry: Entry, error: &StorageError, trouble: &Trouble) {
    tracing::error!(%error, "a request could not be stored");
    if is_environment(error) {
        trouble.begins(error);
        refuse(vec![entry], CommitError::Unavailable);
    } else {
        refuse(vec![entry], CommitError::Rejected);
    }
}

/// Applies what a commit took, in order. What decides where a call goes is timed: the rules alone, on loaded rows.
pub fn apply_all(commit: &mut Commit<'_>, works: &[&Work]) -> Vec<Outcome> {
    let apply = |(index, work): (usize, &&Work)| {
        let Some(of) = work.decides() else { return commit.apply(index, work) };
        let started = Instant::now();
        let outcome = commit.apply(index, work);
        metrics::histogram!(metric::DECISION_SECONDS, "of" => of).record(started.elapsed().as_secs_f64());
        outcome
    };
    works.iter().enumerate().map(apply).collect()
}
