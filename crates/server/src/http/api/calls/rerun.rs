//! `POST /v1/calls/{id}/rerun`: where a past call would go by another plan or flow. Nothing is written, and no other
//! system asked.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::call::Call;
use hookline_domain::flow::{DialOutcome, Flow};
use hookline_domain::ids::{FlowId, RoutingPlanId, TargetId};
use hookline_domain::routing::{Counters, RoutingPlan, Target};
use hookline_domain::tags::{Tag, TagName, TagSet, TagSource};
use hookline_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{call_id, call_not_found, invalid, view};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{current, done, to_json, unstored};
use crate::http::api::read::{self, PathId};
use crate::http::api::{flows, routing_plans};
use crate::http::openapi::{Conflict, NotFound, Refusals, RerunDocument};
use crate::intake::effect::Rehearsal;
use crate::intake::work::News;
use crate::problem::Problem;
use crate::routing::{Instruction, Leads, Routed, Stand};
use crate::settings::{Org, PublishedFlow};
use crate::storage::calls::{self, WholeCall};
use crate::storage::{counters, routes};

/// One of `plan`, `plan_id`, `flow` and `flow_id`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rerun {
    /// A plan as `POST /v1/routing-plans` takes it.
    #[schema(value_type = Option<Object>)]
    plan: Option<Box<RawValue>>,
    #[schema(value_type = Option<uuid::Uuid>)]
    plan_id: Option<RoutingPlanId>,
    /// A flow as `POST /v1/flows` takes it for its draft.
    #[schema(value_type = Option<Object>)]
    flow: Option<Box<RawValue>>,
    #[schema(value_type = Option<uuid::Uuid>)]
    flow_id: Option<FlowId>,
    /// The draft of the plan or flow that is named; else what routes calls now.
    #[serde(default)]
    draft: bool,
    #[serde(default)]
    counters: RerunCounters,
}

/// What the places at the targets are taken to be.
#[derive(Deserialize, Serialize, Clone, Copy, PartialEq, Eq, Default, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RerunCounters {
    /// All are free; if it is left out.
    #[default]
    Free,
    /// As they are counted now: caps of this hour, day and month, and calls at a time.
    Now,
}

/// A decision as it was stored, as far as it matters here.
#[derive(Deserialize)]
struct Past {
    at: Timestamp,
    trigger: String,
    tags: Vec<PastTag>,
    result: Stand,
}

#[derive(Deserialize)]
struct PastTag {
    name: TagName,
    value: Option<String>,
    source: Option<TagSource>,
    at: Option<Timestamp>,
}

enum Against {
    Plan(RoutingPlan),
    Flow(Arc<PublishedFlow>),
}

#[utoipa::path(
    post,
    path = "/v1/calls/{id}/rerun",
    tag = "Calls",
    operation_id = "rerun_call",
    summary = "Where a past call would go by another plan or flow",
    description = "With the tags, the time and the chance that it had when it started, and free places at all targets, unless `counters` is `now`. Nothing is written and no other system is asked: what was answered to the call is answered again, and without an answer the run stops there.",
    params(("id" = String, Path, description = "Its id")),
    request_body = Rerun,
    responses((status = 200, description = "Where it went, and where it would go", body = RerunDocument), Refusals, NotFound, Conflict),
    security(("api_key" = []))
)]
pub async fn rerun(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    PathId(id): PathId,
    body: Body,
) -> Response<Body> {
    let ran = try_rerun(&app, &caller, &id, body).await;
    done(&app, ran)
}

