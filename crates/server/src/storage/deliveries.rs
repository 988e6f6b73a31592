//! Deliveries as they are read: one with its attempts, a page of many, how many there were.

use hookline_domain::ids::{CallId, DeliveryId, OrgId, OutgoingWebhookId};
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use super::calls::first_id;
use super::{Db, Result, Value};
use crate::values;

pub const HOUR: i64 = 3_600 * 1_000_000;

#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    /// Only deliveries before this one, newest first: the place where a page begins.
    pub before: Option<DeliveryId>,
    pub webhook: Option<OutgoingWebhookId>,
    pub call: Option<CallId>,
    pub event: Option<String>,
    pub state: Option<String>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DeliveryRow {
    pub id: Uuid,
    pub webhook_id: Uuid,
    pub event: String,
    pub call_id: Uuid,
    pub replay_of: Option<Uuid>,
    pub state: String,
    pub due_at: i64,
    pub created_at: i64,
    pub next_at: Option<i64>,
    pub attempts_made: i64,
    pub ended_at: Option<i64>,
    pub last_status: Option<i64>,
    pub last_error: Option<String>,
}

const COLUMNS: &str =
    "id, webhook_id, event, call_id, replay_of, state, due_at, created_at, next_at, attempts_made,
    ended_at, last_status, last_error";

/// Deliveries of this organization, newest first.
pub async fn page(db: &Db, org: OrgId, filter: &DeliveryFilter, limit: u32) -> Result<Vec<DeliveryRow>> {
    let mut values = values![org.0];
    let mut sql = format!("SELECT {COLUMNS} FROM deliveries WHERE org_id = $1");
    let conditions: [(&str, Option<Value>); 6] = [
        ("id <", filter.before.map(|id| id.0.into())),
        ("id >=", filter.from.map(|from| first_id(from).into())),
        ("id <", filter.to.map(|to| first_id(to).into())),
        ("webhook_id =", filter.webhook.map(|id| id.0.into())),
        ("event =", filter.event.as_deref().map(Value::from)),
        ("state =", filter.state.as_deref().map(Value::from)),
    ];
    for (condition, value) in conditions {
        if let Some(value) = value {
            values.push(value);
            sql += &format!(" AND {condition} ${}", values.len());
        }
    }
    if let Some(call) = filter.call {
        values.push(call.0.into());
        // By the index of calls: SQLite would look through all of the organization's, since they are in the right order.
        sql += &format!(
            " AND id IN (SELECT id FROM deliveries WHERE org_id = $1 AND call_id = ${})",
            values.len()
        );
    }
    sql += &format!(" ORDER BY id DESC LIMIT {limit}");
    db.fetch_all(&sql, values).await
}

pub async fn find(db: &Db, org: OrgId, id: DeliveryId) -> Result<Option<DeliveryRow>> {
    let sql = format!("SELECT {COLUMNS} FROM deliveries WHERE org_id = $1 AND id = $2");
    db.fetch_optional(&sql, values![org.0, id.0]).await
}

/// Its request as JSON, if it was made.
pub async fn request(db: &Db, org: OrgId, id: DeliveryId) -> Result<Option<String>> {
    let found: Option<(Option<String>,)> = db
        .fetch_optional("SELECT request FROM deliveries WHERE org_id = $1 AND id = $2", values![org.0, id.0])
        .await?;
    Ok(found.and_then(|(request,)| request))
}

#[derive(Debug, sqlx::FromRow)]
pub struct AttemptRow {
    pub number: i64,
    pub at: i64,
    pub duration_ms: i64,
    pub status: Option<i64>,
    pub error: Option<String>,
    pub response: String,
}

/// The first first.
pub async fn attempts(db: &Db, org: OrgId, id: DeliveryId) -> Result<Vec<AttemptRow>> {
    db.fetch_all(
        "SELECT number, at, duration_ms, status, error, response FROM delivery_attempts
         WHERE org_id = $1 AND delivery_id = $2 ORDER BY number",
        values![org.0, id.0],
    )
    .await
}

/// A delivery of the same as this one, due now, with its request or with this one. False if there is no such delivery.
pub async fn replay(
    db: &Db,
    org: OrgId,
    of: DeliveryId,
    new: DeliveryId,
    request: Option<&str>,
    at: Timestamp,
) -> Result<bool> {
    let made = db
        .execute(
            "INSERT INTO deliveries (org_id, id, webhook_id, event, call_id, copy, replay_of, state, due_at,
                 created_at, next_at, attempts_made, request)
             SELECT org_id, $3, webhook_id, event, call_id, $3, id, 'pending', $4, $4, $4, 0,
                 COALESCE($5, request)
             FROM deliveries WHERE org_id = $1 AND id = $2 AND COALESCE($5, request) IS NOT NULL",
            values![org.0, of.0, new.0, at.0, request],
        )
        .await?;
    Ok(made == 1)
}

#[derive(Debug, sqlx::FromRow)]
pub struct TrafficRow {
    pub webhook_id: Uuid,
    pub hour: i64,
    pub deliveries: i64,
    pub failed: i64,
}

/// Of every outgoing webhook, by hours from this time to that.
pub async fn traffic(db: &Db, org: OrgId, from: Timestamp, to: Timestamp) -> Result<Vec<TrafficRow>> {
    db.fetch_all(
        "SELECT webhook_id, hour, deliveries, failed FROM delivery_traffic
         WHERE org_id = $1 AND hour >= $2 AND hour < $3 ORDER BY webhook_id, hour",
        values![org.0, from.0.div_euclid(HOUR) * HOUR, to.0],
    )
    .await
}

/// When each outgoing webhook's newest delivery ended.
pub async fn newest(db: &Db, org: OrgId) -> Result<Vec<(Uuid, i64)>> {
    db.fetch_all(
        "SELECT webhook_id, MAX(last_at) FROM delivery_traffic WHERE org_id = $1 GROUP BY webhook_id",
        values![org.0],
    )
    .await
}
