//! Sums calls up for reports: reads in the timeline which calls have changed, and makes the sums of their quarters of
//! an hour again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hookline_domain::ids::OrgId;
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use crate::app::App;
use crate::failpoint::Failpoint;
use crate::sessions::{Cursor, Tail};
use crate::storage::Result;
use crate::storage::reports::{self, Among, BUCKET};

/// Entries of the timeline that are read at once: many, so that a quarter which all of them change is summed up once.
const CHANGED_MAX: usize = 100_000;
const LEASE_SECONDS: i64 = 60;
/// Quarters whose sums one transaction writes: whoever commits calls waits for it.
const BUCKETS_PER_WRITE: usize = 4;
/// Of a day at a time, when they are made for the first time.
const FIRST_STEP: i64 = 96 * BUCKET;
/// It works for at most a twentieth of the time.
const REST: u32 = 20;

pub async fn run(app: Arc<App>, every: Duration) {
    let node = app.clock.new_id();
    let tail = app.tail.clone();
    loop {
        let began = Instant::now();
        match once(&app, &tail, node).await {
            // There was more than it reads at once: it goes on after its rest. A quarter with very many calls takes long
            // to sum up; its sums are then made seldom, and do not take the time from commits.
            Ok(true) => tokio::time::sleep(began.elapsed() * REST).await,
            Ok(false) => tokio::time::sleep(every.max(began.elapsed() * REST)).await,
            Err(error) => {
                tracing::warn!(%error, "calls could not be summed up for reports; tried again soon");
                tokio::time::sleep(every).await;
            }
        }
    }
}

/// Whether there is more to do.
async fn once(app: &App, tail: &Tail, node: Uuid) -> Result<bool> {
    let (db, now) = (&app.db, app.clock.now());
    let until = now.plus_seconds(LEASE_SECONDS);
    // An idle server writes nothing.
    let is_behind = tail.has_after(reports::progress(db).await?.cursor.as_deref()).await?;
    if !is_behind || !reports::lease(db, node, now, until).await? {
        return Ok(false);
    }
    // Read under the lease: another node may have gone on before.
    let progress = reports::progress(db).await?;
    let Some(cursor) = progress.cursor.as_deref().and_then(|text| text.parse().ok()) else {
        return make_all(app, tail, node, now).await.map(|()| false);
    };
    let changed = tail.changed_after(cursor, CHANGED_MAX).await?;
    let Some(last) = changed.last else { return Ok(false) };
    let mut dirty: BTreeMap<OrgId, BTreeSet<i64>> = BTreeMap::new();
    for (org, bucket) in reports::starts(db, &changed.calls).await? {
        if bucket > whole_since(app, now) {
            dirty.entry(org).or_default().insert(bucket);
        }
    }
    for (org, buckets) in dirty {
        let buckets: Vec<i64> = buckets.into_iter().collect();
        for some in buckets.chunks(BUCKETS_PER_WRITE) {
            let mut rows = Vec::new();
            for bucket in some {
                let (from, to) = (Timestamp(*bucket), Timestamp(bucket + BUCKET));
                rows.extend(reports::sum_calls(db, org, from, to, &Among::default()).await?);
            }
            if !write(app, node, org, some, &rows).await? {
                return Ok(false);
            }
        }
    }
    finish(app, node, last, if changed.is_all { now } else { Timestamp(progress.seen_at) }).await?;
    Ok(!changed.is_all)
}

/// Of earlier quarters some calls may have been removed for their age.
fn whole_since(app: &App, now: Timestamp) -> i64 {
    app.config.calls_days.map_or(i64::MIN, |days| now.plus_seconds(-i64::from(days) * 86_400).0)
}

/// The first time: from the first call on. What changes meanwhile is after the cursor.
async fn make_all(app: &App, tail: &Tail, node: Uuid, now: Timestamp) -> Result<()> {
    let cursor = tail.end().await?;
    for (org, first) in reports::beginnings(&app.db).await? {
        let mut from = first - first.rem_euclid(BUCKET);
        while from <= app.clock.now().0 {
            let (start, end) = (Timestamp(from), Timestamp(from + FIRST_STEP));
            let rows = reports::sum_calls(&app.db, org, start, end, &Among::default()).await?;
            let buckets: BTreeSet<i64> = rows.iter().map(|row| row.bucket).collect();
            let buckets: Vec<i64> = buckets.into_iter().collect();
            for some in buckets.chunks(BUCKETS_PER_WRITE) {
                let within = |bucket: i64| some.contains(&bucket);
                let part: Vec<_> = rows.iter().filter(|row| within(row.bucket)).cloned().collect();
                if !write(app, node, org, some, &part).await? {
                    return Ok(());
                }
            }
            from += FIRST_STEP;
        }
    }
    finish(app, node, cursor, now).await
}

/// False if another node has taken over.
async fn write(app: &App, node: Uuid, org: OrgId, buckets: &[i64], rows: &[reports::SumRow]) -> Result<bool> {
    let mut tx = app.db.begin().await?;
    let held = reports::hold(&mut tx, node, app.clock.now().plus_seconds(LEASE_SECONDS)).await?;
    if held {
        reports::replace(&mut tx, org, buckets, rows).await?;
        Failpoint::InReports.reach();
        tx.commit().await?;
    }
    Ok(held)
}

async fn finish(app: &App, node: Uuid, cursor: Cursor, seen_at: Timestamp) -> Result<()> {
    let mut tx = app.db.begin().await?;
    if reports::hold(&mut tx, node, app.clock.now().plus_seconds(LEASE_SECONDS)).await? {
        reports::advance(&mut tx, &cursor.to_string(), seen_at).await?;
        tx.commit().await?;
    }
    Ok(())
}
