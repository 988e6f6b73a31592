//! Outgoing webhooks that are there.

use std::collections::HashMap;
use std::sync::Arc;

use hookline_domain::ids::OutgoingWebhookId;

use super::{Orgs, from_json};
use crate::settings::OutgoingWebhook;
use crate::storage::outgoing_webhooks;
use crate::storage::{Db, Result};

pub async fn outgoing_webhooks(
    db: &Db,
    orgs: &mut Orgs,
) -> Result<HashMap<OutgoingWebhookId, Arc<OutgoingWebhook>>> {
    let mut webhooks = HashMap::new();
    for row in outgoing_webhooks::all(db).await? {
        let settings = from_json("outgoing_webhooks.settings", &row.settings)?;
        let webhook = Arc::new(row.webhook(settings));
        if let Some(org) = orgs.get_mut(&webhook.org) {
            org.outgoing.insert(webhook.id, webhook.clone());
            webhooks.insert(webhook.id, webhook);
        }
    }
    Ok(webhooks)
}
