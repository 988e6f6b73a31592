//! `POST /v1/routing-plans/{id}/test`: who would take this caller. Nothing is written, and no other system asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::ids::{CampaignId, PublisherId};
use hookline_domain::routing::{RoutingPlan, Target};
use hookline_domain::time::Timestamp;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::{draft_of, not_found, parse, plan_id};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::calls::view;
use crate::http::api::change::{current, done, to_json, unstored};
use crate::http::api::made_up::{self, MadeUp};
use crate::http::api::read::{self, PathId};
use crate::http::openapi::{Conflict, NotFound, Refusals, TestedPlanDocument};
use crate::intake::effect::Rehearsal;
use crate::problem::Problem;
use crate::routing::{Leads, Routed};
use crate::settings::Org;
use crate::storage::counters;

/// A call that is made up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanTest {
    #[schema(example = "+13105559876")]
    caller: String,
    #[schema(value_type = Option<uuid::Uuid>)]
    campaign_id: Option<CampaignId>,
    #[schema(value_type = Option<uuid::Uuid>)]
    publisher_id: Option<PublisherId>,
    /// By name.
    #[serde(default)]
    tags: BTreeMap<String, String>,
    /// When the call is; now, if it is left out.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
    /// For weights: the same number goes the same way.
    #[serde(default)]
    chance: u64,
    /// The plan's draft, or this one in place of it; else what routes calls now.
    #[serde(default)]
    draft: bool,
    #[schema(value_type = Option<Object>)]
    plan: Option<Box<RawValue>>,
}

#[utoipa::path(
    post,
    path = "/v1/routing-plans/{id}/test",
    tag = "Routing",
    operation_id = "test_routing_plan",
    summary = "Who would take this caller",
    description = "With the caps and the calls of its targets as they are now. Nothing is written and no other system is asked: where a target's availability would be asked, the run stops.",
    params(("id" = String, Path, description = "The plan's id")),
    request_body = PlanTest,
    responses((status = 200, description = "The decision, and what it comes to", body = TestedPlanDocument), Refusals, NotFound, Conflict),
    security(("api_key" = []))
)]
pub async fn test(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    PathId(id): PathId,
    body: Body,
) -> Response<Body> {
    let tested = try_test(&app, &caller, &id, body).await;
    done(&app, tested)
}

async fn try_test(app: &App, caller: &ApiCaller, id: &str, body: Body) -> Result<Response<Body>, Problem> {
    let sent: PlanTest = read::json_within(body, read::GRAPH_BODY_BYTES_MAX).await?;
    let mut org = current(app, caller).await?;
    let plan = tested_plan(app, &org, id, &sent).await?;
    let at = sent.at.unwrap_or_else(|| app.clock.now());
    let made_up =
        MadeUp { caller: &sent.caller, dialed: "", campaign: sent.campaign_id, publisher: sent.publisher_id };
    let (call, tags) = (made_up.call(app, &org, at)?, made_up::tags(&sent.tags, at)?);
    let targets: Vec<&Target> = org.directory.targets_of(&plan).collect();
    let counters = counters::read(&app.db, org.id, &targets, at).await.map_err(|error| unstored(&error))?;
    let routed = Routed::new(sent.chance, Some(Leads::Plan(plan.id)), None);
    let directory = org.directory.clone().with_plan(plan);
    org = Arc::new(Org { directory, ..(*org).clone() });
    let rehearsal = Rehearsal { org, call, tags, at, routed, flow: None, counters };
    let rehearsed = rehearsal.run(|_| None);
    let decision: Option<Box<RawValue>> =
        rehearsed.decisions.first().and_then(|trace| RawValue::from_string(trace.clone()).ok());
    let shown = json!({
        "at": at,
        "decision": decision,
        "routing": view::routing(rehearsed.decision, &rehearsed.stand),
    });
    Ok(answer::json(200, to_json(&shown)))
}

async fn tested_plan(app: &App, org: &Org, id: &str, sent: &PlanTest) -> Result<RoutingPlan, Problem> {
    let plan = plan_id(id)?;
    match &sent.plan {
        Some(raw) => parse(plan, raw),
        None if sent.draft => draft_of(app, org, plan).await,
        None => org.directory.plan(plan).cloned().ok_or_else(|| not_found(id)),
    }
}
