//! Updates that wait for their call, in the embedded database.

use hookline_domain::ids::{CallId, OrgId, RequestId};
use rusqlite::{OptionalExtension, Transaction, params};
use uuid::Uuid;

use super::id;
use super::load::{load_call, load_tags};
use crate::intake::effect::{Loaded, Needs, Writes};
use crate::intake::held::Attaching;
use crate::storage::held::{SettledColumns, held_max, held_update, state_from_text};
use crate::storage::sqlite::to_json;
use crate::storage::{Result, StorageError};

/// Calls by the names that switches gave them; every call that an id names is loaded by now.
pub fn load_named(tx: &Transaction<'_>, needs: &Needs, loaded: &mut Loaded) -> Result<()> {
    for (org, name) in needs.names_to_find(loaded) {
        load_external(tx, org, &name, loaded)?;
    }
    Ok(())
}

/// A call with its tags by the name that its switch gave it.
pub fn load_external(tx: &Transaction<'_>, org: OrgId, external: &str, loaded: &mut Loaded) -> Result<()> {
    let found = tx
        .prepare_cached("SELECT id FROM calls WHERE org_id = ?1 AND external_id = ?2")?
        .query_row(params![id(&org.0), external], |row| row.get::<_, [u8; 16]>(0))
        .optional()?;
    if let Some(call) = found.map(|bytes| CallId(Uuid::from_bytes(bytes))) {
        loaded.externals.insert((org, external.to_owned()), call);
        load_call(tx, org, call, loaded)?;
        load_tags(tx, org, call, loaded)?;
    }
    Ok(())
}

/// What waits for that which appears, and what is attached by hand.
pub fn load(tx: &Transaction<'_>, needs: &Needs, loaded: &mut Loaded) -> Result<()> {
    const WAITING: &str = concat!(
        "SELECT request_id, webhook_id, changes, received_at, expires_at FROM held_updates
         WHERE match_key = ?1 AND state = 'pending' ORDER BY received_at, request_id LIMIT ",
        held_max!()
    );
    for &key in &needs.held {
        let mut statement = tx.prepare_cached(WAITING)?;
        let mut rows = statement.query(params![id(&key.0)])?;
        while let Some(row) = rows.next()? {
            let (request, webhook) = (Uuid::from_bytes(row.get(0)?), Uuid::from_bytes(row.get(1)?));
            let held = held_update(request, webhook, &row.get::<_, String>(2)?, row.get(3)?, row.get(4)?)?;
            loaded.held.entry(key).or_default().push(held);
        }
    }
    for &(org, request) in &needs.attaching {
        load_attaching(tx, org, request, loaded)?;
    }
    Ok(())
}

fn load_attaching(tx: &Transaction<'_>, org: OrgId, request: RequestId, loaded: &mut Loaded) -> Result<()> {
    let mut statement = tx.prepare_cached(
        "SELECT webhook_id, changes, received_at, expires_at, state, applied_to FROM held_updates
         WHERE org_id = ?1 AND request_id = ?2",
    )?;
    let mut rows = statement.query(params![id(&org.0), id(&request.0)])?;
    if let Some(row) = rows.next()? {
        let webhook = Uuid::from_bytes(row.get(0)?);
        let attaching = Attaching {
            held: held_update(request.0, webhook, &row.get::<_, String>(1)?, row.get(2)?, row.get(3)?)?,
            state: state_from_text(&row.get::<_, String>(4)?)?,
            call: row.get::<_, Option<[u8; 16]>>(5)?.map(|bytes| CallId(Uuid::from_bytes(bytes))),
        };
        loaded.attaching.insert((org, request), attaching);
    }
    Ok(())
}

pub fn store(tx: &Transaction<'_>, writes: &Writes) -> Result<()> {
    for row in &writes.held {
        let settled = SettledColumns::of_new(row);
        tx.prepare_cached(
            "INSERT INTO held_updates (org_id, request_id, webhook_id, kind, match_key, caller, sent_id, changes,
                 reason, received_at, expires_at, state, applied_to, settled_at, settled_by, skipped)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        )?
        .execute(params![
            id(&row.org.0),
            id(&row.held.request.0),
            id(&row.held.webhook.0),
            row.kind.name(),
            id(&row.key.0),
            row.caller,
            row.sent_id,
            to_json(&row.held.changes),
            row.reason,
            row.held.received_at.0,
            row.held.expires_at.0,
            settled.state,
            settled.call.as_ref().map(id),
            settled.at,
            settled.by,
            settled.skipped,
        ])?;
    }
    for row in &writes.settled {
        let settled = SettledColumns::of(&row.settled);
        let changed = tx
            .prepare_cached(
                "UPDATE held_updates SET state = ?3, applied_to = ?4, settled_at = ?5, settled_by = ?6, skipped = ?7
                 WHERE org_id = ?1 AND request_id = ?2 AND state IN ('pending', 'expired')",
            )?
            .execute(params![
                id(&row.org.0),
                id(&row.request.0),
                settled.state,
                settled.call.as_ref().map(id),
                settled.at,
                settled.by,
                settled.skipped,
            ])?;
        if changed != 1 {
            return Err(StorageError::Unreadable(format!("the held update {} no longer waits", row.request)));
        }
    }
    Ok(())
}
