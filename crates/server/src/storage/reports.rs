//! Calls summed up for reports: how the sums are made, and how they are read.

use std::collections::BTreeMap;

use hookline_domain::ids::{CampaignId, OrgId, PublisherId};
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use super::{Db, Result, Tx, Value};
use crate::values;

/// Microseconds that one sum covers: every time zone's clocks are a whole number of quarters from UTC.
pub const BUCKET: i64 = 15 * 60 * 1_000_000;

/// Columns of a row of sums, beside its organization.
const COLUMNS: usize = 9;
const ROWS_PER_INSERT: usize = 100;

/// What calls are summed up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dimension {
    All,
    Campaign,
    Publisher,
    Target,
}

impl Dimension {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Campaign => "campaign",
            Self::Publisher => "publisher",
            Self::Target => "target",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, sqlx::FromRow)]
pub struct Sums {
    pub calls: i64,
    pub connected: i64,
    pub converted: i64,
    /// Micro-dollars.
    pub revenue: i64,
    pub payout: i64,
    /// Microseconds.
    pub talked: i64,
}

impl Sums {
    pub fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.connected += other.connected;
        self.converted += other.converted;
        self.revenue += other.revenue;
        self.payout += other.payout;
        self.talked += other.talked;
    }
}

/// Sums of calls that have these in common.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SumRow {
    pub bucket: i64,
    pub campaign_id: Option<Uuid>,
    pub publisher_id: Option<Uuid>,
    pub target: Option<String>,
    #[sqlx(flatten)]
    pub sums: Sums,
}

/// Sums as they are kept.
#[derive(Debug, sqlx::FromRow)]
pub struct CountRow {
    pub bucket: i64,
    pub item: String,
    #[sqlx(flatten)]
    pub sums: Sums,
}

const SUMS: &str = "COUNT(*) AS calls,
    CAST(COALESCE(SUM(CASE WHEN answered_at IS NOT NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS connected,
    CAST(COALESCE(SUM(CASE WHEN converted THEN 1 ELSE 0 END), 0) AS BIGINT) AS converted,
    CAST(COALESCE(SUM(revenue), 0) AS BIGINT) AS revenue,
    CAST(COALESCE(SUM(payout), 0) AS BIGINT) AS payout,
    CAST(COALESCE(SUM(CASE WHEN answered_at IS NOT NULL AND ended_at IS NOT NULL THEN ended_at - answered_at ELSE 0 END), 0) AS BIGINT) AS talked";

/// Only calls of these.
#[derive(Debug, Clone, Default)]
pub struct Among {
    pub campaign: Option<CampaignId>,
    pub publisher: Option<PublisherId>,
    pub target: Option<String>,
}

impl Among {
    pub fn is_all(&self) -> bool {
        self.campaign.is_none() && self.publisher.is_none() && self.target.is_none()
    }
}

/// Sums the calls themselves up, that started in this time.
pub async fn sum_calls(
    db: &Db,
    org: OrgId,
    from: Timestamp,
    to: Timestamp,
    among: &Among,
) -> Result<Vec<SumRow>> {
    let mut values = values![org.0, from.0, to.0];
    let mut filter = String::new();
    let conditions: [(&str, Option<Value>); 3] = [
        ("campaign_id", among.campaign.map(|id| id.0.into())),
        ("publisher_id", among.publisher.map(|id| id.0.into())),
        ("target", among.target.as_deref().map(Value::from)),
    ];
    for (column, value) in conditions {
        if let Some(value) = value {
            values.push(value);
            filter += &format!(" AND {column} = ${}", values.len());
        }
    }
    let sql = format!(
        "SELECT started_at - started_at % {BUCKET} AS bucket, campaign_id, publisher_id, target, {SUMS}
         FROM calls WHERE org_id = $1 AND started_at >= $2 AND started_at < $3{filter}
         GROUP BY 1, campaign_id, publisher_id, target"
    );
    db.fetch_all(&sql, values).await
}

/// Which of the sums that are kept.
pub struct Kept<'a> {
    pub org: OrgId,
    pub dimension: Dimension,
    /// If only one item counts.
    pub item: Option<&'a str>,
    /// Of quarters that begin from then on.
    pub from: Timestamp,
    pub to: Timestamp,
}

impl Kept<'_> {
    fn condition(&self) -> (&'static str, Vec<Value>) {
        let mut values = values![self.org.0, self.dimension.as_str(), self.from.0, self.to.0];
        let Some(item) = self.item else {
            return ("org_id = $1 AND dimension = $2 AND bucket >= $3 AND bucket < $4", values);
        };
        values.push(item.into());
        ("org_id = $1 AND dimension = $2 AND bucket >= $3 AND bucket < $4 AND item = $5", values)
    }
}

/// By quarters.
pub async fn counts(db: &Db, kept: &Kept<'_>) -> Result<Vec<CountRow>> {
    let (condition, values) = kept.condition();
    let sql = format!(
        "SELECT bucket, item, calls, connected, converted, revenue, payout, talked FROM report_counts
         WHERE {condition} ORDER BY bucket, item"
    );
    db.fetch_all(&sql, values).await
}

/// The same added up over the time: one row an item.
pub async fn counts_by_item(db: &Db, kept: &Kept<'_>) -> Result<Vec<CountRow>> {
    let (condition, values) = kept.condition();
    let sum = |name: &str| format!("CAST(SUM({name}) AS BIGINT) AS {name}");
    let sums = ["calls", "connected", "converted", "revenue", "payout", "talked"].map(sum).join(", ");
    let sql = format!(
        "SELECT CAST(0 AS BIGINT) AS bucket, item, {sums} FROM report_counts WHERE {condition} GROUP BY item"
    );
    db.fetch_all(&sql, values).await
}

/// How many calls started in this time, counted up to one more than `max`.
pub async fn count_calls(db: &Db, org: OrgId, from: Timestamp, to: Timestamp, max: i64) -> Result<i64> {
    let sql = format!(
        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM calls WHERE org_id = $1 AND started_at >= $2 AND started_at < $3 LIMIT {}) AS found",
        max + 1
    );
    let counted: Option<(i64,)> = db.fetch_optional(&sql, values![org.0, from.0, to.0]).await?;
    Ok(counted.map_or(0, |(count,)| count))
}

