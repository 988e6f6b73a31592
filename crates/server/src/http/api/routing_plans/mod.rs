//! `/v1/routing-plans`: how calls are shared out among targets.

pub mod change;
pub mod draft;
pub mod list;
pub mod test;

use hookline_domain::document;
use hookline_domain::ids::RoutingPlanId;
use hookline_domain::routing::RoutingPlan;
use serde_json::json;
use serde_json::value::RawValue;

use super::change::{Change, invalid_document, unstored};
use super::definition;
use super::members::Members;
use crate::app::App;
use crate::problem::Problem;
use crate::settings::Org;
use crate::storage::definitions::{self, DefinitionRow, Kind};

pub use change::{create, delete, update};
pub use draft::{discard_draft, publish, put_draft};
pub use list::{get, list};
pub use test::test;

/// Routing plans of one organization.
const ROUTING_PLANS_MAX: i64 = 500;

pub fn parse(id: RoutingPlanId, raw: &RawValue) -> Result<RoutingPlan, Problem> {
    RoutingPlan::parse(id, raw).map_err(|problem| invalid_document(&problem))
}

/// Everything it names that the organization does not have.
fn unknown(plan: &RoutingPlan, org: &Org) -> Vec<document::Problem> {
    let mut problems = plan.unknown(&org.directory);
    for (at, exception) in plan.overrides.iter().enumerate() {
        if let Some(id) = exception.publisher.filter(|id| !org.publishers.contains_key(id)) {
            problems.push(document::Problem {
                path: format!("overrides[{at}].publisher"),
                message: format!("names the publisher {id}, which does not exist; choose another"),
            });
        }
    }
    problems
}

/// For programs: a list of fields, and what is wrong with each.
fn problem_list(problems: &[document::Problem]) -> serde_json::Value {
    problems.iter().map(|one| json!({ "field": one.path, "message": one.message })).collect()
}

fn view(row: &DefinitionRow) -> Members {
    let parse = |raw: &RawValue| RoutingPlan::parse(RoutingPlanId(row.id), raw).map(drop);
    let mut view = definition::view(row, definition::problem(row, parse));
    view.set("draft", &definition::raw(row.draft.as_deref()));
    view
}

async fn find_to_change(change: &mut Change<'_>, id: &str) -> Result<DefinitionRow, Problem> {
    let org = change.org.id;
    let found = definitions::find_to_change(&mut change.tx, org, Kind::RoutingPlan, plan_id(id)?.0).await;
    found.map_err(|error| unstored(&error))?.ok_or_else(|| not_found(id))
}

/// The plan that is kept beside the one that routes calls.
pub async fn draft_of(app: &App, org: &Org, id: RoutingPlanId) -> Result<RoutingPlan, Problem> {
    let found = definitions::find(&app.db, org.id, Kind::RoutingPlan, id.0).await;
    let row = found.map_err(|error| unstored(&error))?.ok_or_else(|| not_found(&id.to_string()))?;
    let draft = row.draft.ok_or_else(|| {
        Problem::new(
            409,
            "no_draft",
            "This routing plan has no draft. Send one with PUT /v1/routing-plans/{id}/draft, or leave `draft` out to use the plan itself.",
        )
    })?;
    let draft: &RawValue = serde_json::from_str(&draft).map_err(|_| Problem::internal())?;
    parse(id, draft)
}

pub fn plan_id(id: &str) -> Result<RoutingPlanId, Problem> {
    id.parse().map_err(|_| not_found(id))
}

pub fn not_found(id: &str) -> Problem {
    Problem::not_found(
        "routing_plan_not_found",
        format!("No routing plan of this organization has the id {id}. GET /v1/routing-plans lists them."),
    )
}
