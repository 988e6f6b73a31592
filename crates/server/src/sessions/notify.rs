//! Nodes on one PostgreSQL wake each other's listeners.

use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::watch;
use tokio::time::timeout;

const CHANNEL: &str = "hookline_timeline";
/// Notices of one node are at least this far apart: one tells of everything before it.
const ANNOUNCE_EVERY: Duration = Duration::from_millis(20);
const RECONNECT_AFTER: Duration = Duration::from_secs(1);
/// Whoever only listens never learns that the other side is gone, and so asks after so long a silence.
const SILENCE_MAX: Duration = Duration::from_secs(10);
/// An answer that takes longer does not come.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(5);

/// Wakes this node's listeners when it has appended itself.
pub async fn forward(mut appended: watch::Receiver<u64>, woken: watch::Sender<u64>) {
    while appended.changed().await.is_ok() {
        woken.send_modify(|count| *count += 1);
    }
}

/// Tells the other nodes when this one has appended. Outside the commits, whose order a NOTIFY in
/// each would serialize across the whole database.
pub async fn announce(pool: PgPool, mut appended: watch::Receiver<u64>) {
    while appended.changed().await.is_ok() {
        let telling = sqlx::query("SELECT pg_notify($1, '')").bind(CHANNEL).execute(&pool);
        if let Err(error) = within(telling).await {
            tracing::debug!(%error, "other nodes were not told; their listeners look for themselves");
        }
        tokio::time::sleep(ANNOUNCE_EVERY).await;
    }
}

/// Wakes this node's listeners when another has appended.
pub async fn listen(pool: PgPool, heard: watch::Sender<u64>) {
    loop {
        if let Err(error) = listen_once(&pool, &heard).await {
            tracing::warn!(%error, "not listening to the other nodes; streams look for themselves until it works again");
        }
        tokio::time::sleep(RECONNECT_AFTER).await;
    }
}

async fn listen_once(pool: &PgPool, heard: &watch::Sender<u64>) -> Result<(), sqlx::Error> {
    let mut listener = within(PgListener::connect_with(pool)).await?;
    within(listener.listen(CHANNEL)).await?;
    loop {
        match timeout(SILENCE_MAX, listener.recv()).await {
            Ok(notice) => {
                notice?;
                heard.send_modify(|appended| *appended += 1);
            }
            Err(_) => {
                within(sqlx::query("SELECT 1").execute(&mut listener)).await?;
            }
        }
    }
}

async fn within<T>(asking: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    timeout(ANSWER_TIME_MAX, asking).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}