async fn try_rerun(app: &App, caller: &ApiCaller, id: &str, body: Body) -> Result<Response<Body>, Problem> {
    let call = call_id(id)?;
    let sent: Rerun = read::json_within(body, read::GRAPH_BODY_BYTES_MAX).await?;
    let mut org = current(app, caller).await?;
    let failed = |error| unstored(&error);
    let whole = calls::whole(&app.db, org.id, call).await.map_err(failed)?;
    let whole = whole.ok_or_else(|| call_not_found(id))?;
    let old = routes::standing(&app.db, org.id, call).await.map_err(failed)?;
    let past: Vec<Past> = routes::decisions(&app.db, org.id, call)
        .await
        .map_err(failed)?
        .iter()
        .map(|decision| serde_json::from_str(decision.get()).map_err(|_| Problem::internal()))
        .collect::<Result<_, _>>()?;
    let (Some(old), Some(first)) = (old, past.first()) else { return Err(not_routed(id)) };
    let counted = sent.counters;
    let (routed, flow) = match against(app, caller, &org, sent).await? {
        Against::Plan(plan) => {
            let leads = Some(Leads::Plan(plan.id));
            let directory = org.directory.clone().with_plan(plan);
            org = Arc::new(Org { directory, ..(*org).clone() });
            (Routed::new(old.chance, leads, None), None)
        }
        Against::Flow(flow) => {
            let mut routed = Routed::begin_flow(old.chance, flow.id, flow.version);
            if let Some(asked) = &old.flow {
                routed.flow = routed.flow.map(|state| state.with_answers_of(asked));
            }
            (routed, Some(flow))
        }
    };
    let routed = Routed { availability: old.availability.clone(), ..routed };
    let (tags, at) = (tags_at_start(&whole, first), first.at);
    let counters = match counted {
        RerunCounters::Free => Counters::default(),
        RerunCounters::Now => {
            let targets: Vec<&Target> = org.directory.targets().map(Arc::as_ref).collect();
            let now = app.clock.now();
            counters::of_now(&app.db, org.id, &targets, now, at).await.map_err(failed)?
        }
    };
    let rehearsal = Rehearsal { org, call: as_it_began(&whole.call.call), tags, at, routed, flow, counters };
    let rehearsed = rehearsal.run(|routed| failed_before(&old, routed));
    // What updates let be decided again afterwards was decided by other tags.
    let until = past.iter().position(|one| matches!(one.trigger.as_str(), "update" | "attached"));
    let was = past[..until.unwrap_or(past.len())].last().map_or(&first.result, |last| &last.result);
    let stopped = stopped(&rehearsed.stand);
    let changed = stopped.is_none().then(|| end(was) != end(&rehearsed.stand));
    let decisions: Vec<Value> =
        rehearsed.decisions.iter().filter_map(|trace| serde_json::from_str(trace).ok()).collect();
    let shown = json!({
        "call_log_id": call,
        "at": at,
        "counters": counted,
        "changed": changed,
        "old": side(was),
        "new": side(&rehearsed.stand),
        "stopped": stopped,
        "decisions": decisions,
    });
    Ok(answer::json(200, to_json(&shown)))
}

async fn against(app: &App, caller: &ApiCaller, org: &Org, sent: Rerun) -> Result<Against, Problem> {
    match (sent.plan, sent.plan_id, sent.flow, sent.flow_id) {
        (Some(plan), None, None, None) => {
            Ok(Against::Plan(routing_plans::parse(RoutingPlanId(app.clock.new_id()), &plan)?))
        }
        (None, Some(id), None, None) if sent.draft => {
            Ok(Against::Plan(routing_plans::draft_of(app, org, id).await?))
        }
        (None, Some(id), None, None) => {
            let plan = org.directory.plan(id).cloned();
            plan.map(Against::Plan).ok_or_else(|| routing_plans::not_found(&id.to_string()))
        }
        (None, None, Some(flow), None) => {
            let flow = Flow::parse(flow.get()).map_err(|problems| {
                let first = problems.first().map(ToString::to_string).unwrap_or_default();
                flows::with_problems(invalid("flow", &format!("can't be read: {first}")), &problems)
            })?;
            let (id, name) = (FlowId(app.clock.new_id()), String::new());
            Ok(Against::Flow(Arc::new(PublishedFlow { id, name, version: 0, flow })))
        }
        (None, None, None, Some(id)) => {
            let row = flows::find(app, caller, &id.to_string()).await?;
            let which = match (sent.draft, row.version) {
                (true, _) => "draft".to_owned(),
                (false, Some(version)) => version.to_string(),
                (false, None) => return Err(invalid("draft", "must be true: the flow has no version yet")),
            };
            let flow = flows::versions::graph(app, caller, &row, &which).await?;
            // No version that is published: it stands for itself.
            Ok(Against::Flow(Arc::new(PublishedFlow { id, name: row.name, version: 0, flow })))
        }
        _ => {
            Err(invalid("plan", "must be there, or one of `plan_id`, `flow` and `flow_id`; send one of them"))
        }
    }
}

