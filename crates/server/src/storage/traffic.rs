//! How many requests came to each webhook, by hours, for whoever looks after them. The request log is what is exact:
//! what a server counted in the seconds before it was killed is not in these numbers.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

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

async fn add(tx: &mut Tx, org: OrgId, webhook: WebhookId, hour: i64, count: &Count) -> Result<()> {
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

type Counts = BTreeMap<(OrgId, WebhookId, i64), Count>;

/// What this server counted and has not stored.
#[derive(Default)]
pub struct Traffic(Mutex<Counts>);

impl Traffic {
    pub fn count(&self, org: OrgId, webhook: WebhookId, status: u16, at: Timestamp) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry((org, webhook, at.0.div_euclid(HOUR) * HOUR)).or_default();
        count.requests += 1;
        count.refused += i64::from(status >= 400);
        count.last_at = count.last_at.max(at.0);
    }

    /// Stores what was counted since the last time, and keeps it if that fails.
    pub async fn store(&self, db: &Db) -> Result<()> {
        let counts = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if counts.is_empty() {
            return Ok(());
        }
        let stored = write(db, &counts).await;
        if stored.is_err() {
            let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            for (key, kept) in counts {
                let count = now.entry(key).or_default();
                count.requests += kept.requests;
                count.refused += kept.refused;
                count.last_at = count.last_at.max(kept.last_at);
            }
        }
        stored
    }
}

async fn write(db: &Db, counts: &Counts) -> Result<()> {
    let mut tx = db.begin().await?;
    for ((org, webhook, hour), count) in counts {
        add(&mut tx, *org, *webhook, *hour, count).await?;
    }
    tx.commit().await
}
