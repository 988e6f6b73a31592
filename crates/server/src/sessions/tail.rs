//! Reads the timeline's end in commit order.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use hookline_domain::call::Change;
use hookline_domain::ids::{CallId, OrgId};
use hookline_domain::time::Timestamp;
use tokio::sync::watch;
use uuid::Uuid;

use crate::storage::report_sums::Line;
use crate::storage::{Db, Result, Snapshot, StorageError};
use crate::values;

/// Entries read at once.
const PAGE_MAX: usize = 500;
/// How long a listener waits for a notice before it looks for itself.
const POLL: Duration = Duration::from_millis(250);

/// A place in the timeline: all entries before it have been seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Cursor {
    pub(super) tx: i64,
    seq: i64,
}

impl From<&Line> for Cursor {
    fn from(line: &Line) -> Self {
        Self { tx: line.tx, seq: line.seq }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.tx, self.seq)
    }
}

impl FromStr for Cursor {
    type Err = ();
    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        let (tx, seq) = text.split_once('-').ok_or(())?;
        Ok(Self { tx: tx.parse().map_err(|_| ())?, seq: seq.parse().map_err(|_| ())? })
    }
}

/// One entry of the timeline, as listeners get it.
#[derive(Debug, serde::Serialize)]
pub struct Event {
    #[serde(skip)]
    pub cursor: Cursor,
    #[serde(rename = "call_log_id")]
    pub call: CallId,
    #[serde(rename = "event")]
    pub kind: String,
    pub at: Timestamp,
    pub by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Uuid>,
    pub changes: Vec<Change>,
}

#[derive(sqlx::FromRow)]
struct EventRow {
    tx: i64,
    seq: i64,
    call_id: Uuid,
    kind: String,
    at: i64,
    actor: String,
    request_id: Option<Uuid>,
    changes: String,
}

#[derive(sqlx::FromRow)]
struct OwnedRow {
    org_id: Uuid,
    #[sqlx(flatten)]
    event: EventRow,
}

impl EventRow {
    fn event(self) -> Result<Event> {
        let changes = serde_json::from_str(&self.changes)
            .map_err(|error| StorageError::Unreadable(format!("timeline.changes: {error}")))?;
        Ok(Event {
            cursor: Cursor { tx: self.tx, seq: self.seq },
            call: CallId(self.call_id),
            kind: self.kind,
            at: Timestamp(self.at),
            by: self.actor,
            request_id: self.request_id,
            changes,
        })
    }
}

/// Entries of any organization.
pub struct Entries {
    pub entries: Vec<(OrgId, Event)>,
    /// The place after them; `None` if there were none.
    pub last: Option<Cursor>,
    /// How many there were, with those that can't be read.
    pub read: usize,
}

/// How entries are read after a place, which is `$1` and `$2`.
struct Reading {
    tx: &'static str,
    later: &'static str,
    /// A transaction that is still open may yet append below a number that is visible already.
    settled: &'static str,
    order: &'static str,
}

/// The end of the timeline, and a notice when it grows.
#[derive(Clone)]
pub struct Tail {
    db: Db,
    appended: watch::Sender<u64>,
}

impl Tail {
    pub fn new(db: Db, appended: watch::Sender<u64>) -> Self {
        Self { db, appended }
    }

    /// Says that the timeline has grown, perhaps on another node.
    pub fn wake(&self) {
        self.appended.send_modify(|appended| *appended += 1);
    }

    /// The place after everything that is committed now.
    pub async fn end(&self) -> Result<Cursor> {
        self.place(self.end_statement()).await
    }

    /// The same of a moment of the database.
    pub async fn end_of(&self, moment: &mut Snapshot) -> Result<Cursor> {
        let places: Vec<(i64, i64)> = moment.fetch_all(self.end_statement(), vec![]).await?;
        Ok(places.first().map(|&(tx, seq)| Cursor { tx, seq }).unwrap_or_default())
    }

