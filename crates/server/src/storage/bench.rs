//! Many calls at once, without a commit's other rows, for benchmarks.

use hookline_domain::ids::{CallId, OrgId};
use hookline_domain::tags::TagSet;

use super::{Db, Result, postgres, sqlite};
use crate::intake::effect::LoadedCall;
use crate::values;

/// Rows that one statement adds: below the arguments that either engine takes.
const TAGS_PER_INSERT: usize = 1_000;

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
    for some in tags.chunks(TAGS_PER_INSERT) {
        let rows: Vec<String> =
            (0..some.len()).map(|row| format!("($1, ${}, ${})", row * 2 + 2, row * 2 + 3)).collect();
        let sql = format!("INSERT INTO call_tags (org_id, call_id, tags) VALUES {}", rows.join(", "));
        let mut values = values![org.0];
        for (call, set) in some {
            values.extend(values![call.0, set.to_stored()]);
        }
        tx.execute(&sql, values).await?;
    }
    tx.commit().await
}

/// What PostgreSQL does by itself within minutes: counts the rows, without which it plans as for an empty table.
pub async fn settle(db: &Db) -> Result<()> {
    if let Db::Postgres(pool) = db {
        sqlx::query("ANALYZE").execute(pool).await?;
    }
    Ok(())
}
