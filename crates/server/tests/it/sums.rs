//! The sums that are kept for reports, beside what the calls themselves come to.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::world::{Engine, TestWorld};

/// Sums that are kept and not what they should be, or the other way round, once all changes are in them.
pub async fn faults(world: &TestWorld) -> Vec<String> {
    // Of a server that was killed; the others find out that it is no longer theirs.
    world.execute("UPDATE report_progress SET leased_until = 0").await;
    until(world, async || reached(world).await >= Some(end(world).await)).await;
    let kept: BTreeSet<String> = kept(world).await.into_iter().collect();
    let made: BTreeSet<String> = made(world).await.into_iter().collect();
    let wrong = kept.difference(&made).map(|row| format!("kept: {row}"));
    wrong.chain(made.difference(&kept).map(|row| format!("calls: {row}"))).collect()
}

/// Waits for sums that are made a little later.
pub async fn until(world: &TestWorld, is_so: impl AsyncFn() -> bool) {
    for _ in 0..1_200 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the sums do not come after the changes: {}", world.warnings());
}

fn engine(world: &TestWorld) -> Engine {
    if world.url.starts_with("sqlite") { Engine::Sqlite } else { Engine::Postgres }
}

/// None before the sums were ever made.
async fn reached(world: &TestWorld) -> Option<(i64, i64)> {
    let texts = world.texts("SELECT cursor FROM report_progress WHERE cursor IS NOT NULL").await;
    texts.first().map(|text| place(text))
}

async fn end(world: &TestWorld) -> (i64, i64) {
    let newest = match engine(world) {
        Engine::Sqlite => "SELECT '0-' || MAX(seq) FROM timeline HAVING COUNT(*) > 0",
        Engine::Postgres => "SELECT tx || '-' || seq FROM timeline ORDER BY tx DESC, seq DESC LIMIT 1",
    };
    world.texts(newest).await.first().map_or((0, 0), |text| place(text))
}

fn place(text: &str) -> (i64, i64) {
    let (tx, seq) = text.split_once('-').expect("a place has two numbers");
    (tx.parse().expect("a number"), seq.parse().expect("a number"))
}

/// An id as text, the same on both engines.
fn id(world: &TestWorld, column: &str) -> String {
    match engine(world) {
        Engine::Sqlite => format!("COALESCE(LOWER(HEX({column})), '')"),
        Engine::Postgres => format!("COALESCE(REPLACE(CAST({column} AS TEXT), '-', ''), '')"),
    }
}

async fn kept(world: &TestWorld) -> Vec<String> {
    let sql = format!(
        "SELECT {} || ' ' || dimension || ' ' || CAST(bucket AS TEXT) || ' ' || REPLACE(item, '-', '') || ' ' ||
            CAST(calls AS TEXT) || ' ' || CAST(connected AS TEXT) || ' ' || CAST(converted AS TEXT) || ' ' ||
            CAST(revenue AS TEXT) || ' ' || CAST(payout AS TEXT) || ' ' || CAST(talked AS TEXT)
         FROM report_counts",
        id(world, "org_id")
    );
    world.texts(&sql).await
}

async fn made(world: &TestWorld) -> Vec<String> {
    let mut made = vec![];
    for (dimension, item) in [
        ("all", "CAST('' AS TEXT)".to_owned()),
        ("campaign", id(world, "campaign_id")),
        ("publisher", id(world, "publisher_id")),
        ("target", "REPLACE(COALESCE(target, ''), '-', '')".to_owned()),
    ] {
        let sql = format!(
            "SELECT {} || ' {dimension} ' || CAST(started_at - started_at % 900000000 AS TEXT) || ' ' || {item} || ' ' ||
                CAST(COUNT(*) AS TEXT) || ' ' || CAST(COUNT(answered_at) AS TEXT) || ' ' ||
                CAST(SUM(CASE WHEN converted THEN 1 ELSE 0 END) AS TEXT) || ' ' ||
                CAST(COALESCE(SUM(revenue), 0) AS TEXT) || ' ' || CAST(COALESCE(SUM(payout), 0) AS TEXT) || ' ' ||
                CAST(COALESCE(SUM(ended_at - answered_at), 0) AS TEXT)
             FROM calls GROUP BY org_id, started_at - started_at % 900000000, {item}",
            id(world, "org_id")
        );
        made.extend(world.texts(&sql).await);
    }
    made
}
