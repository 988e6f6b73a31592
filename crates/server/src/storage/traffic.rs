//! How many requests came to each webhook, by hours.

use hookline_domain::ids::{OrgId, WebhookId};
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use super::{Db, Result, Tx};
use crate::values;

pub const HOUR: i64 = 3_600 * 1_000_000;

/// Requests of one webhook in one hour.
#[derive(Debug, Clone, Copy, Default)]
pub struct Count {
    pub requests: i64,
    /// Answered with 4xx or 5xx.
    pub refused: i64,
    pub last_at: i64,
}

#[derive(Debug, sqlx::FromRow)]
pub struct CountRow {
    pub webhook_id: Uuid,
    pub hour: i64,
    pub requests: i64,
    pub refused: i64,
    pub last_at: i64,
}

pub async fn add(tx: &mut Tx, org: OrgId, webhook: WebhookId, hour: i64, count: &Count) -> Result<()> {
    tx.execute(
        "INSERT INTO webhook_traffic (org_id, webhook_id, hour, requests, refused, last_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (org_id, webhook_id, hour) DO UPDATE SET
             requests = webhook_traffic.requests + excluded.requests,
             refused = webhook_traffic.refused + excluded.refused,
             last_at = CASE WHEN excluded.last_at > webhook_traffic.last_at THEN excluded.last_at
                 ELSE webhook_traffic.last_at END",
        values![org.0, webhook.0, hour, count.requests, count.refused, count.last_at],
    )
    .await
    .map(drop)
}

/// Of every webhook, from this hour on.
pub async fn since(db: &Db, org: OrgId, from: Timestamp) -> Result<Vec<CountRow>> {
    db.fetch_all(
        "SELECT webhook_id, hour, requests, refused, last_at FROM webhook_traffic
         WHERE org_id = $1 AND hour >= $2 ORDER BY webhook_id, hour",
        values![org.0, from.0.div_euclid(HOUR) * HOUR],
    )
    .await
}

/// When each webhook had its newest request.
pub async fn newest(db: &Db, org: OrgId) -> Result<Vec<(Uuid, i64)>> {
    db.fetch_all(
        "SELECT webhook_id, MAX(last_at) FROM webhook_traffic WHERE org_id = $1 GROUP BY webhook_id",
        values![org.0],
    )
    .await
}
