//! Requests whose call was not there, as they are read and put aside: held updates, and `call_data` that
//! no call has used.

use hookline_domain::ids::{CallId, OrgId, RequestId, WebhookId};
use hookline_domain::matching::HeldState;
use hookline_domain::time::Timestamp;
use hookline_domain::webhook::WebhookKind;
use uuid::Uuid;

use super::held::state_from_text;
use super::webhooks::kind_from_text;
use super::{Db, Result, Value};
use crate::intake::work::Unmatched;
use crate::values;

#[derive(Debug, Clone)]
pub struct UnmatchedFilter {
    /// Only requests before this one, newest first: the place where a page begins.
    pub before: Option<RequestId>,
    pub state: HeldState,
    pub kind: Option<WebhookKind>,
    pub webhook: Option<WebhookId>,
    /// E.164.
    pub caller: Option<String>,
}

/// An unmatched request.
#[derive(Debug)]
pub struct UnmatchedRow {
    pub request: RequestId,
    pub webhook: WebhookId,
    pub received_at: Timestamp,
    pub caller: Option<String>,
    pub call: Option<CallId>,
    pub what: UnmatchedWhat,
}

#[derive(Debug)]
pub enum UnmatchedWhat {
    Update {
        kind: WebhookKind,
        sent_id: Option<String>,
        /// JSON: the values to set.
        changes: String,
        reason: String,
        expires_at: Timestamp,
        settled_at: Option<Timestamp>,
        settled_by: Option<String>,
        /// JSON: the fields that the call could not take, and why.
        skipped: String,
    },
    CallData {
        /// The same webhook got a newer one of this caller.
        superseded: bool,
    },
}

#[derive(sqlx::FromRow)]
struct HeldRow {
    request_id: Uuid,
    webhook_id: Uuid,
    kind: String,
    caller: Option<String>,
    sent_id: Option<String>,
    changes: String,
    reason: String,
    received_at: i64,
    expires_at: i64,
    applied_to: Option<Uuid>,
    settled_at: Option<i64>,
    settled_by: Option<String>,
    skipped: String,
}

/// Held updates of this organization in one state, newest first.
pub async fn updates(db: &Db, org: OrgId, filter: &UnmatchedFilter, limit: u32) -> Result<Vec<UnmatchedRow>> {
    let mut values = values![org.0];
    // The state stands in the text: an index is for those that are pending.
    let mut sql = format!(
        "SELECT request_id, webhook_id, kind, caller, sent_id, changes, reason, received_at, expires_at,
             applied_to, settled_at, settled_by, skipped
         FROM held_updates WHERE org_id = $1 AND state = '{}'",
        filter.state.as_str()
    );
    narrow(&mut sql, &mut values, filter);
    if let Some(kind) = filter.kind {
        values.push(kind.name().into());
        sql += &format!(" AND kind = ${}", values.len());
    }
    sql += &format!(" ORDER BY request_id DESC LIMIT {limit}");
    let rows: Vec<HeldRow> = db.fetch_all(&sql, values).await?;
    rows.into_iter()
        .map(|row| {
            Ok(UnmatchedRow {
                request: RequestId(row.request_id),
                webhook: WebhookId(row.webhook_id),
                received_at: Timestamp(row.received_at),
                caller: row.caller,
                call: row.applied_to.map(CallId),
                what: UnmatchedWhat::Update {
                    kind: kind_from_text(&row.kind)?,
                    sent_id: row.sent_id,
                    changes: row.changes,
                    reason: row.reason,
                    expires_at: Timestamp(row.expires_at),
                    settled_at: row.settled_at.map(Timestamp),
                    settled_by: row.settled_by,
                    skipped: row.skipped,
                },
            })
        })
        .collect()
}

