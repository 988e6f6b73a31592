//! Campaigns, publishers, their numbers, and custom tags: what a call is read by.

use std::collections::BTreeMap;

use hookline_domain::ids::{CampaignId, NumberId, OrgId, PublisherId};
use hookline_domain::tags::{CustomTag, TagName};
use hookline_domain::time::Timestamp;

use super::sqlite::to_json;
use super::{Result, Tx};
use crate::settings::raise_version;
use crate::values;

pub async fn create_campaign(
    tx: &mut Tx,
    org: OrgId,
    id: CampaignId,
    name: &str,
    tag_defaults: &BTreeMap<TagName, String>,
    at: Timestamp,
) -> Result<()> {
    tx.execute(
        "INSERT INTO campaigns (id, org_id, name, tag_defaults, created_at) VALUES ($1, $2, $3, $4, $5)",
        values![id.0, org.0, name, to_json(tag_defaults), at.0],
    )
    .await?;
    raise_version(tx).await
}

pub async fn create_publisher(
    tx: &mut Tx,
    org: OrgId,
    id: PublisherId,
    name: &str,
    tag_defaults: &BTreeMap<TagName, String>,
    at: Timestamp,
) -> Result<()> {
    tx.execute(
        "INSERT INTO publishers (id, org_id, name, tag_defaults, created_at) VALUES ($1, $2, $3, $4, $5)",
        values![id.0, org.0, name, to_json(tag_defaults), at.0],
    )
    .await?;
    raise_version(tx).await
}

pub struct NewNumber<'a> {
    pub id: NumberId,
    /// E.164.
    pub phone_number: &'a str,
    pub campaign: CampaignId,
    pub publisher: Option<PublisherId>,
    pub at: Timestamp,
}

pub async fn create_number(tx: &mut Tx, org: OrgId, new: &NewNumber<'_>) -> Result<()> {
    tx.execute(
        "INSERT INTO numbers (id, org_id, phone_number, campaign_id, publisher_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        values![new.id.0, org.0, new.phone_number, new.campaign.0, new.publisher.map(|one| one.0), new.at.0],
    )
    .await?;
    raise_version(tx).await
}

pub async fn create_custom_tag(tx: &mut Tx, org: OrgId, tag: &CustomTag, at: Timestamp) -> Result<()> {
    tx.execute(
        "INSERT INTO custom_tags (id, org_id, tag_key, label, definition, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        values![tag.id.0, org.0, tag.key.as_str(), tag.label.as_str(), to_json(tag), at.0],
    )
    .await?;
    raise_version(tx).await
}
