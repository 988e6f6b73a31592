//! One connection of a hot writer: opened when needed, kept while all goes well.

use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection, PgPool, raw_sql};

use crate::storage::db::POSTGRES_ACQUIRE_TIMEOUT;
use crate::storage::{Result, StorageError};

/// Each hot statement is a few lookups by index; a plan that was cached while a table was empty or its
/// statistics old must not read it from end to end.
const HOT: [(&str, &str); 5] = [
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("plan_cache_mode", "force_generic_plan"),
    ("jit", "off"),
];

/// Whoever uses the connection takes it, and gives it back only after a clean end: dropped halfway, it
/// is closed and the database rolls back.
pub struct Line {
    options: PgConnectOptions,
    open: Option<PgConnection>,
}

impl Line {
    /// To the same database as this pool.
    pub fn beside(pool: &PgPool) -> Self {
        let options = PgPool::connect_options(pool).as_ref().clone().options(HOT).disable_statement_logging();
        Self { options, open: None }
    }

    /// Its commits return before they are on disk.
    pub fn not_waiting_for_the_disk(mut self) -> Self {
        self.options = self.options.options([("synchronous_commit", "off")]);
        self
    }

    pub async fn take(&mut self) -> Result<PgConnection> {
        match self.open.take() {
            Some(connection) => Ok(connection),
            None => self.connect().await,
        }
    }

    pub fn give_back(&mut self, connection: PgConnection) {
        self.open = Some(connection);
    }

    /// Takes the connection and runs this on it as the first thing, on a new one if the old is gone.
    pub async fn begin(&mut self, sql: &str) -> Result<(PgConnection, Vec<PgRow>)> {
        if let Some(mut connection) = self.open.take()
            && let Ok(rows) = run(&mut connection, sql).await
        {
            return Ok((connection, rows));
        }
        let mut connection = self.connect().await?;
        let rows = run(&mut connection, sql).await?;
        Ok((connection, rows))
    }

    async fn connect(&self) -> Result<PgConnection> {
        match tokio::time::timeout(POSTGRES_ACQUIRE_TIMEOUT, self.options.connect()).await {
            Ok(connected) => Ok(connected?),
            Err(_) => Err(StorageError::Database(sqlx::Error::PoolTimedOut)),
        }
    }
}

async fn run(connection: &mut PgConnection, sql: &str) -> Result<Vec<PgRow>> {
    Ok(raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(connection).await?)
}
