//! Removes what is past its retention, in small steps so that no commit waits long.

use std::sync::Arc;
use std::time::Duration;

use hookline_domain::ids::OrgId;
use hookline_domain::matching::Lookback;
use hookline_domain::time::MICROS_PER_SECOND;
use uuid::Uuid;

use crate::app::App;
use crate::storage::{Result, organizations};
use crate::values;

/// Rows removed in one step.
const STEP_ROWS: i64 = 1_000;
const DAY_MICROS: i64 = 86_400 * MICROS_PER_SECOND;
/// The longest span of a rate limit, with room to spare.
const ADMISSIONS_KEPT_MICROS: i64 = 2 * DAY_MICROS;

pub async fn run(app: Arc<App>, every: Duration) {
    let mut every = tokio::time::interval(every);
    loop {
        every.tick().await;
        if let Err(error) = once(&app).await {
            tracing::warn!(%error, "old rows could not be removed; tried again in a minute");
        }
    }
}

/// One round over everything that expires.
pub async fn once(app: &App) -> Result<()> {
    let now = app.clock.now().0;
    let log_begins = first_id(now - i64::from(app.config.request_log_days) * DAY_MICROS);
    let orgs = organizations::list(&app.db).await?;
    for org in orgs {
        while expire_requests(app, org.id, log_begins).await? >= STEP_ROWS.unsigned_abs() {}
    }
    repeat_micros(
        app,
        "DELETE FROM caller_data WHERE (org_id, caller, request_id) IN (
             SELECT org_id, caller, request_id FROM caller_data WHERE received_at < $1 LIMIT $2)",
        now - Lookback::MAX_SECONDS * MICROS_PER_SECOND,
    )
    .await?;
    repeat_micros(
        app,
        "DELETE FROM rate_admissions WHERE (webhook_id, seq) IN (
             SELECT webhook_id, seq FROM rate_admissions WHERE stamp < $1 LIMIT $2)",
        app.board.steady.now() - ADMISSIONS_KEPT_MICROS,
    )
    .await?;
    repeat_micros(
        app,
        "DELETE FROM webhook_keys WHERE key_hash IN (
             SELECT key_hash FROM webhook_keys WHERE expires_at < $1 LIMIT $2)",
        now,
    )
    .await
}

/// Removes an organization's oldest requests, and with them their transaction ids; the number removed.
async fn expire_requests(app: &App, org: OrgId, before: Uuid) -> Result<u64> {
    app.db
        .execute(
            "DELETE FROM requests WHERE org_id = $1 AND id IN (
                 SELECT id FROM requests WHERE org_id = $1 AND id < $2 ORDER BY id LIMIT $3)",
            values![org.0, before, STEP_ROWS],
        )
        .await
}

/// The smallest id that could have been given at this time.
fn first_id(micros: i64) -> Uuid {
    let millis = u128::try_from(micros / 1_000).unwrap_or(0);
    Uuid::from_u128(millis << 80)
}

async fn repeat_micros(app: &App, sql: &str, before: i64) -> Result<()> {
    while app.db.execute(sql, values![before, STEP_ROWS]).await? >= STEP_ROWS.unsigned_abs() {}
    Ok(())
}
