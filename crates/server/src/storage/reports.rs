//! Calls summed up, as reports ask for them; `report_sums` keeps the sums.

use hookline_domain::ids::{CampaignId, OrgId, PublisherId};
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use super::{Db, Result, Value};
use crate::values;

/// Microseconds that one sum covers: every time zone's clocks are a whole number of quarters from UTC.
pub const BUCKET: i64 = 15 * 60 * 1_000_000;

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
        self.add_times(other, 1);
    }

    /// Added so many times; taken away for -1.
    pub fn add_times(&mut self, other: &Self, times: i64) {
        self.calls += other.calls * times;
        self.connected += other.connected * times;
        self.converted += other.converted * times;
        self.revenue += other.revenue * times;
        self.payout += other.payout * times;
        self.talked += other.talked * times;
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
    let (sql, values) = summing(org, from, to, among);
    db.fetch_all(&sql, values).await
}

/// The statement that does it.
pub(super) fn summing(org: OrgId, from: Timestamp, to: Timestamp, among: &Among) -> (String, Vec<Value>) {
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
    (sql, values)
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
