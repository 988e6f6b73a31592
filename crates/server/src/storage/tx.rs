//! Transactions of cold SQL on either engine.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Connection, Database, PgPool, Postgres, Sqlite, SqlitePool};
use tokio::sync::OwnedMutexGuard;

use super::db::{
    POSTGRES_STATEMENT_TIME_MAX, Result, Row, StorageError, Value, check_count, postgres_arguments,
    sqlite_arguments,
};
use super::fault::{is_disk_failure, stop_for_good};

/// A connection that takes longer to say that it is there is closed: several that are dead fit into the time of one that is
/// waited for.
const ALIVE_TIME_MAX: Duration = Duration::from_secs(2);

/// Whether a sync of SQLite's log has failed.
type SyncFailed = Arc<AtomicBool>;

/// A transaction; dropped without `commit`, it changes nothing.
pub enum Tx {
    Sqlite(Begun<Sqlite>, OwnedMutexGuard<()>, SyncFailed),
    Postgres(Begun<Postgres>),
}

impl Tx {
    pub(super) async fn on_sqlite(
        pool: &SqlitePool,
        turn: OwnedMutexGuard<()>,
        sync_failed: &SyncFailed,
    ) -> Result<Self> {
        if sync_failed.load(Ordering::Acquire) {
            return Err(StorageError::SyncFailed);
        }
        Ok(Self::Sqlite(Begun::on_sqlite(pool, "BEGIN IMMEDIATE").await?, turn, sync_failed.clone()))
    }

    pub(super) async fn on_postgres(pool: &PgPool) -> Result<Self> {
        Ok(Self::Postgres(Begun::on_postgres(pool, "BEGIN").await?))
    }

    pub async fn execute(&mut self, sql: &str, values: Vec<Value>) -> Result<u64> {
        check_count(sql, &values)?;
        let done = match self {
            Self::Sqlite(tx, ..) => sqlx::query_with(AssertSqlSafe(sql.to_owned()), sqlite_arguments(values))
                .execute(&mut **tx.connection())
                .await
                .map(|done| done.rows_affected())
                .map_err(StorageError::from),
            Self::Postgres(tx) => {
                let query = sqlx::query_with(AssertSqlSafe(sql.to_owned()), postgres_arguments(values));
                let done = query.execute(&mut **tx.connection());
                within(POSTGRES_STATEMENT_TIME_MAX, done).await.map(|done| done.rows_affected())
            }
        };
        done.map_err(|error| match &error {
            StorageError::Database(sqlx::Error::Database(database))
                if database.is_unique_violation() || database.is_foreign_key_violation() =>
            {
                StorageError::Conflict
            }
            _ => error,
        })
    }

    pub async fn fetch_all<T: Row>(&mut self, sql: &str, values: Vec<Value>) -> Result<Vec<T>> {
        match self {
            Self::Sqlite(tx, ..) => tx.fetch_all(sql, values).await,
            Self::Postgres(tx) => tx.fetch_all(sql, values).await,
        }
    }

    pub async fn fetch_optional<T: Row>(&mut self, sql: &str, values: Vec<Value>) -> Result<Option<T>> {
        Ok(self.fetch_all(sql, values).await?.into_iter().next())
    }

    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx, _turn, sync_failed) => tx.commit().await.inspect_err(|error| {
                if is_disk_failure(error) {
                    stop_for_good(&sync_failed, error);
                }
            }),
            Self::Postgres(tx) => tx.commit().await,
        }
    }
}

/// The database as it was at one moment, for as long as this is kept.
pub enum Snapshot {
    Sqlite(Begun<Sqlite>),
    Postgres(Begun<Postgres>),
}

impl Snapshot {
    pub(super) async fn on_sqlite(pool: &SqlitePool) -> Result<Self> {
        Ok(Self::Sqlite(Begun::on_sqlite(pool, "BEGIN").await?))
    }

