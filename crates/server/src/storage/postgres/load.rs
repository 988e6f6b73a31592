//! Reads what a commit needs, and locks it.

use std::collections::BTreeSet;

use bytes::Bytes;
use hookline_domain::ids::{CallId, OrgId, RequestId, WebhookId};
use hookline_domain::matching::Candidate;
use hookline_domain::tags::TagSet;
use hookline_domain::time::Timestamp;
use sha2::{Digest, Sha256};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, Row, raw_sql};
use uuid::Uuid;

use super::held;
use super::line::{Answered, execute, list};
use crate::intake::effect::{Loaded, Needs, PHONE_ROWS_MAX, Prior};
use crate::storage::call_row::{CallRow, call_columns};
use crate::storage::webhooks::{fields_from_text, kind_from_text};
use crate::storage::{Result, StorageError};

/// What `begin` executes, prepared once for each connection.
pub const PREPARE: &str = concat!(
    "PREPARE take_ids (bigint[]) AS
         SELECT pg_try_advisory_xact_lock(key) FROM UNNEST($1) WITH ORDINALITY AS keys (key, place) ORDER BY place;
     PREPARE used_ids (uuid[]) AS
         SELECT r.transaction_hash, r.id, w.kind, r.fingerprint, r.response
         FROM requests r JOIN webhooks w ON w.id = r.webhook_id WHERE r.transaction_hash = ANY($1);
     PREPARE lock_callers (bigint[]) AS SELECT COUNT(pg_advisory_xact_lock(key)) FROM UNNEST($1) AS key;
     PREPARE lock_calls (uuid[]) AS SELECT ",
    call_columns!(),
    " FROM calls WHERE id = ANY($1) ORDER BY id FOR UPDATE;
     PREPARE read_calls (uuid[]) AS SELECT ",
    call_columns!(),
    " FROM calls WHERE id = ANY($1)"
);

/// What a commit makes sure of before it does anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Care {
    /// Used transaction ids are read, and calls are locked.
    Look,
    /// No id was used before, and no call is changed by another commit meanwhile. If it was, what is
    /// stored is refused: by the index of `requests`, or since a call's `last_seq` is another.
    Guess,
}

/// Begins the transaction and takes most locks, all in one message of one round trip. Only ids and
/// hashes are in its text, so nothing needs quoting. Transaction ids are tried and not waited for; the
/// statement that reads who used them comes later, and sees what was committed just before.
pub fn begin(needs: &Needs, care: Care) -> String {
    let mut statements = vec!["BEGIN".to_owned()];
    if !needs.transactions.is_empty() {
        let hashes = &needs.transactions;
        statements.push(execute("take_ids", &[list(hashes.iter().map(|hash| lock_number(hash)))]));
        if care == Care::Look {
            statements.push(execute("used_ids", &[list(hashes.iter().map(|hash| Uuid::from_bytes(*hash)))]));
        }
    }
    let locks = locks(needs);
    if !locks.is_empty() {
        statements.push(execute("lock_callers", &[list(locks)]));
    }
    // After the locks: what another node held just before is seen.
    if !needs.held.is_empty() {
        statements.push(held::take(needs));
    }
    if locks_calls_at_once(needs) {
        // The rows of tags have no number that would tell of a change: their calls are locked.
        let statement =
            if care == Care::Guess && needs.tags.is_empty() { "read_calls" } else { "lock_calls" };
        statements.push(execute(statement, &[list(needs.calls.iter().map(|(_, call)| call.0))]));
    }
    statements.join("; ")
}

/// All calls are named by their ids: none has to be found first. Calls are locked in one statement, so
/// that it is in one order.
fn locks_calls_at_once(needs: &Needs) -> bool {
    !needs.calls.is_empty()
        && needs.phones.is_empty()
        && needs.externals.is_empty()
        && needs.attaching.is_empty()
}

