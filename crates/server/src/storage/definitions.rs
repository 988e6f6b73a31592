//! Targets and routing plans: each is kept as the JSON that defines it.

use hookline_domain::ids::OrgId;
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use super::campaigns::one;
use super::{Db, Result, Tx};
use crate::values;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Target,
    RoutingPlan,
}

impl Kind {
    pub fn noun(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::RoutingPlan => "routing plan",
        }
    }

    fn table(self) -> &'static str {
        match self {
            Self::Target => "targets",
            Self::RoutingPlan => "routing_plans",
        }
    }

    /// Only plans have drafts.
    fn select(self) -> String {
        let draft = match self {
            Self::Target => "CAST(NULL AS TEXT) AS draft",
            Self::RoutingPlan => "draft",
        };
        format!("SELECT id, name, definition, {draft}, created_at, updated_at FROM {}", self.table())
    }
}

#[derive(Debug, sqlx::FromRow)]
pub struct DefinitionRow {
    pub id: Uuid,
    pub name: String,
    pub definition: String,
    pub draft: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
}

/// By id.
pub async fn list(db: &Db, org: OrgId, kind: Kind) -> Result<Vec<DefinitionRow>> {
    db.fetch_all(&format!("{} WHERE org_id = $1 ORDER BY id", kind.select()), values![org.0]).await
}

pub async fn find(db: &Db, org: OrgId, kind: Kind, id: Uuid) -> Result<Option<DefinitionRow>> {
    db.fetch_optional(&format!("{} WHERE org_id = $1 AND id = $2", kind.select()), values![org.0, id]).await
}

/// As the transaction that is going to change it sees it.
pub async fn find_to_change(tx: &mut Tx, org: OrgId, kind: Kind, id: Uuid) -> Result<Option<DefinitionRow>> {
    tx.fetch_optional(&format!("{} WHERE org_id = $1 AND id = $2", kind.select()), values![org.0, id]).await
}

pub async fn count(tx: &mut Tx, org: OrgId, kind: Kind) -> Result<i64> {
    let sql = format!("SELECT COUNT(*) FROM {} WHERE org_id = $1", kind.table());
    let counted: Option<(i64,)> = tx.fetch_optional(&sql, values![org.0]).await?;
    Ok(counted.map_or(0, |(count,)| count))
}

/// Without its draft.
pub async fn create(tx: &mut Tx, org: OrgId, kind: Kind, row: &DefinitionRow, revision: i64) -> Result<()> {
    let sql = format!(
        "INSERT INTO {} (id, org_id, name, definition, revision, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        kind.table()
    );
    let DefinitionRow { id, name, definition, created_at, updated_at, .. } = row;
    tx.execute(
        &sql,
        values![*id, org.0, name.as_str(), definition.as_str(), revision, *created_at, *updated_at],
    )
    .await
    .map(drop)
}

/// Name and definition; a draft stays as it is.
pub async fn update(tx: &mut Tx, org: OrgId, kind: Kind, row: &DefinitionRow, revision: i64) -> Result<()> {
    let sql = format!(
        "UPDATE {} SET name = $3, definition = $4, revision = $5, updated_at = $6 WHERE org_id = $1 AND id = $2",
        kind.table()
    );
    let DefinitionRow { id, name, definition, updated_at, .. } = row;
    let changed = tx
        .execute(&sql, values![org.0, *id, name.as_str(), definition.as_str(), revision, *updated_at])
        .await?;
    one(changed, kind.noun())
}

pub async fn set_plan_draft(
    tx: &mut Tx,
    org: OrgId,
    plan: Uuid,
    draft: Option<&str>,
    at: Timestamp,
) -> Result<()> {
    let changed = tx
        .execute(
            "UPDATE routing_plans SET draft = $3, updated_at = $4 WHERE org_id = $1 AND id = $2",
            values![org.0, plan, draft, at.0],
        )
        .await?;
    one(changed, Kind::RoutingPlan.noun())
}

pub async fn delete(tx: &mut Tx, org: OrgId, kind: Kind, id: Uuid) -> Result<()> {
    let sql = format!("DELETE FROM {} WHERE org_id = $1 AND id = $2", kind.table());
    one(tx.execute(&sql, values![org.0, id]).await?, kind.noun())
}
