//! Deliveries made of what the timeline tells.

use hookline_domain::ids::{CallId, DeliveryId, OrgId, OutgoingWebhookId};
use hookline_domain::outgoing::Event;
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use super::tuples;
use crate::storage::{Db, Result, StorageError};
use crate::values;

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
