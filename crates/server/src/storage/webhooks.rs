//! Inbound webhooks and their keys.

use hookline_domain::ids::{OrgId, WebhookId};
use hookline_domain::settings::WebhookSettings;
use hookline_domain::time::Timestamp;
use hookline_domain::webhook::WebhookKind;

use super::sqlite::to_json;
use super::{Result, StorageError, Tx};
use crate::keys::Key;
use crate::settings::raise_version;
use crate::values;

pub struct NewWebhook<'a> {
    pub id: WebhookId,
    pub org: OrgId,
    pub kind: WebhookKind,
    pub name: &'a str,
    pub settings: &'a WebhookSettings,
    pub at: Timestamp,
}

pub async fn create(tx: &mut Tx, new: &NewWebhook<'_>, key: &Key) -> Result<()> {
    tx.execute(
        "INSERT INTO webhooks (id, org_id, kind, name, enabled, settings, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
        values![new.id.0, new.org.0, new.kind.name(), new.name, true, to_json(new.settings), new.at.0],
    )
    .await?;
    add_key(tx, new.id, key, new.at).await
}

async fn add_key(tx: &mut Tx, webhook: WebhookId, key: &Key, at: Timestamp) -> Result<()> {
    tx.execute(
        "INSERT INTO webhook_keys (key_hash, webhook_id, hint, created_at) VALUES ($1, $2, $3, $4)",
        values![key.hash().to_vec(), webhook.0, key.hint(), at.0],
    )
    .await?;
    raise_version(tx).await
}

fn no_webhook(webhook: WebhookId) -> StorageError {
    StorageError::NotFound(format!("there is no webhook {webhook}"))
}

/// Whose it is, and how it is called.
pub async fn find(tx: &mut Tx, webhook: WebhookId) -> Result<(OrgId, String)> {
    let found: Option<(uuid::Uuid, String)> = tx
        .fetch_optional(
            "SELECT org_id, name FROM webhooks WHERE id = $1 AND deleted_at IS NULL",
            values![webhook.0],
        )
        .await?;
    found.map(|(org, name)| (OrgId(org), name)).ok_or_else(|| no_webhook(webhook))
}

/// Gives a webhook a new key; its other keys work until `old_until`.
pub async fn rotate_key(
    tx: &mut Tx,
    webhook: WebhookId,
    key: &Key,
    at: Timestamp,
    old_until: Timestamp,
) -> Result<()> {
    let found: Option<(bool,)> = tx
        .fetch_optional(
            "SELECT enabled FROM webhooks WHERE id = $1 AND deleted_at IS NULL",
            values![webhook.0],
        )
        .await?;
    found.ok_or_else(|| no_webhook(webhook))?;
    tx.execute(
        "UPDATE webhook_keys SET expires_at = $2 WHERE webhook_id = $1 AND (expires_at IS NULL OR expires_at > $2)",
        values![webhook.0, old_until.0],
    )
    .await?;
    add_key(tx, webhook, key, at).await
}

/// Ends a webhook: its keys stop working, its request log stays.
pub async fn delete(tx: &mut Tx, webhook: WebhookId, at: Timestamp) -> Result<()> {
    let deleted = tx
        .execute(
            "UPDATE webhooks SET deleted_at = $2 WHERE id = $1 AND deleted_at IS NULL",
            values![webhook.0, at.0],
        )
        .await?;
    if deleted != 1 {
        return Err(no_webhook(webhook));
    }
    tx.execute("DELETE FROM webhook_keys WHERE webhook_id = $1", values![webhook.0]).await?;
    raise_version(tx).await
}

/// Changes what may be changed of a webhook; the caller has checked the settings.
pub async fn update(
    tx: &mut Tx,
    webhook: WebhookId,
    name: &str,
    enabled: bool,
    settings: &WebhookSettings,
    at: Timestamp,
) -> Result<()> {
    let changed = tx
        .execute(
            "UPDATE webhooks SET name = $2, enabled = $3, settings = $4, updated_at = $5
             WHERE id = $1 AND deleted_at IS NULL",
            values![webhook.0, name, enabled, to_json(settings), at.0],
        )
        .await?;
    if changed != 1 {
        return Err(no_webhook(webhook));
    }
    raise_version(tx).await
}

pub fn fields_from_text(text: &str) -> Result<Vec<hookline_domain::webhook::Field>> {
    serde_json::from_str(text)
        .map_err(|error| StorageError::Unreadable(format!("caller_data.fields: {error}")))
}

pub fn kind_from_text(text: &str) -> Result<hookline_domain::webhook::WebhookKind> {
    hookline_domain::webhook::WebhookKind::from_name(text)
        .ok_or_else(|| StorageError::Unreadable(format!("webhooks.kind is `{text}`")))
}
