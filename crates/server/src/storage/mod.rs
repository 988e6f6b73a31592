//! Where everything is kept. Cold SQL is written once, in a file a noun; the hot statements twice, in
//! `sqlite` and `postgres`, behind `group_commit`.

mod call_row;
mod db;
pub mod group_commit;
mod migrate;
mod postgres;
mod rates;
mod sqlite;
mod steady;

pub use call_row::CallRow;
pub use db::{Db, Result, Row, SqliteDb, StorageError, Tx, Value};
pub use migrate::{Schema, migrate, schema};
pub use rates::RateBoard;
pub use steady::SteadyClock;