/// Callers, names of calls that updates may wait for, and organizations whose calls are decided: one commit
/// at a time, so that caps are exact over all nodes.
fn locks(needs: &Needs) -> BTreeSet<i64> {
    let callers = needs.callers.iter().map(|(org, caller)| lock("caller", *org, caller));
    let names = needs.names.iter().map(|(org, name)| lock("name", *org, name));
    callers.chain(names).chain(needs.deciding.iter().map(|org| lock("deciding", *org, ""))).collect()
}

/// Loads what is needed; `begun` are the rows of each statement of `begin`.
pub async fn load(
    connection: &mut PgConnection,
    needs: &Needs,
    care: Care,
    begun: Vec<Answered>,
) -> Result<Loaded> {
    let mut loaded = Loaded::default();
    let mut begun = begun.into_iter();
    let mut next = || match begun.next() {
        Some(answered) => Ok(answered.rows),
        None => Err(StorageError::Unreadable("a statement was not answered".into())),
    };
    next()?;
    if !needs.transactions.is_empty() {
        for (key, row) in needs.transactions.iter().zip(next()?) {
            if !row.try_get::<bool, _>(0)? {
                loaded.in_progress.insert(*key);
            }
        }
        if care == Care::Look {
            read_used_ids(&next()?, &mut loaded)?;
        }
    }
    if !locks(needs).is_empty() {
        next()?;
    }
    if !needs.held.is_empty() {
        held::add_taken(&next()?, &mut loaded)?;
    }
    held::load_attaching(connection, needs, &mut loaded).await?;
    let mut tags = needs.tags.clone();
    if locks_calls_at_once(needs) {
        add_calls(&next()?, &mut loaded)?;
    } else {
        let mut calls: BTreeSet<CallId> = needs.calls.iter().map(|&(_, call)| call).collect();
        find_externals(connection, &needs.externals, &mut loaded).await?;
        calls.extend(loaded.externals.values());
        tags.extend(loaded.externals.values());
        find_phones(connection, needs, &mut loaded).await?;
        calls.extend(loaded.by_phone.values().flatten());
        for query in needs.phones.iter().filter(|query| query.with_tags) {
            tags.extend(loaded.by_phone.get(&(query.org, query.caller.clone())).into_iter().flatten());
        }
        lock_calls(connection, &calls, &mut loaded).await?;
    }
    tags.extend(held::load_named(connection, needs, &mut loaded).await?);
    load_tags(connection, &tags, &mut loaded).await?;
    load_caller_data(connection, needs, &mut loaded).await?;
    Ok(loaded)
}

/// An advisory lock's number: 64 bits of a hash. Two things that share one only wait for each other.
fn lock_number(hash: &[u8]) -> i64 {
    i64::from_be_bytes(hash[..8].try_into().expect("a hash has at least 8 bytes"))
}

pub(super) fn lock(what: &str, org: OrgId, text: &str) -> i64 {
    let name = Sha256::new().chain_update(what).chain_update(org.0.as_bytes()).chain_update(text);
    lock_number(&name.finalize())
}

fn read_used_ids(rows: &[PgRow], loaded: &mut Loaded) -> Result<()> {
    let unreadable = |_| StorageError::Unreadable("requests has a fingerprint of the wrong length".into());
    for row in rows {
        let (hash, request, kind, fingerprint, response) =
            <(Uuid, Uuid, String, Vec<u8>, Vec<u8>)>::from_row(row)?;
        let prior = Prior {
            request: RequestId(request),
            kind: kind_from_text(&kind)?,
            fingerprint: fingerprint.try_into().map_err(unreadable)?,
            response: Bytes::from(response),
        };
        loaded.prior.insert(hash.into_bytes(), prior);
    }
    Ok(())
}

