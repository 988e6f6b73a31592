//! What is done with deliveries: made, made ready, claimed, settled. Every transaction is a few statements, however many
//! rows it takes: whoever commits calls waits for it.

use hookline_domain::ids::{CallId, DeliveryId, OrgId, OutgoingWebhookId};
use hookline_domain::outgoing::Event;
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use super::deliveries::HOUR;
use super::{Db, Result, StorageError, Tx, Value};
use crate::values;

/// A delivery by its key.
pub type Key = (OrgId, DeliveryId);

/// How far the timeline was read; empty if nothing was.
pub async fn cursor(db: &Db) -> Result<String> {
    let row: Option<(String,)> =
        db.fetch_optional("SELECT cursor FROM delivery_progress WHERE id = $1", values![1_i64]).await?;
    row.map(|(cursor,)| cursor)
        .ok_or_else(|| StorageError::Unreadable("delivery_progress has lost its row".into()))
}

pub struct NewDelivery {
    pub org: OrgId,
    pub id: DeliveryId,
    pub webhook: OutgoingWebhookId,
    pub event: Event,
    pub call: CallId,
    pub due_at: Timestamp,
    /// JSON; a mark has none before it is due.
    pub request: Option<String>,
}

/// Adds deliveries and moves the cursor past what they tell of. False if another has moved it: then nothing is added.
pub async fn create(db: &Db, known: &str, cursor: &str, new: &[NewDelivery], at: Timestamp) -> Result<bool> {
    let mut tx = db.begin().await?;
    let moved = tx
        .execute(
            "UPDATE delivery_progress SET cursor = $2 WHERE id = 1 AND cursor = $1",
            values![known, cursor],
        )
        .await?;
    if moved != 1 {
        return Ok(false);
    }
    if !new.is_empty() {
        let rows = new.iter().map(|one| {
            let state = if one.request.is_some() { "pending" } else { "waiting" };
            values![
                one.org.0,
                one.id.0,
                one.webhook.0,
                one.event.name(),
                one.call.0,
                Uuid::nil(),
                state,
                one.due_at.0,
                at.0,
                if one.request.is_some() { at.0 } else { one.due_at.0 },
                0_i64,
                one.request.as_deref()
            ]
        });
        let (tuples, values) = tuples(rows, vec![]);
        // An event that comes once more, such as a conversion that was taken back, was told already.
        let sql = format!(
            "INSERT INTO deliveries (org_id, id, webhook_id, event, call_id, copy, state, due_at, created_at, next_at,
                 attempts_made, request)
             VALUES {tuples} ON CONFLICT DO NOTHING"
        );
        tx.execute(&sql, values).await?;
    }
    tx.commit().await?;
    Ok(true)
}

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
         WHERE deliveries.org_id = v.column1 AND deliveries.id = v.column2 AND deliveries.state = $1"
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

/// Those of these that nobody else is at: on PostgreSQL they stay locked until the transaction ends, so that two nodes
/// take rows in no order that could hold both up.
async fn lock(
    tx: &mut Tx,
    wanted: impl Iterator<Item = Key>,
    state: &'static str,
    now: Timestamp,
) -> Result<Vec<Key>> {
    let wanted: Vec<Key> = wanted.collect();
    if wanted.is_empty() || matches!(tx, Tx::Sqlite(..)) {
        return Ok(wanted);
    }
    let rows = wanted.iter().map(|(org, id)| values![org.0, id.0]);
    let (tuples, values) = tuples(rows, values![state, now.0]);
    let sql = format!(
        "SELECT d.org_id, d.id FROM deliveries d JOIN (VALUES {tuples}) AS v
             ON d.org_id = v.column1 AND d.id = v.column2
         WHERE d.state = $1 AND d.next_at <= $2 FOR UPDATE OF d SKIP LOCKED"
    );
    let rows: Vec<(Uuid, Uuid)> = tx.fetch_all(&sql, values).await?;
    Ok(rows.into_iter().map(|(org, id)| (OrgId(org), DeliveryId(id))).collect())
}

