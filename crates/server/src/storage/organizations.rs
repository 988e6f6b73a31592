//! Organizations and their API keys.

use hookline_domain::ids::{ApiKeyId, OrgId};
use hookline_domain::phone::Country;
use hookline_domain::time::Timestamp;

use super::{Db, Result, StorageError, Tx};
use crate::keys::Key;
use crate::settings::raise_version;
use crate::values;

pub struct NewOrganization<'a> {
    pub id: OrgId,
    pub name: &'a str,
    pub country: Country,
    pub at: Timestamp,
}

pub async fn create(tx: &mut Tx, new: &NewOrganization<'_>) -> Result<()> {
    tx.execute(
        "INSERT INTO organizations (id, name, default_country, created_at) VALUES ($1, $2, $3, $4)",
        values![new.id.0, new.name, new.country.to_string(), new.at.0],
    )
    .await?;
    raise_version(tx).await
}

pub async fn update(tx: &mut Tx, org: OrgId, name: &str, country: Country) -> Result<()> {
    let changed = tx
        .execute(
            "UPDATE organizations SET name = $2, default_country = $3 WHERE id = $1",
            values![org.0, name, country.to_string()],
        )
        .await?;
    if changed != 1 {
        return Err(StorageError::NotFound(format!("there is no organization {org}")));
    }
    raise_version(tx).await
}

pub async fn find_by_name(db: &Db, name: &str) -> Result<Option<OrgId>> {
    let found: Option<(uuid::Uuid,)> =
        db.fetch_optional("SELECT id FROM organizations WHERE name = $1", values![name]).await?;
    Ok(found.map(|(id,)| OrgId(id)))
}

pub async fn create_api_key(
    tx: &mut Tx,
    id: ApiKeyId,
    org: OrgId,
    name: &str,
    key: &Key,
    at: Timestamp,
) -> Result<()> {
    tx.execute(
        "INSERT INTO api_keys (id, org_id, name, key_hash, hint, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        values![id.0, org.0, name, key.hash().to_vec(), key.hint(), at.0],
    )
    .await?;
    raise_version(tx).await
}

pub struct OrganizationLine {
    pub id: OrgId,
    pub name: String,
    pub country: String,
}

pub async fn list(db: &Db) -> Result<Vec<OrganizationLine>> {
    let rows: Vec<(uuid::Uuid, String, String)> =
        db.fetch_all("SELECT id, name, default_country FROM organizations ORDER BY id", vec![]).await?;
    Ok(rows
        .into_iter()
        .map(|(id, name, country)| OrganizationLine { id: OrgId(id), name, country })
        .collect())
}

/// An API key without its secret part.
pub struct ApiKeyLine {
    pub id: ApiKeyId,
    pub name: String,
    pub hint: String,
    pub created_at: Timestamp,
}

pub async fn list_api_keys(db: &Db, org: OrgId) -> Result<Vec<ApiKeyLine>> {
    let rows: Vec<(uuid::Uuid, String, String, i64)> = db
        .fetch_all(
            "SELECT id, name, hint, created_at FROM api_keys WHERE org_id = $1 AND revoked_at IS NULL ORDER BY id",
            values![org.0],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, name, hint, at)| ApiKeyLine { id: ApiKeyId(id), name, hint, created_at: Timestamp(at) })
        .collect())
}

pub async fn revoke_api_key(tx: &mut Tx, key: ApiKeyId, at: Timestamp) -> Result<()> {
    let revoked = tx
        .execute(
            "UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL",
            values![key.0, at.0],
        )
        .await?;
    if revoked != 1 {
        return Err(StorageError::NotFound(format!("there is no API key {key} that works")));
    }
    raise_version(tx).await
}
