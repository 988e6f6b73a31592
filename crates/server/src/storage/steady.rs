//! Steady time for the rate limit: it goes on through restarts, and no step of a wall clock moves it.

use std::sync::atomic::{AtomicI64, Ordering};

use super::{Db, Result};
use crate::clock::Clock;
use crate::values;

/// A drift below this is followed; more is a step of the database's clock, which is not.
const STEP_MICROS_MIN: i64 = 1_000_000;

/// Microseconds that only go forward, near the wall clock's.
pub struct SteadyClock {
    clock: Clock,
    offset: AtomicI64,
}

impl SteadyClock {
    pub fn now(&self) -> i64 {
        self.clock.since_boot() + self.offset.load(Ordering::Relaxed)
    }

    /// Goes on where the last program on this database was.
    pub async fn start(db: &Db, clock: Clock) -> Result<Self> {
        let since_boot = clock.since_boot();
        let offset = match db {
            Db::Sqlite(_) => embedded_offset(db, &clock, since_boot).await?,
            Db::Postgres(_) => {
                let (now, behind) = database_time(db).await?;
                now + behind - since_boot
            }
        };
        Ok(Self { clock, offset: AtomicI64::new(offset) })
    }

    /// Follows the database's clock as it drifts, and tells all nodes when it has stepped.
    pub async fn follow(&self, db: &Db) -> Result<()> {
        if !matches!(db, Db::Postgres(_)) {
            return Ok(());
        }
        let (now, behind) = database_time(db).await?;
        let ahead = now + behind - self.now();
        if ahead.abs() < STEP_MICROS_MIN {
            self.offset.fetch_add(ahead, Ordering::Relaxed);
            return Ok(());
        }
        tracing::warn!(
            step_ms = ahead / 1_000,
            "the database's clock stepped; rate limits go on in steady time"
        );
        // Only if no other node has said so already.
        db.execute(
            "UPDATE steady_clock SET behind = behind - $1 WHERE id = 1 AND behind = $2",
            values![ahead, behind],
        )
        .await?;
        Ok(())
    }
}

/// The database's clock, and by how much steady time is ahead of it.
async fn database_time(db: &Db) -> Result<(i64, i64)> {
    const READ: &str = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT), behind FROM steady_clock WHERE id = 1";
    if let Some(row) = db.fetch_optional(READ, vec![]).await? {
        return Ok(row);
    }
    db.execute(
        "INSERT INTO steady_clock (id, boot, behind) VALUES (1, '', 0) ON CONFLICT (id) DO NOTHING",
        vec![],
    )
    .await?;
    db.fetch_optional(READ, vec![])
        .await?
        .ok_or_else(|| super::StorageError::Unreadable("steady_clock has no row".into()))
}

/// On the same boot the machine's own steady clock goes on; after another, the wall clock is all there is.
async fn embedded_offset(db: &Db, clock: &Clock, since_boot: i64) -> Result<i64> {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let known: Option<(String, i64)> =
        db.fetch_optional("SELECT boot, behind FROM steady_clock WHERE id = 1", vec![]).await?;
    if let Some((known_boot, offset)) = known
        && known_boot == boot
        && !boot.is_empty()
    {
        return Ok(offset);
    }
    let newest: Option<(Option<i64>,)> =
        db.fetch_optional("SELECT MAX(stamp) FROM rate_admissions", vec![]).await?;
    let newest = newest.and_then(|(stamp,)| stamp).unwrap_or(0);
    let offset = clock.now().0.max(newest) - since_boot;
    db.execute(
        "INSERT INTO steady_clock (id, boot, behind) VALUES (1, $1, $2)
         ON CONFLICT (id) DO UPDATE SET boot = excluded.boot, behind = excluded.behind",
        values![boot, offset],
    )
    .await?;
    Ok(offset)
}
