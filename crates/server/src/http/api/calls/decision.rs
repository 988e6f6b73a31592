//! `GET /v1/calls/{id}/decision`: why a call went where it went.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::time::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{call_id, call_not_found, view};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::read::PathId;
use crate::http::openapi::{DecisionDocument, NotFound, Refusals};
use crate::storage::{calls, routes};

#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = CallDecisions)]
pub struct Decisions {
    #[schema(value_type = uuid::Uuid)]
    call_log_id: hookline_domain::ids::CallId,
    /// Oldest first: what brought each about, the tags as they were read, every node with what it read, set and
    /// took (`duration_ms`) and every route with its verdict, and the result. Empty for a call that is not routed here.
    #[schema(value_type = Vec<DecisionDocument>)]
    decisions: Vec<Value>,
}

#[utoipa::path(
    get,
    path = "/v1/calls/{id}/decision",
    tag = "Calls",
    operation_id = "get_call_decision",
    summary = "Why a call went where it went",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "Its decisions", body = Decisions), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn decision(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let call = match call_id(&id) {
        Ok(call) => call,
        Err(problem) => return answer::refuse(&app, &problem),
    };
    match calls::whole(&app.db, caller.org.id, call).await {
        Err(error) => return answer::unavailable(&app, &error),
        Ok(None) => return answer::refuse(&app, &call_not_found(&id)),
        Ok(Some(_)) => {}
    }
    match routes::decisions(&app.db, caller.org.id, call).await {
        Err(error) => answer::unavailable(&app, &error),
        Ok(decisions) => {
            let read = |one: Box<RawValue>| serde_json::from_str(one.get()).unwrap_or_default();
            let mut decisions: Vec<Value> = decisions.into_iter().map(read).collect();
            tell_durations(&mut decisions);
            answer::json(200, view::to_json(&Decisions { call_log_id: call, decisions }))
        }
    }
}

/// A node that waited for someone is there twice: where a decision ends, and where the next begins with what came of
/// it. What lies between is its time. All others are passed in one moment, which is the decision's.
fn tell_durations(decisions: &mut [Value]) {
    let mut before: Option<(Value, Option<Timestamp>)> = None;
    for decision in decisions {
        let at = decision["at"].as_str().and_then(|at| at.parse::<Timestamp>().ok());
        let Some(nodes) = decision["nodes"].as_array_mut() else { continue };
        for (place, node) in nodes.iter_mut().enumerate() {
            let waited = before.as_ref().filter(|(id, _)| place == 0 && *id == node["node"]);
            let since = waited.and_then(|(_, since)| *since);
            let micros = at.zip(since).map_or(0, |(at, since)| at.micros_since(since).max(0));
            node["duration_ms"] = json!(micros / 1_000);
        }
        if let Some(last) = nodes.last().filter(|last| last["branch"].is_null()) {
            before = Some((last["node"].clone(), at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_that_waited_took_the_time_until_its_answer() {
        let mut decisions = vec![
            json!({"at": "2026-01-05T12:00:00Z", "nodes": [{"node": "a", "branch": "next"}, {"node": "m"}]}),
            json!({"at": "2026-01-05T12:00:03.250Z",
                "nodes": [{"node": "m", "branch": "digits.1"}, {"node": "m", "branch": "x"}, {"node": "d"}]}),
            json!({"at": "2026-01-05T12:00:33.250Z", "trigger": "update", "nodes": [{"node": "a"}]}),
            json!({"at": "2026-01-05T12:00:34Z", "nodes": []}),
        ];
        tell_durations(&mut decisions);
        let told = |decision: usize| -> Vec<i64> {
            let nodes = decisions[decision]["nodes"].as_array().unwrap();
            nodes.iter().map(|node| node["duration_ms"].as_i64().unwrap()).collect()
        };
        assert_eq!((told(0), told(1), told(2), told(3)), (vec![0, 0], vec![3_250, 0, 0], vec![0], vec![]));
    }
}
