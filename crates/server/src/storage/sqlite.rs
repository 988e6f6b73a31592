//! The hot statements on the embedded database: one thread, one connection, one transaction a batch. What is committed here is
//! on disk only after the next sync of the log.

mod bids;
mod counted;
pub mod error_log;
pub mod frames;
mod held;
mod load;
pub mod log;
mod routing;
pub mod transactions;

use std::sync::Arc;

use hookline_domain::call::NoPayoutReason;
use hookline_domain::routing::Counters;
use rusqlite::{Connection, DropBehavior, Transaction, TransactionBehavior, params};
use uuid::Uuid;

use self::counted::Counted;
use self::transactions::TransactionIds;
use super::call_row::{call_columns, status_code};
use super::db::SqliteDb;
use super::group_commit::{WriterParts, apply_all, commits_late};
use super::rates::{self, RateBoard, RateGrant};
use super::{Result, StorageError};
use crate::failpoint::Failpoint;
use crate::intake::effect::{Commit, Loaded, LoadedCall, Needs, Sequence, Writes};
use crate::intake::work::{Outcome, Work};
use crate::telemetry::metric;

pub struct SqliteWriter {
    connection: Connection,
    parts: Arc<WriterParts>,
    next_seq: NextSeq,
    transactions: TransactionIds,
    /// The targets' counters as the last commit left them.
    counters: (Counted, Counters),
    /// See [`commits_late`].
    late: bool,
}

/// What a commit came to; to be told once it is on disk.
pub struct Committed {
    pub outcomes: Vec<Outcome>,
    /// To the timeline.
    pub appended: bool,
}

struct NextSeq(i64);

impl Sequence for NextSeq {
    fn next(&mut self) -> i64 {
        self.0 += 1;
        self.0
    }
}

impl SqliteWriter {
    pub fn open(db: &SqliteDb, parts: Arc<WriterParts>) -> Result<Self> {
        let mut connection = db.open_hot()?;
        let newest: Option<i64> =
            connection.query_row("SELECT MAX(seq) FROM timeline", [], |row| row.get(0))?;
        let transactions = TransactionIds::read(&mut connection)?;
        Ok(Self {
            connection,
            transactions,
            parts,
            next_seq: NextSeq(newest.unwrap_or(0)),
            counters: Default::default(),
            late: commits_late(),
        })
    }

    /// Whether a transaction was left open: see [`commits_late`].
    pub fn is_open(&self) -> bool {
        !self.connection.is_autocommit()
    }

    /// Does all of it in one transaction, or none. It is not on disk yet.
    pub fn commit(&mut self, works: &[&Work]) -> Result<Committed> {
        let needs = Needs::of(works.iter().copied());
        let done = self.try_commit(works, &needs);
        if done.is_err() {
            frames::drop_unwritten(&self.connection);
            rates::forget(&self.parts.board, needs.webhooks.keys().copied());
        }
        done
    }

    fn try_commit(&mut self, works: &[&Work], needs: &Needs) -> Result<Committed> {
        if self.late && !self.connection.is_autocommit() {
            self.connection.execute_batch("COMMIT")?;
        }
        Failpoint::BeforeClaim.reach();
        let mut tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        read_windows(&tx, &self.parts.board, needs)?;
        // One moment for the counters that are read and those that are raised.
        let at = self.parts.clock.now();
        let mut loaded = load::load(&tx, needs)?;
        self.transactions.begin();
        self.transactions.load(&tx, needs, &mut loaded)?;
        // Put back only when what this commit makes of them is stored.
        let mut counted;
        (counted, loaded.counters) = std::mem::take(&mut self.counters);
        routing::load(&tx, works, needs, &mut loaded, &mut counted, at)?;
        let admitted = rates::admit(&self.parts.board, works);
        let mut commit = Commit::new(loaded, at, &admitted.standings, &mut self.next_seq);
        let outcomes = apply_all(&mut commit, works);
        let (writes, loaded) = commit.finish();
        Failpoint::AfterEffect.reach();
        store(&tx, works, &writes, &loaded, &mut self.transactions)?;
        self.transactions.merge(&tx)?;
        routing::store(&tx, &writes, &loaded)?;
        bids::store(&tx, &writes)?;
        store_grants(&tx, &admitted.grants, &self.parts.board)?;
        Failpoint::BeforeCommit.reach();
        if self.late {
            tx.set_drop_behavior(DropBehavior::Ignore);
        } else {
            tx.commit()?;
        }
        self.transactions.committed();
        self.counters = (counted, loaded.counters);
        metrics::counter!(metric::MATCHES).increment(writes.matched.len() as u64);
        Ok(Committed { outcomes, appended: !writes.timeline.is_empty() })
    }
}

