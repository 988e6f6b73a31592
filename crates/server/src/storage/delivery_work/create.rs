//! Deliveries made of what the timeline tells.

use hookline_domain::ids::{CallId, DeliveryId, OrgId, OutgoingWebhookId};
use hookline_domain::outgoing::Event;
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use super::settle::{Count, count};
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
    pub begins: Begins,
}

/// What becomes of a new delivery at first.
pub enum Begins {
    /// A mark: its request is made when it is due.
    Waiting,
    /// With its request as JSON.
    Pending(String),
    /// With the reason why it can't be sent.
    Failed(String),
}

impl Begins {
    fn state(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Pending(_) => "pending",
            Self::Failed(_) => "failed",
        }
    }
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
            let (next_at, request, ended_at, error) = match &one.begins {
                Begins::Waiting => (Some(one.due_at.0), None, None, None),
                Begins::Pending(request) => (Some(at.0), Some(request.as_str()), None, None),
                Begins::Failed(why) => (None, None, Some(at.0), Some(why.as_str())),
            };
            values![
                one.org.0,
                one.id.0,
                one.webhook.0,
                one.event.name(),
                one.call.0,
                Uuid::nil(),
                one.begins.state(),
                one.due_at.0,
                at.0,
                next_at,
                0_i64,
                request,
                ended_at,
                error
            ]
        });
        let (tuples, values) = tuples(rows, vec![]);
        // An event that comes once more, such as a conversion that was taken back, was told already.
        let sql = format!(
            "INSERT INTO deliveries (org_id, id, webhook_id, event, call_id, copy, state, due_at, created_at, next_at,
                 attempts_made, request, ended_at, last_error)
             VALUES {tuples} ON CONFLICT DO NOTHING RETURNING id"
        );
        let added: Vec<(Uuid,)> = tx.fetch_all(&sql, values).await?;
        let is_failed =
            |one: &&NewDelivery| matches!(one.begins, Begins::Failed(_)) && added.contains(&(one.id.0,));
        let failed = new.iter().filter(is_failed);
        let failed = failed.map(|one| Count { org: one.org, webhook: one.webhook, at, is_failed: true });
        count(&mut tx, failed).await?;
    }
    tx.commit().await?;
    Ok(true)
}
