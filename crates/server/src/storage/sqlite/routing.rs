//! Where calls stand on their ways, and the counters of targets.

use hookline_domain::ids::{CallId, TargetId};
use hookline_domain::routing::PreviousCall;
use hookline_domain::time::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};
use uuid::Uuid;

use super::counted::Counted;
use super::{Result, bids, id, to_json};
use crate::intake::effect::{Loaded, Needs, RoutingNeeds, Writes};
use crate::intake::work::Work;
use crate::storage::routes;

pub fn load(
    tx: &Transaction<'_>,
    works: &[&Work],
    needs: &Needs,
    loaded: &mut Loaded,
    counted: &mut Counted,
    at: Timestamp,
) -> Result<()> {
    if !needs.routes && needs.deciding.is_empty() {
        return Ok(());
    }
    for (org, call) in routes::live_calls(loaded) {
        let state: Option<String> = tx
            .prepare_cached("SELECT state FROM call_routes WHERE org_id = ?1 AND call_id = ?2")?
            .query_row(params![id(&org.0), id(&call.0)], |row| row.get(0))
            .optional()?;
        if let Some(state) = state {
            loaded.routes.insert(call, routes::read(&state)?);
        }
    }
    bids::load(tx, needs, loaded, at)?;
    let wanted = RoutingNeeds::of(works, loaded, at);
    counted.read(tx, &wanted.targets, &mut loaded.counters, at)?;
    for (org, flow, node) in &wanted.turns {
        let turns: Option<i64> = tx
            .prepare_cached("SELECT turns FROM flow_turns WHERE org_id = ?1 AND flow_id = ?2 AND node = ?3")?
            .query_row(params![id(&org.0), id(&flow.0), node.as_str()], |row| row.get(0))
            .optional()?;
        loaded.turns.insert((*flow, node.clone()), turns.unwrap_or(0).unsigned_abs());
    }
    for ((org, caller), since) in &wanted.previous {
        let mut statement = tx.prepare_cached(routes::PREVIOUS_SQLITE)?;
        let rows = statement.query_map(params![id(&org.0), caller, since.0], |row| {
            Ok((
                CallId(Uuid::from_bytes(row.get(0)?)),
                PreviousCall {
                    target: row.get::<_, Option<[u8; 16]>>(1)?.map(|bytes| TargetId(Uuid::from_bytes(bytes))),
                    at: Timestamp(row.get(2)?),
                    connected: row.get(3)?,
                    converted: row.get(4)?,
                },
            ))
        })?;
        let rows: Vec<(CallId, PreviousCall)> = rows.collect::<rusqlite::Result<_>>()?;
        routes::keep_previous(loaded, *org, caller, rows);
    }
    for (who, since) in &wanted.converting {
        let (org, campaign, caller) = who;
        let mut statement = tx.prepare_cached(routes::CONVERTED_SQLITE)?;
        let rows = statement.query_map(params![id(&org.0), caller, since.0, id(&campaign.0)], |row| {
            Ok((CallId(Uuid::from_bytes(row.get(0)?)), Timestamp(row.get(1)?)))
        })?;
        loaded.converted.insert(who.clone(), rows.collect::<rusqlite::Result<_>>()?);
    }
    Ok(())
}

pub fn store(tx: &Transaction<'_>, writes: &Writes, loaded: &Loaded) -> Result<()> {
    for call in &writes.changed_routes {
        let (org, routed) = (loaded.calls[call].call.org, &loaded.routes[call]);
        tx.prepare_cached(
            "INSERT OR REPLACE INTO call_routes (org_id, call_id, target_id, state) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![
            id(&org.0),
            id(&call.0),
            routed.target().as_ref().map(|target| id(&target.0)),
            to_json(routed),
        ])?;
    }
    for row in &writes.decisions {
        tx.prepare_cached(
            "INSERT INTO decisions (org_id, call_id, number, at, decision) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![id(&row.org.0), id(&row.call.0), row.number, row.at.0, row.decision])?;
    }
    for ((org, key), by) in writes.used.iter().filter(|(_, by)| **by != 0) {
        tx.prepare_cached(
            "INSERT INTO target_counters (org_id, target_id, period, starts_at, used) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (org_id, target_id, period, starts_at) DO UPDATE SET used = used + excluded.used",
        )?
        .execute(params![id(&org.0), id(&key.target.0), key.period.as_str(), key.start.0, by])?;
    }
    for ((org, target), by) in writes.live.iter().filter(|(_, by)| **by != 0) {
        tx.prepare_cached(
            "INSERT INTO target_calls (org_id, target_id, live) VALUES (?1, ?2, ?3)
             ON CONFLICT (org_id, target_id) DO UPDATE SET live = live + excluded.live",
        )?
        .execute(params![id(&org.0), id(&target.0), by])?;
    }
    for ((org, flow, node), by) in &writes.turns {
        tx.prepare_cached(
            "INSERT INTO flow_turns (org_id, flow_id, node, turns) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (org_id, flow_id, node) DO UPDATE SET turns = turns + excluded.turns",
        )?
        .execute(params![id(&org.0), id(&flow.0), node.as_str(), by])?;
    }
    Ok(())
}
