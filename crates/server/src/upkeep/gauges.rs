//! Figures that are counted in the database.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::storage::Result;
use crate::telemetry::metric;

pub async fn run(app: Arc<App>, every: Duration) {
    let mut every = tokio::time::interval(every);
    loop {
        every.tick().await;
        if let Err(error) = once(&app).await {
            tracing::debug!(%error, "gauges could not be read");
        }
    }
}

async fn once(app: &App) -> Result<()> {
    let live: Option<(i64,)> =
        app.db.fetch_optional("SELECT COUNT(*) FROM calls WHERE status < 2", vec![]).await?;
    let oldest: Option<(Option<i64>,)> = app
        .db
        .fetch_optional(
            "SELECT MIN((SELECT d.received_at FROM caller_data d
                         WHERE d.org_id = o.id AND d.matched_call IS NULL AND d.settled IS NULL
                         ORDER BY d.request_id LIMIT 1))
             FROM organizations o",
            vec![],
        )
        .await?;
    let held: Option<(i64,)> =
        app.db.fetch_optional("SELECT COUNT(*) FROM held_updates WHERE state = 'pending'", vec![]).await?;
    let open: Option<(i64,)> =
        app.db.fetch_optional("SELECT COUNT(*) FROM deliveries WHERE next_at IS NOT NULL", vec![]).await?;
    metrics::gauge!(metric::DELIVERIES_OPEN).set(count(open.map_or(0, |(open,)| open)));
    metrics::gauge!(metric::HELD_UPDATES).set(count(held.map_or(0, |(held,)| held)));
    metrics::gauge!(metric::LIVE_CALLS).set(count(live.map_or(0, |(live,)| live)));
    let age =
        oldest.and_then(|(oldest,)| oldest).map_or(0, |oldest| (app.clock.now().0 - oldest) / 1_000_000);
    metrics::gauge!(metric::OLDEST_UNMATCHED_SECONDS).set(count(age));
    Ok(())
}

fn count(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(if number < 0 { 0 } else { u32::MAX })
}
