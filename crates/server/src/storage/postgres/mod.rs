//! The hot statements on PostgreSQL: set-based, one transaction a batch, on any number of nodes.
//!
//! Locks are always taken in one order (transaction ids, callers and names, held updates, calls; each by id), so two batches
//! can wait for each other but never in a circle.

mod admission;
mod bids;
mod composite;
mod held;
mod line;
mod load;
mod routing;
mod store;

use std::sync::Arc;

use super::group_commit::{WriterParts, apply_all, commits_late};
use super::rates::{self, Standings};
use super::turns::Turn;
use super::{Result, StorageError};
use crate::failpoint::Failpoint;
use crate::intake::effect::{Commit, Loaded, Needs, PHONE_ROWS_MAX, Sequence};
use crate::intake::work::{Outcome, Work};
use crate::telemetry::metric;
use sqlx::{PgConnection, PgPool, raw_sql};

use store::Stored;
pub use store::insert_calls;

use line::{Answered, Line};
use load::Care;

/// After a guess that was wrong, this many commits look before they begin.
const LOOKS: u32 = 64;
/// Timeline numbers are taken from the database in blocks, so that one needs no question of its own.
const SEQ_BLOCK: i64 = 10_000;

pub struct PostgresWriter {
    writing: Line,
    admitting: Line,
    parts: Arc<WriterParts>,
    seqs: SeqBlock,
    /// Commits left that look first: repeats come in groups, and so do changes of one call.
    looks: u32,
    /// See [`commits_late`].
    late: bool,
}

#[derive(Default)]
struct SeqBlock {
    next: i64,
    end: i64,
}

impl Sequence for SeqBlock {
    fn next(&mut self) -> i64 {
        assert!(self.next < self.end, "a block is filled before the work is applied");
        self.next += 1;
        self.next - 1
    }
}

impl PostgresWriter {
    /// A writer to the same database as this pool, with connections of its own.
    pub fn beside(pool: &PgPool, parts: Arc<WriterParts>) -> Self {
        Self {
            writing: Line::beside(pool).with_prepared(&[admission::PREPARE, load::PREPARE, held::PREPARE]),
            admitting: Line::beside(pool).not_waiting_for_the_disk(),
            parts,
            seqs: SeqBlock::default(),
            looks: 0,
            late: commits_late(),
        }
    }

    /// Does all of it in one synced transaction, or none. An error of the COMMIT itself leaves open
    /// which; the same request again then finds out by its transaction id. The turn to prepare a commit
    /// is given back once only the disk is waited for.
    ///
    /// Without `standings` the requests are first counted against their webhooks' limits. What fails
    /// afterwards stays counted.
    pub async fn commit(
        &mut self,
        works: &[&Work],
        standings: &mut Option<Standings>,
        turn: &mut Option<Turn>,
    ) -> Result<Vec<Outcome>> {
        let needs = Needs::of(works.iter().copied());
        self.looks = self.looks.saturating_sub(1);
        if self.looks == 0 {
            if let Some(outcomes) = self.attempt(works, &needs, Care::Guess, standings, turn).await? {
                return Ok(outcomes);
            }
            self.looks = LOOKS;
        }
        let outcomes = self.attempt(works, &needs, Care::Look, standings, turn).await?;
        outcomes.ok_or_else(|| StorageError::Unreadable("a row is not as it was read under its lock".into()))
    }

    /// None, and nothing done, if a guess was wrong.
    async fn attempt(
        &mut self,
        works: &[&Work],
        needs: &Needs,
        care: Care,
        standings: &mut Option<Standings>,
        turn: &mut Option<Turn>,
    ) -> Result<Option<Vec<Outcome>>> {
        Failpoint::BeforeClaim.reach();
        let (mut connection, begun) = self.admit_and_begin(works, needs, care, standings).await?;
        // One moment for the counters that are read and those that are raised.
        let at = self.parts.clock.now();
        let mut loaded = load::load(&mut connection, needs, care, begun).await?;
        routing::load(&mut connection, works, needs, &mut loaded, at).await?;
        self.fill_seqs(&mut connection, works, &loaded).await?;
        let (outcomes, writes, loaded) = {
            let standings = standings.as_deref().unwrap_or_default();
            let mut commit = Commit::new(loaded, at, standings, &mut self.seqs);
            let outcomes = apply_all(&mut commit, works);
            let (writes, loaded) = commit.finish();
            (outcomes, writes, loaded)
        };
        Failpoint::AfterEffect.reach();
        // What was refused stored no id that its index could refuse: whether it was used must be read.
        let settled = |id| loaded.prior.contains_key(id) || loaded.in_progress.contains(id);
        let stored = if care == Care::Guess && !needs.transactions.iter().all(settled) {
            Stored::Refused
        } else {
            store::store(&mut connection, works, &writes, &loaded).await?
        };
        if stored == Stored::Refused {
            raw_sql("ROLLBACK").execute(&mut connection).await?;
            self.writing.give_back(connection);
            return Ok(None);
        }
        *turn = None;
        Failpoint::BeforeCommit.reach();
        if !self.late {
            raw_sql("COMMIT").execute(&mut connection).await?;
        }
        Failpoint::AfterCommit.reach();
        self.writing.give_back(connection);
        metrics::counter!(metric::MATCHES).increment(writes.matched.len() as u64);
        if !writes.timeline.is_empty() {
            self.parts.appended.send_modify(|appended| *appended += 1);
        }
        Ok(Some(outcomes))
    }