fn id(uuid: &Uuid) -> &[u8] {
    uuid.as_bytes()
}

fn read_windows(tx: &Transaction<'_>, board: &RateBoard, needs: &Needs) -> Result<()> {
    for (&webhook, &per) in &needs.webhooks {
        let tracked = board.tracked(webhook);
        let mut tracked = rates::lock(&tracked);
        if tracked.covers(per) {
            continue;
        }
        *tracked = rates::Tracked { read_for: Some(per), ..Default::default() };
        let mut statement = tx.prepare_cached(
            "SELECT seq, stamp, admitted FROM rate_admissions WHERE webhook_id = ?1 AND stamp > ?2 ORDER BY seq",
        )?;
        let since = board.steady.now() - per.micros();
        let mut rows = statement.query(params![id(&webhook.0), since])?;
        while let Some(row) = rows.next()? {
            tracked.window.record(row.get(1)?, row.get(2)?);
        }
        let newest: Option<i64> = tx
            .prepare_cached("SELECT MAX(seq) FROM rate_admissions WHERE webhook_id = ?1")?
            .query_row(params![id(&webhook.0)], |row| row.get(0))?;
        tracked.seq = newest.unwrap_or(0);
    }
    Ok(())
}

fn store(
    tx: &Transaction<'_>,
    works: &[&Work],
    writes: &Writes,
    loaded: &Loaded,
    transactions: &mut TransactionIds,
) -> Result<()> {
    for call in &writes.new_calls {
        insert_call(tx, &loaded.calls[call])?;
    }
    for call in &writes.changed_calls {
        update_call(tx, &loaded.calls[call])?;
    }
    for call in &writes.changed_tags {
        let org = loaded.calls[call].call.org;
        tx.prepare_cached("INSERT OR REPLACE INTO call_tags (org_id, call_id, tags) VALUES (?1, ?2, ?3)")?
            .execute(params![id(&org.0), id(&call.0), loaded.tags[call].to_stored()])?;
    }
    let mut append = tx.prepare_cached(
        "INSERT INTO timeline (org_id, seq, call_id, previous, at, kind, actor, request_id, changes)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    for row in &writes.timeline {
        append.execute(params![
            id(&row.org.0),
            row.seq,
            id(&row.call.0),
            row.previous,
            row.at.0,
            row.kind,
            row.actor,
            row.request.as_ref().map(|request| id(&request.0)),
            to_json(&row.changes),
        ])?;
    }
    store_requests(tx, works, writes, transactions)?;
    store_caller_data(tx, writes)?;
    held::store(tx, writes)
}

fn store_requests(
    tx: &Transaction<'_>,
    works: &[&Work],
    writes: &Writes,
    transactions: &mut TransactionIds,
) -> Result<()> {
    let mut insert = tx.prepare_cached(
        "INSERT INTO requests (org_id, id, webhook_id, received_at, method, address, query, headers, body,
             transaction_id, caller, status, code, response, replay_of, mismatch, effect, transaction_hash,
             fingerprint, seq)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)",
    )?;
    for row in &writes.requests {
        let Work::Request(request) = works[row.work] else { unreachable!("only requests have request rows") };
        let (transaction, caller) = request.log_keys();
        insert.execute(params![
            id(&request.org.id.0),
            id(&request.id.0),
            id(&request.webhook.id.0),
            request.received_at.0,
            request.raw.method,
            request.raw.address,
            request.raw.query,
            request.raw.headers,
            request.raw.body.as_ref(),
            transaction,
            caller,
            row.status,
            row.code,
            row.response.as_ref(),
            row.replay_of.as_ref().map(|original| id(&original.0)),
            row.mismatch,
            row.effect,
            row.transaction.as_ref().map(|used| used.hash.as_slice()),
            row.transaction.as_ref().map(|used| used.fingerprint.as_slice()),
            transactions.next(row.transaction.as_ref().map(|used| used.hash)),
        ])?;
    }
    Ok(())
}

