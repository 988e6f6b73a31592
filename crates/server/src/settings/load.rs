//! Reads every setting into one snapshot.

mod outgoing;
mod routing;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use hookline_domain::ids::{ApiKeyId, CampaignId, CustomTagId, NumberId, OrgId, PublisherId, WebhookId};
use hookline_domain::routing::Directory;
use hookline_domain::tags::{CustomTag, Definitions, TagName};
use hookline_domain::time::Timestamp;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::{ApiKey, Campaign, KeyHash, Number, Org, Publisher, Snapshot, Webhook, WebhookKey};
use crate::storage::users::stored_role;
use crate::storage::{Db, Result, StorageError};
use crate::values;

pub async fn version(db: &Db) -> Result<i64> {
    let row: Option<(i64,)> =
        db.fetch_optional("SELECT version FROM settings_version WHERE id = $1", values![1_i64]).await?;
    row.map(|(version,)| version)
        .ok_or_else(|| StorageError::Unreadable("settings_version has lost its row".into()))
}

/// Reads in the order of the references. A change in between raises the version again, and the
/// next look reads anew. What routing takes longest to read is shared with the snapshot known so far.
pub async fn snapshot(db: &Db, version: i64, known: &Snapshot) -> Result<Snapshot> {
    let mut orgs = organizations(db).await?;
    custom_tags(db, &mut orgs).await?;
    campaigns(db, &mut orgs).await?;
    publishers(db, &mut orgs).await?;
    numbers(db, &mut orgs).await?;
    routing::directories(db, known, &mut orgs).await?;
    routing::flows(db, known, &mut orgs).await?;
    let rtb = routing::rtb_endpoints(db, &mut orgs).await?;
    let webhooks = webhooks(db, &mut orgs).await?;
    let outgoing = outgoing::outgoing_webhooks(db, &mut orgs).await?;
    let webhook_keys = webhook_keys(db, &webhooks).await?;
    let api_keys = api_keys(db).await?;
    let orgs = orgs.into_iter().map(|(id, org)| (id, Arc::new(org))).collect();
    Ok(Snapshot { version, webhook_keys, api_keys, rtb, outgoing, orgs })
}

type Orgs = HashMap<OrgId, Org>;

pub fn from_json<T: DeserializeOwned>(what: &str, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| StorageError::Unreadable(format!("{what}: {error}")))
}

fn hash(bytes: Vec<u8>) -> Result<KeyHash> {
    bytes.try_into().map_err(|_| StorageError::Unreadable("a key's hash is not 32 bytes long".into()))
}

async fn organizations(db: &Db) -> Result<Orgs> {
    let rows: Vec<(Uuid, String, String)> =
        db.fetch_all("SELECT id, name, default_country FROM organizations", vec![]).await?;
    rows.into_iter()
        .map(|(id, name, country)| {
            let country = country.parse().map_err(|_| {
                StorageError::Unreadable(format!("organization {id} has `{country}` for a country"))
            })?;
            let org = Org {
                id: OrgId(id),
                name,
                country,
                definitions: Definitions::default(),
                numbers: HashMap::new(),
                campaigns: HashMap::new(),
                publishers: HashMap::new(),
                webhooks: HashMap::new(),
                matching: HashMap::new(),
                directory: Directory::default(),
                flows: HashMap::new(),
                rtb_endpoints: HashMap::new(),
                outgoing: HashMap::new(),
            };
            Ok((org.id, org))
        })
        .collect()
}

async fn custom_tags(db: &Db, orgs: &mut Orgs) -> Result<()> {
    let rows: Vec<(Uuid, Uuid, String)> =
        db.fetch_all("SELECT org_id, id, definition FROM custom_tags ORDER BY id", vec![]).await?;
    let mut by_org: HashMap<OrgId, Vec<CustomTag>> = HashMap::new();
    for (org, id, definition) in rows {
        let mut tag: CustomTag = from_json("custom_tags.definition", &definition)?;
        tag.id = CustomTagId(id);
        by_org.entry(OrgId(org)).or_default().push(tag);
    }
    for (id, tags) in by_org {
        if let Some(org) = orgs.get_mut(&id) {
            org.definitions = Definitions::new(tags);
        }
    }
    Ok(())
}