/// `call_data` of this organization in one state, newest first. It still waits if its webhook is among
/// `begins` and it came when that webhook's lookback begins now, or later.
pub async fn call_data(
    db: &Db,
    org: OrgId,
    filter: &UnmatchedFilter,
    begins: &[(WebhookId, Timestamp)],
    limit: u32,
) -> Result<Vec<UnmatchedRow>> {
    let mut values = values![org.0];
    let waiting = "d.matched_call IS NULL AND d.settled IS NULL AND d.received_at";
    let condition = match filter.state {
        // What a call has used is no longer unmatched; it is told by the call.
        HeldState::Applied => return Ok(vec![]),
        HeldState::Attached | HeldState::Dismissed => format!("d.settled = '{}'", filter.state.as_str()),
        HeldState::Pending => format!("{waiting} >= {}", lookback_begins(begins, &mut values)),
        HeldState::Expired => format!("{waiting} < {}", lookback_begins(begins, &mut values)),
    };
    let mut sql = format!(
        "SELECT d.request_id, d.webhook_id, d.received_at, d.caller, d.matched_call, EXISTS (
             SELECT 1 FROM caller_data newer WHERE newer.org_id = d.org_id AND newer.caller = d.caller
                 AND newer.request_id > d.request_id AND newer.webhook_id = d.webhook_id
         ) FROM caller_data d WHERE d.org_id = $1 AND {condition}"
    );
    narrow(&mut sql, &mut values, filter);
    sql += &format!(" ORDER BY d.request_id DESC LIMIT {limit}");
    let rows: Vec<(Uuid, Uuid, i64, String, Option<Uuid>, bool)> = db.fetch_all(&sql, values).await?;
    Ok(rows
        .into_iter()
        .map(|(request, webhook, received_at, caller, call, superseded)| UnmatchedRow {
            request: RequestId(request),
            webhook: WebhookId(webhook),
            received_at: Timestamp(received_at),
            caller: Some(caller),
            call: call.map(CallId),
            what: UnmatchedWhat::CallData { superseded },
        })
        .collect())
}

/// The moment at which each row's webhook begins to look back; never, if it was deleted.
fn lookback_begins(begins: &[(WebhookId, Timestamp)], values: &mut Vec<Value>) -> String {
    if begins.is_empty() {
        return i64::MAX.to_string();
    }
    let mut sql = "CASE".to_owned();
    for (webhook, at) in begins {
        values.extend(values![webhook.0, at.0]);
        sql += &format!(" WHEN d.webhook_id = ${} THEN ${}", values.len() - 1, values.len());
    }
    sql + &format!(" ELSE {} END", i64::MAX)
}

fn narrow(sql: &mut String, values: &mut Vec<Value>, filter: &UnmatchedFilter) {
    let conditions: [(&str, Option<Value>); 3] = [
        ("request_id <", filter.before.map(|id| id.0.into())),
        ("webhook_id =", filter.webhook.map(|id| id.0.into())),
        ("caller =", filter.caller.as_deref().map(Value::from)),
    ];
    for (condition, value) in conditions {
        if let Some(value) = value {
            values.push(value);
            *sql += &format!(" AND {condition} ${}", values.len());
        }
    }
}

/// What an unmatched request of this organization is.
pub async fn find(db: &Db, org: OrgId, request: RequestId) -> Result<Option<Unmatched>> {
    Ok(match held_state(db, org, request).await? {
        Some(_) => Some(Unmatched::Update),
        None => unmatched_caller(db, org, request).await?.map(Unmatched::CallData),
    })
}

async fn held_state(db: &Db, org: OrgId, request: RequestId) -> Result<Option<HeldState>> {
    let found: Option<(String,)> = db
        .fetch_optional(
            "SELECT state FROM held_updates WHERE org_id = $1 AND request_id = $2",
            values![org.0, request.0],
        )
        .await?;
    found.map(|(state,)| state_from_text(&state)).transpose()
}

async fn unmatched_caller(db: &Db, org: OrgId, request: RequestId) -> Result<Option<String>> {
    let found: Option<(String,)> = db
        .fetch_optional(
            "SELECT caller FROM caller_data WHERE org_id = $1 AND request_id = $2 AND matched_call IS NULL",
            values![org.0, request.0],
        )
        .await?;
    Ok(found.map(|(caller,)| caller))
}

/// What came of putting a request aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dismissal {
    Done,
    /// There is nothing to put aside any more.
    Settled(HeldState),
    Unknown,
}

/// Puts a request aside: no call gets it any more.
pub async fn dismiss(
    db: &Db,
    org: OrgId,
    request: RequestId,
    at: Timestamp,
    actor: &str,
) -> Result<Dismissal> {
    let dismissed = db
        .execute(
            "UPDATE held_updates SET state = 'dismissed', settled_at = $3, settled_by = $4
             WHERE org_id = $1 AND request_id = $2 AND state IN ('pending', 'expired')",
            values![org.0, request.0, at.0, actor],
        )
        .await?;
    if dismissed == 1 {
        return Ok(Dismissal::Done);
    }
    if let Some(state) = held_state(db, org, request).await? {
        return Ok(Dismissal::Settled(state));
    }
    let Some(caller) = unmatched_caller(db, org, request).await? else { return Ok(Dismissal::Unknown) };
    let dismissed = db
        .execute(
            "UPDATE caller_data SET settled = 'dismissed'
             WHERE org_id = $1 AND caller = $2 AND request_id = $3 AND matched_call IS NULL AND settled IS NULL",
            values![org.0, caller, request.0],
        )
        .await?;
    Ok(if dismissed == 1 { Dismissal::Done } else { Dismissal::Settled(HeldState::Dismissed) })
}
