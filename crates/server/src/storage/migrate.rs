//! One ladder of migrations for both engines.

use std::borrow::Cow;

use sqlx::AssertSqlSafe;
use sqlx::SqlSafeStr;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};

use super::db::{Db, Result, StorageError};

const LADDER: &[(i64, &str, &str)] = &[
    (1, "core", include_str!("../../migrations/0001_core.sql")),
    (2, "routing", include_str!("../../migrations/0002_routing.sql")),
    (3, "decisions", include_str!("../../migrations/0003_decisions.sql")),
    (4, "unmatched", include_str!("../../migrations/0004_unmatched.sql")),
    (5, "rtb", include_str!("../../migrations/0005_rtb.sql")),
    (6, "access", include_str!("../../migrations/0006_access.sql")),
    (7, "call_lists", include_str!("../../migrations/0007_call_lists.sql")),
    (8, "reports", include_str!("../../migrations/0008_reports.sql")),
    (9, "traffic", include_str!("../../migrations/0009_traffic.sql")),
    (10, "outgoing", include_str!("../../migrations/0010_outgoing.sql")),
    (11, "views", include_str!("../../migrations/0011_views.sql")),
    (12, "identities", include_str!("../../migrations/0012_identities.sql")),
    (13, "report_differences", include_str!("../../migrations/0013_report_differences.sql")),
    (14, "transaction_runs", include_str!("../../migrations/0014_transaction_runs.sql")),
];

/// Where the database's schema stands against this program's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    Current,
    /// `hookline migrate` brings it up to date.
    Behind {
        applied: i64,
        wanted: i64,
    },
    /// A newer program has been here; this one must not write.
    Ahead {
        applied: i64,
        wanted: i64,
    },
}

/// Brings the schema up to date. Safe to run from several nodes at once: the engine's lock orders them.
pub async fn migrate(db: &Db) -> Result<()> {
    if let Schema::Ahead { applied, wanted } = schema(db).await? {
        return Err(StorageError::Setup(format!(
            "the database has schema {applied} and this program knows {wanted}; run the newer program, or restore a backup from before its upgrade"
        )));
    }
    let migrator = Migrator { migrations: Cow::Owned(ladder(db.engine())), ..Migrator::DEFAULT };
    let outcome = match db {
        Db::Sqlite(sqlite) => {
            let _turn = sqlite.turn.lock().await;
            migrator.run(sqlite.writer()).await
        }
        Db::Postgres(pool) => migrator.run(pool).await,
    };
    outcome.map_err(setup_error)
}

/// Compares the schema with what this program wants, changing nothing: it is asked for readiness, also of a database
/// that takes no writes.
pub async fn schema(db: &Db) -> Result<Schema> {
    let wanted = LADDER.last().map_or(0, |&(version, ..)| version);
    let is_there = match db {
        Db::Sqlite(_) => "SELECT COUNT(*) FROM sqlite_master WHERE name = '_sqlx_migrations'",
        Db::Postgres(_) => {
            "SELECT COUNT(*) FROM (SELECT to_regclass('_sqlx_migrations') AS name) it WHERE name IS NOT NULL"
        }
    };
    let ladders: Option<(i64,)> = db.fetch_optional(is_there, vec![]).await?;
    let applied = match ladders {
        Some((1..,)) => {
            let newest: Option<(Option<i64>,)> =
                db.fetch_optional("SELECT MAX(version) FROM _sqlx_migrations", vec![]).await?;
            newest.and_then(|(version,)| version).unwrap_or(0)
        }
        _ => 0,
    };
    Ok(match applied.cmp(&wanted) {
        std::cmp::Ordering::Equal => Schema::Current,
        std::cmp::Ordering::Less => Schema::Behind { applied, wanted },
        std::cmp::Ordering::Greater => Schema::Ahead { applied, wanted },
    })
}

fn setup_error(error: MigrateError) -> StorageError {
    match error {
        MigrateError::Execute(error) => error.into(),
        other => StorageError::Setup(format!("the schema could not be brought up to date: {other}")),
    }
}

fn ladder(engine: &str) -> Vec<Migration> {
    LADDER
        .iter()
        .map(|&(version, name, text)| {
            let sql = AssertSqlSafe(for_engine(text, engine)).into_sql_str();
            Migration::new(version, Cow::Borrowed(name), MigrationType::Simple, sql, false)
        })
        .collect()
}

/// Drops the lines that are marked for the other engine.
fn for_engine(text: &str, engine: &str) -> String {
    let other = if engine == "sqlite" { "-- postgres" } else { "-- sqlite" };
    text.lines()
        .filter(|line| !line.ends_with(other))
        .fold(String::with_capacity(text.len()), |kept, line| kept + line + "\n")
}

#[cfg(test)]
mod tests {
    use super::for_engine;

    #[test]
    fn a_marked_line_is_for_its_engine_only() {
        let text = "a,\nb -- sqlite\nc -- postgres\n";
        assert_eq!(for_engine(text, "sqlite"), "a,\nb -- sqlite\n");
        assert_eq!(for_engine(text, "postgres"), "a,\nc -- postgres\n");
    }
}
