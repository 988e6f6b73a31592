//! Updates that wait for their call, on PostgreSQL.

use std::collections::BTreeSet;

use hookline_domain::ids::{CallId, OrgId, RequestId};
use sqlx::PgConnection;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};
use uuid::Uuid;

use super::composite::composite;
use super::line::{execute, list};
use super::load::{find_externals, lock_calls};
use crate::intake::effect::{Loaded, Needs, Writes};
use crate::intake::held::{Attaching, HeldKey, HeldRow};
use crate::storage::held::{SettledColumns, held_max, held_update, state_from_text};
use crate::storage::sqlite::to_json;
use crate::storage::{Result, StorageError};

/// Locked, so that nobody attaches, dismisses or expires meanwhile what a call takes. Part of the
/// commit's first message: calls for which nothing waits cost no message of their own.
pub const PREPARE: &str = concat!(
    "PREPARE take_held (uuid[]) AS
         SELECT held.match_key, held.request_id, held.webhook_id, held.changes, held.received_at, held.expires_at
         FROM UNNEST($1) AS keys (match_key)
         CROSS JOIN LATERAL (
             SELECT * FROM held_updates h WHERE h.match_key = keys.match_key AND h.state = 'pending'
             ORDER BY h.received_at, h.request_id LIMIT ",
    held_max!(),
    " FOR UPDATE
         ) AS held"
);

pub fn take(needs: &Needs) -> String {
    execute("take_held", &[list(needs.held.iter().map(|key| key.0))])
}

pub fn add_taken(rows: &[PgRow], loaded: &mut Loaded) -> Result<()> {
    for row in rows {
        let (key, request, webhook, changes, received_at, expires_at) =
            <(Uuid, Uuid, Uuid, String, i64, i64)>::from_row(row)?;
        let held = held_update(request, webhook, &changes, received_at, expires_at)?;
        loaded.held.entry(HeldKey(key)).or_default().push(held);
    }
    Ok(())
}

/// Those that are attached by hand, locked before any call is.
pub async fn load_attaching(connection: &mut PgConnection, needs: &Needs, loaded: &mut Loaded) -> Result<()> {
    if needs.attaching.is_empty() {
        return Ok(());
    }
    let (orgs, requests): (Vec<Uuid>, Vec<Uuid>) =
        needs.attaching.iter().map(|(org, request)| (org.0, request.0)).unzip();
    type AttachingRow = (Uuid, Uuid, Uuid, String, i64, i64, String, Option<Uuid>);
    let rows: Vec<AttachingRow> = sqlx::query_as(
        "SELECT h.org_id, h.request_id, h.webhook_id, h.changes, h.received_at, h.expires_at, h.state, h.applied_to
         FROM UNNEST($1::uuid[], $2::uuid[]) AS k (org_id, request_id)
         JOIN held_updates h ON h.org_id = k.org_id AND h.request_id = k.request_id
         ORDER BY h.request_id FOR UPDATE OF h",
    )
    .bind(&orgs)
    .bind(&requests)
    .fetch_all(&mut *connection)
    .await?;
    for (org, request, webhook, changes, received_at, expires_at, state, call) in rows {
        let attaching = Attaching {
            held: held_update(request, webhook, &changes, received_at, expires_at)?,
            state: state_from_text(&state)?,
            call: call.map(CallId),
        };
        loaded.attaching.insert((OrgId(org), RequestId(request)), attaching);
    }
    Ok(())
}

/// Calls whose names stand where an id is expected; those found. They are locked after the others: two
/// commits that meet in both orders are told by the database, and done again.
pub async fn load_named(
    connection: &mut PgConnection,
    needs: &Needs,
    loaded: &mut Loaded,
) -> Result<BTreeSet<CallId>> {
    let names = needs.names_to_find(loaded);
    find_externals(connection, &names, loaded).await?;
    let named = names.iter().filter_map(|name| loaded.externals.get(name)).copied();
    let found: BTreeSet<CallId> = named.filter(|call| !loaded.calls.contains_key(call)).collect();
    lock_calls(connection, &found, loaded).await?;
    Ok(found)
}

struct NewHeld<'a>(&'a HeldRow, SettledColumns<'a>);

composite!(NewHeld, "new_held", new =>
    new.0.org.0,
    new.0.held.request.0,
    new.0.held.webhook.0,
    new.0.kind.name(),
    new.0.key.0,
    new.0.caller.as_deref(),
    new.0.sent_id.as_deref(),
    to_json(&new.0.held.changes),
    new.0.reason.as_str(),
    new.0.held.received_at.0,
    new.0.held.expires_at.0,
    new.1.state,
    new.1.call,
    new.1.at,
    new.1.by,
    new.1.skipped.as_str(),
);

pub async fn store(connection: &mut PgConnection, writes: &Writes) -> Result<()> {
    if !writes.held.is_empty() {
        let new: Vec<NewHeld<'_>> =
            writes.held.iter().map(|row| NewHeld(row, SettledColumns::of_new(row))).collect();
        sqlx::query(
            "INSERT INTO held_updates (org_id, request_id, webhook_id, kind, match_key, caller, sent_id, changes,
                 reason, received_at, expires_at, state, applied_to, settled_at, settled_by, skipped)
             SELECT * FROM UNNEST($1::new_held[])",
        )
        .bind(new)
        .execute(&mut *connection)
        .await?;
    }
    if !writes.settled.is_empty() {
        store_settled(connection, writes).await?;
    }
    Ok(())
}

async fn store_settled(connection: &mut PgConnection, writes: &Writes) -> Result<()> {
    let rows = &writes.settled;
    let settled: Vec<SettledColumns<'_>> = rows.iter().map(|row| SettledColumns::of(&row.settled)).collect();
    let changed: i64 = sqlx::query(
        "WITH changed AS (
             UPDATE held_updates h SET state = n.state, applied_to = n.applied_to, settled_at = n.settled_at,
                 settled_by = n.settled_by, skipped = n.skipped
             FROM UNNEST($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::bigint[], $6::text[], $7::text[])
                 AS n (org_id, request_id, state, applied_to, settled_at, settled_by, skipped)
             WHERE h.org_id = n.org_id AND h.request_id = n.request_id AND h.state IN ('pending', 'expired')
             RETURNING 1
         ) SELECT COUNT(*) FROM changed",
    )
    .bind(rows.iter().map(|row| row.org.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.request.0).collect::<Vec<_>>())
    .bind(settled.iter().map(|one| one.state).collect::<Vec<_>>())
    .bind(settled.iter().map(|one| one.call).collect::<Vec<_>>())
    .bind(settled.iter().map(|one| one.at).collect::<Vec<_>>())
    .bind(settled.iter().map(|one| one.by).collect::<Vec<_>>())
    .bind(settled.iter().map(|one| one.skipped.as_str()).collect::<Vec<_>>())
    .fetch_one(&mut *connection)
    .await?
    .try_get(0)?;
    if usize::try_from(changed).ok() == Some(rows.len()) {
        Ok(())
    } else {
        Err(StorageError::Unreadable("a held update no longer waits, though it was locked".into()))
    }
}