    fn end_statement(&self) -> &'static str {
        match self.db {
            Db::Sqlite(_) => "SELECT 0, COALESCE(MAX(seq), 0) FROM timeline",
            // Transactions below this one have ended; what the others append comes after this place.
            Db::Postgres(_) => {
                "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1, 9223372036854775807"
            }
        }
    }

    /// The place before everything that is begun from now on. What is being committed at this moment may be before it, and
    /// what was committed is: a transaction of whomever that stays open does not move it back.
    pub async fn beginning(&self) -> Result<Cursor> {
        match self.db {
            Db::Sqlite(_) => self.end().await,
            Db::Postgres(_) => {
                self.place(
                    "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1, 9223372036854775807",
                )
                .await
            }
        }
    }

    async fn place(&self, sql: &str) -> Result<Cursor> {
        let place: Option<(i64, i64)> = self.db.fetch_optional(sql, vec![]).await?;
        Ok(place.map(|(tx, seq)| Cursor { tx, seq }).unwrap_or_default())
    }

    /// What was appended after a place for an organization, or for one of its calls; oldest first.
    async fn after(&self, cursor: Cursor, org: OrgId, call: Option<CallId>) -> Result<Vec<Event>> {
        let Reading { tx, later, settled, order } = self.reading();
        let of_call = if call.is_some() { "AND call_id = $4" } else { "" };
        let sql = format!(
            "SELECT {tx}, seq, call_id, kind, at, actor, request_id, changes FROM timeline
             WHERE {later}{settled} AND org_id = $3 {of_call} ORDER BY {order} LIMIT {PAGE_MAX}"
        );
        let mut values = values![cursor.tx, cursor.seq, org.0];
        values.extend(call.map(|call| crate::storage::Value::from(call.0)));
        let rows: Vec<EventRow> = self.db.fetch_all(&sql, values).await?;
        rows.into_iter().map(EventRow::event).collect()
    }

    /// What a moment of the database has after a place, for any organization, oldest first. Only what nothing can come before
    /// any more, unless `all` is asked for.
    pub async fn lines_after(
        &self,
        moment: &mut Snapshot,
        cursor: Cursor,
        max: usize,
        all: bool,
    ) -> Result<Vec<Line>> {
        let Reading { tx, later, settled, order } = self.reading();
        let settled = if all { "" } else { settled };
        let sql = format!(
            "SELECT {tx}, seq, org_id, call_id, previous, kind, changes FROM timeline
             WHERE {later}{settled} ORDER BY {order} LIMIT {max}"
        );
        moment.fetch_all(&sql, values![cursor.tx, cursor.seq]).await
    }

    /// What was appended after a place for any organization, oldest first. One that can't be read is left out: it must not
    /// keep everyone else's from being told.
    pub async fn entries_after(&self, cursor: Cursor, max: usize) -> Result<Entries> {
        let Reading { tx, later, settled, order } = self.reading();
        let sql = format!(
            "SELECT {tx}, seq, org_id, call_id, kind, at, actor, request_id, changes FROM timeline
             WHERE {later}{settled} ORDER BY {order} LIMIT {max}"
        );
        let rows: Vec<OwnedRow> = self.db.fetch_all(&sql, values![cursor.tx, cursor.seq]).await?;
        let last = rows.last().map(|row| Cursor { tx: row.event.tx, seq: row.event.seq });
        let (read, mut entries) = (rows.len(), Vec::with_capacity(rows.len()));
        for OwnedRow { org_id, event } in rows {
            let seq = event.seq;
            match event.event() {
                Ok(event) => entries.push((OrgId(org_id), event)),
                Err(error) => tracing::error!(%error, seq, "an entry of the timeline is left out"),
            }
        }
        Ok(Entries { entries, last, read })
    }

    /// Notices of the timeline's growth.
    pub fn notices(&self) -> watch::Receiver<u64> {
        self.appended.subscribe()
    }

    /// Whether something comes after a place that was written down; `None` is the beginning of all.
    pub async fn has_after(&self, place: Option<&str>) -> Result<bool> {
        let Some(cursor) = place.and_then(|text| text.parse::<Cursor>().ok()) else { return Ok(true) };
        let Reading { tx, later, settled, .. } = self.reading();
        let sql = format!("SELECT {tx}, seq FROM timeline WHERE {later}{settled} LIMIT 1");
        let next: Option<(i64, i64)> = self.db.fetch_optional(&sql, values![cursor.tx, cursor.seq]).await?;
        Ok(next.is_some())
    }

    fn reading(&self) -> Reading {
        match self.db {
            Db::Sqlite(_) => Reading { tx: "$1 AS tx", later: "seq > $2", settled: "", order: "seq" },
            Db::Postgres(_) => Reading {
                tx: "tx",
                later: "(tx, seq) > ($1, $2)",
                settled: " AND tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
                order: "tx, seq",
            },
        }
    }

    pub fn follow(&self, from: Cursor, org: OrgId, call: Option<CallId>) -> Follower {
        Follower { tail: self.clone(), appended: self.appended.subscribe(), cursor: from, org, call }
    }
}

/// One listener.
pub struct Follower {
    tail: Tail,
    appended: watch::Receiver<u64>,
    cursor: Cursor,
    org: OrgId,
    call: Option<CallId>,
}

impl Follower {
    /// The next entries, once there are any.
    pub async fn next(&mut self) -> Result<Vec<Event>> {
        loop {
            self.appended.mark_unchanged();
            let events = self.tail.after(self.cursor, self.org, self.call).await?;
            if let Some(last) = events.last() {
                self.cursor = last.cursor;
                return Ok(events);
            }
            // Woken or not, it looks: a notice from another node may be lost.
            let _ = tokio::time::timeout(POLL, self.appended.changed()).await;
        }
    }
}
