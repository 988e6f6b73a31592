//! Many calls at once, without a commit's other rows, for benchmarks.

use hookline_domain::ids::{CallId, OrgId};
use hookline_domain::tags::TagSet;
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use super::db::named;
use super::{Db, Result, StorageError, postgres, sqlite};
use crate::intake::effect::LoadedCall;
use crate::values;

/// Rows that one statement adds: SQLite finds an argument by going through those before it.
const ROWS_PER_INSERT: usize = 100;

/// A request that was done, as the request log has it.
pub struct LoggedUpdate {
    pub id: Uuid,
    pub at: Timestamp,
    pub body: String,
    pub transaction_id: String,
    pub transaction_hash: Uuid,
    pub fingerprint: [u8; 32],
    pub response: String,
    pub effect: String,
}

pub async fn insert_calls(db: &Db, calls: &[LoadedCall]) -> Result<()> {
    match db {
        Db::Sqlite(db) => sqlite::insert_calls(db, calls).await,
        Db::Postgres(pool) => {
            let mut tx = pool.begin().await?;
            postgres::insert_calls(&mut tx, &calls.iter().collect::<Vec<_>>()).await?;
            Ok(tx.commit().await?)
        }
    }
}

pub async fn insert_tags(db: &Db, org: OrgId, tags: &[(CallId, TagSet)]) -> Result<()> {
    let mut tx = db.begin().await?;
    for some in tags.chunks(ROWS_PER_INSERT) {
        let mut values = values![org.0];
        let rows: Vec<String> = some
            .iter()
            .map(|(call, set)| format!("($1, {})", named(&mut values, values![call.0, set.to_stored()])))
            .collect();
        let sql = format!("INSERT INTO call_tags (org_id, call_id, tags) VALUES {}", rows.join(", "));
        tx.execute(&sql, values).await?;
    }
    tx.commit().await
}

/// An organization's webhook of this type.
pub async fn update_revenue_webhook(db: &Db, org: OrgId) -> Result<Uuid> {
    let found: Option<(Uuid,)> = db
        .fetch_optional(
            "SELECT id FROM webhooks WHERE org_id = $1 AND kind = 'update_revenue'",
            values![org.0],
        )
        .await?;
    found.map(|(id,)| id).ok_or_else(|| StorageError::NotFound(format!("{org} has no webhook for revenue")))
}

pub async fn insert_requests(db: &Db, org: OrgId, webhook: Uuid, updates: &[LoggedUpdate]) -> Result<()> {
    const HEADERS: &str = r#"[["host","127.0.0.1"],["user-agent","hookline-bench/1"],["content-type","application/json"],["content-length","136"]]"#;
    let mut tx = db.begin().await?;
    for some in updates.chunks(ROWS_PER_INSERT) {
        let mut values = values![org.0, webhook, HEADERS];
        let rows: Vec<String> = some
            .iter()
            .map(|update| {
                let own = named(
                    &mut values,
                    values![
                        update.id,
                        update.at.0,
                        update.body.clone().into_bytes(),
                        update.transaction_id.as_str(),
                        update.transaction_hash,
                        update.fingerprint.to_vec(),
                        update.response.clone().into_bytes(),
                        update.effect.as_str(),
                    ],
                );
                format!("($1, $2, 'POST', '127.0.0.1', '', $3, 200, FALSE, {own})")
            })
            .collect();
        let sql = format!(
            "INSERT INTO requests (org_id, webhook_id, method, address, query, headers, status, mismatch,
                 id, received_at, body, transaction_id, transaction_hash, fingerprint, response, effect)
             VALUES {}",
            rows.join(", ")
        );
        tx.execute(&sql, values).await?;
    }
    tx.commit().await
}

/// What SQLite's writer has done with the log's transaction ids in time. No server may run beside it.
pub async fn sort_transaction_ids(db: &Db) -> Result<()> {
    match db {
        Db::Sqlite(db) => sqlite::sort_transaction_ids(db).await,
        Db::Postgres(_) => Ok(()),
    }
}

/// What PostgreSQL does by itself within minutes: counts the rows, without which it plans as for an empty table.
pub async fn settle(db: &Db) -> Result<()> {
    if let Db::Postgres(pool) = db {
        sqlx::query("ANALYZE").execute(pool).await?;
    }
    Ok(())
}