    /// Counts the requests and begins the transaction, in one message if all goes well.
    async fn admit_and_begin(
        &mut self,
        works: &[&Work],
        needs: &Needs,
        care: Care,
        standings: &mut Option<Standings>,
    ) -> Result<(PgConnection, Vec<Answered>)> {
        let begin = load::begin(needs, care);
        if standings.is_some() {
            return self.begin(&begin).await;
        }
        let parts = self.parts.clone();
        let board = &parts.board;
        // One after another within this node: what one writer takes is known to the next.
        let _turn = board.turn.lock().await;
        let guess = admission::guess(board, works, needs);
        let grants = guess.as_ref().map_or(&[][..], |guess| &guess.grants);
        let claim = admission::claim(board, grants);
        let begun = self.begin(&format!("{claim}{begin}")).await;
        let (connection, mut answers) = begun.inspect_err(|_| admission::forget(board, needs))?;
        let claimed = admission::claimed(&mut answers, grants);
        let admitted = match guess {
            Some(guess) if claimed => {
                admission::raise(board, &guess.grants);
                guess
            }
            // Not read yet; or another node admitted meanwhile, and what this one knew is out of date.
            guess => {
                if let Some(guess) = guess {
                    rates::take_back(board, &guess.grants);
                }
                admission::admit(&mut self.admitting, board, works, needs).await?
            }
        };
        *standings = Some(admitted.standings);
        Ok((connection, answers))
    }

    async fn begin(&mut self, sql: &str) -> Result<(PgConnection, Vec<Answered>)> {
        if !self.late {
            return self.writing.begin(sql).await;
        }
        let (connection, mut answers) = self.writing.begin(&format!("COMMIT; {sql}")).await?;
        answers.remove(0);
        Ok((connection, answers))
    }

    /// Makes sure that no work runs out of timeline numbers.
    async fn fill_seqs(
        &mut self,
        connection: &mut PgConnection,
        works: &[&Work],
        loaded: &Loaded,
    ) -> Result<()> {
        let held: usize = loaded.held.values().map(Vec::len).sum();
        let most: usize = works.iter().map(|work| timeline_rows_max(work)).sum::<usize>() + held;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        if self.seqs.end - self.seqs.next >= most {
            return Ok(());
        }
        let blocks = most.div_euclid(SEQ_BLOCK) + 1;
        // Consecutive only if no other node asks in between, so the last one counts for all.
        let (first, last): (i64, i64) = sqlx::query_as(
            "SELECT MIN(block), MAX(block) FROM (SELECT nextval('timeline_blocks') AS block FROM generate_series(1, $1)) taken",
        )
        .bind(blocks)
        .fetch_one(&mut *connection)
        .await?;
        if last - first + 1 == blocks {
            self.seqs = SeqBlock { next: first * SEQ_BLOCK, end: (last + 1) * SEQ_BLOCK };
            Ok(())
        } else {
            Box::pin(self.fill_seqs(connection, works, loaded)).await
        }
    }
}

/// How many timeline entries the work can append at most, beside those of updates that waited for a call.
fn timeline_rows_max(work: &Work) -> usize {
    use hookline_domain::update::Calls;
    use hookline_domain::webhook::Command;
    match work {
        // The start or event itself, the way that follows from it, and what the call is worth at its end.
        Work::Start(_) | Work::Event(_) | Work::Next(_) | Work::Attach(_) | Work::Edit(_) => 3,
        Work::Bid(_) | Work::ReleaseBids(_) => 0,
        Work::Request(request) => match request.parsed.as_ref().map(|parsed| &parsed.command) {
            Err(_) => 0,
            // An update, and a decision that follows from it.
            Ok(Command::CallData(_)) => 2 * PHONE_ROWS_MAX,
            Ok(Command::Update(update)) => match &update.calls {
                Calls::One(_) => 2,
                Calls::Batch(ids) => 2 * ids.len(),
                Calls::Phone(_) => 2 * PHONE_ROWS_MAX,
            },
        },
    }
}
