//! After a failed commit, tries whether the database takes writes again: a node that is not ready is sent nothing that would
//! tell.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::storage::fault;

pub async fn run(app: Arc<App>, every: Duration) {
    let mut every = tokio::time::interval(every);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        if !app.committer.may_recover() {
            continue;
        }
        match fault::try_writing(&app.db, app.clock.new_id()).await {
            Ok(()) => {
                tracing::info!("the database takes writes again");
                app.committer.recovered();
            }
            Err(error) => {
                tracing::warn!(%error, advice = fault::advice(&error), "the database still takes no writes");
                app.committer.still_fails(&error);
            }
        }
    }
}
