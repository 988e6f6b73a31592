//! What is done in the background, on time: one file a duty.

mod bids;
pub mod checkpoint;
mod expire;
mod gauges;
mod recover;
mod reports;
mod silent;
mod traffic;

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::settings::SETTINGS_POLL;
use crate::storage::Db;

const BIDS_EVERY: Duration = Duration::from_secs(1);
/// Torture's servers live for seconds, and are to be killed while they remove.
const EXPIRE_EVERY: Duration = Duration::from_secs(if cfg!(feature = "failpoints") { 1 } else { 60 });
const SILENT_EVERY: Duration = Duration::from_secs(60);
const GAUGES_EVERY: Duration = Duration::from_secs(10);
const REPORTS_EVERY: Duration = Duration::from_secs(2);
const TRAFFIC_EVERY: Duration = Duration::from_secs(5);
const RECOVER_EVERY: Duration = Duration::from_millis(500);
const STEADY_EVERY: Duration = Duration::from_secs(30);

/// Starts every duty.
pub fn start(app: &Arc<App>) {
    tokio::spawn(refresh_settings(app.clone()));
    tokio::spawn(follow_steady_clock(app.clone()));
    tokio::spawn(bids::run(app.clone(), BIDS_EVERY));
    tokio::spawn(expire::run(app.clone(), EXPIRE_EVERY));
    tokio::spawn(silent::run(app.clone(), SILENT_EVERY));
    tokio::spawn(gauges::run(app.clone(), GAUGES_EVERY));
    tokio::spawn(traffic::run(app.clone(), TRAFFIC_EVERY));
    tokio::spawn(recover::run(app.clone(), RECOVER_EVERY));
    tokio::spawn(reports::run(app.clone(), REPORTS_EVERY));
    if let Db::Sqlite(sqlite) = &app.db {
        checkpoint::start(sqlite);
    }
}

async fn refresh_settings(app: Arc<App>) {
    let mut every = tokio::time::interval(SETTINGS_POLL);
    loop {
        every.tick().await;
        if let Err(error) = app.settings.refresh().await {
            tracing::warn!(%error, "the settings could not be read; keys are refused if this lasts");
        }
    }
}

async fn follow_steady_clock(app: Arc<App>) {
    let mut every = tokio::time::interval(STEADY_EVERY);
    loop {
        every.tick().await;
        if let Err(error) = app.board.steady.follow(&app.db).await {
            tracing::warn!(%error, "the database's clock could not be read");
        }
    }
}
