//! Gives back what bids held for calls that did not come, also where nothing else is decided.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::intake::work::Work;
use crate::storage::{Result, bids};

/// Commits in a row before it lets the others go first.
const COMMITS_MAX: usize = 100;

pub async fn run(app: Arc<App>, every: Duration) {
    let mut every = tokio::time::interval(every);
    loop {
        every.tick().await;
        if let Err(error) = once(&app).await {
            tracing::warn!(%error, "the places of bids could not be given back; tried again soon");
        }
    }
}

async fn once(app: &App) -> Result<()> {
    for _ in 0..COMMITS_MAX {
        let overdue = bids::overdue(&app.db, app.clock.now()).await?;
        if overdue.is_empty() {
            break;
        }
        for org in overdue {
            if let Err(error) = app.committer.commit(Work::ReleaseBids(org)).await {
                tracing::warn!(%error, %org, "the places of bids could not be given back; tried again soon");
                return Ok(());
            }
        }
    }
    Ok(())
}