fn store_caller_data(tx: &Transaction<'_>, writes: &Writes) -> Result<()> {
    for row in &writes.caller_data {
        tx.prepare_cached(
            "INSERT INTO caller_data (org_id, caller, request_id, webhook_id, received_at, fields, matched_call)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            id(&row.org.0),
            row.caller,
            id(&row.request.0),
            id(&row.webhook.0),
            row.received_at.0,
            to_json(&row.fields),
            row.matched_call.as_ref().map(|call| id(&call.0)),
        ])?;
    }
    for row in &writes.matched {
        tx.prepare_cached(
            "UPDATE caller_data SET matched_call = ?4, settled = ?5
             WHERE org_id = ?1 AND caller = ?2 AND request_id = ?3 AND matched_call IS NULL",
        )?
        .execute(params![
            id(&row.org.0),
            row.caller,
            id(&row.request.0),
            id(&row.call.0),
            row.by_hand.then_some("attached"),
        ])?;
    }
    Ok(())
}

fn store_grants(tx: &Transaction<'_>, grants: &[RateGrant], board: &RateBoard) -> Result<()> {
    for grant in grants {
        let tracked = board.tracked(grant.webhook);
        let mut tracked = rates::lock(&tracked);
        tracked.seq += 1;
        tx.prepare_cached(
            "INSERT INTO rate_admissions (webhook_id, seq, stamp, admitted) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![id(&grant.webhook.0), tracked.seq, grant.stamp, grant.count])?;
    }
    Ok(())
}

/// Puts the ids of a request log that was filled without the writer where it would have them.
pub async fn sort_transaction_ids(db: &SqliteDb) -> Result<()> {
    let _turn = db.turn.lock().await;
    TransactionIds::read(&mut db.open_direct()?).map(drop)
}

pub async fn insert_calls(db: &SqliteDb, calls: &[LoadedCall]) -> Result<()> {
    let _turn = db.turn.lock().await;
    let mut connection = db.open_direct()?;
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for call in calls {
        insert_call(&tx, call)?;
    }
    Ok(tx.commit()?)
}

fn insert_call(tx: &Transaction<'_>, loaded: &LoadedCall) -> Result<()> {
    const INSERT: &str = concat!(
        "INSERT INTO calls (",
        call_columns!(),
        ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)"
    );
    let call = &loaded.call;
    tx.prepare_cached(INSERT)?.execute(params![
        id(&call.org.0),
        id(&call.id.0),
        loaded.external_id,
        call.caller,
        call.dialed,
        call.campaign.as_ref().map(|campaign| id(&campaign.0)),
        call.publisher.as_ref().map(|publisher| id(&publisher.0)),
        call.number.as_ref().map(|number| id(&number.0)),
        call.target,
        status_code(call.status),
        call.started_at.0,
        call.answered_at.map(|at| at.0),
        call.ended_at.map(|at| at.0),
        call.converted,
        call.converted_at.map(|at| at.0),
        call.revenue_paid_out.map(|money| money.micros()),
        call.publisher_paid_out.map(|money| money.micros()),
        call.reason,
        call.no_payout_reason.map(NoPayoutReason::as_str),
        call.state,
        call.zip,
        loaded.last_seq,
    ])?;
    Ok(())
}

/// By the primary key, which has to be named: left to itself SQLite looks the id up in an index first.
fn update_call(tx: &Transaction<'_>, loaded: &LoadedCall) -> Result<()> {
    let call = &loaded.call;
    let changed = tx
        .prepare_cached(
            "UPDATE calls INDEXED BY sqlite_autoindex_calls_1
             SET target = ?3, status = ?4, answered_at = ?5, ended_at = ?6, converted = ?7,
                 converted_at = ?8, revenue = ?9, payout = ?10, reason = ?11, no_payout_reason = ?12,
                 state = ?13, zip = ?14, last_seq = ?15
             WHERE org_id = ?1 AND id = ?2",
        )?
        .execute(params![
            id(&call.org.0),
            id(&call.id.0),
            call.target,
            status_code(call.status),
            call.answered_at.map(|at| at.0),
            call.ended_at.map(|at| at.0),
            call.converted,
            call.converted_at.map(|at| at.0),
            call.revenue_paid_out.map(|money| money.micros()),
            call.publisher_paid_out.map(|money| money.micros()),
            call.reason,
            call.no_payout_reason.map(NoPayoutReason::as_str),
            call.state,
            call.zip,
            loaded.last_seq,
        ])?;
    if changed == 1 { Ok(()) } else { Err(StorageError::Unreadable(format!("the call {} is gone", call.id))) }
}

pub fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("stored values have string keys and always serialize")
}
