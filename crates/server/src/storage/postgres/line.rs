//! One connection of a hot writer: opened when needed, kept while all goes well.

use std::fmt::Write as _;

use futures_util::TryStreamExt;
use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Either, PgConnection, PgPool, raw_sql};

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
    /// Run on each new connection.
    prepare: &'static [&'static str],
    open: Option<PgConnection>,
}

impl Line {
    /// To the same database as this pool.
    pub fn beside(pool: &PgPool) -> Self {
        let options = PgPool::connect_options(pool).as_ref().clone().options(HOT).disable_statement_logging();
        Self { options, prepare: &[], open: None }
    }

    /// These statements can be executed on it by their names.
    pub fn with_prepared(mut self, prepare: &'static [&'static str]) -> Self {
        self.prepare = prepare;
        self
    }

    /// Its commits return before they are on disk.
    pub fn not_waiting_for_the_disk(mut self) -> Self {
        self.options = self.options.options([("synchronous_commit", "off")]);
        self
    }

    pub fn give_back(&mut self, connection: PgConnection) {
        self.open = Some(connection);
    }

    /// Takes the connection and runs these statements on it as the first thing, on a new one if the
    /// old is gone. All go in one message, and all answers come in one.
    pub async fn begin(&mut self, sql: &str) -> Result<(PgConnection, Vec<Answered>)> {
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
        let connecting = async {
            let mut connection = self.options.connect().await?;
            for statements in self.prepare {
                raw_sql(*statements).execute(&mut connection).await?;
            }
            Ok(connection)
        };
        match tokio::time::timeout(POSTGRES_ACQUIRE_TIMEOUT, connecting).await {
            Ok(connected) => connected,
            Err(_) => Err(StorageError::Database(sqlx::Error::PoolTimedOut)),
        }
    }
}

/// What one statement of a message came to.
pub struct Answered {
    pub rows: Vec<PgRow>,
    /// Rows that it wrote.
    pub affected: u64,
}

async fn run(connection: &mut PgConnection, sql: &str) -> Result<Vec<Answered>> {
    let mut answers = raw_sql(AssertSqlSafe(sql.to_owned())).fetch_many(connection);
    let (mut all, mut rows) = (vec![], vec![]);
    while let Some(answer) = answers.try_next().await? {
        match answer {
            Either::Right(row) => rows.push(row),
            Either::Left(done) => {
                all.push(Answered { rows: std::mem::take(&mut rows), affected: done.rows_affected() });
            }
        }
    }
    Ok(all)
}

/// Executes a prepared statement; its arguments are arrays made by `list`.
pub fn execute(statement: &str, lists: &[String]) -> String {
    format!("EXECUTE {statement}('{{{}}}')", lists.join("}', '{"))
}

/// Ids or numbers as an array in the text of a statement; they need no quoting.
pub fn list<T: std::fmt::Display>(items: impl IntoIterator<Item = T>) -> String {
    let mut list = String::new();
    for item in items {
        let comma = if list.is_empty() { "" } else { "," };
        write!(list, "{comma}{item}").expect("a String takes all");
    }
    list
}
