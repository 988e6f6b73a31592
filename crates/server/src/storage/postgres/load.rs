//! Reads what a commit needs, and locks it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use bytes::Bytes;
use hookline_domain::ids::{CallId, OrgId, RequestId, WebhookId};
use hookline_domain::matching::Candidate;
use hookline_domain::tags::TagSet;
use hookline_domain::time::Timestamp;
use sha2::{Digest, Sha256};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row};
use uuid::Uuid;

use crate::intake::effect::{Loaded, Needs, PHONE_ROWS_MAX, Prior};
use crate::storage::call_row::{CALL_COLUMNS, CallRow};
use crate::storage::sqlite::{fields_from_text, kind_from_text};
use crate::storage::{Result, StorageError};

/// Begins the transaction and takes each transaction id for it, without waiting; a row tells of each
/// id whether it was free. A statement before `load` reads, so that an answer committed just before,
/// by whom the id was taken, is seen.
pub fn begin(needs: &Needs) -> String {
    if needs.transactions.is_empty() {
        return "BEGIN".to_owned();
    }
    let mut sql = "BEGIN; SELECT pg_try_advisory_xact_lock(key) FROM UNNEST('{".to_owned();
    for (place, (org, hash)) in needs.transactions.iter().enumerate() {
        let comma = if place == 0 { "" } else { "," };
        write!(sql, "{comma}{}", lock_key("transaction", *org, hash)).expect("a String takes all");
    }
    sql.push_str("}'::bigint[]) WITH ORDINALITY AS keys (key, place) ORDER BY place");
    sql
}

/// Loads what is needed; `begun` are the rows of `begin`.
pub async fn load(connection: &mut PgConnection, needs: &Needs, begun: &[PgRow]) -> Result<Loaded> {
    let mut loaded = Loaded::default();
    for (key, row) in needs.transactions.iter().zip(begun) {
        if !row.try_get::<bool, _>(0)? {
            loaded.in_progress.insert(*key);
        }
    }
    load_transactions(connection, needs, &mut loaded).await?;
    lock_callers(connection, needs).await?;
    let found = find_calls(connection, needs, &mut loaded).await?;
    load_calls(connection, &found.calls, &mut loaded).await?;
    load_tags(connection, &found.tags, &mut loaded).await?;
    load_caller_data(connection, needs, &mut loaded).await?;
    Ok(loaded)
}

/// The stored answers of transaction ids that were used before.
async fn load_transactions(connection: &mut PgConnection, needs: &Needs, loaded: &mut Loaded) -> Result<()> {
    if needs.transactions.is_empty() {
        return Ok(());
    }
    let keys = &needs.transactions;
    let orgs: Vec<Uuid> = keys.iter().map(|(org, _)| org.0).collect();
    let hashes: Vec<Vec<u8>> = keys.iter().map(|(_, hash)| hash.to_vec()).collect();
    type PriorRow = (Uuid, Vec<u8>, Uuid, String, Vec<u8>, Vec<u8>);
    let rows: Vec<PriorRow> = sqlx::query_as(
        "SELECT r.org_id, r.transaction_hash, r.id, w.kind, r.fingerprint, r.response
         FROM UNNEST($1::uuid[], $2::bytea[]) AS keys (org_id, hash)
         JOIN requests r ON r.org_id = keys.org_id AND r.transaction_hash = keys.hash
         JOIN webhooks w ON w.id = r.webhook_id",
    )
    .bind(&orgs)
    .bind(&hashes)
    .fetch_all(&mut *connection)
    .await?;
    for (org, hash, request, kind, fingerprint, response) in rows {
        let unreadable = |_| StorageError::Unreadable("requests has a hash of the wrong length".into());
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

async fn lock_callers(connection: &mut PgConnection, needs: &Needs) -> Result<()> {
    if needs.callers.is_empty() {
        return Ok(());
    }
    let keys: BTreeSet<i64> =
        needs.callers.iter().map(|(org, caller)| lock_key("caller", *org, caller.as_bytes())).collect();
    let keys: Vec<i64> = keys.into_iter().collect();
    sqlx::query("SELECT pg_advisory_xact_lock(key) FROM UNNEST($1::bigint[]) AS key")
        .bind(&keys)
        .execute(&mut *connection)
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
async fn find_calls(connection: &mut PgConnection, needs: &Needs, loaded: &mut Loaded) -> Result<Found> {
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
        .fetch_all(&mut *connection)
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
            .fetch_all(&mut *connection)
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

async fn load_calls(
    connection: &mut PgConnection,
    calls: &BTreeSet<CallId>,
    loaded: &mut Loaded,
) -> Result<()> {
    if calls.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = calls.iter().map(|call| call.0).collect();
    let sql = format!("SELECT {CALL_COLUMNS} FROM calls WHERE id = ANY($1) ORDER BY id FOR UPDATE");
    let rows: Vec<CallRow> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(&ids).fetch_all(&mut *connection).await?;
    for row in rows {
        let call = row.load()?;
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
         JOIN caller_data d ON d.org_id = k.org_id AND d.caller = k.caller
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
