//! Removes what is past its retention, in small steps so that no commit waits long.

use std::sync::Arc;
use std::time::Duration;

use hookline_domain::call::CallStatus;
use hookline_domain::ids::OrgId;
use hookline_domain::matching::Lookback;
use hookline_domain::time::{MICROS_PER_SECOND, Timestamp};
use uuid::Uuid;

use crate::app::App;
use crate::failpoint::Failpoint;
use crate::storage::calls::first_id;
use crate::storage::{Result, Value, organizations, remove_expired_runs, status_code};
use crate::values;

/// Rows removed in one step.
const STEP_ROWS: i64 = 1_000;
/// Calls removed in one step: each takes its tags and timeline with it.
const STEP_CALLS: i64 = 100;
const DAY_MICROS: i64 = 86_400 * MICROS_PER_SECOND;
/// The longest span of a rate limit, with room to spare.
const ADMISSIONS_KEPT_MICROS: i64 = 2 * DAY_MICROS;

pub async fn run(app: Arc<App>, every: Duration) {
    let mut every = tokio::time::interval(every);
    loop {
        every.tick().await;
        if let Err(error) = once(&app).await {
            app.committer.saw(&error);
            tracing::warn!(%error, "old rows could not be removed; tried again in a minute");
        }
    }
}

/// One round over everything that expires.
pub async fn once(app: &App) -> Result<()> {
    let now = app.clock.now().0;
    let log_begins = first_id(Timestamp(now - i64::from(app.config.request_log_days) * DAY_MICROS));
    let orgs = organizations::list(&app.db).await?;
    for org in orgs {
        while expire_requests(app, org.id, log_begins).await? >= STEP_ROWS.unsigned_abs() {}
        while expire_settled(app, org.id, log_begins).await? >= STEP_ROWS.unsigned_abs() {}
        while expire_deliveries(app, org.id, log_begins).await? >= STEP_ROWS.unsigned_abs() {}
        while expire_bids(app, org.id, log_begins).await? >= STEP_ROWS.unsigned_abs() {}
        if let Some(days) = app.config.calls_days {
            let before = now - i64::from(days) * DAY_MICROS;
            while expire_calls(app, org.id, before).await? >= STEP_CALLS.unsigned_abs() {}
        }
    }
    // Looked at again outside: its call may have appeared while this waited for it.
    repeat_micros(
        app,
        "UPDATE held_updates SET state = 'expired', settled_at = $1
         WHERE state = 'pending' AND (org_id, request_id) IN (
             SELECT org_id, request_id FROM held_updates WHERE state = 'pending' AND expires_at < $1 LIMIT $2)",
        now,
    )
    .await?;
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
    for (table, key) in [("sign_ins", "id"), ("sign_in_links", "user_id")] {
        let old = format!("SELECT {key} FROM {table} WHERE expires_at < $1 LIMIT $2");
        repeat_micros(app, &format!("DELETE FROM {table} WHERE {key} IN ({old})"), now).await?;
    }
    repeat_micros(
        app,
        "DELETE FROM webhook_keys WHERE key_hash IN (
             SELECT key_hash FROM webhook_keys WHERE expires_at < $1 LIMIT $2)",
        now,
    )
    .await?;
    remove_expired_runs(&app.db).await
}

/// Removes an organization's oldest requests; the number removed.
async fn expire_requests(app: &App, org: OrgId, before: Uuid) -> Result<u64> {
    app.db
        .execute(
            "DELETE FROM requests WHERE org_id = $1 AND id IN (
                 SELECT id FROM requests WHERE org_id = $1 AND id < $2 ORDER BY id LIMIT $3)",
            values![org.0, before, STEP_ROWS],
        )
        .await
}

