//! `/v1/flows`: call flows, each with a draft and published versions.

pub mod change;
pub mod list;
pub mod publish;
pub mod test;
pub mod versions;

use hookline_domain::flow::{Capabilities, Flow, Known, Problem as FlowProblem};
use hookline_domain::ids::FlowId;
use hookline_domain::time::Timestamp;
use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::auth::ApiCaller;
use super::change::{Change, unstored};
use super::definition;
use crate::app::App;
use crate::problem::Problem;
use crate::settings::Org;
use crate::storage::flows::{self, FlowRow};

pub use change::{create, delete, update};
pub use list::{get, list};
pub use publish::{publish, validate};
pub use test::test;
pub use versions::{diff, version, versions};

/// Call flows of one organization.
const FLOWS_MAX: i64 = 200;

#[derive(Serialize)]
struct FlowView {
    id: Uuid,
    name: String,
    draft: Option<Box<RawValue>>,
    version: Option<i64>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

fn view(row: &FlowRow) -> FlowView {
    FlowView {
        id: row.id,
        name: row.name.clone(),
        draft: definition::raw(row.draft.as_deref()),
        version: row.version,
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
    }
}

/// The flow of this JSON with everything that is wrong with it, or only that if it can't be read.
fn checked(json: &str, org: &Org) -> (Option<Flow>, Vec<FlowProblem>) {
    let known = Known {
        target: &|id| org.directory.target(id).is_some(),
        plan: &|id| org.directory.plan(id).is_some(),
    };
    match Flow::parse(json) {
        Ok(flow) => {
            let problems = flow.validate(&known, Capabilities::ALL);
            (Some(flow), problems)
        }
        Err(problems) => (None, problems),
    }
}

/// A problem with the flow's own in `problems`.
pub fn with_problems(mut problem: Problem, problems: &[FlowProblem]) -> Problem {
    problem.details.push(("problems", json!(problems)));
    problem
}

pub async fn find(app: &App, caller: &ApiCaller, id: &str) -> Result<FlowRow, Problem> {
    let found = flows::find(&app.db, caller.org.id, flow_id(id)?).await;
    found.map_err(|error| unstored(&error))?.ok_or_else(|| not_found(id))
}

async fn find_to_change(change: &mut Change<'_>, id: &str) -> Result<FlowRow, Problem> {
    let org = change.org.id;
    let found = flows::find_to_change(&mut change.tx, org, flow_id(id)?).await;
    found.map_err(|error| unstored(&error))?.ok_or_else(|| not_found(id))
}

fn flow_id(id: &str) -> Result<FlowId, Problem> {
    id.parse().map_err(|_| not_found(id))
}

fn not_found(id: &str) -> Problem {
    Problem::not_found(
        "flow_not_found",
        format!("No flow of this organization has the id {id}. GET /v1/flows lists them."),
    )
}

pub fn no_draft() -> Problem {
    Problem::new(
        409,
        "no_draft",
        "This flow has no draft. Send one with PATCH /v1/flows/{id}; an old version's `flow` may be one.",
    )
}
