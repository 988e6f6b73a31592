//! Where calls stand on their ways, and the counters of targets. The organization's lock was taken before.

use std::collections::BTreeSet;

use hookline_domain::ids::{CallId, CampaignId, FlowId, OrgId, TargetId};
use hookline_domain::routing::{CapPeriod, CounterKey, PreviousCall, Target};
use hookline_domain::time::Timestamp;
use sqlx::{AssertSqlSafe, PgConnection, raw_sql};
use uuid::Uuid;

use super::bids;
use super::line::{execute, list};
use super::load::lock;
use crate::intake::effect::{Loaded, Needs, RoutingNeeds, Writes};
use crate::intake::work::Work;
use crate::storage::routes::{self, CONVERTED_MAX, PREVIOUS_MAX};
use crate::storage::sqlite::to_json;
use crate::storage::{Result, StorageError};

pub async fn load(
    connection: &mut PgConnection,
    works: &[&Work],
    needs: &Needs,
    loaded: &mut Loaded,
    at: Timestamp,
) -> Result<()> {
    if !needs.routes && needs.deciding.is_empty() {
        return Ok(());
    }
    load_states(connection, loaded).await?;
    let wanted = RoutingNeeds::of(works, loaded, at);
    load_used(connection, &wanted.targets, loaded, at).await?;
    load_live(connection, &wanted.targets, loaded).await?;
    load_turns(connection, &wanted, loaded).await?;
    bids::load(connection, needs, loaded, at).await?;
    for ((org, caller), since) in &wanted.previous {
        type Row = (Uuid, Option<Uuid>, i64, bool, bool);
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT c.id, r.target_id, c.started_at, c.answered_at IS NOT NULL, c.converted
             FROM calls c LEFT JOIN call_routes r ON r.org_id = c.org_id AND r.call_id = c.id
             WHERE c.org_id = $1 AND c.caller = $2 AND c.started_at >= $3 ORDER BY c.started_at DESC LIMIT $4",
        )
        .bind(org.0)
        .bind(caller)
        .bind(since.0)
        .bind(PREVIOUS_MAX)
        .fetch_all(&mut *connection)
        .await?;
        let previous = rows.into_iter().map(|(call, target, at, connected, converted)| {
            let target = target.map(TargetId);
            (CallId(call), PreviousCall { target, at: Timestamp(at), connected, converted })
        });
        routes::keep_previous(loaded, *org, caller, previous.collect());
    }
    load_converted(connection, &wanted, loaded).await
}

/// One commit at a time for each caller and campaign: of two calls that end at once on two nodes, the second
/// sees the first. Taken after all other locks, in one order.
async fn load_converted(
    connection: &mut PgConnection,
    wanted: &RoutingNeeds<'_>,
    loaded: &mut Loaded,
) -> Result<()> {
    if wanted.converting.is_empty() {
        return Ok(());
    }
    let name = |campaign: &CampaignId, caller: &str| format!("{campaign} {caller}");
    let locks = wanted.converting.keys();
    let locks: BTreeSet<i64> =
        locks.map(|(org, campaign, caller)| lock("converting", *org, &name(campaign, caller))).collect();
    let sql = execute("lock_callers", &[list(locks)]);
    raw_sql(AssertSqlSafe(sql)).execute(&mut *connection).await?;
    for (who, since) in &wanted.converting {
        let (org, campaign, caller) = who;
        let rows: Vec<(Uuid, i64)> = sqlx::query_as(
            "SELECT id, started_at FROM calls
             WHERE org_id = $1 AND caller = $2 AND started_at >= $3 AND campaign_id = $4 AND converted
             ORDER BY started_at DESC LIMIT $5",
        )
        .bind(org.0)
        .bind(caller)
        .bind(since.0)
        .bind(campaign.0)
        .bind(CONVERTED_MAX)
        .fetch_all(&mut *connection)
        .await?;
        let rows = rows.into_iter().map(|(call, started_at)| (CallId(call), Timestamp(started_at)));
        loaded.converted.insert(who.clone(), rows.collect());
    }
    Ok(())
}

