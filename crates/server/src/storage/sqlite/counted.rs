//! The targets' counters, kept between commits: nobody else writes to an embedded database.

use std::collections::HashSet;

use hookline_domain::ids::{OrgId, TargetId};
use hookline_domain::routing::{CapPeriod, CounterKey, Counters, Target};
use hookline_domain::time::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

use super::{Result, id};
use crate::storage::routes;

/// What is older than a period can last is not kept: its period is over.
const HOUR: i64 = 3_600;
const LASTS: [(CapPeriod, i64); 4] = [
    (CapPeriod::Hour, 2 * HOUR),
    (CapPeriod::Day, 26 * HOUR),
    (CapPeriod::Month, 32 * 24 * HOUR),
    (CapPeriod::Total, i64::MAX),
];

/// Which of the counters that a commit hands to the next are all there. One that fails hands on nothing, and
/// the next reads them again.
#[derive(Default)]
pub struct Counted {
    /// Whose counters are known, all that count since `since`.
    targets: HashSet<TargetId>,
    since: Timestamp,
}

impl Counted {
    /// Adds what is wanted and not known yet.
    pub fn read(
        &mut self,
        tx: &Transaction<'_>,
        wanted: &[(OrgId, &Target)],
        counters: &mut Counters,
        at: Timestamp,
    ) -> Result<()> {
        if at < self.since {
            // The clock was set back, into periods that were over.
            (*self, *counters) = Default::default();
        }
        if self.targets.is_empty() || at > self.since.plus_seconds(HOUR) {
            self.since = at;
            counters.used.retain(|key, _| key.start >= oldest(key.period, at));
        }
        for (org, target) in wanted {
            if self.targets.insert(target.id) {
                self.read_target(tx, *org, target.id, counters)?;
            }
        }
        Ok(())
    }

    fn read_target(
        &self,
        tx: &Transaction<'_>,
        org: OrgId,
        target: TargetId,
        counters: &mut Counters,
    ) -> Result<()> {
        for (period, _) in LASTS {
            let mut statement = tx.prepare_cached(
                "SELECT starts_at, used FROM target_counters
                 WHERE org_id = ?1 AND target_id = ?2 AND period = ?3 AND starts_at >= ?4",
            )?;
            let oldest = oldest(period, self.since);
            let mut rows = statement.query(params![id(&org.0), id(&target.0), period.as_str(), oldest.0])?;
            while let Some(row) = rows.next()? {
                let key = CounterKey { target, period, start: Timestamp(row.get(0)?) };
                counters.used.insert(key, routes::count(row.get(1)?));
            }
        }
        let live: Option<i64> = tx
            .prepare_cached("SELECT live FROM target_calls WHERE org_id = ?1 AND target_id = ?2")?
            .query_row(params![id(&org.0), id(&target.0)], |row| row.get(0))
            .optional()?;
        counters.live.insert(target, routes::count(live.unwrap_or(0)));
        Ok(())
    }
}

/// The earliest start of a period that may not be over.
fn oldest(period: CapPeriod, at: Timestamp) -> Timestamp {
    let lasts = LASTS.iter().find(|(one, _)| *one == period).map_or(i64::MAX, |(_, lasts)| *lasts);
    Timestamp(at.0.saturating_sub(lasts.saturating_mul(1_000_000)))
}
