//! Deliveries whose time has come, and those that end without being sent.

use hookline_domain::ids::{DeliveryId, OrgId, OutgoingWebhookId};
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use super::settle::{Count, count};
use super::{Key, lock, tuples};
use crate::storage::{Db, Result, Tx};
use crate::values;

/// Deliveries that are dropped in the transaction that ends their webhook.
const DROPPED_AT_ONCE_MAX: i64 = 1_000;

/// A delivery that is due.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DueRow {
    pub org_id: Uuid,
    pub id: Uuid,
    pub webhook_id: Uuid,
    pub event: String,
    pub call_id: Uuid,
    pub due_at: i64,
    pub next_at: i64,
}

impl DueRow {
    pub fn key(&self) -> Key {
        (OrgId(self.org_id), DeliveryId(self.id))
    }
}

/// The outgoing webhooks with deliveries of a state that are due, each with the time of the one that is due longest;
/// those that wait longest first. It goes from one webhook to the next by the index, however many deliveries each has.
pub async fn webhooks_due(db: &Db, state: &'static str, now: Timestamp) -> Result<Vec<(Uuid, i64)>> {
    db.fetch_all(
        "WITH RECURSIVE open (webhook_id) AS (
             SELECT (SELECT webhook_id FROM deliveries WHERE state = $1 AND next_at IS NOT NULL
                 ORDER BY webhook_id LIMIT 1)
             UNION ALL
             SELECT (SELECT d.webhook_id FROM deliveries d
                 WHERE d.state = $1 AND d.next_at IS NOT NULL AND d.webhook_id > open.webhook_id
                 ORDER BY d.webhook_id LIMIT 1)
             FROM open WHERE open.webhook_id IS NOT NULL
         ), first (webhook_id, next_at) AS (
             SELECT webhook_id, (SELECT d.next_at FROM deliveries d
                 WHERE d.state = $1 AND d.next_at IS NOT NULL AND d.webhook_id = open.webhook_id
                 ORDER BY d.next_at LIMIT 1)
             FROM open WHERE webhook_id IS NOT NULL
         )
         SELECT webhook_id, next_at FROM first WHERE next_at <= $2 ORDER BY next_at",
        values![state, now.0],
    )
    .await
}

/// Deliveries of a state that are due, of these outgoing webhooks and at most so many of each; the longest due first.
pub async fn due(db: &Db, state: &'static str, now: Timestamp, of: &[(Uuid, usize)]) -> Result<Vec<DueRow>> {
    if of.is_empty() {
        return Ok(Vec::new());
    }
    let mut values = values![state, now.0];
    let parts = of.iter().map(|(webhook, max)| {
        values.push((*webhook).into());
        format!(
            "SELECT * FROM (SELECT org_id, id, webhook_id, event, call_id, due_at, next_at FROM deliveries
                 WHERE state = $1 AND next_at <= $2 AND webhook_id = ${} ORDER BY next_at LIMIT {max}) AS part",
            values.len()
        )
    });
    let parts: Vec<String> = parts.collect();
    db.fetch_all(&format!("{} ORDER BY next_at", parts.join(" UNION ALL ")), values).await
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

/// A delivery that ends without being sent.
pub struct Ended {
    pub key: Key,
    pub webhook: OutgoingWebhookId,
    /// dropped, or failed if someone can do something about it.
    pub state: &'static str,
    pub why: String,
}

/// Ends deliveries of a state without sending them, each with the reason why.
pub async fn end_due(db: &Db, state: &'static str, ended: &[Ended], now: Timestamp) -> Result<u64> {
    let mut tx = db.begin().await?;
    let free = lock(&mut tx, ended.iter().map(|one| one.key), state, now).await?;
    let rows = ended
        .iter()
        .filter(|one| free.contains(&one.key))
        .map(|one| values![one.key.0.0, one.key.1.0, one.state, one.why.as_str()])
        .collect::<Vec<_>>();
    if rows.is_empty() {
        return Ok(0);
    }
    let (tuples, values) = tuples(rows.into_iter(), values![state, now.0]);
    let sql = format!(
        "UPDATE deliveries SET state = v.column3, next_at = NULL, claim = NULL, ended_at = $2, last_error = v.column4
         FROM (VALUES {tuples}) AS v
         WHERE deliveries.org_id = v.column1 AND deliveries.id = v.column2 AND deliveries.state = $1
             AND deliveries.next_at <= $2
         RETURNING id"
    );
    let done: Vec<(Uuid,)> = tx.fetch_all(&sql, values).await?;
    let failed = ended.iter().filter(|one| one.state == "failed" && done.contains(&(one.key.1.0,)));
    let failed = failed.map(|one| Count { org: one.key.0, webhook: one.webhook, at: now, is_failed: true });
    count(&mut tx, failed).await?;
    tx.commit().await?;
    Ok(done.len() as u64)
}

/// Ends some of an outgoing webhook's deliveries that are not being sent, as part of the transaction that ends or
/// disables it. Those beyond are dropped when they come due.
pub async fn drop_of(
    tx: &mut Tx,
    org: OrgId,
    webhook: OutgoingWebhookId,
    why: &str,
    at: Timestamp,
) -> Result<u64> {
    tx.execute(
        "UPDATE deliveries SET state = 'dropped', next_at = NULL, ended_at = $4, last_error = $3
         WHERE org_id = $1 AND claim IS NULL AND next_at IS NOT NULL AND id IN (
             SELECT id FROM deliveries WHERE state IN ('waiting', 'pending') AND webhook_id = $2
                 AND next_at IS NOT NULL AND claim IS NULL
             LIMIT $5)",
        values![org.0, webhook.0, why, at.0, DROPPED_AT_ONCE_MAX],
    )
    .await
}
