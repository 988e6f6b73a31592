//! Stores how many requests came to each webhook.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;

pub async fn run(app: Arc<App>, every: Duration) {
    let mut every = tokio::time::interval(every);
    loop {
        tokio::select! {
            _ = every.tick() => {}
            () = app.draining.closing() => {
                store(&app).await;
                return;
            }
        }
        store(&app).await;
    }
}

async fn store(app: &App) {
    if let Err(error) = app.traffic.store(&app.db).await {
        tracing::warn!(%error, "the webhooks' traffic could not be stored; tried again soon");
    }
}
