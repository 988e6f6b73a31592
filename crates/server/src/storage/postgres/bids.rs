//! Bids whose places are held, on PostgreSQL. The organization's lock was taken before.

use hookline_domain::ids::OrgId;
use hookline_domain::time::Timestamp;
use sqlx::{PgConnection, Row};

use crate::intake::bid::HeldBid;
use crate::intake::effect::{Loaded, Needs, Writes};
use crate::storage::bids::{HeldRow, OF_CALLER_MAX, OVERDUE_MAX, held_columns};
use crate::storage::sqlite::to_json;
use crate::storage::{Result, StorageError};

pub async fn load(
    connection: &mut PgConnection,
    needs: &Needs,
    loaded: &mut Loaded,
    at: Timestamp,
) -> Result<()> {
    const OVERDUE: &str = concat!(
        "SELECT ",
        held_columns!(),
        " FROM rtb_bids WHERE org_id = $1 AND state = 'reserved' AND expires_at <= $2 ORDER BY expires_at LIMIT $3"
    );
    const OF_CALLER: &str = concat!(
        "SELECT ",
        held_columns!(),
        " FROM rtb_bids WHERE org_id = $1 AND caller = $2 AND state = 'reserved' AND expires_at > $3
         ORDER BY id DESC LIMIT $4"
    );
    for OrgId(org) in &needs.overdue {
        let query = sqlx::query_as(OVERDUE).bind(org).bind(at.0).bind(OVERDUE_MAX);
        loaded.overdue.extend(read(query.fetch_all(&mut *connection).await?)?);
    }
    for (org, caller) in &needs.bids {
        let query = sqlx::query_as(OF_CALLER).bind(org.0).bind(caller).bind(at.0).bind(OF_CALLER_MAX);
        let bids = read(query.fetch_all(&mut *connection).await?)?;
        loaded.bids.insert((*org, caller.clone()), bids);
    }
    Ok(())
}

fn read(rows: Vec<HeldRow>) -> Result<Vec<HeldBid>> {
    rows.into_iter().map(HeldRow::read).collect()
}

pub async fn store(connection: &mut PgConnection, writes: &Writes) -> Result<()> {
    store_new(connection, writes).await?;
    let rows = &writes.ended_bids;
    if rows.is_empty() {
        return Ok(());
    }
    let changed: i64 = sqlx::query(
        "WITH changed AS (
             UPDATE rtb_bids b SET state = n.state, call_id = n.call_id
             FROM UNNEST($1::uuid[], $2::uuid[], $3::text[], $4::uuid[]) AS n (org_id, id, state, call_id)
             WHERE b.org_id = n.org_id AND b.id = n.id AND b.state = 'reserved'
             RETURNING 1
         ) SELECT COUNT(*) FROM changed",
    )
    .bind(rows.iter().map(|row| row.org.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.id.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.state()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.call.map(|call| call.0)).collect::<Vec<_>>())
    .fetch_one(&mut *connection)
    .await?
    .try_get(0)?;
    if usize::try_from(changed).ok() == Some(rows.len()) {
        Ok(())
    } else {
        Err(StorageError::Unreadable("a bid holds no place, though its organization was locked".into()))
    }
}

async fn store_new(connection: &mut PgConnection, writes: &Writes) -> Result<()> {
    let rows = &writes.bids;
    if rows.is_empty() {
        return Ok(());
    }
    let held = || rows.iter().map(|row| row.outcome.as_ref().ok());
    let payout = |held: &HeldBid| held.reserved.conversion?.payout.map(|payout| payout.micros());
    sqlx::query(
        "INSERT INTO rtb_bids (org_id, id, endpoint_id, caller, at, expires_at, payout, target_id, reservation,
             parameters, state, reason, answer)
         SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[],
             $8::uuid[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[])",
    )
    .bind(rows.iter().map(|row| row.org.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.id.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.endpoint.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.caller.as_deref()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.at.0).collect::<Vec<_>>())
    .bind(held().map(|held| held.map(|held| held.expires_at.0)).collect::<Vec<_>>())
    .bind(held().map(|held| held.and_then(payout)).collect::<Vec<_>>())
    .bind(held().map(|held| held.map(|held| held.reserved.target.0)).collect::<Vec<_>>())
    .bind(held().map(|held| held.map(|held| to_json(&held.reserved))).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.parameters.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.state()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.outcome.as_ref().err().copied()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.answer.as_str()).collect::<Vec<_>>())
    .execute(&mut *connection)
    .await?;
    Ok(())
}