async fn campaigns(db: &Db, orgs: &mut Orgs) -> Result<()> {
    let rows: Vec<(Uuid, Uuid, String, String, Option<String>)> =
        db.fetch_all("SELECT org_id, id, name, tag_defaults, routing FROM campaigns", vec![]).await?;
    for (org, id, name, defaults, routing) in rows {
        let tag_defaults = tag_defaults(&defaults)?;
        if let Some(org) = orgs.get_mut(&OrgId(org)) {
            let id = CampaignId(id);
            let routing = routing.and_then(|text| routing::campaign_routing(org.id, id, &text));
            org.campaigns.insert(id, Campaign { id, name, tag_defaults, routing });
        }
    }
    Ok(())
}

async fn publishers(db: &Db, orgs: &mut Orgs) -> Result<()> {
    let rows: Vec<(Uuid, Uuid, String, String)> =
        db.fetch_all("SELECT org_id, id, name, tag_defaults FROM publishers", vec![]).await?;
    for (org, id, name, defaults) in rows {
        let tag_defaults = tag_defaults(&defaults)?;
        if let Some(org) = orgs.get_mut(&OrgId(org)) {
            let id = PublisherId(id);
            org.publishers.insert(id, Publisher { id, name, tag_defaults });
        }
    }
    Ok(())
}

/// Stored as an object of tag name to value.
pub fn tag_defaults(text: &str) -> Result<BTreeMap<TagName, String>> {
    from_json("tag_defaults", text)
}

async fn numbers(db: &Db, orgs: &mut Orgs) -> Result<()> {
    let rows: Vec<(Uuid, Uuid, String, Uuid, Option<Uuid>)> = db
        .fetch_all("SELECT org_id, id, phone_number, campaign_id, publisher_id FROM numbers", vec![])
        .await?;
    for (org, id, phone, campaign, publisher) in rows {
        if let Some(org) = orgs.get_mut(&OrgId(org)) {
            let number = Number {
                id: NumberId(id),
                campaign: CampaignId(campaign),
                publisher: publisher.map(PublisherId),
            };
            org.numbers.insert(phone, number);
        }
    }
    Ok(())
}

#[derive(sqlx::FromRow)]
struct WebhookRow {
    id: Uuid,
    org_id: Uuid,
    kind: String,
    name: String,
    enabled: bool,
    settings: String,
    created_at: i64,
    updated_at: i64,
}

async fn webhooks(db: &Db, orgs: &mut Orgs) -> Result<HashMap<WebhookId, Arc<Webhook>>> {
    let rows: Vec<WebhookRow> = db
        .fetch_all(
            "SELECT id, org_id, kind, name, enabled, settings, created_at, updated_at
             FROM webhooks WHERE deleted_at IS NULL",
            vec![],
        )
        .await?;
    let mut webhooks = HashMap::with_capacity(rows.len());
    for row in rows {
        let webhook = Arc::new(Webhook {
            id: WebhookId(row.id),
            org: OrgId(row.org_id),
            kind: from_json("webhooks.kind", &format!("\"{}\"", row.kind))?,
            name: row.name,
            enabled: row.enabled,
            settings: from_json("webhooks.settings", &row.settings)?,
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
        });
        if let Some(org) = orgs.get_mut(&webhook.org) {
            org.matching.insert(webhook.id, webhook.settings.matching());
            org.webhooks.insert(webhook.id, webhook.clone());
        }
        webhooks.insert(webhook.id, webhook);
    }
    Ok(webhooks)
}

async fn webhook_keys(
    db: &Db,
    webhooks: &HashMap<WebhookId, Arc<Webhook>>,
) -> Result<HashMap<KeyHash, WebhookKey>> {
    let rows: Vec<(Vec<u8>, Uuid, Option<i64>)> =
        db.fetch_all("SELECT key_hash, webhook_id, expires_at FROM webhook_keys", vec![]).await?;
    let mut keys = HashMap::with_capacity(rows.len());
    for (key_hash, webhook, expires_at) in rows {
        if let Some(webhook) = webhooks.get(&WebhookId(webhook)) {
            let key = WebhookKey { webhook: webhook.clone(), expires_at: expires_at.map(Timestamp) };
            keys.insert(hash(key_hash)?, key);
        }
    }
    Ok(keys)
}

async fn api_keys(db: &Db) -> Result<HashMap<KeyHash, ApiKey>> {
    let rows: Vec<(Vec<u8>, Uuid, Uuid, String, String)> = db
        .fetch_all("SELECT key_hash, id, org_id, name, role FROM api_keys WHERE revoked_at IS NULL", vec![])
        .await?;
    rows.into_iter()
        .map(|(key_hash, id, org, name, role)| {
            let role = stored_role(&role)?;
            Ok((hash(key_hash)?, ApiKey { id: ApiKeyId(id), org: OrgId(org), name, role }))
        })
        .collect()
}