/// Calls named by the switch's id.
pub(super) async fn find_externals(
    connection: &mut PgConnection,
    externals: &BTreeSet<(OrgId, String)>,
    loaded: &mut Loaded,
) -> Result<()> {
    if externals.is_empty() {
        return Ok(());
    }
    let (orgs, externals): (Vec<Uuid>, Vec<String>) =
        externals.iter().map(|(org, external)| (org.0, external.clone())).unzip();
    let rows: Vec<(Uuid, String, Uuid)> = sqlx::query_as(
        "SELECT c.org_id, c.external_id, c.id FROM UNNEST($1::uuid[], $2::text[]) AS k (org_id, external_id)
         JOIN calls c ON c.org_id = k.org_id AND c.external_id = k.external_id",
    )
    .bind(&orgs)
    .bind(&externals)
    .fetch_all(&mut *connection)
    .await?;
    for (org, external, call) in rows {
        loaded.externals.insert((OrgId(org), external), CallId(call));
    }
    Ok(())
}

pub(super) async fn lock_calls(
    connection: &mut PgConnection,
    calls: &BTreeSet<CallId>,
    loaded: &mut Loaded,
) -> Result<()> {
    if calls.is_empty() {
        return Ok(());
    }
    let sql = execute("lock_calls", &[list(calls.iter().map(|call| call.0))]);
    let rows = raw_sql(AssertSqlSafe(sql)).fetch_all(&mut *connection).await?;
    add_calls(&rows, loaded)
}

/// Callers' calls: one statement for those that ask for live calls, one for those with a lookback.
async fn find_phones(connection: &mut PgConnection, needs: &Needs, loaded: &mut Loaded) -> Result<()> {
    for query in &needs.phones {
        // Also without a call: one that starts in this very commit is added.
        loaded.by_phone.entry((query.org, query.caller.clone())).or_default();
    }
    for (live, condition) in [(true, "c.status < 2"), (false, "c.started_at >= k.since")] {
        let queries: Vec<_> = needs.phones.iter().filter(|query| query.since.is_none() == live).collect();
        if queries.is_empty() {
            continue;
        }
        let sql = format!(
            "SELECT k.org_id, k.caller, found.id
             FROM UNNEST($1::uuid[], $2::text[], $3::bigint[]) AS k (org_id, caller, since)
             CROSS JOIN LATERAL (
                 SELECT c.id FROM calls c WHERE c.org_id = k.org_id AND c.caller = k.caller AND {condition}
                 ORDER BY c.started_at DESC LIMIT {PHONE_ROWS_MAX}
             ) AS found"
        );
        let rows: Vec<(Uuid, String, Uuid)> = sqlx::query_as(AssertSqlSafe(sql))
            .bind(queries.iter().map(|query| query.org.0).collect::<Vec<_>>())
            .bind(queries.iter().map(|query| query.caller.clone()).collect::<Vec<_>>())
            .bind(queries.iter().map(|query| query.since.map_or(0, |since| since.0)).collect::<Vec<_>>())
            .fetch_all(&mut *connection)
            .await?;
        for (org, caller, call) in rows {
            loaded.by_phone.entry((OrgId(org), caller)).or_default().push(CallId(call));
        }
    }
    Ok(())
}

fn add_calls(rows: &[PgRow], loaded: &mut Loaded) -> Result<()> {
    for row in rows {
        let call = CallRow::from_row(row)?.load()?;
        loaded.calls.insert(call.call.id, call);
    }
    Ok(())
}

async fn load_tags(
    connection: &mut PgConnection,
    calls: &BTreeSet<CallId>,
    loaded: &mut Loaded,
) -> Result<()> {
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
    .fetch_all(&mut *connection)
    .await?;
    for (call, text) in rows {
        let tags = TagSet::from_stored(&text)
            .map_err(|error| StorageError::Unreadable(format!("call_tags: {error}")))?;
        loaded.tags.insert(CallId(call), tags);
    }
    Ok(())
}

async fn load_caller_data(connection: &mut PgConnection, needs: &Needs, loaded: &mut Loaded) -> Result<()> {
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
         JOIN caller_data d ON d.org_id = k.org_id AND d.caller = k.caller AND d.settled IS DISTINCT FROM 'dismissed'
         ORDER BY d.request_id",
    )
    .bind(&orgs)
    .bind(&callers)
    .fetch_all(&mut *connection)
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
