//! Organizations and their API keys.

use hookline_domain::access::Role;
use hookline_domain::ids::{ApiKeyId, OrgId};
use hookline_domain::phone::Country;
use hookline_domain::time::Timestamp;

use super::users::stored_role;
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

pub async fn exists(tx: &mut Tx, org: OrgId) -> Result<bool> {
    let sql = "SELECT id FROM organizations WHERE id = $1";
    let found: Option<(uuid::Uuid,)> = tx.fetch_optional(sql, values![org.0]).await?;
    Ok(found.is_some())
}

pub struct NewApiKey<'a> {
    pub id: ApiKeyId,
    pub org: OrgId,
    pub name: &'a str,
    pub role: Role,
    pub at: Timestamp,
}

pub async fn create_api_key(tx: &mut Tx, new: &NewApiKey<'_>, key: &Key) -> Result<()> {
    tx.execute(
        "INSERT INTO api_keys (id, org_id, name, role, key_hash, hint, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        values![new.id.0, new.org.0, new.name, new.role.name(), key.hash().to_vec(), key.hint(), new.at.0],
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
    pub org: OrgId,
    pub name: String,
    pub role: Role,
    pub hint: String,
    pub created_at: Timestamp,
}

type ApiKeyRow = (uuid::Uuid, uuid::Uuid, String, String, String, i64);

fn api_key((id, org, name, role, hint, at): ApiKeyRow) -> Result<ApiKeyLine> {
    let (id, org, role) = (ApiKeyId(id), OrgId(org), stored_role(&role)?);
    Ok(ApiKeyLine { id, org, name, role, hint, created_at: Timestamp(at) })
}

pub async fn list_api_keys(db: &Db, org: OrgId) -> Result<Vec<ApiKeyLine>> {
    let rows: Vec<ApiKeyRow> = db
        .fetch_all(
            "SELECT id, org_id, name, role, hint, created_at FROM api_keys
             WHERE org_id = $1 AND revoked_at IS NULL ORDER BY id",
            values![org.0],
        )
        .await?;
    rows.into_iter().map(api_key).collect()
}

/// The names of its keys, also of those that were revoked.
pub async fn every_api_key(db: &Db, org: OrgId) -> Result<Vec<(uuid::Uuid, String)>> {
    db.fetch_all("SELECT id, name FROM api_keys WHERE org_id = $1", values![org.0]).await
}

/// The key as it was.
pub async fn revoke_api_key(tx: &mut Tx, key: ApiKeyId, at: Timestamp) -> Result<ApiKeyLine> {
    let revoked: Option<ApiKeyRow> = tx
        .fetch_optional(
            "UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL
             RETURNING id, org_id, name, role, hint, created_at",
            values![key.0, at.0],
        )
        .await?;
    let revoked = revoked.map(api_key).transpose()?;
    let gone = || StorageError::NotFound(format!("there is no API key {key} that works"));
    raise_version(tx).await?;
    revoked.ok_or_else(gone)
}