/// Removes an organization's oldest held updates that no longer wait; the number removed.
async fn expire_settled(app: &App, org: OrgId, before: Uuid) -> Result<u64> {
    app.db
        .execute(
            "DELETE FROM held_updates WHERE org_id = $1 AND request_id IN (
                 SELECT request_id FROM held_updates WHERE org_id = $1 AND request_id < $2 AND state <> 'pending'
                 ORDER BY request_id LIMIT $3)",
            values![org.0, before, STEP_ROWS],
        )
        .await
}

/// Removes an organization's oldest deliveries that have ended, with their attempts; the number removed.
async fn expire_deliveries(app: &App, org: OrgId, before: Uuid) -> Result<u64> {
    let mut tx = app.db.begin().await?;
    let removed: Vec<(Uuid,)> = tx
        .fetch_all(
            "DELETE FROM deliveries WHERE org_id = $1 AND id IN (
                 SELECT id FROM deliveries WHERE org_id = $1 AND id < $2 AND next_at IS NULL ORDER BY id LIMIT $3)
             RETURNING id",
            values![org.0, before, STEP_ROWS],
        )
        .await?;
    Failpoint::InExpiry.reach();
    if !removed.is_empty() {
        let names: Vec<String> = (2..removed.len() + 2).map(|at| format!("${at}")).collect();
        let mut values = values![org.0];
        values.extend(removed.iter().map(|(id,)| Value::from(*id)));
        let names = names.join(", ");
        let sql = format!("DELETE FROM delivery_attempts WHERE org_id = $1 AND delivery_id IN ({names})");
        tx.execute(&sql, values).await?;
    }
    tx.commit().await?;
    Ok(removed.len() as u64)
}

/// Removes an organization's oldest bids that hold nothing; the number removed.
async fn expire_bids(app: &App, org: OrgId, before: Uuid) -> Result<u64> {
    app.db
        .execute(
            "DELETE FROM rtb_bids WHERE org_id = $1 AND id IN (
                 SELECT id FROM rtb_bids WHERE org_id = $1 AND id < $2 AND state <> 'reserved' ORDER BY id LIMIT $3)",
            values![org.0, before, STEP_ROWS],
        )
        .await
}

/// Removes an organization's oldest calls that ended before this time, each whole; the number removed.
async fn expire_calls(app: &App, org: OrgId, before: i64) -> Result<u64> {
    let mut tx = app.db.begin().await?;
    // The calls go first: an update that is under way then either was before, and its timeline entry
    // is found, or finds no call. The newest entry stays: SQLite counts the
    // next number from it, and a stream must not see a number again.
    let removed: Vec<(Uuid, i64)> = tx
        .fetch_all(
            "DELETE FROM calls WHERE org_id = $1 AND id IN (
                 SELECT id FROM calls WHERE org_id = $1 AND id < $2 AND status >= $3 AND ended_at < $4
                     AND last_seq <> COALESCE((SELECT MAX(seq) FROM timeline), -1)
                 ORDER BY id LIMIT $5)
             RETURNING id, last_seq",
            values![
                org.0,
                first_id(Timestamp(before)),
                status_code(CallStatus::Completed),
                before,
                STEP_CALLS
            ],
        )
        .await?;
    for &(call, newest) in &removed {
        for table in ["call_tags", "call_routes", "decisions"] {
            let sql = format!("DELETE FROM {table} WHERE org_id = $1 AND call_id = $2");
            tx.execute(&sql, values![org.0, call]).await?;
        }
        tx.execute(
            "DELETE FROM timeline WHERE seq IN (
                 WITH RECURSIVE chain (seq) AS (
                     SELECT CAST($1 AS BIGINT)
                     UNION ALL
                     SELECT t.previous FROM timeline t JOIN chain ON t.seq = chain.seq
                 )
                 SELECT seq FROM chain)",
            values![newest],
        )
        .await?;
    }
    tx.commit().await?;
    Ok(removed.len() as u64)
}

async fn repeat_micros(app: &App, sql: &str, before: i64) -> Result<()> {
    while app.db.execute(sql, values![before, STEP_ROWS]).await? >= STEP_ROWS.unsigned_abs() {}
    Ok(())
}