/// Those that it still has from then, and what the first decision read of others as it saw it. What the
/// flow set on the way is set anew.
fn tags_at_start(whole: &WholeCall, first: &Past) -> TagSet {
    let mut tags = TagSet::new();
    for (name, tag) in
        whole.tags.iter().filter(|(_, tag)| tag.at <= first.at && tag.source != TagSource::Flow)
    {
        tags.set(name, tag.clone());
    }
    for seen in &first.tags {
        if let (Some(value), Some(source), Some(at)) = (&seen.value, seen.source, seen.at)
            && source != TagSource::Flow
        {
            let tag = Tag { value: value.clone(), source, at, request: None, flagged: false };
            tags.overwrite(&seen.name, tag);
        }
    }
    tags
}

fn as_it_began(call: &Call) -> Call {
    Call {
        campaign: call.campaign,
        publisher: call.publisher,
        number: call.number,
        state: call.state.clone(),
        zip: call.zip.clone(),
        ..Call::ringing(call.id, call.org, call.caller.clone(), call.dialed.clone(), call.started_at)
    }
}

/// A target that the call was sent to in vain does not take it now either.
fn failed_before(old: &Routed, routed: &Routed) -> Option<News> {
    let failed = routed.dialing.iter().find(|dialing| old.attempted.contains(&dialing.target))?;
    Some(News::Dialed(DialOutcome::NoAnswer, Some(failed.target)))
}

/// What the run would have needed to go on.
fn stopped(stand: &Stand) -> Option<&'static str> {
    match stand {
        Stand::Asking(_) => Some("another system would be asked, and has not been asked this for the call"),
        Stand::Told(Instruction::Menu { .. }) => {
            Some("the caller would be asked, and has not answered this menu")
        }
        Stand::Told(Instruction::Hold { .. }) => Some("the caller would be held"),
        _ => None,
    }
}

/// What two results have to have in common to be the same.
fn end(stand: &Stand) -> (Vec<TargetId>, Option<&str>) {
    let code = match stand {
        Stand::Told(Instruction::Reject { code, .. }) => Some(code.as_str()),
        _ => None,
    };
    (targets(stand).into_iter().map(|(id, _)| id).collect(), code)
}

fn targets(stand: &Stand) -> Vec<(TargetId, &str)> {
    match stand {
        Stand::Told(Instruction::Dial { targets, .. }) => {
            targets.iter().map(|target| (target.id, target.name.as_str())).collect()
        }
        Stand::Told(Instruction::Redirect { target, name, .. }) => vec![(*target, name)],
        _ => Vec::new(),
    }
}

/// `target` is null if several ring at once: who answers is not known.
fn side(stand: &Stand) -> Value {
    let target = match targets(stand).as_slice() {
        [(id, name)] => Some(json!({"id": id, "name": name})),
        _ => None,
    };
    json!({"target": target, "routing": view::instruction(stand)})
}

fn not_routed(id: &str) -> Problem {
    let message = format!("The call {id} was not routed here, so there is nothing to compare with.");
    Problem::new(409, "not_routed", message)
}
