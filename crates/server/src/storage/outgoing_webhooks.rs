//! Outgoing webhooks: where events of calls are told.

use hookline_domain::ids::{OrgId, OutgoingWebhookId};
use hookline_domain::outgoing::Settings;
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use super::sqlite::to_json;
use super::{Db, Result, StorageError, Tx};
use crate::settings::OutgoingWebhook;
use crate::values;

#[derive(sqlx::FromRow)]
pub struct OutgoingRow {
    id: Uuid,
    org_id: Uuid,
    name: String,
    enabled: bool,
    pub settings: String,
    rotation: i64,
    old_secret_until: Option<i64>,
    secret_check: Vec<u8>,
    since: String,
    disabled_reason: Option<String>,
    created_at: i64,
    updated_at: i64,
}

impl OutgoingRow {
    pub fn webhook(self, settings: Settings) -> OutgoingWebhook {
        OutgoingWebhook {
            id: OutgoingWebhookId(self.id),
            org: OrgId(self.org_id),
            name: self.name,
            enabled: self.enabled,
            settings,
            rotation: self.rotation,
            old_secret_until: self.old_secret_until.map(Timestamp),
            secret_check: self.secret_check,
            since: self.since,
            disabled_reason: self.disabled_reason,
            created_at: Timestamp(self.created_at),
            updated_at: Timestamp(self.updated_at),
        }
    }
}

/// Of every organization.
pub async fn all(db: &Db) -> Result<Vec<OutgoingRow>> {
    db.fetch_all(
        "SELECT id, org_id, name, enabled, settings, rotation, old_secret_until, secret_check, since,
             disabled_reason, created_at, updated_at
         FROM outgoing_webhooks WHERE deleted_at IS NULL",
        vec![],
    )
    .await
}

pub async fn create(tx: &mut Tx, new: &OutgoingWebhook) -> Result<()> {
    tx.execute(
        "INSERT INTO outgoing_webhooks (id, org_id, name, enabled, settings, rotation, secret_check, since,
             created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        values![
            new.id.0,
            new.org.0,
            new.name.as_str(),
            new.enabled,
            to_json(&new.settings),
            new.rotation,
            new.secret_check.clone(),
            new.since.as_str(),
            new.created_at.0
        ],
    )
    .await
    .map(drop)
}

/// All that may change of it.
pub async fn update(tx: &mut Tx, webhook: &OutgoingWebhook) -> Result<()> {
    let changed = tx
        .execute(
            "UPDATE outgoing_webhooks SET name = $3, enabled = $4, settings = $5, rotation = $6, old_secret_until = $7,
                 secret_check = $8, since = $9, disabled_reason = $10, updated_at = $11
             WHERE org_id = $1 AND id = $2 AND deleted_at IS NULL",
            values![
                webhook.org.0,
                webhook.id.0,
                webhook.name.as_str(),
                webhook.enabled,
                to_json(&webhook.settings),
                webhook.rotation,
                webhook.old_secret_until.map(|until| until.0),
                webhook.secret_check.clone(),
                webhook.since.as_str(),
                webhook.disabled_reason.as_deref(),
                webhook.updated_at.0
            ],
        )
        .await?;
    found(changed, webhook.id)
}

/// Ends it; its deliveries stay in the log.
pub async fn delete(tx: &mut Tx, org: OrgId, id: OutgoingWebhookId, at: Timestamp) -> Result<()> {
    let changed = tx
        .execute(
            "UPDATE outgoing_webhooks SET deleted_at = $3 WHERE org_id = $1 AND id = $2 AND deleted_at IS NULL",
            values![org.0, id.0, at.0],
        )
        .await?;
    found(changed, id)
}

/// Its receiver wants no more. Whether it was still enabled, and as it was at this time.
pub async fn disable(
    tx: &mut Tx,
    org: OrgId,
    id: OutgoingWebhookId,
    reason: &str,
    as_of: Timestamp,
    at: Timestamp,
) -> Result<bool> {
    let changed = tx
        .execute(
            "UPDATE outgoing_webhooks SET enabled = $4, disabled_reason = $3, updated_at = $5
             WHERE org_id = $1 AND id = $2 AND enabled AND deleted_at IS NULL
                 AND updated_at = $6",
            values![org.0, id.0, reason, false, at.0, as_of.0],
        )
        .await?;
    Ok(changed == 1)
}

fn found(changed: u64, id: OutgoingWebhookId) -> Result<()> {
    if changed == 1 {
        return Ok(());
    }
    Err(StorageError::NotFound(format!("there is no outgoing webhook {id}")))
}
