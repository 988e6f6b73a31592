//! Counts the requests of each webhook for whoever looks after them. The request log is what is exact: what a server
//! counted in the seconds before it was killed is not in these numbers.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use hookline_domain::ids::{OrgId, WebhookId};
use hookline_domain::time::Timestamp;

use crate::storage::traffic::{Count, HOUR, add};
use crate::storage::{Db, Result};

type Counts = BTreeMap<(OrgId, WebhookId, i64), Count>;

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
