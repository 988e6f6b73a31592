//! Who sends a delivery: one at a time, for a time.

use hookline_domain::time::Timestamp;
use uuid::Uuid;

use super::{Key, lock, tuples};
use crate::storage::{Db, Result};
use crate::values;

#[derive(Debug, sqlx::FromRow)]
pub struct ClaimedRow {
    pub org_id: Uuid,
    pub id: Uuid,
    pub webhook_id: Uuid,
    pub due_at: i64,
    pub attempts_made: i64,
    pub request: Option<String>,
}

/// Takes pending deliveries that are due to send them, until another may do it instead. Each goes to one.
pub async fn claim(
    db: &Db,
    wanted: &[Key],
    claim: Uuid,
    now: Timestamp,
    until: Timestamp,
) -> Result<Vec<ClaimedRow>> {
    let mut tx = db.begin().await?;
    let free = lock(&mut tx, wanted.iter().copied(), "pending", now).await?;
    if free.is_empty() {
        return Ok(Vec::new());
    }
    let rows = free.iter().map(|(org, id)| values![org.0, id.0]);
    let (tuples, values) = tuples(rows, values![claim, until.0, now.0]);
    let sql = format!(
        "UPDATE deliveries SET claim = $1, next_at = $2 FROM (VALUES {tuples}) AS v
         WHERE deliveries.org_id = v.column1 AND deliveries.id = v.column2 AND deliveries.state = 'pending'
             AND deliveries.next_at <= $3
         RETURNING org_id, id, webhook_id, due_at, attempts_made, request"
    );
    let claimed = tx.fetch_all(&sql, values).await?;
    tx.commit().await?;
    Ok(claimed)
}

/// Gives back what was claimed and not sent to its end; another sends it at once.
pub async fn release(db: &Db, claims: &[(Key, Uuid)], now: Timestamp) -> Result<u64> {
    if claims.is_empty() {
        return Ok(0);
    }
    let rows = claims.iter().map(|((org, id), claim)| values![org.0, id.0, *claim]);
    let (tuples, values) = tuples(rows, values![now.0]);
    let sql = format!(
        "UPDATE deliveries SET claim = NULL, next_at = $1 FROM (VALUES {tuples}) AS v
         WHERE deliveries.org_id = v.column1 AND deliveries.id = v.column2 AND deliveries.claim = v.column3"
    );
    db.execute(&sql, values).await
}
