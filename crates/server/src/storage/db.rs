//! The seam between the two engines: cold SQL is written once, with `$1…`, and runs on both.

use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use sqlx::postgres::{PgArguments, PgConnectOptions, PgPoolOptions, PgRow};
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{Arguments, AssertSqlSafe, FromRow, PgPool, SqlitePool};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::sqlite::{error_log, frames};
use super::tx::{Snapshot, Tx, is_alive, within};

/// Readers of the embedded database at the same time.
const SQLITE_READERS_MAX: u32 = 4;
/// Pages that the hot writer keeps in memory, as far as it has used them. Few, since a commit that split a page of an index
/// walks all of them; what is not among them the system has in its own cache: 16 MB is a fifth faster than 64.
const SQLITE_WRITER_CACHE_KIB: i64 = 16_384;
/// Connections of one node to PostgreSQL; the hot writers have their own among them.
const POSTGRES_CONNECTIONS_MAX: u32 = 16;
/// How long a statement waits for another process's lock on the SQLite file.
pub const SQLITE_BUSY_TIMEOUT: Duration = Duration::from_secs(5);
pub const POSTGRES_ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// A cold statement that PostgreSQL has not answered by then is given up, with its connection: a peer that is gone without
/// a word would else be waited for until the system gives up, a quarter of an hour.
pub(super) const POSTGRES_STATEMENT_TIME_MAX: Duration = Duration::from_secs(30);
/// What PostgreSQL ends a transaction after that a node began and was cut off from: until then it holds its locks, and its
/// transaction ids are in progress.
const POSTGRES_FORSAKEN_AFTER: &str = "15s";
/// The first version of SQLite without the WAL corruption that 3.51.2 and older can suffer.
const SQLITE_VERSION_MIN: i32 = 3_051_003;

#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    #[error("the database did not answer as expected: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the embedded database did not answer as expected: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("the database did not answer within {} s", .0.as_secs())]
    TimedOut(Duration),
    /// After it the kernel may have dropped what was written: what later syncs say can't be believed.
    #[error("the disk failed to sync the database's log")]
    SyncFailed,
    /// A unique key is taken, or another row refers to the one to be removed.
    #[error("another row stands in the way")]
    Conflict,
    #[error("the statement names {placeholders} parameters and was given {arguments}")]
    ArgumentCount { placeholders: usize, arguments: usize },
    #[error("a stored value could not be read: {0}")]
    Unreadable(String),
    /// What was to be changed is not there.
    #[error("{0}")]
    NotFound(String),
    #[error("{0}")]
    Setup(String),
}

pub type Result<T> = std::result::Result<T, StorageError>;

/// Which database holds everything.
#[derive(Clone)]
pub enum Db {
    Sqlite(SqliteDb),
    Postgres(PgPool),
}

#[derive(Clone)]
pub struct SqliteDb {
    pub path: PathBuf,
    read: SqlitePool,
    write: SqlitePool,
    /// Whose turn it is to write: fair, where SQLite's own lock would let the busiest writer win.
    pub turn: Arc<Mutex<()>>,
    /// A sync of the log has failed: nothing is written any more.
    pub sync_failed: Arc<AtomicBool>,
}

/// One parameter of a statement. Typed, so that a NULL has its column's type on PostgreSQL.
#[derive(Debug, Clone)]
pub enum Value {
    Text(Option<String>),
    Int(Option<i64>),
    Id(Option<Uuid>),
    Bytes(Option<Vec<u8>>),
    Bool(Option<bool>),
}

macro_rules! value_from {
    ($($type:ty => $variant:ident, $convert:expr;)*) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self { Self::$variant(Some($convert(value))) }
        }
        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Self { Self::$variant(value.map($convert)) }
        }
    )*};
}

value_from! {
    String => Text, |text| text;
    &str => Text, |text: &str| text.to_owned();
    i64 => Int, |number| number;
    Uuid => Id, |id| id;
    Vec<u8> => Bytes, |bytes| bytes;
    bool => Bool, |flag| flag;
}

/// A list of `Value`s from anything that converts to one.
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::storage::Value::from($value)),*] };
}

/// A row that both engines can give.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}
impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