async fn load_states(connection: &mut PgConnection, loaded: &mut Loaded) -> Result<()> {
    let (orgs, calls): (Vec<Uuid>, Vec<Uuid>) =
        routes::live_calls(loaded).into_iter().map(|(org, call)| (org.0, call.0)).unzip();
    if calls.is_empty() {
        return Ok(());
    }
    let rows: Vec<(Uuid, String)> = sqlx::query_as(
        "SELECT r.call_id, r.state FROM UNNEST($1::uuid[], $2::uuid[]) AS k (org_id, call_id)
         JOIN call_routes r ON r.org_id = k.org_id AND r.call_id = k.call_id",
    )
    .bind(&orgs)
    .bind(&calls)
    .fetch_all(&mut *connection)
    .await?;
    for (call, state) in rows {
        loaded.routes.insert(CallId(call), routes::read(&state)?);
    }
    Ok(())
}

async fn load_used(
    connection: &mut PgConnection,
    targets: &[(OrgId, &Target)],
    loaded: &mut Loaded,
    at: Timestamp,
) -> Result<()> {
    let mut keys: Vec<(OrgId, CounterKey)> =
        targets.iter().flat_map(|(org, target)| target.counters(at).map(|(key, _)| (*org, key))).collect();
    keys.sort_unstable();
    keys.dedup();
    if keys.is_empty() {
        return Ok(());
    }
    let keys = || keys.iter();
    let rows: Vec<(Uuid, String, i64, i64)> = sqlx::query_as(
        "SELECT c.target_id, c.period, c.starts_at, c.used
         FROM UNNEST($1::uuid[], $2::uuid[], $3::text[], $4::bigint[]) AS k (org_id, target_id, period, starts_at)
         JOIN target_counters c ON c.org_id = k.org_id AND c.target_id = k.target_id AND c.period = k.period
             AND c.starts_at = k.starts_at",
    )
    .bind(keys().map(|(org, _)| org.0).collect::<Vec<_>>())
    .bind(keys().map(|(_, key)| key.target.0).collect::<Vec<_>>())
    .bind(keys().map(|(_, key)| key.period.as_str()).collect::<Vec<_>>())
    .bind(keys().map(|(_, key)| key.start.0).collect::<Vec<_>>())
    .fetch_all(&mut *connection)
    .await?;
    for (target, period, start, used) in rows {
        let period = CapPeriod::ALL
            .into_iter()
            .find(|one| one.as_str() == period)
            .ok_or_else(|| StorageError::Unreadable(format!("target_counters.period is `{period}`")))?;
        let key = CounterKey { target: TargetId(target), period, start: Timestamp(start) };
        loaded.counters.used.insert(key, routes::count(used));
    }
    Ok(())
}

async fn load_live(
    connection: &mut PgConnection,
    targets: &[(OrgId, &Target)],
    loaded: &mut Loaded,
) -> Result<()> {
    let limited = targets.iter().filter(|(_, target)| target.concurrency.is_some());
    let mut limited: Vec<(Uuid, Uuid)> = limited.map(|(org, target)| (org.0, target.id.0)).collect();
    limited.sort_unstable();
    limited.dedup();
    let (orgs, targets): (Vec<Uuid>, Vec<Uuid>) = limited.into_iter().unzip();
    if targets.is_empty() {
        return Ok(());
    }
    let rows: Vec<(Uuid, i64)> = sqlx::query_as(
        "SELECT t.target_id, t.live FROM UNNEST($1::uuid[], $2::uuid[]) AS k (org_id, target_id)
         JOIN target_calls t ON t.org_id = k.org_id AND t.target_id = k.target_id",
    )
    .bind(&orgs)
    .bind(&targets)
    .fetch_all(&mut *connection)
    .await?;
    for (target, live) in rows {
        loaded.counters.live.insert(TargetId(target), routes::count(live));
    }
    Ok(())
}

