//! `POST`, `PATCH` and `DELETE` of routing plans: calls are routed by the change at once.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::ids::RoutingPlanId;
use hookline_domain::routing::RoutingPlan;

use super::{ROUTING_PLANS_MAX, find_to_change, parse, problem_list, unknown, view};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{
    Change, check_room, done, invalid_document, invalid_field, to_json, unstored,
};
use crate::http::api::definition;
use crate::http::api::members::Members;
use crate::http::api::read::PathId;
use crate::http::api::used_by;
use crate::http::openapi::{
    Conflict, Deleted, NotFound, Refusals, RoutingPlanDocument, RoutingPlanFieldsDocument,
    RoutingPlanPatchDocument,
};
use crate::problem::Problem;
use crate::settings::Org;
use crate::storage::audit::Entry;
use crate::storage::definitions::{self, DefinitionRow, Kind};

#[utoipa::path(
    post,
    path = "/v1/routing-plans",
    tag = "Routing",
    operation_id = "create_routing_plan",
    summary = "Make a routing plan",
    request_body = RoutingPlanFieldsDocument,
    responses((status = 201, description = "The new plan", body = RoutingPlanDocument), Refusals, Conflict),
    security(("api_key" = []))
)]
pub async fn create(State(app): State<Arc<App>>, caller: ApiCaller, body: Body) -> Response<Body> {
    let created = try_create(&app, &caller, body).await;
    done(&app, created)
}

async fn try_create(app: &App, caller: &ApiCaller, body: Body) -> Result<Response<Body>, Problem> {
    let sent = without_draft(definition::sent(body).await?)?.to_raw();
    let plan = parse(RoutingPlanId(app.clock.new_id()), &sent)?;
    let row = definition::row(plan.id.0, &plan.name, &plan, app.clock.now());
    let mut change = Change::begin(app, caller).await?;
    check_known(&plan, &change.org)?;
    let org = change.org.id;
    let count = definitions::count(&mut change.tx, org, Kind::RoutingPlan).await;
    check_room(count.map_err(|error| unstored(&error))?, ROUTING_PLANS_MAX, "routing plans")?;
    let stored = definitions::create(&mut change.tx, org, Kind::RoutingPlan, &row, change.revision).await;
    stored.map_err(|error| unstored(&error))?;
    let view = view(&row);
    change.commit(Entry::created("routing_plan", row.id, &view)).await?;
    Ok(answer::json(201, to_json(&view)))
}

#[utoipa::path(
    patch,
    path = "/v1/routing-plans/{id}",
    tag = "Routing",
    operation_id = "update_routing_plan",
    summary = "Change a plan at once, without its draft; what is not named stays",
    params(("id" = String, Path, description = "Its id")),
    request_body = RoutingPlanPatchDocument,
    responses((status = 200, description = "The plan as it is now", body = RoutingPlanDocument), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn update(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    PathId(id): PathId,
    body: Body,
) -> Response<Body> {
    let updated = try_update(&app, &caller, &id, body).await;
    done(&app, updated)
}

async fn try_update(app: &App, caller: &ApiCaller, id: &str, body: Body) -> Result<Response<Body>, Problem> {
    let sent = without_draft(definition::sent(body).await?)?;
    let mut change = Change::begin(app, caller).await?;
    let old = find_to_change(&mut change, id).await?;
    let plan = parse(RoutingPlanId(old.id), &definition::merged(&old, sent))?;
    check_known(&plan, &change.org)?;
    let before = view(&old);
    let row = DefinitionRow {
        created_at: old.created_at,
        draft: old.draft,
        ..definition::row(old.id, &plan.name, &plan, app.clock.now())
    };
    let org = change.org.id;
    let stored = definitions::update(&mut change.tx, org, Kind::RoutingPlan, &row, change.revision).await;
    stored.map_err(|error| unstored(&error))?;
    let after = view(&row);
    change.commit(Entry::updated("routing_plan", row.id, &before, &after)).await?;
    Ok(answer::json(200, to_json(&after)))
}

/// A draft beside the fields would be taken for published, or lost.
fn without_draft(mut sent: Members) -> Result<Members, Problem> {
    match sent.remove("draft") {
        Some(draft) if draft.get() != "null" => {
            Err(invalid_field("`draft` is set with PUT /v1/routing-plans/{id}/draft. Leave it out here."))
        }
        _ => Ok(sent),
    }
}

fn check_known(plan: &RoutingPlan, org: &Org) -> Result<(), Problem> {
    let problems = unknown(plan, org);
    let Some(first) = problems.first() else { return Ok(()) };
    let mut problem = invalid_document(first);
    problem.details.push(("problems", problem_list(&problems)));
    Err(problem)
}

#[utoipa::path(
    delete,
    path = "/v1/routing-plans/{id}",
    tag = "Routing",
    operation_id = "delete_routing_plan",
    summary = "Delete a plan that no campaign, no other plan and no published flow uses",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is deleted", body = Deleted), Refusals, NotFound, Conflict),
    security(("api_key" = []))
)]
pub async fn delete(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let deleted = try_delete(&app, &caller, &id).await;
    done(&app, deleted)
}

async fn try_delete(app: &App, caller: &ApiCaller, id: &str) -> Result<Response<Body>, Problem> {
    let mut change = Change::begin(app, caller).await?;
    let row = find_to_change(&mut change, id).await?;
    let uses = used_by::plan(&change.org, RoutingPlanId(row.id));
    used_by::refuse_if_any("routing_plan_in_use", "routing plan", uses)?;
    let org = change.org.id;
    let deleted = definitions::delete(&mut change.tx, org, Kind::RoutingPlan, row.id).await;
    deleted.map_err(|error| unstored(&error))?;
    change.commit(Entry::deleted("routing_plan", row.id, &view(&row))).await?;
    Ok(answer::json(200, to_json(&Deleted::of(row.id))))
}
