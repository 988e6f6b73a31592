//! The targets' counters, for whoever asks and does not decide.

use hookline_domain::ids::{OrgId, TargetId};
use hookline_domain::routing::{CapPeriod, CounterKey, Counters, Target};
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use super::db::named;
use super::{Db, Result, routes};
use crate::values;

/// Targets that one statement names.
const STEP: usize = 100;

/// As they are at this moment.
pub async fn read(db: &Db, org: OrgId, targets: &[&Target], at: Timestamp) -> Result<Counters> {
    let mut counters = Counters::default();
    for some in targets.chunks(STEP) {
        for period in CapPeriod::ALL {
            read_used(db, org, some, period, at, &mut counters).await?;
        }
        let mut values = values![org.0];
        let names = named(&mut values, some.iter().map(|target| target.id.0));
        let sql =
            format!("SELECT target_id, live FROM target_calls WHERE org_id = $1 AND target_id IN ({names})");
        let rows: Vec<(Uuid, i64)> = db.fetch_all(&sql, values).await?;
        counters.live.extend(rows.into_iter().map(|(target, live)| (TargetId(target), routes::count(live))));
    }
    Ok(counters)
}

/// As they are now, for a decision that is made as of another time: it looks at that one's periods.
pub async fn of_now(
    db: &Db,
    org: OrgId,
    targets: &[&Target],
    now: Timestamp,
    at: Timestamp,
) -> Result<Counters> {
    let stored = read(db, org, targets, now).await?;
    let mut counters = Counters { live: stored.live.clone(), ..Counters::default() };
    for target in targets {
        let periods = target.counters(now).zip(target.counters(at));
        counters.used.extend(periods.map(|((key, _), (then, _))| (then, stored.used(&key))));
    }
    Ok(counters)
}

async fn read_used(
    db: &Db,
    org: OrgId,
    targets: &[&Target],
    period: CapPeriod,
    at: Timestamp,
    counters: &mut Counters,
) -> Result<()> {
    let capped: Vec<&Target> =
        targets.iter().copied().filter(|target| target.caps.of(period).is_some()).collect();
    let start = |target: &&Target| period.start(at, &target.time_zone).0;
    let Some(earliest) = capped.iter().map(start).min() else { return Ok(()) };
    let mut values = values![org.0, period.as_str(), earliest];
    let names = named(&mut values, capped.iter().map(|target| target.id.0));
    let sql = format!(
        "SELECT target_id, starts_at, used FROM target_counters
         WHERE org_id = $1 AND period = $2 AND starts_at >= $3 AND target_id IN ({names})"
    );
    let rows: Vec<(Uuid, i64, i64)> = db.fetch_all(&sql, values).await?;
    for (target, start, used) in rows {
        let key = CounterKey { target: TargetId(target), period, start: Timestamp(start) };
        counters.used.insert(key, routes::count(used));
    }
    Ok(())
}
