//! Saved views: what people have set a page to, kept under a name.

use hookline_domain::ids::{OrgId, UserId, ViewId};
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use super::campaigns::one;
use super::sqlite::to_json;
use super::{Db, Result, StorageError, Tx};
use crate::values;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    pub id: ViewId,
    pub user: UserId,
    /// How its owner is called now.
    pub by_name: String,
    pub name: String,
    pub page: String,
    pub search: String,
    pub columns: Option<Vec<String>>,
    pub shared: bool,
    pub created_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct ViewRow {
    id: Uuid,
    user_id: Uuid,
    by_name: String,
    name: String,
    page: String,
    search: String,
    shown_columns: Option<String>,
    shared: bool,
    created_at: i64,
}

/// Those of one person, and those that are shared.
const SEEN: &str =
    "SELECT v.id, v.user_id, u.name AS by_name, v.name, v.page, v.search, v.shown_columns, v.shared,
        v.created_at
     FROM saved_views v JOIN users u ON u.id = v.user_id
     WHERE v.org_id = $1 AND (v.user_id = $2 OR v.shared)";

/// What this person sees; without a person, what is shared.
pub async fn list(db: &Db, org: OrgId, user: Option<UserId>) -> Result<Vec<View>> {
    let rows: Vec<ViewRow> = db.fetch_all(SEEN, values![org.0, user.map(|user| user.0)]).await?;
    rows.into_iter().map(view).collect()
}

/// The same as a transaction sees it that is going to change one.
pub async fn list_to_change(tx: &mut Tx, org: OrgId, user: Option<UserId>) -> Result<Vec<View>> {
    let rows: Vec<ViewRow> = tx.fetch_all(SEEN, values![org.0, user.map(|user| user.0)]).await?;
    rows.into_iter().map(view).collect()
}

fn view(row: ViewRow) -> Result<View> {
    let columns = row.shown_columns.map(|text| serde_json::from_str(&text)).transpose();
    Ok(View {
        id: ViewId(row.id),
        user: UserId(row.user_id),
        by_name: row.by_name,
        name: row.name,
        page: row.page,
        search: row.search,
        columns: columns.map_err(|error| StorageError::Unreadable(error.to_string()))?,
        shared: row.shared,
        created_at: Timestamp(row.created_at),
    })
}

pub async fn create(tx: &mut Tx, org: OrgId, view: &View) -> Result<()> {
    tx.execute(
        "INSERT INTO saved_views (org_id, id, user_id, name, page, search, shown_columns, shared, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        values![
            org.0,
            view.id.0,
            view.user.0,
            view.name.as_str(),
            view.page.as_str(),
            view.search.as_str(),
            view.columns.as_ref().map(to_json),
            view.shared,
            view.created_at.0
        ],
    )
    .await
    .map(drop)
}

/// Its page and its owner stay.
pub async fn update(tx: &mut Tx, org: OrgId, view: &View) -> Result<()> {
    let changed = tx
        .execute(
            "UPDATE saved_views SET name = $3, search = $4, shown_columns = $5, shared = $6
             WHERE org_id = $1 AND id = $2",
            values![
                org.0,
                view.id.0,
                view.name.as_str(),
                view.search.as_str(),
                view.columns.as_ref().map(to_json),
                view.shared
            ],
        )
        .await?;
    one(changed, "view")
}

pub async fn delete(tx: &mut Tx, org: OrgId, id: ViewId) -> Result<()> {
    let sql = "DELETE FROM saved_views WHERE org_id = $1 AND id = $2";
    one(tx.execute(sql, values![org.0, id.0]).await?, "view")
}

/// What nobody could see any more once this person has left.
pub async fn delete_unshared(tx: &mut Tx, org: OrgId, user: UserId) -> Result<()> {
    let sql = "DELETE FROM saved_views WHERE org_id = $1 AND user_id = $2 AND NOT shared";
    tx.execute(sql, values![org.0, user.0]).await.map(drop)
}
