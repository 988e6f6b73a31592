//! `POST /v1/flows/{id}/test`: runs a call that is made up through a flow. Nothing is written, and no other system asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::flow::{DialOutcome, HttpAnswer, HttpFailure, ScriptFailure};
use hookline_domain::ids::{CampaignId, FlowId, TargetId};
use hookline_domain::routing::Counters;
use hookline_domain::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::find;
use super::versions::graph;
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::calls::next::NextOutcome;
use crate::http::api::calls::view;
use crate::http::api::change::{current, done, invalid_field, to_json};
use crate::http::api::made_up::{self, MadeUp};
use crate::http::api::read::{self, PathId};
use crate::http::openapi::{Conflict, NotFound, Refusals, TestedFlowDocument};
use crate::intake::effect::{Rehearsal, Rehearsed};
use crate::intake::work::News;
use crate::problem::Problem;
use crate::routing::Routed;
use crate::settings::PublishedFlow;

const INPUTS_MAX: usize = 200;

/// A call that is made up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FlowTest {
    #[schema(example = "+13105559876")]
    caller: String,
    #[serde(default)]
    dialed: String,
    #[schema(value_type = Option<uuid::Uuid>)]
    campaign_id: Option<CampaignId>,
    /// By name.
    #[serde(default)]
    tags: BTreeMap<String, String>,
    /// When the call is; now, if it is left out.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
    /// Of the flow; the draft, if it is left out.
    version: Option<u32>,
    /// What becomes of each thing that the call waits for, in order.
    #[serde(default)]
    inputs: Vec<TestInput>,
    /// For weights: the same number goes the same ways.
    #[serde(default)]
    chance: u64,
}

#[derive(Deserialize, ToSchema, Clone)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = FlowTestInput)]
pub enum TestInput {
    /// What became of a dial, a hold or a menu.
    Outcome(NextOutcome),
    /// The one of several targets that ring which answered.
    #[schema(value_type = uuid::Uuid)]
    Connected(TargetId),
    /// Keys that the caller pressed.
    Digits(String),
    /// What the server of an `http_request` answered.
    Http(TestAnswer),
    /// Or why it did not: timeout, unreachable, address_not_allowed, too_large, unreadable.
    #[schema(value_type = String)]
    HttpFailure(HttpFailure),
    /// What a script returned.
    #[schema(value_type = serde_json::Value)]
    Script(Value),
    /// Or why it did not: timeout, memory, unavailable, or `{"threw":"message"}`.
    #[schema(value_type = serde_json::Value)]
    ScriptFailure(ScriptFailure),
    /// What a target's server said of it.
    Available(bool),
}

#[derive(Deserialize, ToSchema, Clone)]
#[serde(deny_unknown_fields)]
#[schema(as = FlowTestAnswer)]
pub struct TestAnswer {
    status: u16,
    #[serde(default)]
    #[schema(value_type = serde_json::Value)]
    body: Value,
}

#[utoipa::path(
    post,
    path = "/v1/flows/{id}/test",
    tag = "Routing",
    operation_id = "test_flow",
    summary = "Run a call that is made up through the draft or a version",
    description = "Nothing is written and no other system is asked: `inputs` say what is answered, and without one the run stops there. All targets have free places.",
    params(("id" = String, Path, description = "The flow's id")),
    request_body = FlowTest,
    responses((status = 200, description = "Where it went", body = TestedFlowDocument), Refusals, NotFound, Conflict),
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
    let sent: FlowTest = read::json(body).await?;
    let org = current(app, caller).await?;
    let row = find(app, caller, id).await?;
    let which = sent.version.map_or_else(|| "draft".to_owned(), |version| version.to_string());
    let flow = graph(app, caller, &row, &which).await?;
    let (id, version) = (FlowId(row.id), sent.version.unwrap_or(0));
    let flow = Arc::new(PublishedFlow { id, name: row.name, version, flow });
    let at = sent.at.unwrap_or_else(|| app.clock.now());
    let made_up =
        MadeUp { caller: &sent.caller, dialed: &sent.dialed, campaign: sent.campaign_id, publisher: None };
    let call = made_up.call(app, &org, at)?;
    let tags = made_up::tags(&sent.tags, at)?;
    if sent.inputs.len() > INPUTS_MAX {
        return Err(invalid_field(format!("`inputs` must have at most {INPUTS_MAX} items.")));
    }
    let routed = Routed::begin_flow(sent.chance, id, version);
    let counters = Counters::default();
    let rehearsal = Rehearsal { org, call, tags, at, routed, flow: Some(flow), counters };
    let mut inputs = sent.inputs.iter();
    let rehearsed = rehearsal.run(|_| inputs.next().cloned().map(news));
    let unused = inputs.len();
    if let Some(what) = rehearsed.refused {
        let wrong = sent.inputs.len() - unused - 1;
        return Err(invalid_field(format!("`inputs[{wrong}]` is not what the call waits for: {what}.")));
    }
    Ok(answer::json(200, to_json(&shown(&rehearsed, unused))))
}

fn shown(rehearsed: &Rehearsed, unused: usize) -> Value {
    let decisions: Vec<Value> =
        rehearsed.decisions.iter().filter_map(|trace| serde_json::from_str(trace).ok()).collect();
    let nodes = decisions.iter().filter_map(|one| one["nodes"].as_array()).flatten();
    let mut path: Vec<&Value> = nodes.map(|node| &node["node"]).collect();
    // One that waited is there again with what came of it.
    path.dedup();
    json!({
        "path": path,
        "decisions": decisions,
        "tags": view::tags(&rehearsed.tags),
        "routing": view::routing(rehearsed.decision, &rehearsed.stand),
        "unused_inputs": unused,
    })
}

fn news(input: TestInput) -> News {
    match input {
        TestInput::Outcome(NextOutcome::Connected) => News::Dialed(DialOutcome::Connected, None),
        TestInput::Outcome(NextOutcome::NoAnswer) => News::Dialed(DialOutcome::NoAnswer, None),
        TestInput::Outcome(NextOutcome::Busy) => News::Dialed(DialOutcome::Busy, None),
        TestInput::Outcome(NextOutcome::Failed) => News::Dialed(DialOutcome::Failed, None),
        TestInput::Outcome(NextOutcome::NoInput) => News::NoInput,
        TestInput::Outcome(NextOutcome::HoldOver) => News::HoldOver,
        TestInput::Connected(target) => News::Dialed(DialOutcome::Connected, Some(target)),
        TestInput::Digits(digits) => News::Digits(digits),
        TestInput::Http(TestAnswer { status, body }) => News::Http(Ok(HttpAnswer { status, body })),
        TestInput::HttpFailure(failure) => News::Http(Err(failure)),
        TestInput::Script(value) => News::Script(Ok(value)),
        TestInput::ScriptFailure(failure) => News::Script(Err(failure)),
        TestInput::Available(available) => News::Available(available),
    }
}
