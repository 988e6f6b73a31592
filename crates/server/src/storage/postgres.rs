//! The hot statements on PostgreSQL: set-based, one transaction a batch, on any number of nodes.
//!
//! Locks are always taken in one order (rate windows, transaction ids, callers, calls; each by id),
//! so two batches can wait for each other but never in a circle.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use hookline_domain::call::NoPayoutReason;
use hookline_domain::ids::{CallId, OrgId, RequestId, WebhookId};
use hookline_domain::matching::Candidate;
use hookline_domain::tags::TagSet;
use hookline_domain::time::Timestamp;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, PgPool, PgTransaction};
use uuid::Uuid;

use super::call_row::{CALL_COLUMNS, CallRow, status_code};
use super::group_commit::{WriterParts, commits_late};
use super::rates::{self, BatchAdmission, RateBoard, Tracked};
use super::sqlite::{fields_from_text, kind_from_text, to_json};
use super::{Result, StorageError};
use crate::intake::effect::{Commit, Loaded, LoadedCall, Needs, PHONE_ROWS_MAX, Prior, Sequence, Writes};
use crate::intake::work::{Outcome, Work};
use crate::telemetry::metric;

/// Timeline numbers are taken from the database in blocks, so that one needs no question of its own.
const SEQ_BLOCK: i64 = 10_000;

pub struct PostgresWriter {
    pool: PgPool,
    parts: Arc<WriterParts>,
    seqs: SeqBlock,
    /// See [`commits_late`].
    late: bool,
    open: Option<PgTransaction<'static>>,
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
    pub fn new(pool: PgPool, parts: Arc<WriterParts>) -> Self {
        Self { pool, parts, seqs: SeqBlock::default(), late: commits_late(), open: None }
    }

    /// Does all of it in one synced transaction, or none. An error of the COMMIT itself leaves open
    /// which; the same request again then finds out by its transaction id.
    pub async fn commit(&mut self, works: &[&Work]) -> Result<Vec<Outcome>> {
        let needs = Needs::of(works.iter().copied());
        let done = self.try_commit(works, &needs).await;
        if done.is_err() {
            rates::forget(&self.parts.board, needs.webhooks.keys().copied());
        }
        done
    }

    async fn try_commit(&mut self, works: &[&Work], needs: &Needs) -> Result<Vec<Outcome>> {
        if let Some(open) = self.open.take() {
            open.commit().await?;
        }
        let mut tx = self.pool.begin().await?;
        self.fill_seqs(&mut tx, works).await?;
        lock_windows(&mut tx, &self.parts.board, needs).await?;
        let loaded = load(&mut tx, needs).await?;
        let (outcomes, writes, loaded, grants) = {
            let mut admission = BatchAdmission::new(&self.parts.board);
            let mut commit = Commit::new(loaded, self.parts.clock.now(), &mut admission, &mut self.seqs);
            let outcomes = works.iter().enumerate().map(|(index, work)| commit.apply(index, work)).collect();
            let (writes, loaded) = commit.finish();
            let grants: Vec<_> = admission.grants().collect();
            (outcomes, writes, loaded, grants)
        };
        store_calls(&mut tx, &writes, &loaded).await?;
        store_timeline(&mut tx, &writes).await?;
        store_requests(&mut tx, works, &writes).await?;
        store_caller_data(&mut tx, &writes).await?;
        store_grants(&mut tx, &self.parts.board, &grants).await?;
        if self.late {
            self.open = Some(tx);
        } else {
            tx.commit().await?;
        }
        metrics::counter!(metric::MATCHES).increment(writes.matched.len() as u64);
        if !writes.timeline.is_empty() {
            self.parts.appended.send_modify(|appended| *appended += 1);
        }
        Ok(outcomes)
    }

