//! Sums of calls that are kept for reports: read from the calls once, and followed by what changes them.

use std::collections::BTreeMap;

use hookline_domain::ids::OrgId;
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use super::db::named;
use super::reports::{Among, Dimension, SumRow, Sums, summing};
use super::{Db, Result, Snapshot, Tx, Value};
use crate::values;

/// Columns of a row of sums, beside its organization.
const COLUMNS: usize = 9;
const ROWS_PER_INSERT: usize = 100;
const IDS_PER_SELECT: usize = 500;

/// One sum: of a quarter, and of one item of a dimension.
pub type Key = (Dimension, i64, String);

/// Every dimension's item of a call.
pub fn items(
    campaign: Option<Uuid>,
    publisher: Option<Uuid>,
    target: Option<&str>,
) -> [(Dimension, String); 4] {
    let id = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    [
        (Dimension::All, String::new()),
        (Dimension::Campaign, id(campaign)),
        (Dimension::Publisher, id(publisher)),
        (Dimension::Target, target.unwrap_or_default().to_owned()),
    ]
}

/// Only one node at a time makes sums. Whether it is this one, until then.
pub async fn lease(db: &Db, node: Uuid, now: Timestamp, until: Timestamp) -> Result<bool> {
    let taken = db
        .execute(
            "UPDATE report_progress SET node = $1, leased_until = $3 WHERE id = 1 AND (node = $1 OR leased_until < $2)",
            values![node, now.0, until.0],
        )
        .await?;
    Ok(taken == 1)
}

/// In the transaction that writes sums: whether this node may still write, with its lease made longer.
pub async fn hold(tx: &mut Tx, node: Uuid, until: Timestamp) -> Result<bool> {
    let held = tx
        .execute(
            "UPDATE report_progress SET leased_until = $2 WHERE id = 1 AND node = $1",
            values![node, until.0],
        )
        .await?;
    Ok(held == 1)
}

/// In the transaction that writes what comes before this place.
pub async fn advance(tx: &mut Tx, cursor: &str, seen_at: Timestamp) -> Result<()> {
    tx.execute(
        "UPDATE report_progress SET cursor = $1, seen_at = $2 WHERE id = 1",
        values![cursor, seen_at.0],
    )
    .await
    .map(drop)
}

/// All sums are made from the calls again.
pub async fn start_again(db: &Db, node: Uuid) -> Result<()> {
    db.execute("UPDATE report_progress SET cursor = NULL WHERE id = 1 AND node = $1", values![node])
        .await
        .map(drop)
}

/// Organizations that have calls, with the starts of their first and last.
pub async fn beginnings(moment: &mut Snapshot) -> Result<Vec<(OrgId, i64, i64)>> {
    let rows: Vec<(Uuid, Option<i64>, Option<i64>)> = moment
        .fetch_all(
            "SELECT id, (SELECT MIN(started_at) FROM calls WHERE org_id = organizations.id),
                 (SELECT MAX(started_at) FROM calls WHERE org_id = organizations.id) FROM organizations",
            vec![],
        )
        .await?;
    Ok(rows.into_iter().filter_map(|(org, first, last)| Some((OrgId(org), first?, last?))).collect())
}

/// Sums of the calls that started in this time, by quarter.
pub async fn made(
    moment: &mut Snapshot,
    org: OrgId,
    from: Timestamp,
    to: Timestamp,
) -> Result<BTreeMap<i64, BTreeMap<Key, Sums>>> {
    let (sql, values) = summing(org, from, to, &Among::default());
    let rows: Vec<SumRow> = moment.fetch_all(&sql, values).await?;
    let mut quarters: BTreeMap<i64, BTreeMap<Key, Sums>> = BTreeMap::new();
    for row in rows {
        let quarter = quarters.entry(row.bucket).or_default();
        for (dimension, item) in items(row.campaign_id, row.publisher_id, row.target.as_deref()) {
            quarter.entry((dimension, row.bucket, item)).or_default().add(&row.sums);
        }
    }
    Ok(quarters)
}

/// Puts these sums in the place of what there is of this quarter.
pub async fn replace(tx: &mut Tx, org: OrgId, quarter: i64, sums: &BTreeMap<Key, Sums>) -> Result<()> {
    tx.execute(
        "DELETE FROM report_counts WHERE org_id = $1 AND dimension IN ('all', 'campaign', 'publisher', 'target')
         AND bucket = $2",
        values![org.0, quarter],
    )
    .await?;
    add(tx, org, sums).await
}

