//! Campaigns and publishers, their numbers, and custom tags: what a call is read by.

use std::collections::BTreeMap;

use hookline_domain::ids::{CampaignId, CustomTagId, NumberId, OrgId, PublisherId};
use hookline_domain::tags::{CustomTag, TagName};
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use super::sqlite::to_json;
use super::{Result, StorageError, Tx};
use crate::settings::{CampaignRouting, raise_version};
use crate::values;

/// A campaign or a publisher: both are a name, and tags that their calls get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    Campaign,
    Publisher,
}

impl Group {
    pub fn noun(self) -> &'static str {
        match self {
            Self::Campaign => "campaign",
            Self::Publisher => "publisher",
        }
    }
}

pub struct GroupRow<'a> {
    pub id: Uuid,
    pub name: &'a str,
    pub tag_defaults: &'a BTreeMap<TagName, String>,
}

pub async fn create_group(
    tx: &mut Tx,
    org: OrgId,
    group: Group,
    row: &GroupRow<'_>,
    at: Timestamp,
) -> Result<()> {
    tx.execute(
        &format!(
            "INSERT INTO {}s (id, org_id, name, tag_defaults, created_at) VALUES ($1, $2, $3, $4, $5)",
            group.noun()
        ),
        values![row.id, org.0, row.name, to_json(row.tag_defaults), at.0],
    )
    .await?;
    raise_version(tx).await
}

/// What a campaign's calls are routed by; after `create_group` or `update_group` in the same transaction.
pub async fn set_routing(
    tx: &mut Tx,
    org: OrgId,
    campaign: CampaignId,
    routing: Option<CampaignRouting>,
) -> Result<()> {
    let changed = tx
        .execute(
            "UPDATE campaigns SET routing = $3 WHERE org_id = $1 AND id = $2",
            values![org.0, campaign.0, routing.as_ref().map(to_json)],
        )
        .await?;
    one(changed, "campaign")
}

pub async fn update_group(tx: &mut Tx, org: OrgId, group: Group, row: &GroupRow<'_>) -> Result<()> {
    let changed = tx
        .execute(
            &format!(
                "UPDATE {}s SET name = $3, tag_defaults = $4 WHERE org_id = $1 AND id = $2",
                group.noun()
            ),
            values![org.0, row.id, row.name, to_json(row.tag_defaults)],
        )
        .await?;
    one(changed, group.noun())?;
    raise_version(tx).await
}

/// `Conflict` while a number or an RTB endpoint belongs to it.
pub async fn delete_group(tx: &mut Tx, org: OrgId, group: Group, id: Uuid) -> Result<()> {
    let noun = group.noun();
    let deleted =
        tx.execute(&format!("DELETE FROM {noun}s WHERE org_id = $1 AND id = $2"), values![org.0, id]).await?;
    one(deleted, noun)?;
    raise_version(tx).await
}

pub struct NumberRow<'a> {
    pub id: NumberId,
    /// E.164.
    pub phone_number: &'a str,
    pub campaign: CampaignId,
    pub publisher: Option<PublisherId>,
}

/// `Conflict` if the organization has the number already.
pub async fn create_number(tx: &mut Tx, org: OrgId, row: &NumberRow<'_>, at: Timestamp) -> Result<()> {
    tx.execute(
        "INSERT INTO numbers (id, org_id, phone_number, campaign_id, publisher_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        values![row.id.0, org.0, row.phone_number, row.campaign.0, row.publisher.map(|one| one.0), at.0],
    )
    .await?;
    raise_version(tx).await
}

/// `Conflict` if the organization has the number already.
pub async fn update_number(tx: &mut Tx, org: OrgId, row: &NumberRow<'_>) -> Result<()> {
    let changed = tx
        .execute(
            "UPDATE numbers SET phone_number = $3, campaign_id = $4, publisher_id = $5 WHERE org_id = $1 AND id = $2",
            values![org.0, row.id.0, row.phone_number, row.campaign.0, row.publisher.map(|one| one.0)],
        )
        .await?;
    one(changed, "number")?;
    raise_version(tx).await
}

pub async fn delete_number(tx: &mut Tx, org: OrgId, id: NumberId) -> Result<()> {
    let deleted =
        tx.execute("DELETE FROM numbers WHERE org_id = $1 AND id = $2", values![org.0, id.0]).await?;
    one(deleted, "number")?;
    raise_version(tx).await
}

/// `Conflict` if another tag of the organization has the key.
pub async fn create_custom_tag(tx: &mut Tx, org: OrgId, tag: &CustomTag, at: Timestamp) -> Result<()> {
    tx.execute(
        "INSERT INTO custom_tags (id, org_id, tag_key, label, definition, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        values![tag.id.0, org.0, tag.key.as_str(), tag.label.as_str(), to_json(tag), at.0],
    )
    .await?;
    raise_version(tx).await
}

/// `Conflict` if another tag of the organization has the key.
pub async fn update_custom_tag(tx: &mut Tx, org: OrgId, tag: &CustomTag) -> Result<()> {
    let changed = tx
        .execute(
            "UPDATE custom_tags SET tag_key = $3, label = $4, definition = $5 WHERE org_id = $1 AND id = $2",
            values![org.0, tag.id.0, tag.key.as_str(), tag.label.as_str(), to_json(tag)],
        )
        .await?;
    one(changed, "custom tag")?;
    raise_version(tx).await
}

pub async fn delete_custom_tag(tx: &mut Tx, org: OrgId, id: CustomTagId) -> Result<()> {
    let deleted =
        tx.execute("DELETE FROM custom_tags WHERE org_id = $1 AND id = $2", values![org.0, id.0]).await?;
    one(deleted, "custom tag")?;
    raise_version(tx).await
}

pub(super) fn one(changed: u64, noun: &str) -> Result<()> {
    if changed == 1 { Ok(()) } else { Err(StorageError::NotFound(format!("this {noun} is gone"))) }
}
