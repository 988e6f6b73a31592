//! What became of attempts.

use std::collections::BTreeMap;

use hookline_domain::ids::{OrgId, OutgoingWebhookId};
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use super::{Key, tuples};
use crate::storage::deliveries::HOUR;
use crate::storage::{Result, Tx};
use crate::values;

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
    let ended = settled.iter().filter(|one| done.contains(&(one.key.1.0,)));
    let ended = ended.filter_map(|one| {
        let (org, webhook, at) = (one.key.0, one.webhook, one.ended_at?);
        Some(Count { org, webhook, at, is_failed: one.state == "failed" })
    });
    count(tx, ended).await
}

/// A delivery that ended.
pub(super) struct Count {
    pub org: OrgId,
    pub webhook: OutgoingWebhookId,
    pub at: Timestamp,
    pub is_failed: bool,
}

/// Adds to the counts by hours, in the order of their keys, so that two nodes can't hold each other up.
pub(super) async fn count(tx: &mut Tx, ended: impl Iterator<Item = Count>) -> Result<()> {
    let mut counts = BTreeMap::<(Uuid, Uuid, i64), (i64, i64, i64)>::new();
    for one in ended {
        let hour = one.at.0.div_euclid(HOUR) * HOUR;
        let count = counts.entry((one.org.0, one.webhook.0, hour)).or_default();
        count.0 += 1;
        count.1 += i64::from(one.is_failed);
        count.2 = count.2.max(one.at.0);
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