    /// Makes sure that no work runs out of timeline numbers.
    async fn fill_seqs(&mut self, tx: &mut PgTransaction<'_>, works: &[&Work]) -> Result<()> {
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
        .fetch_one(&mut **tx)
        .await?;
        if last - first + 1 == blocks {
            self.seqs = SeqBlock { next: first * SEQ_BLOCK, end: (last + 1) * SEQ_BLOCK };
            Ok(())
        } else {
            Box::pin(self.fill_seqs(tx, works)).await
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

/// Locks the windows of the webhooks in this batch, and reads what other nodes admitted meanwhile.
async fn lock_windows(tx: &mut PgTransaction<'_>, board: &RateBoard, needs: &Needs) -> Result<()> {
    if needs.webhooks.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = needs.webhooks.keys().map(|webhook| webhook.0).collect();
    const LOCK: &str =
        "SELECT webhook_id, seq FROM rate_heads WHERE webhook_id = ANY($1) ORDER BY webhook_id FOR UPDATE";
    let mut heads: Vec<(Uuid, i64)> = sqlx::query_as(LOCK).bind(&ids).fetch_all(&mut **tx).await?;
    if heads.len() < ids.len() {
        sqlx::query(
            "INSERT INTO rate_heads (webhook_id, seq) SELECT id, 0 FROM UNNEST($1::uuid[]) AS id ORDER BY id
             ON CONFLICT (webhook_id) DO NOTHING",
        )
        .bind(&ids)
        .execute(&mut **tx)
        .await?;
        heads = sqlx::query_as(LOCK).bind(&ids).fetch_all(&mut **tx).await?;
    }
    for (webhook, head) in heads {
        let webhook = WebhookId(webhook);
        let per = needs.webhooks[&webhook];
        let (known_seq, complete) = {
            let tracked = board.tracked(webhook);
            let tracked = rates::lock(&tracked);
            (tracked.seq, tracked.covers(per))
        };
        if complete && known_seq == head {
            continue;
        }
        let since_seq = if complete { known_seq } else { 0 };
        let since = board.steady.now() - per.micros();
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT stamp, admitted FROM rate_admissions WHERE webhook_id = $1 AND seq > $2 AND stamp > $3 ORDER BY seq",
        )
        .bind(webhook.0)
        .bind(since_seq)
        .bind(since)
        .fetch_all(&mut **tx)
        .await?;
        let tracked = board.tracked(webhook);
        let mut tracked = rates::lock(&tracked);
        if !complete {
            *tracked = Tracked { read_for: Some(per), ..Default::default() };
        }
        for (stamp, admitted) in rows {
            tracked.window.record(stamp, u32::try_from(admitted).unwrap_or(u32::MAX));
        }
        tracked.seq = head;
    }
    Ok(())
}

async fn load(tx: &mut PgTransaction<'_>, needs: &Needs) -> Result<Loaded> {
    let mut loaded = Loaded::default();
    load_transactions(tx, needs, &mut loaded).await?;
    lock_callers(tx, needs).await?;
    let found = find_calls(tx, needs, &mut loaded).await?;
    load_calls(tx, &found.calls, &mut loaded).await?;
    load_tags(tx, &found.tags, &mut loaded).await?;
    load_caller_data(tx, needs, &mut loaded).await?;
    Ok(loaded)
}

/// Takes each transaction id for this commit, without waiting: one that another commit holds is in
/// progress. Only then are the stored answers read, so that one committed just before is seen.
async fn load_transactions(tx: &mut PgTransaction<'_>, needs: &Needs, loaded: &mut Loaded) -> Result<()> {
    if needs.transactions.is_empty() {
        return Ok(());
    }
    let keys: Vec<_> = needs.transactions.iter().copied().collect();
    let locks: Vec<i64> = keys.iter().map(|(org, hash)| lock_key("transaction", *org, hash)).collect();
    let taken: Vec<(bool,)> = sqlx::query_as(
        "SELECT pg_try_advisory_xact_lock(key) FROM UNNEST($1::bigint[]) WITH ORDINALITY AS keys (key, place) ORDER BY place",
    )
    .bind(&locks)
    .fetch_all(&mut **tx)
    .await?;
    for (key, (taken,)) in keys.iter().zip(taken) {
        if !taken {
            loaded.in_progress.insert(*key);
        }
    }
    let orgs: Vec<Uuid> = keys.iter().map(|(org, _)| org.0).collect();
    let hashes: Vec<Vec<u8>> = keys.iter().map(|(_, hash)| hash.to_vec()).collect();
    type PriorRow = (Uuid, Vec<u8>, Uuid, String, Vec<u8>, Vec<u8>);
    let rows: Vec<PriorRow> = sqlx::query_as(
        "SELECT i.org_id, i.id_hash, i.request_id, i.kind, i.fingerprint, r.response
         FROM UNNEST($1::uuid[], $2::bytea[]) AS keys (org_id, id_hash)
         JOIN idempotency i ON i.org_id = keys.org_id AND i.id_hash = keys.id_hash
         JOIN requests r ON r.org_id = i.org_id AND r.id = i.request_id",
    )
    .bind(&orgs)
    .bind(&hashes)
    .fetch_all(&mut **tx)
    .await?;
    for (org, hash, request, kind, fingerprint, response) in rows {
        let unreadable = |_| StorageError::Unreadable("idempotency has a hash of the wrong length".into());
        let prior = Prior {
            request: RequestId(request),
            kind: kind_from_text(&kind)?,
            fingerprint: fingerprint.try_into().map_err(unreadable)?,
            response: Bytes::from(response),
        };
        loaded.prior.insert((OrgId(org), hash.try_into().map_err(unreadable)?), prior);
    }
    Ok(())
}

async fn lock_callers(tx: &mut PgTransaction<'_>, needs: &Needs) -> Result<()> {
    if needs.callers.is_empty() {
        return Ok(());
    }
    let keys: BTreeSet<i64> =
        needs.callers.iter().map(|(org, caller)| lock_key("caller", *org, caller.as_bytes())).collect();
    let keys: Vec<i64> = keys.into_iter().collect();
    sqlx::query("SELECT pg_advisory_xact_lock(key) FROM UNNEST($1::bigint[]) AS key")
        .bind(&keys)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// An advisory lock's number: 64 bits of a hash. Two things that share one only wait for each other.
fn lock_key(what: &str, org: OrgId, name: &[u8]) -> i64 {
    let digest =
        Sha256::new().chain_update(what).chain_update(org.0.as_bytes()).chain_update(name).finalize();
    i64::from_be_bytes(digest[..8].try_into().expect("a SHA-256 has 32 bytes"))
}

struct Found {
    calls: BTreeSet<CallId>,
    tags: BTreeSet<CallId>,
}

/// Which calls are meant: those named by id, by the switch's id and by phone number.
async fn find_calls(tx: &mut PgTransaction<'_>, needs: &Needs, loaded: &mut Loaded) -> Result<Found> {
    let mut found =
        Found { calls: needs.calls.iter().map(|&(_, call)| call).collect(), tags: needs.tags.clone() };
    if !needs.externals.is_empty() {
        let (orgs, externals): (Vec<Uuid>, Vec<String>) =
            needs.externals.iter().map(|(org, external)| (org.0, external.clone())).unzip();
        let rows: Vec<(Uuid, String, Uuid)> = sqlx::query_as(
            "SELECT c.org_id, c.external_id, c.id FROM UNNEST($1::uuid[], $2::text[]) AS k (org_id, external_id)
             JOIN calls c ON c.org_id = k.org_id AND c.external_id = k.external_id",
        )
        .bind(&orgs)
        .bind(&externals)
        .fetch_all(&mut **tx)
        .await?;
        for (org, external, call) in rows {
            loaded.externals.insert((OrgId(org), external), CallId(call));
            found.calls.insert(CallId(call));
            found.tags.insert(CallId(call));
        }
    }
    for query in &needs.phones {
        let condition = if query.since.is_some() { "started_at >= $3" } else { "status < 2 AND $3 = 0" };
        let sql = format!(
            "SELECT id FROM calls WHERE org_id = $1 AND caller = $2 AND {condition} ORDER BY started_at DESC LIMIT {PHONE_ROWS_MAX}"
        );
        let rows: Vec<(Uuid,)> = sqlx::query_as(AssertSqlSafe(sql))
            .bind(query.org.0)
            .bind(&query.caller)
            .bind(query.since.map_or(0, |since| since.0))
            .fetch_all(&mut **tx)
            .await?;
        let calls: Vec<CallId> = rows.into_iter().map(|(call,)| CallId(call)).collect();
        found.calls.extend(&calls);
        if query.with_tags {
            found.tags.extend(&calls);
        }
        loaded.by_phone.entry((query.org, query.caller.clone())).or_default().extend(calls);
    }
    Ok(found)
}

async fn load_calls(tx: &mut PgTransaction<'_>, calls: &BTreeSet<CallId>, loaded: &mut Loaded) -> Result<()> {
    if calls.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = calls.iter().map(|call| call.0).collect();
    let sql = format!("SELECT {CALL_COLUMNS} FROM calls WHERE id = ANY($1) ORDER BY id FOR UPDATE");
    let rows: Vec<CallRow> = sqlx::query_as(AssertSqlSafe(sql)).bind(&ids).fetch_all(&mut **tx).await?;
    for row in rows {
        let call = row.load()?;
        loaded.calls.insert(call.call.id, call);
    }
    Ok(())
}

async fn load_tags(tx: &mut PgTransaction<'_>, calls: &BTreeSet<CallId>, loaded: &mut Loaded) -> Result<()> {
    let (orgs, ids): (Vec<Uuid>, Vec<Uuid>) = calls
        .iter()
        .filter_map(|id| loaded.calls.get(id))
        .map(|call| (call.call.org.0, call.call.id.0))
        .unzip();
    if ids.is_empty() {
        return Ok(());
    }
    let rows: Vec<(Uuid, String)> = sqlx::query_as(
        "SELECT t.call_id, t.tags FROM UNNEST($1::uuid[], $2::uuid[]) AS k (org_id, call_id)
         JOIN call_tags t ON t.org_id = k.org_id AND t.call_id = k.call_id",
    )
    .bind(&orgs)
    .bind(&ids)
    .fetch_all(&mut **tx)
    .await?;
    for (call, text) in rows {
        let tags = TagSet::from_stored(&text)
            .map_err(|error| StorageError::Unreadable(format!("call_tags: {error}")))?;
        loaded.tags.insert(CallId(call), tags);
    }
    Ok(())
}

async fn load_caller_data(tx: &mut PgTransaction<'_>, needs: &Needs, loaded: &mut Loaded) -> Result<()> {
    if needs.caller_data.is_empty() {
        return Ok(());
    }
    let (orgs, callers): (Vec<Uuid>, Vec<String>) =
        needs.caller_data.iter().map(|(org, caller)| (org.0, caller.clone())).unzip();
    for (org, caller) in &needs.caller_data {
        loaded.caller_data.insert((*org, caller.clone()), vec![]);
    }
    type DataRow = (Uuid, String, Uuid, Uuid, i64, String, bool);
    let rows: Vec<DataRow> = sqlx::query_as(
        "SELECT d.org_id, d.caller, d.request_id, d.webhook_id, d.received_at, d.fields, d.matched_call IS NOT NULL
         FROM UNNEST($1::uuid[], $2::text[]) AS k (org_id, caller)
         JOIN caller_data d ON d.org_id = k.org_id AND d.caller = k.caller
         ORDER BY d.request_id",
    )
    .bind(&orgs)
    .bind(&callers)
    .fetch_all(&mut **tx)
    .await?;
    for (org, caller, request, webhook, received_at, fields, consumed) in rows {
        loaded.caller_data.entry((OrgId(org), caller)).or_default().push(Candidate {
            request: RequestId(request),
            webhook: WebhookId(webhook),
            received_at: Timestamp(received_at),
            consumed,
            fields: fields_from_text(&fields)?,
        });
    }
    Ok(())
}

/// The columns of a set of calls, each as one array.
#[derive(Default)]
struct CallColumns {
    org: Vec<Uuid>,
    id: Vec<Uuid>,
    external: Vec<Option<String>>,
    caller: Vec<String>,
    dialed: Vec<String>,
    campaign: Vec<Option<Uuid>>,
    publisher: Vec<Option<Uuid>>,
    number: Vec<Option<Uuid>>,
    target: Vec<Option<String>>,
    status: Vec<i64>,
    started_at: Vec<i64>,
    answered_at: Vec<Option<i64>>,
    ended_at: Vec<Option<i64>>,
    converted: Vec<bool>,
    converted_at: Vec<Option<i64>>,
    revenue: Vec<Option<i64>>,
    payout: Vec<Option<i64>>,
    reason: Vec<Option<String>>,
    no_payout_reason: Vec<Option<&'static str>>,
    state: Vec<Option<String>>,
    zip: Vec<Option<String>>,
    last_seq: Vec<i64>,
}

impl CallColumns {
    fn of<'c>(calls: impl Iterator<Item = &'c LoadedCall>) -> Self {
        let mut columns = Self::default();
        for loaded in calls {
            let call = &loaded.call;
            columns.org.push(call.org.0);
            columns.id.push(call.id.0);
            columns.external.push(loaded.external_id.clone());
            columns.caller.push(call.caller.clone());
            columns.dialed.push(call.dialed.clone());
            columns.campaign.push(call.campaign.map(|campaign| campaign.0));
            columns.publisher.push(call.publisher.map(|publisher| publisher.0));
            columns.number.push(call.number.map(|number| number.0));
            columns.target.push(call.target.clone());
            columns.status.push(status_code(call.status));
            columns.started_at.push(call.started_at.0);
            columns.answered_at.push(call.answered_at.map(|at| at.0));
            columns.ended_at.push(call.ended_at.map(|at| at.0));
            columns.converted.push(call.converted);
            columns.converted_at.push(call.converted_at.map(|at| at.0));
            columns.revenue.push(call.revenue_paid_out.map(|money| money.micros()));
            columns.payout.push(call.publisher_paid_out.map(|money| money.micros()));
            columns.reason.push(call.reason.clone());
            columns.no_payout_reason.push(call.no_payout_reason.map(NoPayoutReason::as_str));
            columns.state.push(call.state.clone());
            columns.zip.push(call.zip.clone());
            columns.last_seq.push(loaded.last_seq);
        }
        columns
    }
}

async fn store_calls(tx: &mut PgTransaction<'_>, writes: &Writes, loaded: &Loaded) -> Result<()> {
    insert_calls(tx, &writes.new_calls.iter().map(|id| &loaded.calls[id]).collect::<Vec<_>>()).await?;
    update_calls(tx, writes, loaded).await?;
    if writes.changed_tags.is_empty() {
        return Ok(());
    }
    let orgs: Vec<Uuid> = writes.changed_tags.iter().map(|id| loaded.calls[id].call.org.0).collect();
    let ids: Vec<Uuid> = writes.changed_tags.iter().map(|id| id.0).collect();
    let tags: Vec<String> = writes.changed_tags.iter().map(|id| loaded.tags[id].to_stored()).collect();
    sqlx::query(
        "INSERT INTO call_tags (org_id, call_id, tags) SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::text[])
         ON CONFLICT (org_id, call_id) DO UPDATE SET tags = excluded.tags",
    )
    .bind(&orgs)
    .bind(&ids)
    .bind(&tags)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn insert_calls(tx: &mut PgTransaction<'_>, calls: &[&LoadedCall]) -> Result<()> {
    if calls.is_empty() {
        return Ok(());
    }
    let columns = CallColumns::of(calls.iter().copied());
    let sql = format!(
        "INSERT INTO calls ({CALL_COLUMNS})
         SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::uuid[],
             $8::uuid[], $9::text[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bool[],
             $15::bigint[], $16::bigint[], $17::bigint[], $18::text[], $19::text[], $20::text[], $21::text[],
             $22::bigint[])"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(&columns.org)
        .bind(&columns.id)
        .bind(&columns.external)
        .bind(&columns.caller)
        .bind(&columns.dialed)
        .bind(&columns.campaign)
        .bind(&columns.publisher)
        .bind(&columns.number)
        .bind(&columns.target)
        .bind(&columns.status)
        .bind(&columns.started_at)
        .bind(&columns.answered_at)
        .bind(&columns.ended_at)
        .bind(&columns.converted)
        .bind(&columns.converted_at)
        .bind(&columns.revenue)
        .bind(&columns.payout)
        .bind(&columns.reason)
        .bind(&columns.no_payout_reason)
        .bind(&columns.state)
        .bind(&columns.zip)
        .bind(&columns.last_seq)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn update_calls(tx: &mut PgTransaction<'_>, writes: &Writes, loaded: &Loaded) -> Result<()> {
    if writes.changed_calls.is_empty() {
        return Ok(());
    }
    let columns = CallColumns::of(writes.changed_calls.iter().map(|id| &loaded.calls[id]));
    let done = sqlx::query(
        "UPDATE calls c SET target = n.target, status = n.status, answered_at = n.answered_at,
             ended_at = n.ended_at, converted = n.converted, converted_at = n.converted_at, revenue = n.revenue,
             payout = n.payout, reason = n.reason, no_payout_reason = n.no_payout_reason, state = n.state,
             zip = n.zip, last_seq = n.last_seq
         FROM UNNEST($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bool[],
             $8::bigint[], $9::bigint[], $10::bigint[], $11::text[], $12::text[], $13::text[], $14::text[],
             $15::bigint[])
             AS n (org_id, id, target, status, answered_at, ended_at, converted, converted_at, revenue, payout,
                   reason, no_payout_reason, state, zip, last_seq)
         WHERE c.org_id = n.org_id AND c.id = n.id",
    )
    .bind(&columns.org)
    .bind(&columns.id)
    .bind(&columns.target)
    .bind(&columns.status)
    .bind(&columns.answered_at)
    .bind(&columns.ended_at)
    .bind(&columns.converted)
    .bind(&columns.converted_at)
    .bind(&columns.revenue)
    .bind(&columns.payout)
    .bind(&columns.reason)
    .bind(&columns.no_payout_reason)
    .bind(&columns.state)
    .bind(&columns.zip)
    .bind(&columns.last_seq)
    .execute(&mut **tx)
    .await?;
    if usize::try_from(done.rows_affected()).ok() == Some(writes.changed_calls.len()) {
        Ok(())
    } else {
        Err(StorageError::Unreadable("a locked call is gone".into()))
    }
}

async fn store_timeline(tx: &mut PgTransaction<'_>, writes: &Writes) -> Result<()> {
    let rows = &writes.timeline;
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO timeline (org_id, seq, call_id, previous, at, kind, actor, request_id, changes)
         SELECT * FROM UNNEST($1::uuid[], $2::bigint[], $3::uuid[], $4::bigint[], $5::bigint[], $6::text[],
             $7::text[], $8::uuid[], $9::text[])",
    )
    .bind(rows.iter().map(|row| row.org.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.seq).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.call.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.previous).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.at.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.kind).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.actor.clone()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.request.map(|request| request.0)).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| to_json(&row.changes)).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn store_requests(tx: &mut PgTransaction<'_>, works: &[&Work], writes: &Writes) -> Result<()> {
    if writes.requests.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = writes
        .requests
        .iter()
        .filter_map(|row| match works[row.work] {
            Work::Request(request) => Some((row, request)),
            Work::Start(_) | Work::Event(_) => None,
        })
        .collect();
    sqlx::query(
        "INSERT INTO requests (org_id, id, webhook_id, received_at, method, address, query, headers, body,
             transaction_id, caller, status, code, response, replay_of, mismatch, effect)
         SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::text[],
             $8::text[], $9::bytea[], $10::text[], $11::text[], $12::bigint[], $13::text[], $14::bytea[],
             $15::uuid[], $16::bool[], $17::text[])",
    )
    .bind(rows.iter().map(|(_, request)| request.org.id.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, request)| request.id.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, request)| request.webhook.id.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, request)| request.received_at.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, request)| request.raw.method).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, request)| request.raw.address.clone()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, request)| request.raw.query.clone()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, request)| request.raw.headers.clone()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, request)| request.raw.body.to_vec()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, request)| request.log_keys().0).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, request)| request.log_keys().1).collect::<Vec<_>>())
    .bind(rows.iter().map(|(row, _)| i64::from(row.status)).collect::<Vec<_>>())
    .bind(rows.iter().map(|(row, _)| row.code).collect::<Vec<_>>())
    .bind(rows.iter().map(|(row, _)| row.response.to_vec()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(row, _)| row.replay_of.map(|original| original.0)).collect::<Vec<_>>())
    .bind(rows.iter().map(|(row, _)| row.mismatch).collect::<Vec<_>>())
    .bind(rows.iter().map(|(row, _)| row.effect.clone()).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    store_transactions(tx, writes).await
}