impl Db {
    /// Opens the database named by `sqlite://PATH` or `postgres://…`. Does not migrate it.
    pub async fn open(url: &str) -> Result<Self> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = Path::new(path.strip_prefix("//").unwrap_or(path));
            return Ok(Self::Sqlite(SqliteDb::open(path).await?));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let options = PgConnectOptions::from_str(url)
                .map_err(|_| {
                    StorageError::Setup(
                        "the PostgreSQL URL can't be read; write postgres://USER:PASSWORD@HOST:PORT/DATABASE"
                            .into(),
                    )
                })?
                .application_name("hookline")
                .options([("idle_in_transaction_session_timeout", POSTGRES_FORSAKEN_AFTER)]);
            let pool = PgPoolOptions::new()
                .max_connections(POSTGRES_CONNECTIONS_MAX)
                .acquire_timeout(POSTGRES_ACQUIRE_TIMEOUT)
                .test_before_acquire(false)
                .before_acquire(|connection, _| Box::pin(is_alive(connection)))
                .after_release(|connection, _| Box::pin(is_alive(connection)))
                .connect_lazy_with(options);
            return Ok(Self::Postgres(pool));
        }
        Err(StorageError::Setup("the database URL must begin with sqlite:// or postgres://".into()))
    }

    pub fn engine(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }

    pub async fn fetch_all<T: Row>(&self, sql: &str, values: Vec<Value>) -> Result<Vec<T>> {
        check_count(sql, &values)?;
        match self {
            Self::Sqlite(db) => {
                Ok(sqlx::query_as_with(AssertSqlSafe(sql.to_owned()), sqlite_arguments(values))
                    .fetch_all(&db.read)
                    .await?)
            }
            Self::Postgres(pool) => {
                let mut connection = pool.acquire().await?;
                let rows = sqlx::query_as_with(AssertSqlSafe(sql.to_owned()), postgres_arguments(values))
                    .fetch_all(&mut *connection);
                let done = within(POSTGRES_STATEMENT_TIME_MAX, rows).await;
                if matches!(done, Err(StorageError::TimedOut(_))) {
                    connection.close_on_drop();
                }
                done
            }
        }
    }

    pub async fn fetch_optional<T: Row>(&self, sql: &str, values: Vec<Value>) -> Result<Option<T>> {
        Ok(self.fetch_all(sql, values).await?.into_iter().next())
    }

    /// Starts a transaction that may write.
    pub async fn begin(&self) -> Result<Tx> {
        match self {
            Self::Sqlite(db) => {
                let turn = db.turn.clone().lock_owned().await;
                Tx::on_sqlite(&db.write, turn, &db.sync_failed).await
            }
            Self::Postgres(pool) => Tx::on_postgres(pool).await,
        }
    }

    /// What is read in it is of one moment.
    pub async fn snapshot(&self) -> Result<Snapshot> {
        match self {
            Self::Sqlite(db) => Snapshot::on_sqlite(&db.read).await,
            Self::Postgres(pool) => Snapshot::on_postgres(pool).await,
        }
    }

    /// Runs one writing statement in its own transaction; the number of rows it changed.
    pub async fn execute(&self, sql: &str, values: Vec<Value>) -> Result<u64> {
        let mut tx = self.begin().await?;
        let changed = tx.execute(sql, values).await?;
        tx.commit().await?;
        Ok(changed)
    }

    pub async fn close(&self) {
        match self {
            Self::Sqlite(db) => {
                db.read.close().await;
                db.write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl SqliteDb {
    async fn open(path: &Path) -> Result<Self> {
        let version = rusqlite::version_number();
        if version < SQLITE_VERSION_MIN {
            return Err(StorageError::Setup(format!(
                "SQLite {} is linked, which can corrupt a write-ahead log; build with 3.51.3 or newer",
                rusqlite::version()
            )));
        }
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|error| {
                StorageError::Setup(format!("can't make the folder {}: {error}", folder.display()))
            })?;
        }
        make_private(path)
            .map_err(|error| StorageError::Setup(format!("can't make {}: {error}", path.display())))?;
        error_log::register();
        #[cfg(feature = "failpoints")]
        crate::failpoint::disk::register();
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(SQLITE_BUSY_TIMEOUT)
            // The checkpointer does this, off the writers' path.
            .pragma("wal_autocheckpoint", "0");
        let write = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        let read = SqlitePoolOptions::new()
            .max_connections(SQLITE_READERS_MAX)
            .connect_with(options.pragma("query_only", "1"))
            .await?;
        Ok(Self { path: path.to_owned(), read, write, turn: Arc::default(), sync_failed: Arc::default() })
    }

    /// Claims the file for one server: its rate windows and sequence are held in memory.
    pub fn lock_for_server(&self) -> Result<std::fs::File> {
        let path = PathBuf::from(format!("{}.lock", self.path.display()));
        let file = std::fs::File::create(&path)
            .map_err(|error| StorageError::Setup(format!("can't make {}: {error}", path.display())))?;
        file.try_lock().map_err(|_| {
            StorageError::Setup(format!(
                "another server runs on {}; stop it, or use PostgreSQL to run several",
                self.path.display()
            ))
        })?;
        Ok(file)
    }

    /// The one writing connection, for what brings its own transactions.
    pub fn writer(&self) -> &SqlitePool {
        &self.write
    }

    /// A connection beside the pools, with the same promises.
    pub fn open_direct(&self) -> Result<rusqlite::Connection> {
        set_up(rusqlite::Connection::open(&self.path)?)
    }

    /// The hot writer's. What it commits is on disk only after the next sync of the log, so whoever has it syncs the log.
    pub fn open_hot(&self) -> Result<rusqlite::Connection> {
        let connection = set_up(frames::open(&self.path)?)?;
        // A checkpoint syncs the log before it moves pages, and a log that begins again its header.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        Ok(connection)
    }
}

/// Makes a file for what is known of callers, for its owner only. One that is there stays as it is.
pub fn make_private(file: &Path) -> std::io::Result<()> {
    let made = std::fs::File::options().write(true).create_new(true).mode(0o600).open(file);
    match made {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}

fn set_up(connection: rusqlite::Connection) -> Result<rusqlite::Connection> {
    connection.busy_timeout(SQLITE_BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "cache_size", -SQLITE_WRITER_CACHE_KIB)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Adds values to those of a statement, and names them in it: `$3, $4`.
pub(super) fn named(values: &mut Vec<Value>, more: impl IntoIterator<Item = impl Into<Value>>) -> String {
    let first = values.len() + 1;
    values.extend(more.into_iter().map(Into::into));
    (first..=values.len()).map(|at| format!("${at}")).collect::<Vec<_>>().join(", ")
}

/// sqlx binds a missing argument of SQLite as NULL without a word, so the seam counts.
pub(super) fn check_count(sql: &str, values: &[Value]) -> Result<()> {
    let highest = sql
        .split('$')
        .skip(1)
        .filter_map(|rest| {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            rest[..digits].parse::<usize>().ok()
        })
        .max()
        .unwrap_or(0);
    if highest == values.len() {
        Ok(())
    } else {
        Err(StorageError::ArgumentCount { placeholders: highest, arguments: values.len() })
    }
}

macro_rules! arguments {
    ($name:ident, $arguments:ty) => {
        pub(super) fn $name(values: Vec<Value>) -> $arguments {
            let mut arguments = <$arguments>::default();
            for value in values {
                let added = match value {
                    Value::Text(value) => arguments.add(value),
                    Value::Int(value) => arguments.add(value),
                    Value::Id(value) => arguments.add(value),
                    Value::Bytes(value) => arguments.add(value),
                    Value::Bool(value) => arguments.add(value),
                };
                added.expect("these five types always encode");
            }
            arguments
        }
    };
}

arguments!(sqlite_arguments, SqliteArguments);
arguments!(postgres_arguments, PgArguments);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_placeholder_must_be_the_number_of_arguments() {
        let two = [Value::from(1_i64), Value::from("b")];
        assert!(check_count("SELECT $1, $2, $1", &two).is_ok());
        assert!(check_count("SELECT $1, $12", &two).is_err());
        assert!(check_count("SELECT 1", &[]).is_ok());
    }
}
