//! Whether the places in the timeline that are written down are of this database.

use super::Cursor;
use crate::storage::{Db, Result};

/// Says so in the log if the database was restored into another PostgreSQL cluster and not told: transaction numbers begin
/// anew there, so what happens from then on seems to come before all that was, and nobody would be told of it.
pub async fn check(db: &Db) -> Result<()> {
    if matches!(db, Db::Sqlite(_)) {
        return Ok(());
    }
    let next: Option<(i64, Option<i64>)> = db
        .fetch_optional(
            "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
                 (SELECT tx FROM timeline ORDER BY tx DESC LIMIT 1)",
            vec![],
        )
        .await?;
    let Some((next, newest)) = next else { return Ok(()) };
    let places: Vec<(String,)> = db
        .fetch_all(
            "SELECT cursor FROM delivery_progress
             UNION SELECT since FROM outgoing_webhooks WHERE deleted_at IS NULL
             UNION SELECT cursor FROM report_progress WHERE cursor IS NOT NULL",
            vec![],
        )
        .await?;
    let places = places.iter().filter_map(|(text,)| text.parse::<Cursor>().ok());
    if places.map(|place| place.tx).chain(newest).any(|tx| tx >= next) {
        tracing::warn!(
            "this database was restored from another PostgreSQL cluster: nothing new is streamed, told to outgoing webhooks or counted in reports until the statements in docs/operations.md (\"The database\") were run with every node stopped"
        );
    }
    Ok(())
}
