//! Deliveries whose time has come, and those that end without being sent.

use hookline_domain::ids::{DeliveryId, OrgId, OutgoingWebhookId};
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use super::{Key, lock, tuples};
use crate::storage::{Db, Result, Tx, Value};
use crate::values;

/// A delivery that is due.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DueRow {
    pub org_id: Uuid,
    pub id: Uuid,
    pub webhook_id: Uuid,
    pub event: String,
    pub call_id: Uuid,
    pub due_at: i64,
}

impl DueRow {
    pub fn key(&self) -> Key {
        (OrgId(self.org_id), DeliveryId(self.id))
    }
}

/// Deliveries of a state that are due, but for those of some outgoing webhooks; the longest due first.
pub async fn due(
    db: &Db,
    state: &'static str,
    now: Timestamp,
    except: &[OutgoingWebhookId],
    max: usize,
) -> Result<Vec<DueRow>> {
    let mut values = values![state, now.0];
    let mut sql = "SELECT org_id, id, webhook_id, event, call_id, due_at FROM deliveries
         WHERE state = $1 AND next_at <= $2"
        .to_owned();
    if !except.is_empty() {
        let first = values.len() + 1;
        values.extend(except.iter().map(|id| Value::from(id.0)));
        let names: Vec<String> = (first..=values.len()).map(|at| format!("${at}")).collect();
        sql += &format!(" AND webhook_id NOT IN ({})", names.join(", "));
    }
    sql += &format!(" ORDER BY next_at LIMIT {max}");
    db.fetch_all(&sql, values).await
}

/// What became of a delivery that was waiting for its time.
pub struct Ready {
    pub key: Key,
    /// JSON.
    pub request: String,
}

/// Makes deliveries that waited pending.
pub async fn make_ready(db: &Db, ready: &[Ready], now: Timestamp) -> Result<u64> {
    let mut tx = db.begin().await?;
    let free = lock(&mut tx, ready.iter().map(|one| one.key), "waiting", now).await?;
    let rows = ready
        .iter()
        .filter(|one| free.contains(&one.key))
        .map(|one| values![one.key.0.0, one.key.1.0, one.request.as_str()])
        .collect::<Vec<_>>();
    if rows.is_empty() {
        return Ok(0);
    }
    let (tuples, values) = tuples(rows.into_iter(), values![now.0]);
    let sql = format!(
        "UPDATE deliveries SET state = 'pending', next_at = $1, request = v.column3
         FROM (VALUES {tuples}) AS v
         WHERE deliveries.org_id = v.column1 AND deliveries.id = v.column2 AND deliveries.state = 'waiting'"
    );
    let changed = tx.execute(&sql, values).await?;
    tx.commit().await?;
    Ok(changed)
}

/// Ends deliveries without sending them, each with the reason why.
pub async fn drop_due(
    db: &Db,
    state: &'static str,
    dropped: &[(Key, String)],
    now: Timestamp,
) -> Result<u64> {
    let mut tx = db.begin().await?;
    let free = lock(&mut tx, dropped.iter().map(|(key, _)| *key), state, now).await?;
    let rows = dropped
        .iter()
        .filter(|(key, _)| free.contains(key))
        .map(|(key, why)| values![key.0.0, key.1.0, why.as_str()])
        .collect::<Vec<_>>();
    if rows.is_empty() {
        return Ok(0);
    }
    let (tuples, values) = tuples(rows.into_iter(), values![state, now.0]);
    let sql = format!(
        "UPDATE deliveries SET state = 'dropped', next_at = NULL, claim = NULL, ended_at = $2, last_error = v.column3
         FROM (VALUES {tuples}) AS v
         WHERE deliveries.org_id = v.column1 AND deliveries.id = v.column2 AND deliveries.state = $1
             AND deliveries.next_at <= $2"
    );
    let changed = tx.execute(&sql, values).await?;
    tx.commit().await?;
    Ok(changed)
}

/// Ends at most `max` of an outgoing webhook's deliveries that are not being sent, as part of the transaction that ends
/// or disables it. Those beyond are dropped when they come due.
pub async fn drop_of(
    tx: &mut Tx,
    org: OrgId,
    webhook: OutgoingWebhookId,
    why: &str,
    at: Timestamp,
    max: i64,
) -> Result<u64> {
    tx.execute(
        "UPDATE deliveries SET state = 'dropped', next_at = NULL, ended_at = $4, last_error = $3
         WHERE org_id = $1 AND claim IS NULL AND next_at IS NOT NULL AND id IN (
             SELECT id FROM deliveries WHERE org_id = $1 AND webhook_id = $2 AND next_at IS NOT NULL AND claim IS NULL
             ORDER BY id DESC LIMIT $5)",
        values![org.0, webhook.0, why, at.0, max],
    )
    .await
}