#[derive(Debug, sqlx::FromRow)]
pub struct Progress {
    /// A place in the timeline; `None`: no sums were made yet.
    pub cursor: Option<String>,
    pub seen_at: i64,
}

pub async fn progress(db: &Db) -> Result<Progress> {
    let row = db.fetch_optional("SELECT cursor, seen_at FROM report_progress WHERE id = 1", vec![]).await?;
    Ok(row.unwrap_or(Progress { cursor: None, seen_at: 0 }))
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

pub async fn advance(tx: &mut Tx, cursor: &str, seen_at: Timestamp) -> Result<()> {
    tx.execute(
        "UPDATE report_progress SET cursor = $1, seen_at = $2 WHERE id = 1",
        values![cursor, seen_at.0],
    )
    .await
    .map(drop)
}

/// Puts these sums in the place of what there is of these quarters. In few statements: commits wait meanwhile.
pub async fn replace(tx: &mut Tx, org: OrgId, buckets: &[i64], rows: &[SumRow]) -> Result<()> {
    for bucket in buckets {
        tx.execute(
            "DELETE FROM report_counts WHERE org_id = $1 AND dimension IN ('all', 'campaign', 'publisher', 'target')
             AND bucket = $2",
            values![org.0, *bucket],
        )
        .await?;
    }
    let sums: Vec<((Dimension, i64, String), Sums)> = by_dimension(rows).into_iter().collect();
    for some in sums.chunks(ROWS_PER_INSERT) {
        insert(tx, org, some).await?;
    }
    Ok(())
}

async fn insert(tx: &mut Tx, org: OrgId, rows: &[((Dimension, i64, String), Sums)]) -> Result<()> {
    let mut values = values![org.0];
    let mut tuples = Vec::with_capacity(rows.len());
    for ((dimension, bucket, item), sums) in rows {
        let first = values.len() + 1;
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
        values.extend(row);
        let places: Vec<String> = (first..first + COLUMNS).map(|place| format!("${place}")).collect();
        tuples.push(format!("($1, {})", places.join(", ")));
    }
    let sql = format!(
        "INSERT INTO report_counts (org_id, dimension, bucket, item, calls, connected, converted, revenue, payout, talked)
         VALUES {}",
        tuples.join(", ")
    );
    tx.execute(&sql, values).await.map(drop)
}

fn by_dimension(rows: &[SumRow]) -> BTreeMap<(Dimension, i64, String), Sums> {
    let mut all: BTreeMap<(Dimension, i64, String), Sums> = BTreeMap::new();
    let id = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    for row in rows {
        for (dimension, item) in [
            (Dimension::All, String::new()),
            (Dimension::Campaign, id(row.campaign_id)),
            (Dimension::Publisher, id(row.publisher_id)),
            (Dimension::Target, row.target.clone().unwrap_or_default()),
        ] {
            all.entry((dimension, row.bucket, item)).or_default().add(&row.sums);
        }
    }
    all
}

/// Organizations with the start of their first call.
pub async fn beginnings(db: &Db) -> Result<Vec<(OrgId, i64)>> {
    let rows: Vec<(Uuid, Option<i64>)> = db
        .fetch_all(
            "SELECT id, (SELECT MIN(started_at) FROM calls WHERE org_id = organizations.id) FROM organizations",
            vec![],
        )
        .await?;
    Ok(rows.into_iter().filter_map(|(org, first)| Some((OrgId(org), first?))).collect())
}

/// When these calls started.
pub async fn starts(db: &Db, calls: &[(OrgId, Uuid)]) -> Result<Vec<(OrgId, i64)>> {
    const STEP: usize = 500;
    let mut found = Vec::new();
    for some in calls.chunk_by(|a, b| a.0 == b.0).flat_map(|of_org| of_org.chunks(STEP)) {
        let org = some[0].0;
        let mut values = values![org.0];
        let mut names = Vec::new();
        for (_, call) in some {
            values.push((*call).into());
            names.push(format!("${}", values.len()));
        }
        let sql = format!(
            "SELECT DISTINCT started_at - started_at % {BUCKET} FROM calls WHERE org_id = $1 AND id IN ({})",
            names.join(", ")
        );
        let rows: Vec<(i64,)> = db.fetch_all(&sql, values).await?;
        found.extend(rows.into_iter().map(|(bucket,)| (org, bucket)));
    }
    Ok(found)
}
