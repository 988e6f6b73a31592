//! The hot statements on PostgreSQL: set-based, one transaction a batch, on any number of nodes.
//!
//! Locks are always taken in one order (transaction ids, callers, calls; each by id), so two batches
//! can wait for each other but never in a circle.

mod admission;
mod line;
mod load;
mod store;

use std::sync::Arc;

use hookline_domain::rate::RateState;
use sqlx::{PgConnection, PgPool, raw_sql};
use tokio::sync::OwnedSemaphorePermit;

use super::Result;
use super::group_commit::{WriterParts, commits_late};
use super::rates::Admitted;
use crate::intake::effect::{Commit, Needs, PHONE_ROWS_MAX, Sequence};
use crate::intake::work::{Outcome, Work};
use crate::telemetry::metric;

pub use store::insert_calls;

use line::Line;

/// Timeline numbers are taken from the database in blocks, so that one needs no question of its own.
const SEQ_BLOCK: i64 = 10_000;

pub struct PostgresWriter {
    writing: Line,
    admitting: Line,
    parts: Arc<WriterParts>,
    seqs: SeqBlock,
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
            writing: Line::beside(pool),
            admitting: Line::beside(pool).not_waiting_for_the_disk(),
            parts,
            seqs: SeqBlock::default(),
            late: commits_late(),
        }
    }

    /// Counts the batch against its webhooks' limits. What fails afterwards stays counted.
    pub async fn admit(&mut self, works: &[&Work]) -> Result<Admitted> {
        let needs = Needs::of(works.iter().copied());
        admission::admit(&mut self.admitting, &self.parts.board, works, &needs).await
    }

    /// Does all of it in one synced transaction, or none. An error of the COMMIT itself leaves open
    /// which; the same request again then finds out by its transaction id. The turn to prepare a commit
    /// is given back once only the disk is waited for.
    pub async fn commit(
        &mut self,
        works: &[&Work],
        standings: &[Option<RateState>],
        turn: &mut Option<OwnedSemaphorePermit>,
    ) -> Result<Vec<Outcome>> {
        let needs = Needs::of(works.iter().copied());
        let before = if self.late { "COMMIT; " } else { "" };
        let begin = format!("{before}{}", load::begin(&needs));
        let (mut connection, rows) = self.writing.begin(&begin).await?;
        self.fill_seqs(&mut connection, works).await?;
        let loaded = load::load(&mut connection, &needs, &rows).await?;
        let (outcomes, writes, loaded) = {
            let mut commit = Commit::new(loaded, self.parts.clock.now(), standings, &mut self.seqs);
            let outcomes = works.iter().enumerate().map(|(index, work)| commit.apply(index, work)).collect();
            let (writes, loaded) = commit.finish();
            (outcomes, writes, loaded)
        };
        store::store(&mut connection, works, &writes, &loaded).await?;
        *turn = None;
        if !self.late {
            raw_sql("COMMIT").execute(&mut connection).await?;
        }
        self.writing.give_back(connection);
        metrics::counter!(metric::MATCHES).increment(writes.matched.len() as u64);
        if !writes.timeline.is_empty() {
            self.parts.appended.send_modify(|appended| *appended += 1);
        }
        Ok(outcomes)
    }

    /// Makes sure that no work runs out of timeline numbers.
    async fn fill_seqs(&mut self, connection: &mut PgConnection, works: &[&Work]) -> Result<()> {
        let most: usize = works.iter().map(|work| timeline_rows_max(work)).sum();
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
            Box::pin(self.fill_seqs(connection, works)).await
        }
    }
}

/// How many timeline entries the work can append at most.
fn timeline_rows_max(work: &Work) -> usize {
    use hookline_domain::update::Calls;
    use hookline_domain::webhook::Command;
    match work {
        Work::Start(_) | Work::Event(_) => 1,
        Work::Request(request) => match request.parsed.as_ref().map(|parsed| &parsed.command) {
            Err(_) => 0,
            Ok(Command::CallData(_)) => PHONE_ROWS_MAX,
            Ok(Command::Update(update)) => match &update.calls {
                Calls::One(_) => 1,
                Calls::Batch(ids) => ids.len(),
                Calls::Phone(_) => PHONE_ROWS_MAX,
            },
        },
    }
}