async fn store_transactions(tx: &mut PgTransaction<'_>, writes: &Writes) -> Result<()> {
    let rows = &writes.transactions;
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO idempotency (org_id, id_hash, request_id, kind, fingerprint)
         SELECT * FROM UNNEST($1::uuid[], $2::bytea[], $3::uuid[], $4::text[], $5::bytea[])",
    )
    .bind(rows.iter().map(|row| row.org.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.hash.to_vec()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.request.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.kind.name()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.fingerprint.to_vec()).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn store_caller_data(tx: &mut PgTransaction<'_>, writes: &Writes) -> Result<()> {
    let rows = &writes.caller_data;
    if !rows.is_empty() {
        sqlx::query(
            "INSERT INTO caller_data (org_id, caller, request_id, webhook_id, received_at, fields, matched_call)
             SELECT * FROM UNNEST($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::bigint[], $6::text[], $7::uuid[])",
        )
        .bind(rows.iter().map(|row| row.org.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.caller.clone()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.request.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.webhook.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.received_at.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| to_json(&row.fields)).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.matched_call.map(|call| call.0)).collect::<Vec<_>>())
        .execute(&mut **tx)
        .await?;
    }
    let rows = &writes.matched;
    if !rows.is_empty() {
        sqlx::query(
            "UPDATE caller_data d SET matched_call = n.call_id
             FROM UNNEST($1::uuid[], $2::text[], $3::uuid[], $4::uuid[]) AS n (org_id, caller, request_id, call_id)
             WHERE d.org_id = n.org_id AND d.caller = n.caller AND d.request_id = n.request_id
               AND d.matched_call IS NULL",
        )
        .bind(rows.iter().map(|row| row.org.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.caller.clone()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.request.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.call.0).collect::<Vec<_>>())
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

async fn store_grants(
    tx: &mut PgTransaction<'_>,
    board: &RateBoard,
    grants: &[crate::intake::effect::RateGrant],
) -> Result<()> {
    if grants.is_empty() {
        return Ok(());
    }
    let mut seqs = Vec::with_capacity(grants.len());
    for grant in grants {
        let tracked = board.tracked(grant.webhook);
        let mut tracked = rates::lock(&tracked);
        tracked.seq += 1;
        seqs.push(tracked.seq);
    }
    sqlx::query(
        "WITH granted AS (
             INSERT INTO rate_admissions (webhook_id, seq, stamp, admitted)
             SELECT * FROM UNNEST($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[])
             RETURNING webhook_id, seq
         )
         UPDATE rate_heads h SET seq = g.seq FROM granted g WHERE h.webhook_id = g.webhook_id",
    )
    .bind(grants.iter().map(|grant| grant.webhook.0).collect::<Vec<_>>())
    .bind(&seqs)
    .bind(grants.iter().map(|grant| grant.stamp).collect::<Vec<_>>())
    .bind(grants.iter().map(|grant| i64::from(grant.count)).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}
