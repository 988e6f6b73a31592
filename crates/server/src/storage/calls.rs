//! Calls as they are read: one with all that belongs to it, or a page of many.

use hookline_domain::call::{CallStatus, Change};
use hookline_domain::ids::{CallId, CampaignId, OrgId, PublisherId, RequestId};
use hookline_domain::tags::{TagName, TagSet};
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use super::call_row::{CALL_COLUMNS, CallRow, status_code};
use super::db::named;
use super::{Db, Result, StorageError, Value};
use crate::intake::effect::LoadedCall;
use crate::intake::work::{AHEAD_SECONDS_MAX, LATE_SECONDS_MAX};
use crate::values;

/// Calls that a filter on tags looks at in one statement, and how many of those one page may take.
const SCAN_ROWS: u32 = 1_000;
const SCANS_MAX: usize = 20;

pub struct WholeCall {
    pub call: LoadedCall,
    pub tags: TagSet,
    /// Oldest first.
    pub timeline: Vec<TimelineEntry>,
}

pub struct TimelineEntry {
    pub at: Timestamp,
    pub kind: String,
    pub actor: String,
    pub request: Option<RequestId>,
    pub changes: Vec<Change>,
}

/// What a list of calls is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct CallFilter {
    /// Only calls before this one, newest first: the place where a page begins.
    pub before: Option<CallId>,
    pub status: Option<CallStatus>,
    /// E.164.
    pub caller: Option<String>,
    pub campaign: Option<CampaignId>,
    pub publisher: Option<PublisherId>,
    /// Its name.
    pub target: Option<String>,
    /// All of them.
    pub tags: Vec<(TagName, String)>,
    pub converted: Option<bool>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

/// A live call of which nothing was heard for long.
#[derive(Debug, sqlx::FromRow)]
pub struct SilentCall {
    pub id: Uuid,
    pub answered_at: Option<i64>,
    /// Its newest timeline entry, and when that was.
    pub last_seq: i64,
    pub at: i64,
}

/// The organization's live calls whose newest timeline entry is older than this.
pub async fn silent(db: &Db, org: OrgId, before: Timestamp) -> Result<Vec<SilentCall>> {
    db.fetch_all(
        "SELECT c.id, c.answered_at, c.last_seq, t.at FROM calls c JOIN timeline t ON t.seq = c.last_seq
         WHERE c.org_id = $1 AND c.status < 2 AND t.at < $2",
        values![org.0, before.0],
    )
    .await
}

/// A call of this organization with its tags and timeline.
pub async fn whole(db: &Db, org: OrgId, call: CallId) -> Result<Option<WholeCall>> {
    let sql = format!("SELECT {CALL_COLUMNS} FROM calls WHERE org_id = $1 AND id = $2");
    let Some(row) = db.fetch_optional::<CallRow>(&sql, values![org.0, call.0]).await? else {
        return Ok(None);
    };
    let loaded = row.load()?;
    let tags: Option<(String,)> = db
        .fetch_optional(
            "SELECT tags FROM call_tags WHERE org_id = $1 AND call_id = $2",
            values![org.0, call.0],
        )
        .await?;
    let tags = tags.map_or(Ok(TagSet::default()), |(text,)| TagSet::from_stored(&text));
    Ok(Some(WholeCall {
        timeline: timeline(db, loaded.last_seq).await?,
        tags: tags.map_err(|error| StorageError::Unreadable(format!("call_tags: {error}")))?,
        call: loaded,
    }))
}

/// Those of these calls that the organization has, with their tags.
pub async fn some(db: &Db, org: OrgId, ids: &[CallId]) -> Result<Vec<(LoadedCall, TagSet)>> {
    let mut values = values![org.0];
    let named = named(&mut values, ids.iter().map(|id| id.0));
    let sql = format!("SELECT {} FROM calls WHERE org_id = $1 AND id IN ({named})", tagged_columns());
    let rows: Vec<TaggedRow> = db.fetch_all(&sql, values).await?;
    rows.into_iter().map(TaggedRow::load).collect()
}

/// Whether this organization has the call.
pub async fn exists(db: &Db, org: OrgId, call: CallId) -> Result<bool> {
    let found: Option<(i64,)> = db
        .fetch_optional("SELECT last_seq FROM calls WHERE org_id = $1 AND id = $2", values![org.0, call.0])
        .await?;
    Ok(found.is_some())
}

/// Follows a call's chain of entries from its newest.
async fn timeline(db: &Db, newest: i64) -> Result<Vec<TimelineEntry>> {
    type EntryRow = (i64, String, String, Option<Uuid>, String);
    let rows: Vec<EntryRow> = db
        .fetch_all(
            "WITH RECURSIVE chain (back, previous, at, kind, actor, request_id, changes) AS (
                 SELECT CAST(0 AS BIGINT), previous, at, kind, actor, request_id, changes FROM timeline
                 WHERE seq = $1
                 UNION ALL
                 SELECT chain.back + 1, t.previous, t.at, t.kind, t.actor, t.request_id, t.changes FROM timeline t
                 JOIN chain ON t.seq = chain.previous
             )
             SELECT at, kind, actor, request_id, changes FROM chain ORDER BY back DESC",
            values![newest],
        )
        .await?;
    // By the place in the chain: numbers of two nodes are not in the order in which they were written.
    rows.into_iter()
        .map(|(at, kind, actor, request, changes)| {
            let changes = serde_json::from_str(&changes)
                .map_err(|error| StorageError::Unreadable(format!("timeline.changes: {error}")))?;
            Ok(TimelineEntry { at: Timestamp(at), kind, actor, request: request.map(RequestId), changes })
        })
        .collect()
}