    pub(super) async fn on_postgres(pool: &PgPool) -> Result<Self> {
        Ok(Self::Postgres(Begun::on_postgres(pool, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?))
    }

    pub async fn fetch_all<T: Row>(&mut self, sql: &str, values: Vec<Value>) -> Result<Vec<T>> {
        match self {
            Self::Sqlite(begun) => begun.fetch_all(sql, values).await,
            Self::Postgres(begun) => begun.fetch_all(sql, values).await,
        }
    }

    /// Gives its connection back; dropped without, that is closed.
    pub async fn end(self) -> Result<()> {
        match self {
            Self::Sqlite(begun) => begun.commit().await,
            Self::Postgres(begun) => begun.commit().await,
        }
    }
}

/// The connection of a transaction, closed if that does not come to its end. Nobody then waits for PostgreSQL's answer to a
/// rollback, and no connection is used again of which it is open what its transaction is: after a COMMIT that SQLite
/// could not write, sqlx takes one to be in it for ever.
pub struct Begun<D: Database>(Option<PoolConnection<D>>);

impl<D: Database> Begun<D> {
    fn connection(&mut self) -> &mut PoolConnection<D> {
        self.0.as_mut().expect("it is given back at the end only")
    }

    fn give_back(mut self) {
        drop(self.0.take());
    }
}

impl Begun<Sqlite> {
    async fn on_sqlite(pool: &SqlitePool, statement: &'static str) -> Result<Self> {
        let mut begun = Self(Some(pool.acquire().await?));
        sqlx::raw_sql(statement).execute(&mut **begun.connection()).await?;
        Ok(begun)
    }

    async fn commit(mut self) -> Result<()> {
        sqlx::raw_sql("COMMIT").execute(&mut **self.connection()).await?;
        self.give_back();
        Ok(())
    }

    async fn fetch_all<T: Row>(&mut self, sql: &str, values: Vec<Value>) -> Result<Vec<T>> {
        check_count(sql, &values)?;
        let rows = sqlx::query_as_with(AssertSqlSafe(sql.to_owned()), sqlite_arguments(values));
        Ok(rows.fetch_all(&mut **self.connection()).await?)
    }
}

impl Begun<Postgres> {
    async fn on_postgres(pool: &PgPool, statement: &'static str) -> Result<Self> {
        let mut begun = Self(Some(pool.acquire().await?));
        let beginning = sqlx::raw_sql(statement).execute(&mut **begun.connection());
        within(POSTGRES_STATEMENT_TIME_MAX, beginning).await?;
        Ok(begun)
    }

    async fn commit(mut self) -> Result<()> {
        let done = sqlx::raw_sql("COMMIT").execute(&mut **self.connection());
        within(POSTGRES_STATEMENT_TIME_MAX, done).await?;
        self.give_back();
        Ok(())
    }

    async fn fetch_all<T: Row>(&mut self, sql: &str, values: Vec<Value>) -> Result<Vec<T>> {
        check_count(sql, &values)?;
        let rows = sqlx::query_as_with(AssertSqlSafe(sql.to_owned()), postgres_arguments(values));
        within(POSTGRES_STATEMENT_TIME_MAX, rows.fetch_all(&mut **self.connection())).await
    }
}

impl<D: Database> Drop for Begun<D> {
    fn drop(&mut self) {
        if let Some(connection) = &mut self.0 {
            connection.close_on_drop();
        }
    }
}

pub(super) async fn within<T>(
    time_max: Duration,
    doing: impl Future<Output = std::result::Result<T, sqlx::Error>>,
) -> Result<T> {
    match tokio::time::timeout(time_max, doing).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(StorageError::TimedOut(time_max)),
    }
}

/// Whether a connection of the pool, taken or given back, is of use. sqlx asks the same, and waits for ever.
pub(super) async fn is_alive(connection: &mut sqlx::PgConnection) -> std::result::Result<bool, sqlx::Error> {
    match tokio::time::timeout(ALIVE_TIME_MAX, connection.ping()).await {
        Ok(alive) => alive.map(|()| true),
        // An error and not a no, after which sqlx would take leave of the other side and wait for that.
        Err(_) => Err(sqlx::Error::PoolTimedOut),
    }
}