/// What became of an attempt.
pub struct Settled {
    pub key: Key,
    pub webhook: OutgoingWebhookId,
    pub claim: Uuid,
    pub number: i64,
    pub at: Timestamp,
    pub duration_ms: i64,
    pub status: Option<i64>,
    pub error: Option<String>,
    pub response: String,
    /// pending, delivered, failed
    pub state: &'static str,
    pub next_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
}

/// Writes down what became of attempts, for those that still have their claim.
pub async fn settle(tx: &mut Tx, settled: &[Settled]) -> Result<()> {
    let rows = settled.iter().map(|one| {
        values![
            one.key.0.0,
            one.key.1.0,
            one.claim,
            one.state,
            one.next_at.map(|at| at.0),
            one.number,
            one.ended_at.map(|at| at.0),
            one.status,
            one.error.as_deref()
        ]
    });
    let (updates, values) = tuples(rows, vec![]);
    let sql = format!(
        "UPDATE deliveries SET claim = NULL, state = v.column4, next_at = v.column5, attempts_made = v.column6,
             ended_at = v.column7, last_status = v.column8, last_error = v.column9
         FROM (VALUES {updates}) AS v
         WHERE deliveries.org_id = v.column1 AND deliveries.id = v.column2 AND deliveries.claim = v.column3
         RETURNING id"
    );
    let done: Vec<(Uuid,)> = tx.fetch_all(&sql, values).await?;
    let rows = settled.iter().map(|one| {
        values![
            one.key.0.0,
            one.key.1.0,
            one.number,
            one.at.0,
            one.duration_ms,
            one.status,
            one.error.as_deref(),
            one.response.as_str()
        ]
    });
    let (attempts, values) = tuples(rows, vec![]);
    let sql = format!(
        "INSERT INTO delivery_attempts (org_id, delivery_id, number, at, duration_ms, status, error, response)
         VALUES {attempts} ON CONFLICT DO NOTHING"
    );
    tx.execute(&sql, values).await?;
    let ended = settled.iter().filter(|one| done.iter().any(|(id,)| *id == one.key.1.0));
    count(tx, ended).await
}

/// Adds to the counts by hours, in the order of their keys, so that two nodes can't hold each other up.
async fn count(tx: &mut Tx, settled: impl Iterator<Item = &Settled>) -> Result<()> {
    let mut counts = std::collections::BTreeMap::<(Uuid, Uuid, i64), (i64, i64, i64)>::new();
    for one in settled {
        let Some(at) = one.ended_at else { continue };
        let count = counts.entry((one.key.0.0, one.webhook.0, at.0.div_euclid(HOUR) * HOUR)).or_default();
        count.0 += 1;
        count.1 += i64::from(one.state == "failed");
        count.2 = count.2.max(at.0);
    }
    if counts.is_empty() {
        return Ok(());
    }
    let rows = counts.into_iter().map(|((org, webhook, hour), (deliveries, failed, last_at))| {
        values![org, webhook, hour, deliveries, failed, last_at]
    });
    let (tuples, values) = tuples(rows, vec![]);
    let sql = format!(
        "INSERT INTO delivery_traffic (org_id, webhook_id, hour, deliveries, failed, last_at) VALUES {tuples}
         ON CONFLICT (org_id, webhook_id, hour) DO UPDATE SET
             deliveries = delivery_traffic.deliveries + excluded.deliveries,
             failed = delivery_traffic.failed + excluded.failed,
             last_at = CASE WHEN excluded.last_at > delivery_traffic.last_at THEN excluded.last_at
                 ELSE delivery_traffic.last_at END"
    );
    tx.execute(&sql, values).await.map(drop)
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

/// `($3, $4), ($5, $6)` for rows of values, after the values that are there already.
fn tuples(rows: impl Iterator<Item = Vec<Value>>, before: Vec<Value>) -> (String, Vec<Value>) {
    let mut values = before;
    let mut tuples = Vec::new();
    for row in rows {
        let first = values.len() + 1;
        values.extend(row);
        let names: Vec<String> = (first..=values.len()).map(|at| format!("${at}")).collect();
        tuples.push(format!("({})", names.join(", ")));
    }
    (tuples.join(", "), values)
}