/// Adds to the sums that there are. In few statements: commits wait meanwhile.
pub async fn add(tx: &mut Tx, org: OrgId, sums: &BTreeMap<Key, Sums>) -> Result<()> {
    let changed: Vec<(&Key, &Sums)> = sums.iter().filter(|(_, sums)| **sums != Sums::default()).collect();
    for some in changed.chunks(ROWS_PER_INSERT) {
        add_some(tx, org, some).await?;
    }
    let fewer: Vec<&Key> = changed.iter().filter(|(_, sums)| sums.calls < 0).map(|(key, _)| *key).collect();
    for some in fewer.chunks(ROWS_PER_INSERT) {
        remove_empty(tx, org, some).await?;
    }
    Ok(())
}

async fn add_some(tx: &mut Tx, org: OrgId, rows: &[(&Key, &Sums)]) -> Result<()> {
    let mut values = values![org.0];
    let mut tuples = Vec::with_capacity(rows.len());
    for ((dimension, bucket, item), sums) in rows {
        let row: [Value; COLUMNS] = [
            dimension.as_str().into(),
            (*bucket).into(),
            item.as_str().into(),
            sums.calls.into(),
            sums.connected.into(),
            sums.converted.into(),
            sums.revenue.into(),
            sums.payout.into(),
            sums.talked.into(),
        ];
        tuples.push(format!("($1, {})", named(&mut values, row)));
    }
    let added = ["calls", "connected", "converted", "revenue", "payout", "talked"]
        .map(|name| format!("{name} = report_counts.{name} + excluded.{name}"));
    let sql = format!(
        "INSERT INTO report_counts (org_id, dimension, bucket, item, calls, connected, converted, revenue, payout, talked)
         VALUES {} ON CONFLICT (org_id, dimension, bucket, item) DO UPDATE SET {}",
        tuples.join(", "),
        added.join(", ")
    );
    tx.execute(&sql, values).await.map(drop)
}

/// An item whose calls have all gone to others is none of its quarter any more.
async fn remove_empty(tx: &mut Tx, org: OrgId, keys: &[&Key]) -> Result<()> {
    let mut values = values![org.0];
    let mut tuples = Vec::with_capacity(keys.len());
    for (dimension, bucket, item) in keys {
        let key = values![dimension.as_str(), *bucket, item.as_str()];
        tuples.push(format!("({})", named(&mut values, key)));
    }
    let sql = format!(
        "DELETE FROM report_counts WHERE org_id = $1 AND calls = 0 AND (dimension, bucket, item) IN (VALUES {})",
        tuples.join(", ")
    );
    tx.execute(&sql, values).await.map(drop)
}

/// What sums count of a call.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct CountedCall {
    pub id: Uuid,
    pub campaign_id: Option<Uuid>,
    pub publisher_id: Option<Uuid>,
    pub target: Option<String>,
    pub started_at: i64,
    pub answered_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub converted: bool,
    pub revenue: Option<i64>,
    pub payout: Option<i64>,
    pub last_seq: i64,
}

/// Those of these calls of an organization that are there.
pub async fn calls(moment: &mut Snapshot, org: OrgId, ids: &[Uuid]) -> Result<Vec<CountedCall>> {
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(IDS_PER_SELECT) {
        let mut values = values![org.0];
        let named = named(&mut values, some.iter().copied());
        let sql = format!(
            "SELECT id, campaign_id, publisher_id, target, started_at, answered_at, ended_at, converted, revenue,
                 payout, last_seq
             FROM calls WHERE org_id = $1 AND id IN ({named})"
        );
        let rows: Vec<CountedCall> = moment.fetch_all(&sql, values).await?;
        found.extend(rows);
    }
    Ok(found)
}

/// A line of the timeline.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Line {
    pub tx: i64,
    pub seq: i64,
    pub org_id: Uuid,
    pub call_id: Uuid,
    pub previous: i64,
    pub kind: String,
    pub changes: String,
}

/// Lines by their numbers, each with those before it of its call, so many altogether.
pub async fn lines(moment: &mut Snapshot, seqs: &[i64], count: i64) -> Result<Vec<Line>> {
    let mut found = Vec::with_capacity(seqs.len());
    for some in seqs.chunks(IDS_PER_SELECT) {
        let mut values = values![count];
        let named = named(&mut values, some.iter().copied());
        let sql = format!(
            "WITH RECURSIVE chain (seq, org_id, call_id, previous, kind, changes, place) AS (
                 SELECT seq, org_id, call_id, previous, kind, changes, CAST(1 AS BIGINT) FROM timeline
                 WHERE seq IN ({named})
                 UNION ALL
                 SELECT t.seq, t.org_id, t.call_id, t.previous, t.kind, t.changes, c.place + 1
                 FROM chain c JOIN timeline t ON t.seq = c.previous WHERE c.place < $1
             )
             SELECT CAST(0 AS BIGINT) AS tx, seq, org_id, call_id, previous, kind, changes FROM chain"
        );
        let rows: Vec<Line> = moment.fetch_all(&sql, values).await?;
        found.extend(rows);
    }
    Ok(found)
}
