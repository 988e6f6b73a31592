//! Nodes on one PostgreSQL wake each other's listeners.

use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::watch;

const CHANNEL: &str = "hookline_timeline";
/// Notices of one node are at least this far apart: one tells of everything before it.
const ANNOUNCE_EVERY: Duration = Duration::from_millis(20);
const RECONNECT_AFTER: Duration = Duration::from_secs(1);

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
        if let Err(error) = sqlx::query("SELECT pg_notify($1, '')").bind(CHANNEL).execute(&pool).await {
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
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        listener.recv().await?;
        heard.send_modify(|appended| *appended += 1);
    }
}
