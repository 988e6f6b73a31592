//! Where everything is kept. Cold SQL is written once, in a file a noun; the hot statements twice, in
//! `sqlite` and `postgres`, behind `group_commit`.

pub mod audit;
pub mod bench;
pub mod bids;
mod call_row;
pub mod calls;
pub mod campaigns;
mod ceiling;
pub mod counters;
mod db;
pub mod definitions;
pub mod deliveries;
pub mod delivery_work;
pub mod fault;
pub mod flows;
pub mod group_commit;
mod held;
pub mod identities;
mod migrate;
pub mod organizations;
pub mod outgoing_webhooks;
mod postgres;
mod rates;
pub mod report_sums;
pub mod reports;
pub mod requests;
pub mod routes;
pub mod rtb_endpoints;
pub mod sign_ins;
mod sqlite;
mod steady;
pub mod traffic;
mod turns;
mod tx;
pub mod unmatched;
pub mod users;
pub mod views;
pub mod webhooks;

pub use call_row::{CallRow, status_code};
pub use db::{Db, Result, Row, SqliteDb, StorageError, Value, make_private};
pub use migrate::{Schema, migrate, schema};
pub use rates::RateBoard;
pub use sqlite::transactions::remove_expired_runs;
pub use steady::SteadyClock;
pub use tx::{Snapshot, Tx};
