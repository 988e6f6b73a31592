//! The audit log: who changed what of what is set up. A row is written in the transaction of its change.

use hookline_domain::ids::{ApiKeyId, OrgId, UserId};
use hookline_domain::time::Timestamp;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use uuid::Uuid;

use super::{Db, Result, Tx, Value};
use crate::values;

/// Bytes of one side of an entry. A larger one, such as a flow of thousands of nodes, is said to be so and left out.
const SIDE_BYTES_MAX: usize = 64 * 1024;

/// Who did it.
#[derive(Debug, Clone)]
pub enum Actor {
    ApiKey {
        id: ApiKeyId,
        name: String,
    },
    User {
        id: UserId,
        name: String,
    },
    /// Someone at the command line of a machine that reaches the database.
    Cli,
    /// The server itself, for what a receiver told it.
    Server,
}

impl Actor {
    /// How timelines and this log name it.
    pub fn text(&self) -> String {
        match self {
            Self::ApiKey { id, .. } => format!("api_key:{id}"),
            Self::User { id, .. } => format!("user:{id}"),
            Self::Cli => "cli".to_owned(),
            Self::Server => "server".to_owned(),
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::ApiKey { name, .. } | Self::User { name, .. } => name,
            Self::Cli => "command line",
            Self::Server => "Hookline",
        }
    }
}

/// What was done to what. Its sides are what the API shows of it, so that no secret is among them.
pub struct Entry {
    action: &'static str,
    noun: &'static str,
    id: Uuid,
    before: Option<Box<RawValue>>,
    after: Option<Box<RawValue>>,
}

fn raw(view: &impl Serialize) -> Box<RawValue> {
    let whole = to_raw_value(view).expect("a view is JSON");
    let bytes = whole.get().len();
    if bytes <= SIDE_BYTES_MAX {
        return whole;
    }
    to_raw_value(&serde_json::json!({ "left_out_bytes": bytes })).expect("a number is JSON")
}

impl Entry {
    pub fn created(noun: &'static str, id: Uuid, after: &impl Serialize) -> Self {
        Self { action: "created", noun, id, before: None, after: Some(raw(after)) }
    }

    pub fn updated(noun: &'static str, id: Uuid, before: &impl Serialize, after: &impl Serialize) -> Self {
        Self { action: "updated", noun, id, before: Some(raw(before)), after: Some(raw(after)) }
    }

    pub fn deleted(noun: &'static str, id: Uuid, before: &impl Serialize) -> Self {
        Self { action: "deleted", noun, id, before: Some(raw(before)), after: None }
    }

    /// Another word for what was done, such as `published`.
    pub fn called(mut self, action: &'static str) -> Self {
        self.action = action;
        self
    }

    /// What was done to something of which nothing can be shown, such as a password.
    pub fn done(action: &'static str, noun: &'static str, id: Uuid) -> Self {
        Self { action, noun, id, before: None, after: None }
    }
}

/// When and where, for an entry.
#[derive(Clone, Copy)]
pub struct Stamp {
    pub id: Uuid,
    pub at: Timestamp,
    pub org: OrgId,
}

pub async fn append(tx: &mut Tx, stamp: Stamp, by: &Actor, entry: &Entry) -> Result<()> {
    let text = |side: &Option<Box<RawValue>>| side.as_ref().map(|side| side.get().to_owned());
    tx.execute(
        "INSERT INTO audit_log (org_id, id, at, actor, actor_name, action, noun, noun_id, old_value, new_value)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        values![
            stamp.org.0,
            stamp.id,
            stamp.at.0,
            by.text(),
            by.name(),
            entry.action,
            entry.noun,
            entry.id,
            text(&entry.before),
            text(&entry.after)
        ],
    )
    .await
    .map(drop)
}

#[derive(Debug, Default)]
pub struct AuditFilter {
    /// Only entries before this one, newest first.
    pub before: Option<Uuid>,
    pub noun: Option<String>,
    pub noun_id: Option<Uuid>,
    pub actor: Option<String>,
}

#[derive(Debug, sqlx::FromRow)]
pub struct AuditRow {
    pub id: Uuid,
    pub at: i64,
    pub actor: String,
    pub actor_name: String,
    pub action: String,
    pub noun: String,
    pub noun_id: Uuid,
    pub old_value: Option<String>,
    pub new_value: Option<String>,
}

/// Entries of this organization, newest first.
pub async fn page(db: &Db, org: OrgId, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditRow>> {
    let mut values = values![org.0];
    let mut sql = "SELECT id, at, actor, actor_name, action, noun, noun_id, old_value, new_value
         FROM audit_log WHERE org_id = $1"
        .to_owned();
    let conditions: [(&str, Option<Value>); 4] = [
        ("id <", filter.before.map(Value::from)),
        ("noun =", filter.noun.as_deref().map(Value::from)),
        ("noun_id =", filter.noun_id.map(Value::from)),
        ("actor =", filter.actor.as_deref().map(Value::from)),
    ];
    for (condition, value) in conditions {
        if let Some(value) = value {
            values.push(value);
            sql += &format!(" AND {condition} ${}", values.len());
        }
    }
    sql += &format!(" ORDER BY id DESC LIMIT {limit}");
    db.fetch_all(&sql, values).await
}

/// Whoever is named in it, and their name.
pub async fn actors(db: &Db, org: OrgId) -> Result<Vec<(String, String)>> {
    db.fetch_all(
        "SELECT actor, MAX(actor_name) FROM audit_log WHERE org_id = $1 AND actor LIKE '%:%' GROUP BY actor",
        values![org.0],
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_that_is_too_large_is_said_to_be_left_out() {
        let small = Entry::created("flow", Uuid::nil(), &serde_json::json!({ "draft": "x" }));
        assert_eq!(small.after.unwrap().get(), r#"{"draft":"x"}"#);
        let large = "x".repeat(SIDE_BYTES_MAX);
        let entry = Entry::updated("flow", Uuid::nil(), &1, &large);
        assert_eq!(entry.before.unwrap().get(), "1");
        assert_eq!(entry.after.unwrap().get(), r#"{"left_out_bytes":65538}"#);
    }
}
