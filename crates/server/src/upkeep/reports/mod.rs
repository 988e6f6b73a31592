//! Sums calls up for reports: from the calls once, and then by what the timeline says of each change.

mod differences;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hookline_domain::time::Timestamp;
use uuid::Uuid;

use self::differences::Differences;
use crate::app::App;
use crate::failpoint::Failpoint;
use crate::sessions::{Cursor, Tail};
use crate::storage::report_sums;
use crate::storage::reports::{self, BUCKET};
use crate::storage::{Result, Snapshot, StorageError};

/// Entries of the timeline that are read at once.
const PAGE_MAX: usize = 1_000;
/// Entries that go into the sums together: many, since those of one quarter change the same sums.
const ENTRIES_MAX: usize = 20_000;
/// Calls whose entries do, which may be of as many quarters: whoever commits calls waits until their sums are written.
const CALLS_MAX: usize = 2_000;
const LEASE_SECONDS: i64 = 60;
/// Quarters whose sums one transaction writes, when they are made from the calls.
const QUARTERS_PER_WRITE: usize = 8;
/// Of a day at a time.
const STEP: i64 = 96 * BUCKET;
/// It works for at most a tenth of the time.
const REST: u32 = 9;

pub async fn run(app: Arc<App>, every: Duration) {
    let node = app.clock.new_id();
    let tail = app.tail.clone();
    loop {
        let began = Instant::now();
        match once(&app, &tail, node).await {
            // There was more than it does at once: it goes on after its rest.
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
    // An idle server writes nothing.
    let is_behind = tail.has_after(reports::progress(db).await?.cursor.as_deref()).await?;
    if !is_behind || !report_sums::lease(db, node, now, lease_end(app)).await? {
        return Ok(false);
    }
    // Read under the lease: another node may have gone on before.
    let progress = reports::progress(db).await?;
    let Some(cursor) = progress.cursor.as_deref().and_then(|text| text.parse().ok()) else {
        return make_all(app, tail, node, now).await.map(|()| false);
    };
    let mut moment = db.snapshot().await?;
    let followed = follow(tail, &mut moment, cursor).await;
    if let Err(StorageError::Unreadable(what)) = &followed {
        tracing::error!(what, "changes do not fit the calls; all sums for reports are made again");
        report_sums::start_again(db, node).await?;
        return Ok(true);
    }
    moment.end().await?;
    let Followed { differences, last, is_all } = followed?;
    let Some(last) = last else { return Ok(false) };
    let seen_at = if is_all { now } else { Timestamp(progress.seen_at) };
    finish(app, node, &differences, last, seen_at).await?;
    Ok(!is_all)
}

struct Followed {
    differences: Differences,
    /// The place after what was read; `None` if there was nothing.
    last: Option<Cursor>,
    /// Whether there is no more.
    is_all: bool,
}

async fn follow(tail: &Tail, moment: &mut Snapshot, mut cursor: Cursor) -> Result<Followed> {
    let (mut lines, mut calls) = (Vec::new(), HashSet::new());
    let mut is_all = false;
    while !is_all && lines.len() < ENTRIES_MAX && calls.len() < CALLS_MAX {
        let page = tail.lines_after(moment, cursor, PAGE_MAX, false).await?;
        is_all = page.len() < PAGE_MAX;
        let Some(last) = page.last() else { break };
        cursor = last.into();
        calls.extend(page.iter().map(|line| line.call_id));
        lines.extend(page);
    }
    let last = (!lines.is_empty()).then_some(cursor);
    let mut differences = Differences::default();
    differences.add(moment, lines, 1).await?;
    Ok(Followed { differences, last, is_all })
}

/// From the calls as they are at one moment. Of earlier quarters some calls may have been removed for their age: their sums
/// stay as they are.
async fn make_all(app: &App, tail: &Tail, node: Uuid, now: Timestamp) -> Result<()> {
    let mut moment = app.db.snapshot().await?;
    let cursor = tail.end_of(&mut moment).await?;
    let whole_since =
        app.config.calls_days.map_or(i64::MIN, |days| now.plus_seconds(-i64::from(days) * 86_400).0);
    for (org, first, last) in report_sums::beginnings(&mut moment).await? {
        let mut from = first - first.rem_euclid(BUCKET);
        while from <= last {
            let made = report_sums::made(&mut moment, org, Timestamp(from), Timestamp(from + STEP)).await?;
            let whole: Vec<_> = made.into_iter().filter(|(quarter, _)| *quarter > whole_since).collect();
            for some in whole.chunks(QUARTERS_PER_WRITE) {
                let mut tx = app.db.begin().await?;
                if !report_sums::hold(&mut tx, node, lease_end(app)).await? {
                    return Ok(());
                }
                for (quarter, sums) in some {
                    report_sums::replace(&mut tx, org, *quarter, sums).await?;
                }
                tx.commit().await?;
            }
            from += STEP;
        }
    }
    // What the moment has of transactions that were not all over comes after the place.
    let mut later = Differences::default();
    let mut place = cursor;
    loop {
        let lines = tail.lines_after(&mut moment, place, PAGE_MAX, true).await?;
        let Some(last) = lines.last() else { break };
        place = last.into();
        later.add(&mut moment, lines, -1).await?;
    }
    moment.end().await?;
    finish(app, node, &later, cursor, now).await
}

/// Adds to the sums and says how far they are, both or neither.
async fn finish(
    app: &App,
    node: Uuid,
    differences: &Differences,
    last: Cursor,
    seen_at: Timestamp,
) -> Result<()> {
    let mut tx = app.db.begin().await?;
    if report_sums::hold(&mut tx, node, lease_end(app)).await? {
        for (org, sums) in &differences.0 {
            report_sums::add(&mut tx, *org, sums).await?;
        }
        report_sums::advance(&mut tx, &last.to_string(), seen_at).await?;
        Failpoint::InReports.reach();
        tx.commit().await?;
    }
    Ok(())
}

fn lease_end(app: &App) -> Timestamp {
    app.clock.now().plus_seconds(LEASE_SECONDS)
}