/// Some calls, and where the next page begins.
pub struct CallsPage {
    pub calls: Vec<LoadedCall>,
    /// `None`: there are no more.
    pub next: Option<CallId>,
}

#[derive(sqlx::FromRow)]
struct TaggedRow {
    #[sqlx(flatten)]
    call: CallRow,
    tags: Option<String>,
}

impl TaggedRow {
    fn load(self) -> Result<(LoadedCall, TagSet)> {
        let tags = self.tags.as_deref().map_or(Ok(TagSet::default()), TagSet::from_stored);
        let tags = tags.map_err(|error| StorageError::Unreadable(format!("call_tags: {error}")))?;
        Ok((self.call.load()?, tags))
    }
}

/// Calls of this organization, newest first. A filter on tags looks calls through: it may stop before the page is full.
pub async fn page(db: &Db, org: OrgId, filter: &CallFilter, limit: u32) -> Result<CallsPage> {
    if !filter.tags.is_empty() {
        return page_by_tags(db, org, filter, limit).await;
    }
    let (sql, values) = select(CALL_COLUMNS, org, filter, limit + 1);
    let rows: Vec<CallRow> = db.fetch_all(&sql, values).await?;
    let mut calls = rows.into_iter().map(CallRow::load).collect::<Result<Vec<_>>>()?;
    let more = calls.len() > limit as usize;
    calls.truncate(limit as usize);
    let next = if more { calls.last().map(|last| last.call.id) } else { None };
    Ok(CallsPage { calls, next })
}

/// Calls with their tags, newest first.
pub async fn tagged(
    db: &Db,
    org: OrgId,
    filter: &CallFilter,
    limit: u32,
) -> Result<Vec<(LoadedCall, TagSet)>> {
    let (sql, values) = select(&tagged_columns(), org, filter, limit);
    let rows: Vec<TaggedRow> = db.fetch_all(&sql, values).await?;
    rows.into_iter().map(TaggedRow::load).collect()
}

/// The columns of `TaggedRow`.
fn tagged_columns() -> String {
    format!(
        "{CALL_COLUMNS}, (SELECT t.tags FROM call_tags t WHERE t.org_id = calls.org_id AND t.call_id = calls.id) AS tags"
    )
}

async fn page_by_tags(db: &Db, org: OrgId, filter: &CallFilter, limit: u32) -> Result<CallsPage> {
    let mut page = CallsPage { calls: Vec::new(), next: filter.before };
    for _ in 0..SCANS_MAX {
        let filter = CallFilter { before: page.next, ..filter.clone() };
        let rows = tagged(db, org, &filter, SCAN_ROWS).await?;
        let is_last = rows.len() < SCAN_ROWS as usize;
        for (call, tags) in rows {
            page.next = Some(call.call.id);
            let has = |(name, value): &(TagName, String)| {
                tags.get(name.as_str()).is_some_and(|tag| tag.value == *value)
            };
            if filter.tags.iter().all(has) {
                page.calls.push(call);
                if page.calls.len() == limit as usize {
                    return Ok(page);
                }
            }
        }
        if is_last {
            page.next = None;
            break;
        }
    }
    Ok(page)
}

fn select(columns: &str, org: OrgId, filter: &CallFilter, limit: u32) -> (String, Vec<Value>) {
    let mut values = values![org.0];
    let mut sql = format!("SELECT {columns} FROM calls WHERE org_id = $1");
    if filter.status.is_some_and(CallStatus::is_live) {
        // As their index says it.
        sql += " AND status < 2";
    }
    // A call's id has the time at which it was told of, near that at which it started.
    let since = filter.from.map(|from| first_id(from.plus_seconds(-AHEAD_SECONDS_MAX)));
    let until = filter.to.map(|to| first_id(to.plus_seconds(LATE_SECONDS_MAX)));
    let conditions: [(&str, Option<Value>); 11] = [
        ("id <", filter.before.map(|id| id.0.into())),
        ("id >=", since.map(Value::from)),
        ("id <", until.map(Value::from)),
        ("status =", filter.status.map(|status| status_code(status).into())),
        ("caller =", filter.caller.as_deref().map(Value::from)),
        ("campaign_id =", filter.campaign.map(|id| id.0.into())),
        ("publisher_id =", filter.publisher.map(|id| id.0.into())),
        ("target =", filter.target.as_deref().map(Value::from)),
        ("converted =", filter.converted.map(Value::from)),
        ("started_at >=", filter.from.map(|at| at.0.into())),
        ("started_at <", filter.to.map(|at| at.0.into())),
    ];
    for (condition, value) in conditions {
        if let Some(value) = value {
            values.push(value);
            sql += &format!(" AND {condition} ${}", values.len());
        }
    }
    sql += &format!(" ORDER BY id DESC LIMIT {limit}");
    (sql, values)
}

/// The lowest id that can have been made at this time.
pub fn first_id(at: Timestamp) -> Uuid {
    let millis = u64::try_from(at.0.max(0) / 1_000).unwrap_or(0);
    Uuid::from_u128(u128::from(millis) << 80)
}