async fn load_turns(
    connection: &mut PgConnection,
    wanted: &RoutingNeeds<'_>,
    loaded: &mut Loaded,
) -> Result<()> {
    for (org, flow, node) in &wanted.turns {
        let turns: Option<(i64,)> =
            sqlx::query_as("SELECT turns FROM flow_turns WHERE org_id = $1 AND flow_id = $2 AND node = $3")
                .bind(org.0)
                .bind(flow.0)
                .bind(node.as_str())
                .fetch_optional(&mut *connection)
                .await?;
        let turns = turns.map_or(0, |(turns,)| turns.unsigned_abs());
        loaded.turns.insert((FlowId(flow.0), node.clone()), turns);
    }
    Ok(())
}

pub async fn store(connection: &mut PgConnection, writes: &Writes, loaded: &Loaded) -> Result<()> {
    if !writes.changed_routes.is_empty() {
        let routed = || writes.changed_routes.iter().map(|call| &loaded.routes[call]);
        sqlx::query(
            "INSERT INTO call_routes (org_id, call_id, target_id, state)
             SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::uuid[], $4::text[])
             ON CONFLICT (org_id, call_id) DO UPDATE SET target_id = excluded.target_id, state = excluded.state",
        )
        .bind(writes.changed_routes.iter().map(|call| loaded.calls[call].call.org.0).collect::<Vec<_>>())
        .bind(writes.changed_routes.iter().map(|call| call.0).collect::<Vec<_>>())
        .bind(routed().map(|one| one.target().map(|target| target.0)).collect::<Vec<_>>())
        .bind(routed().map(to_json).collect::<Vec<_>>())
        .execute(&mut *connection)
        .await?;
    }
    if !writes.decisions.is_empty() {
        let rows = &writes.decisions;
        sqlx::query(
            "INSERT INTO decisions (org_id, call_id, number, at, decision)
             SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::text[])",
        )
        .bind(rows.iter().map(|row| row.org.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.call.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.number).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.at.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.decision.as_str()).collect::<Vec<_>>())
        .execute(&mut *connection)
        .await?;
    }
    store_counters(connection, writes).await
}

/// Each table's rows in their order, as every commit writes them.
async fn store_counters(connection: &mut PgConnection, writes: &Writes) -> Result<()> {
    let used: Vec<_> = writes.used.iter().filter(|(_, by)| **by != 0).collect();
    if !used.is_empty() {
        sqlx::query(
            "INSERT INTO target_counters AS c (org_id, target_id, period, starts_at, used)
             SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[])
             ON CONFLICT (org_id, target_id, period, starts_at) DO UPDATE SET used = c.used + excluded.used",
        )
        .bind(used.iter().map(|((org, _), _)| org.0).collect::<Vec<_>>())
        .bind(used.iter().map(|((_, key), _)| key.target.0).collect::<Vec<_>>())
        .bind(used.iter().map(|((_, key), _)| key.period.as_str()).collect::<Vec<_>>())
        .bind(used.iter().map(|((_, key), _)| key.start.0).collect::<Vec<_>>())
        .bind(used.iter().map(|(_, by)| **by).collect::<Vec<_>>())
        .execute(&mut *connection)
        .await?;
    }
    let live: Vec<_> = writes.live.iter().filter(|(_, by)| **by != 0).collect();
    if !live.is_empty() {
        sqlx::query(
            "INSERT INTO target_calls AS t (org_id, target_id, live)
             SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::bigint[])
             ON CONFLICT (org_id, target_id) DO UPDATE SET live = t.live + excluded.live",
        )
        .bind(live.iter().map(|((org, _), _)| org.0).collect::<Vec<_>>())
        .bind(live.iter().map(|((_, target), _)| target.0).collect::<Vec<_>>())
        .bind(live.iter().map(|(_, by)| **by).collect::<Vec<_>>())
        .execute(&mut *connection)
        .await?;
    }
    for ((OrgId(org), FlowId(flow), node), by) in &writes.turns {
        sqlx::query(
            "INSERT INTO flow_turns AS f (org_id, flow_id, node, turns) VALUES ($1, $2, $3, $4)
             ON CONFLICT (org_id, flow_id, node) DO UPDATE SET turns = f.turns + excluded.turns",
        )
        .bind(org)
        .bind(flow)
        .bind(node.as_str())
        .bind(by)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
