//! RTB endpoints: where a publisher asks what a call of a campaign would bring.

use hookline_domain::ids::{OrgId, RtbEndpointId};
use uuid::Uuid;

use super::campaigns::one;
use super::{Db, Result, Tx};
use crate::values;

const SELECT: &str = "SELECT id, name, campaign_id, publisher_id, enabled, settings, created_at, updated_at
    FROM rtb_endpoints";

#[derive(Debug, sqlx::FromRow)]
pub struct EndpointRow {
    pub id: Uuid,
    pub name: String,
    pub campaign_id: Uuid,
    pub publisher_id: Option<Uuid>,
    pub enabled: bool,
    pub settings: String,
    pub created_at: i64,
    pub updated_at: i64,
}

/// By id.
pub async fn list(db: &Db, org: OrgId) -> Result<Vec<EndpointRow>> {
    db.fetch_all(&format!("{SELECT} WHERE org_id = $1 ORDER BY id"), values![org.0]).await
}

pub async fn find(db: &Db, org: OrgId, id: RtbEndpointId) -> Result<Option<EndpointRow>> {
    db.fetch_optional(&format!("{SELECT} WHERE org_id = $1 AND id = $2"), values![org.0, id.0]).await
}

/// As the transaction that is going to change it sees it.
pub async fn find_to_change(tx: &mut Tx, org: OrgId, id: RtbEndpointId) -> Result<Option<EndpointRow>> {
    tx.fetch_optional(&format!("{SELECT} WHERE org_id = $1 AND id = $2"), values![org.0, id.0]).await
}

pub async fn count(tx: &mut Tx, org: OrgId) -> Result<i64> {
    let counted: Option<(i64,)> =
        tx.fetch_optional("SELECT COUNT(*) FROM rtb_endpoints WHERE org_id = $1", values![org.0]).await?;
    Ok(counted.map_or(0, |(count,)| count))
}

/// `Conflict` if the campaign has one for this publisher.
pub async fn create(tx: &mut Tx, org: OrgId, row: &EndpointRow) -> Result<()> {
    let EndpointRow { id, name, campaign_id, publisher_id, enabled, settings, created_at, updated_at } = row;
    tx.execute(
        "INSERT INTO rtb_endpoints (id, org_id, name, campaign_id, publisher_id, enabled, settings, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        values![
            *id,
            org.0,
            name.as_str(),
            *campaign_id,
            *publisher_id,
            *enabled,
            settings.as_str(),
            *created_at,
            *updated_at
        ],
    )
    .await
    .map(drop)
}

/// `Conflict` if the campaign has another for this publisher.
pub async fn update(tx: &mut Tx, org: OrgId, row: &EndpointRow) -> Result<()> {
    let EndpointRow { id, name, campaign_id, publisher_id, enabled, settings, updated_at, .. } = row;
    let changed = tx
        .execute(
            "UPDATE rtb_endpoints SET name = $3, campaign_id = $4, publisher_id = $5, enabled = $6, settings = $7,
                 updated_at = $8
             WHERE org_id = $1 AND id = $2",
            values![
                org.0,
                *id,
                name.as_str(),
                *campaign_id,
                *publisher_id,
                *enabled,
                settings.as_str(),
                *updated_at
            ],
        )
        .await?;
    one(changed, "RTB endpoint")
}

pub async fn delete(tx: &mut Tx, org: OrgId, id: RtbEndpointId) -> Result<()> {
    let sql = "DELETE FROM rtb_endpoints WHERE org_id = $1 AND id = $2";
    one(tx.execute(sql, values![org.0, id.0]).await?, "RTB endpoint")
}
