//! The request log as it is read.

use hookline_domain::ids::{OrgId, RequestId, WebhookId};
use hookline_domain::time::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::calls::first_id;
use super::{Db, Result, StorageError, Value};
use crate::settings::load::from_json;
use crate::values;

/// Seconds that a request may have taken to be read.
const READ_SECONDS_MAX: i64 = 3_600;

#[derive(Debug, Clone, Default)]
pub struct RequestFilter {
    /// Only requests before this one, newest first: the place where a page begins.
    pub before: Option<RequestId>,
    pub webhook: Option<WebhookId>,
    /// From the first to the last.
    pub statuses: Option<(i64, i64)>,
    /// Only these.
    pub touched: Option<Vec<RequestId>>,
    /// As it was normalized.
    pub caller: Option<String>,
    pub transaction_id: Option<String>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

/// A request as lists have it.
#[derive(Debug, Serialize)]
pub struct RequestLine {
    pub id: RequestId,
    pub webhook_id: WebhookId,
    pub received_at: Timestamp,
    pub method: String,
    pub address: String,
    pub status: i64,
    pub code: Option<String>,
    pub caller: Option<String>,
    pub transaction_id: Option<String>,
    /// The request whose stored answer this one got.
    pub replay_of: Option<RequestId>,
    pub mismatch: bool,
}

#[derive(sqlx::FromRow)]
struct LineRow {
    id: Uuid,
    webhook_id: Uuid,
    received_at: i64,
    method: String,
    address: String,
    status: i64,
    code: Option<String>,
    caller: Option<String>,
    transaction_id: Option<String>,
    replay_of: Option<Uuid>,
    mismatch: bool,
}

/// Requests of this organization, newest first.
pub async fn page(db: &Db, org: OrgId, filter: &RequestFilter, limit: u32) -> Result<Vec<RequestLine>> {
    let mut values = values![org.0];
    let mut sql = "SELECT id, webhook_id, received_at, method, address, status, code, caller, transaction_id,
             replay_of, mismatch FROM requests WHERE org_id = $1"
        .to_owned();
    // A request's id has the time at which it came, shortly before it had been read.
    let since = filter.from.map(|from| first_id(from.plus_seconds(-READ_SECONDS_MAX)));
    let until = filter.to.map(|to| first_id(to.plus_micros(1_000)));
    let conditions: [(&str, Option<Value>); 10] = [
        ("id <", filter.before.map(|id| id.0.into())),
        ("id >=", since.map(Value::from)),
        ("id <", until.map(Value::from)),
        ("webhook_id =", filter.webhook.map(|id| id.0.into())),
        ("status >=", filter.statuses.map(|(first, _)| first.into())),
        ("status <=", filter.statuses.map(|(_, last)| last.into())),
        ("caller =", filter.caller.as_deref().map(Value::from)),
        ("transaction_id =", filter.transaction_id.as_deref().map(Value::from)),
        ("received_at >=", filter.from.map(|at| at.0.into())),
        ("received_at <", filter.to.map(|at| at.0.into())),
    ];
    for (condition, value) in conditions {
        if let Some(value) = value {
            values.push(value);
            sql += &format!(" AND {condition} ${}", values.len());
        }
    }
    if let Some(touched) = &filter.touched {
        // An empty list is no SQL: none has this id.
        let mut names = vec!["NULL".to_owned()];
        for id in touched {
            values.push(id.0.into());
            names.push(format!("${}", values.len()));
        }
        sql += &format!(" AND id IN ({})", names.join(", "));
    }
    sql += &format!(" ORDER BY id DESC LIMIT {limit}");
    let rows: Vec<LineRow> = db.fetch_all(&sql, values).await?;
    Ok(rows
        .into_iter()
        .map(|row| RequestLine {
            id: RequestId(row.id),
            webhook_id: WebhookId(row.webhook_id),
            received_at: Timestamp(row.received_at),
            method: row.method,
            address: row.address,
            status: row.status,
            code: row.code,
            caller: row.caller,
            transaction_id: row.transaction_id,
            replay_of: row.replay_of.map(RequestId),
            mismatch: row.mismatch,
        })
        .collect())
}

/// A request with all that was kept of it.
pub struct WholeRequest {
    pub id: RequestId,
    pub webhook: WebhookId,
    pub received_at: Timestamp,
    pub method: String,
    pub address: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub status: i64,
    pub response: Vec<u8>,
    pub replay_of: Option<RequestId>,
    pub mismatch: bool,
    pub effect: String,
}

#[derive(Serialize)]
pub struct RequestView<'a> {
    id: RequestId,
    webhook_id: WebhookId,
    received_at: Timestamp,
    method: &'a str,
    address: &'a str,
    query: &'a str,
    headers: &'a [(String, String)],
    body: std::borrow::Cow<'a, str>,
    status: i64,
    response: std::borrow::Cow<'a, str>,
    replay_of: Option<RequestId>,
    mismatch: bool,
    effect: &'a RawValue,
}

impl WholeRequest {
    pub fn view(&self) -> RequestView<'_> {
        RequestView {
            id: self.id,
            webhook_id: self.webhook,
            received_at: self.received_at,
            method: &self.method,
            address: &self.address,
            query: &self.query,
            headers: &self.headers,
            body: String::from_utf8_lossy(&self.body),
            status: self.status,
            response: String::from_utf8_lossy(&self.response),
            replay_of: self.replay_of,
            mismatch: self.mismatch,
            effect: serde_json::from_str(&self.effect).unwrap_or(RawValue::NULL),
        }
    }
}

#[derive(sqlx::FromRow)]
struct WholeRow {
    webhook_id: Uuid,
    received_at: i64,
    method: String,
    address: String,
    query: String,
    headers: String,
    body: Vec<u8>,
    status: i64,
    response: Vec<u8>,
    replay_of: Option<Uuid>,
    mismatch: bool,
    effect: String,
}

/// One request of this organization. A replay has the response of the request it repeats.
pub async fn whole(db: &Db, org: OrgId, id: RequestId) -> Result<Option<WholeRequest>> {
    let row: Option<WholeRow> = db
        .fetch_optional(
            "SELECT r.webhook_id, r.received_at, r.method, r.address, r.query, r.headers, r.body, r.status,
                 COALESCE(o.response, r.response) AS response, r.replay_of, r.mismatch, r.effect
             FROM requests r LEFT JOIN requests o ON o.org_id = r.org_id AND o.id = r.replay_of
             WHERE r.org_id = $1 AND r.id = $2",
            values![org.0, id.0],
        )
        .await?;
    row.map(|row| {
        Ok::<_, StorageError>(WholeRequest {
            id,
            webhook: WebhookId(row.webhook_id),
            received_at: Timestamp(row.received_at),
            method: row.method,
            address: row.address,
            query: row.query,
            headers: from_json("requests.headers", &row.headers)?,
            body: row.body,
            status: row.status,
            response: row.response,
            replay_of: row.replay_of.map(RequestId),
            mismatch: row.mismatch,
            effect: row.effect,
        })
    })
    .transpose()
}
