//! Bids whose places are held, in the embedded database.

use hookline_domain::time::Timestamp;
use rusqlite::{Params, Transaction, params};
use uuid::Uuid;

use super::{id, to_json};
use crate::intake::bid::HeldBid;
use crate::intake::effect::{Loaded, Needs, Writes};
use crate::storage::bids::{HeldRow, OF_CALLER_MAX, OVERDUE_MAX, held_columns};
use crate::storage::{Result, StorageError};

pub fn load(tx: &Transaction<'_>, needs: &Needs, loaded: &mut Loaded, at: Timestamp) -> Result<()> {
    const OVERDUE: &str = concat!(
        "SELECT ",
        held_columns!(),
        " FROM rtb_bids WHERE org_id = ?1 AND state = 'reserved' AND expires_at <= ?2 ORDER BY expires_at LIMIT ?3"
    );
    const OF_CALLER: &str = concat!(
        "SELECT ",
        held_columns!(),
        " FROM rtb_bids WHERE org_id = ?1 AND caller = ?2 AND state = 'reserved' AND expires_at > ?3
         ORDER BY id DESC LIMIT ?4"
    );
    for org in &needs.overdue {
        loaded.overdue.extend(read(tx, OVERDUE, params![id(&org.0), at.0, OVERDUE_MAX])?);
    }
    for (org, caller) in &needs.bids {
        let bids = read(tx, OF_CALLER, params![id(&org.0), caller, at.0, OF_CALLER_MAX])?;
        loaded.bids.insert((*org, caller.clone()), bids);
    }
    Ok(())
}

fn read(tx: &Transaction<'_>, sql: &str, values: impl Params) -> Result<Vec<HeldBid>> {
    let mut statement = tx.prepare_cached(sql)?;
    let uuid = |row: &rusqlite::Row<'_>, at| row.get::<_, [u8; 16]>(at).map(Uuid::from_bytes);
    let rows = statement.query_map(values, |row| {
        Ok(HeldRow {
            org_id: uuid(row, 0)?,
            id: uuid(row, 1)?,
            endpoint_id: uuid(row, 2)?,
            caller: row.get(3)?,
            expires_at: row.get(4)?,
            parameters: row.get(5)?,
            reservation: row.get(6)?,
        })
    })?;
    rows.map(|row| row?.read()).collect()
}

pub fn store(tx: &Transaction<'_>, writes: &Writes) -> Result<()> {
    for row in &writes.bids {
        let held = row.outcome.as_ref().ok();
        let payout = held.and_then(|held| held.reserved.conversion?.payout);
        tx.prepare_cached(
            "INSERT INTO rtb_bids (org_id, id, endpoint_id, caller, at, expires_at, payout, target_id, reservation,
                 parameters, state, reason, answer)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .execute(params![
            id(&row.org.0),
            id(&row.id.0),
            id(&row.endpoint.0),
            row.caller,
            row.at.0,
            held.map(|held| held.expires_at.0),
            payout.map(|payout| payout.micros()),
            held.map(|held| id(&held.reserved.target.0)),
            held.map(|held| to_json(&held.reserved)),
            row.parameters,
            row.state(),
            row.outcome.as_ref().err(),
            row.answer,
        ])?;
    }
    for ended in &writes.ended_bids {
        let changed = tx
            .prepare_cached(
                "UPDATE rtb_bids SET state = ?3, call_id = ?4 WHERE org_id = ?1 AND id = ?2 AND state = 'reserved'",
            )?
            .execute(params![
                id(&ended.org.0),
                id(&ended.id.0),
                ended.state(),
                ended.call.as_ref().map(|call| id(&call.0)),
            ])?;
        if changed != 1 {
            return Err(StorageError::Unreadable(format!("the bid {} holds no place", ended.id)));
        }
    }
    Ok(())
}
