//! Call flows: a draft, and versions that never change once published.

use std::collections::BTreeSet;

use hookline_domain::ids::{FlowId, OrgId};
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use super::campaigns::one;
use super::{Db, Result, Tx};
use crate::values;

const SELECT: &str = "SELECT id, name, draft, version, created_at, updated_at FROM flows";

#[derive(Debug, sqlx::FromRow)]
pub struct FlowRow {
    pub id: Uuid,
    pub name: String,
    pub draft: Option<String>,
    /// The one that is published.
    pub version: Option<i64>,
    pub created_at: i64,
    pub updated_at: i64,
}

/// A flow without its graph.
#[derive(Debug, sqlx::FromRow)]
pub struct FlowLine {
    pub id: Uuid,
    pub name: String,
    pub has_draft: bool,
    pub version: Option<i64>,
    pub created_at: i64,
    pub updated_at: i64,
}

/// A version without its graph.
#[derive(Debug, sqlx::FromRow)]
pub struct VersionLine {
    pub version: i64,
    pub published_at: i64,
    pub published_by: String,
}

#[derive(Debug, sqlx::FromRow)]
pub struct VersionRow {
    pub version: i64,
    pub definition: String,
    pub published_at: i64,
    pub published_by: String,
}

/// By id.
pub async fn list(db: &Db, org: OrgId) -> Result<Vec<FlowLine>> {
    db.fetch_all(
        "SELECT id, name, draft IS NOT NULL AS has_draft, version, created_at, updated_at
         FROM flows WHERE org_id = $1 ORDER BY id",
        values![org.0],
    )
    .await
}

pub async fn find(db: &Db, org: OrgId, id: FlowId) -> Result<Option<FlowRow>> {
    db.fetch_optional(&format!("{SELECT} WHERE org_id = $1 AND id = $2"), values![org.0, id.0]).await
}

/// As the transaction that is going to change it sees it.
pub async fn find_to_change(tx: &mut Tx, org: OrgId, id: FlowId) -> Result<Option<FlowRow>> {
    tx.fetch_optional(&format!("{SELECT} WHERE org_id = $1 AND id = $2"), values![org.0, id.0]).await
}

pub async fn count(tx: &mut Tx, org: OrgId) -> Result<i64> {
    let counted: Option<(i64,)> =
        tx.fetch_optional("SELECT COUNT(*) FROM flows WHERE org_id = $1", values![org.0]).await?;
    Ok(counted.map_or(0, |(count,)| count))
}

pub async fn create(tx: &mut Tx, org: OrgId, row: &FlowRow, revision: i64) -> Result<()> {
    let FlowRow { id, name, draft, created_at, updated_at, .. } = row;
    tx.execute(
        "INSERT INTO flows (id, org_id, name, draft, revision, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        values![*id, org.0, name.as_str(), draft.clone(), revision, *created_at, *updated_at],
    )
    .await
    .map(drop)
}

/// Everything but its versions.
pub async fn update(tx: &mut Tx, org: OrgId, row: &FlowRow, revision: i64) -> Result<()> {
    let FlowRow { id, name, draft, version, updated_at, .. } = row;
    let changed = tx
        .execute(
            "UPDATE flows SET name = $3, draft = $4, version = $5, revision = $6, updated_at = $7
             WHERE org_id = $1 AND id = $2",
            values![org.0, *id, name.as_str(), draft.clone(), *version, revision, *updated_at],
        )
        .await?;
    one(changed, "flow")
}

/// With all its versions.
pub async fn delete(tx: &mut Tx, org: OrgId, id: FlowId) -> Result<()> {
    tx.execute("DELETE FROM flow_versions WHERE org_id = $1 AND flow_id = $2", values![org.0, id.0]).await?;
    one(tx.execute("DELETE FROM flows WHERE org_id = $1 AND id = $2", values![org.0, id.0]).await?, "flow")
}

/// The version that follows the last one, from 1 on.
pub async fn next_version(tx: &mut Tx, org: OrgId, id: FlowId) -> Result<i64> {
    let last: Option<(Option<i64>,)> = tx
        .fetch_optional(
            "SELECT MAX(version) FROM flow_versions WHERE org_id = $1 AND flow_id = $2",
            values![org.0, id.0],
        )
        .await?;
    Ok(last.and_then(|(version,)| version).unwrap_or(0) + 1)
}

pub async fn add_version(tx: &mut Tx, org: OrgId, id: FlowId, row: &VersionRow) -> Result<()> {
    let VersionRow { version, definition, published_at, published_by } = row;
    tx.execute(
        "INSERT INTO flow_versions (org_id, flow_id, version, definition, published_at, published_by)
         VALUES ($1, $2, $3, $4, $5, $6)",
        values![org.0, id.0, *version, definition.as_str(), *published_at, published_by.as_str()],
    )
    .await
    .map(drop)
}

/// Deletes the oldest versions beyond the newest `keep`, but none of these.
pub async fn prune(tx: &mut Tx, org: OrgId, id: FlowId, keep: usize, in_use: &BTreeSet<i64>) -> Result<()> {
    let versions: Vec<(i64,)> = tx
        .fetch_all(
            "SELECT version FROM flow_versions WHERE org_id = $1 AND flow_id = $2 ORDER BY version DESC",
            values![org.0, id.0],
        )
        .await?;
    for (version,) in versions.into_iter().skip(keep).filter(|(version,)| !in_use.contains(version)) {
        tx.execute(
            "DELETE FROM flow_versions WHERE org_id = $1 AND flow_id = $2 AND version = $3",
            values![org.0, id.0, version],
        )
        .await?;
    }
    Ok(())
}

/// Newest first.
pub async fn versions(db: &Db, org: OrgId, id: FlowId) -> Result<Vec<VersionLine>> {
    db.fetch_all(
        "SELECT version, published_at, published_by FROM flow_versions
         WHERE org_id = $1 AND flow_id = $2 ORDER BY version DESC",
        values![org.0, id.0],
    )
    .await
}

pub async fn version(db: &Db, org: OrgId, id: FlowId, version: i64) -> Result<Option<VersionRow>> {
    db.fetch_optional(
        "SELECT version, definition, published_at, published_by FROM flow_versions
         WHERE org_id = $1 AND flow_id = $2 AND version = $3",
        values![org.0, id.0, version],
    )
    .await
}

impl FlowRow {
    pub fn new(id: FlowId, name: String, draft: Option<String>, at: Timestamp) -> Self {
        Self { id: id.0, name, draft, version: None, created_at: at.0, updated_at: at.0 }
    }
}
