//! The sums that are kept for reports, beside what the calls themselves come to.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::world::{Engine, TestWorld};

/// How far the sums are, and how far the timeline.
const BEHIND: &str = "SELECT COUNT(*) FROM report_progress WHERE cursor IS NULL";

/// Sums that are kept and not what they should be, or the other way round, once all changes are in them.
pub async fn faults(world: &TestWorld) -> Vec<String> {
    // Of a server that was killed; the others find out that it is no longer theirs.
    world.execute("UPDATE report_progress SET leased_until = 0").await;
    let is_settled = async || world.count(BEHIND).await == 0 && reached(world).await >= end(world).await;
    let mut tries = 0;
    while !is_settled().await {
        assert!(tries < 1_200, "the sums do not come after the changes: {}", world.warnings());
        tries += 1;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let kept: BTreeSet<String> = world.texts(KEPT).await.into_iter().map(|row| row.to_lowercase()).collect();
    let made: BTreeSet<String> = made(world).await.into_iter().map(|row| row.to_lowercase()).collect();
    let wrong = kept.difference(&made).map(|row| format!("kept: {row}"));
    wrong.chain(made.difference(&kept).map(|row| format!("calls: {row}"))).collect()
}

fn engine(world: &TestWorld) -> Engine {
    if world.url.starts_with("sqlite") { Engine::Sqlite } else { Engine::Postgres }
}

async fn reached(world: &TestWorld) -> (i64, i64) {
    let texts = world.texts("SELECT cursor FROM report_progress WHERE cursor IS NOT NULL").await;
    texts.first().map_or((0, 0), |text| place(text))
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

const KEPT: &str = "SELECT dimension || ' ' || CAST(bucket AS TEXT) || ' ' || REPLACE(item, '-', '') || ' ' ||
        CAST(SUM(calls) AS TEXT) || ' ' || CAST(SUM(connected) AS TEXT) || ' ' || CAST(SUM(converted) AS TEXT) || ' ' ||
        CAST(SUM(revenue) AS TEXT) || ' ' || CAST(SUM(payout) AS TEXT) || ' ' || CAST(SUM(talked) AS TEXT)
    FROM report_counts GROUP BY org_id, dimension, bucket, item";

async fn made(world: &TestWorld) -> Vec<String> {
    let id = match engine(world) {
        Engine::Sqlite => "COALESCE(HEX(id), '')",
        Engine::Postgres => "COALESCE(REPLACE(CAST(id AS TEXT), '-', ''), '')",
    };
    let mut made = vec![];
    for (dimension, item) in [
        ("all", "CAST('' AS TEXT)".to_owned()),
        ("campaign", id.replace("id", "campaign_id")),
        ("publisher", id.replace("id", "publisher_id")),
        ("target", "REPLACE(COALESCE(target, ''), '-', '')".to_owned()),
    ] {
        let sql = format!(
            "SELECT '{dimension} ' || CAST(started_at - started_at % 900000000 AS TEXT) || ' ' || {item} || ' ' ||
                CAST(COUNT(*) AS TEXT) || ' ' || CAST(COUNT(answered_at) AS TEXT) || ' ' ||
                CAST(SUM(CASE WHEN converted THEN 1 ELSE 0 END) AS TEXT) || ' ' ||
                CAST(COALESCE(SUM(revenue), 0) AS TEXT) || ' ' || CAST(COALESCE(SUM(payout), 0) AS TEXT) || ' ' ||
                CAST(COALESCE(SUM(ended_at - answered_at), 0) AS TEXT)
             FROM calls GROUP BY org_id, started_at - started_at % 900000000, {item}"
        );
        made.extend(world.texts(&sql).await);
    }
    made
}
