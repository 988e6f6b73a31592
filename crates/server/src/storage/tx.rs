//! Transactions of cold SQL on either engine.

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Connection, PgPool, Postgres, Sqlite, Transaction};
use tokio::sync::OwnedMutexGuard;

use super::db::{
    POSTGRES_STATEMENT_TIME_MAX, Result, Row, StorageError, Value, check_count,
    postgres_arguments, sqlite_arguments,
};

/// A connection that takes longer to say that it is there is closed: several that are dead fit into the time of one that is
/// waited for.
const ALIVE_TIME_MAX: Duration = Duration::from_secs(2);

/// A transaction; dropped without `commit`, it changes nothing.
pub enum Tx {
    Sqlite(Transaction<'static, Sqlite>, OwnedMutexGuard<()>),
    Postgres(PostgresTx),
}

impl Tx {
    pub async fn execute(&mut self, sql: &str, values: Vec<Value>) -> Result<u64> {
        check_count(sql, &values)?;
        let done = match self {
            Self::Sqlite(tx, _) => sqlx::query_with(AssertSqlSafe(sql.to_owned()), sqlite_arguments(values))
                .execute(&mut **tx)
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
        check_count(sql, &values)?;
        match self {
            Self::Sqlite(tx, _) => {
                Ok(sqlx::query_as_with(AssertSqlSafe(sql.to_owned()), sqlite_arguments(values))
                    .fetch_all(&mut **tx)
                    .await?)
            }
            Self::Postgres(tx) => {
                let rows = sqlx::query_as_with(AssertSqlSafe(sql.to_owned()), postgres_arguments(values))
                    .fetch_all(&mut **tx.connection());
                within(POSTGRES_STATEMENT_TIME_MAX, rows).await
            }
        }
    }

    pub async fn fetch_optional<T: Row>(&mut self, sql: &str, values: Vec<Value>) -> Result<Option<T>> {
        Ok(self.fetch_all(sql, values).await?.into_iter().next())
    }

    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx, _turn) => Ok(tx.commit().await?),
            Self::Postgres(tx) => tx.commit().await,
        }
    }
}

/// A transaction whose connection is closed if it does not come to its end: then nobody waits for the answer to a
/// rollback that may never come.
pub struct PostgresTx(Option<PoolConnection<Postgres>>);

impl PostgresTx {
    pub(super) async fn begin(pool: &PgPool) -> Result<Self> {
        let mut tx = Self(Some(pool.acquire().await?));
        let begun = sqlx::raw_sql("BEGIN").execute(&mut **tx.connection());
        within(POSTGRES_STATEMENT_TIME_MAX, begun).await?;
        Ok(tx)
    }

    fn connection(&mut self) -> &mut PoolConnection<Postgres> {
        self.0.as_mut().expect("it is given back at the end only")
    }

    async fn commit(mut self) -> Result<()> {
        let done = sqlx::raw_sql("COMMIT").execute(&mut **self.connection());
        within(POSTGRES_STATEMENT_TIME_MAX, done).await?;
        drop(self.0.take());
        Ok(())
    }
}

impl Drop for PostgresTx {
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
