//! What both engines share of calls' ways, and the ways as they are read.

use std::collections::BTreeSet;

use hookline_domain::ids::{CallId, FlowId, OrgId};
use hookline_domain::routing::PreviousCall;
use serde_json::value::RawValue;

use super::{Db, Result, StorageError, Tx};
use crate::intake::effect::Loaded;
use crate::routing::Routed;
use crate::values;

/// Earlier calls of a caller that a duplicate rule is shown.
pub const PREVIOUS_MAX: i64 = 100;

pub const PREVIOUS_SQLITE: &str = "
    SELECT c.id, r.target_id, c.started_at, c.answered_at IS NOT NULL, c.converted
    FROM calls c LEFT JOIN call_routes r ON r.org_id = c.org_id AND r.call_id = c.id
    WHERE c.org_id = ?1 AND c.caller = ?2 AND c.started_at >= ?3 ORDER BY c.started_at DESC LIMIT 100";

/// Calls that have converted; one would be enough, were it not one that ends now.
pub const CONVERTED_MAX: i64 = 20;

pub const CONVERTED_SQLITE: &str = "
    SELECT id, started_at FROM calls
    WHERE org_id = ?1 AND caller = ?2 AND started_at >= ?3 AND campaign_id = ?4 AND converted
    ORDER BY started_at DESC LIMIT 20";

pub fn read(state: &str) -> Result<Routed> {
    serde_json::from_str(state)
        .map_err(|error| StorageError::Unreadable(format!("call_routes.state: {error}")))
}

/// A counter is never below 0, whatever was taken back.
pub fn count(stored: i64) -> u32 {
    u32::try_from(stored.max(0)).unwrap_or(u32::MAX)
}

/// The calls whose ways matter.
pub fn live_calls(loaded: &Loaded) -> Vec<(OrgId, CallId)> {
    let live = loaded.calls.values().filter(|call| call.call.status.is_live());
    let mut ids: Vec<(OrgId, CallId)> = live.map(|call| (call.call.org, call.call.id)).collect();
    ids.sort_unstable();
    ids
}

/// Keeps a caller's earlier calls, without those that are being decided.
pub fn keep_previous(loaded: &mut Loaded, org: OrgId, caller: &str, rows: Vec<(CallId, PreviousCall)>) {
    let earlier = rows.into_iter().filter(|(call, _)| !loaded.routes.contains_key(call));
    let earlier = earlier.map(|(_, previous)| previous).collect();
    loaded.previous.insert((org, caller.to_owned()), earlier);
}

/// Where a call stands; `None` if it is not routed here.
pub async fn standing(db: &Db, org: OrgId, call: CallId) -> Result<Option<Routed>> {
    let row: Option<(String,)> = db
        .fetch_optional(
            "SELECT state FROM call_routes WHERE org_id = $1 AND call_id = $2",
            values![org.0, call.0],
        )
        .await?;
    row.map(|(state,)| read(&state)).transpose()
}

/// The versions of a flow that live calls run by.
pub async fn versions_in_use(tx: &mut Tx, org: OrgId, flow: FlowId) -> Result<BTreeSet<i64>> {
    let rows: Vec<(String,)> = tx
        .fetch_all(
            "SELECT r.state FROM calls c JOIN call_routes r ON r.org_id = c.org_id AND r.call_id = c.id
             WHERE c.org_id = $1 AND c.status < 2",
            values![org.0],
        )
        .await?;
    let mut versions = BTreeSet::new();
    for (state,) in rows {
        let run = read(&state)?.flow.filter(|run| run.flow == flow);
        versions.extend(run.map(|run| i64::from(run.version)));
    }
    Ok(versions)
}

/// Every decision of a call, oldest first, each as the JSON of its trace.
pub async fn decisions(db: &Db, org: OrgId, call: CallId) -> Result<Vec<Box<RawValue>>> {
    let rows: Vec<(String,)> = db
        .fetch_all(
            "SELECT decision FROM decisions WHERE org_id = $1 AND call_id = $2 ORDER BY number",
            values![org.0, call.0],
        )
        .await?;
    let read = |(text,): (String,)| {
        RawValue::from_string(text)
            .map_err(|error| StorageError::Unreadable(format!("decisions.decision: {error}")))
    };
    rows.into_iter().map(read).collect()
}
