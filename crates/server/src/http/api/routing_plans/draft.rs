//! The draft of a routing plan: kept beside it, tried against past calls, and made the plan.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::ids::RoutingPlanId;
use hookline_domain::routing::RoutingPlan;
use hookline_domain::time::Timestamp;
use serde_json::value::RawValue;

use super::{find_to_change, parse, problem_list, unknown, view};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{Change, done, to_json, unstored};
use crate::http::api::definition;
use crate::http::api::read::PathId;
use crate::http::openapi::{Conflict, NotFound, Refusals, RoutingPlanDocument, RoutingPlanFieldsDocument};
use crate::problem::Problem;
use crate::storage::audit::Entry;
use crate::storage::definitions::{self, DefinitionRow, Kind};

#[utoipa::path(
    put,
    path = "/v1/routing-plans/{id}/draft",
    tag = "Routing",
    operation_id = "put_routing_plan_draft",
    summary = "Keep a whole plan as the draft; no call is routed by it",
    params(("id" = String, Path, description = "The plan's id")),
    request_body = RoutingPlanFieldsDocument,
    responses((status = 200, description = "The plan with its draft; `problems` is what publishing would refuse", body = RoutingPlanDocument), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn put_draft(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    PathId(id): PathId,
    body: Body,
) -> Response<Body> {
    let put = try_put(&app, &caller, &id, body).await;
    done(&app, put)
}

async fn try_put(app: &App, caller: &ApiCaller, id: &str, body: Body) -> Result<Response<Body>, Problem> {
    let mut sent = definition::sent(body).await?;
    let mut change = Change::begin(app, caller).await?;
    let old = find_to_change(&mut change, id).await?;
    if sent.get("name").is_none() {
        sent.set("name", &old.name);
    }
    let draft = parse(RoutingPlanId(old.id), &sent.to_raw())?;
    let problems = problem_list(&unknown(&draft, &change.org));
    let row = with_draft(change, old, Some(definition::stored(&draft)), app.clock.now()).await?;
    let mut view = view(&row);
    view.set("problems", &problems);
    Ok(answer::json(200, to_json(&view)))
}

#[utoipa::path(
    delete,
    path = "/v1/routing-plans/{id}/draft",
    tag = "Routing",
    operation_id = "discard_routing_plan_draft",
    summary = "Throw the draft away, if there is one",
    params(("id" = String, Path, description = "The plan's id")),
    responses((status = 200, description = "The plan without a draft", body = RoutingPlanDocument), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn discard_draft(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    PathId(id): PathId,
) -> Response<Body> {
    let discarded = try_discard(&app, &caller, &id).await;
    done(&app, discarded)
}

async fn try_discard(app: &App, caller: &ApiCaller, id: &str) -> Result<Response<Body>, Problem> {
    let mut change = Change::begin(app, caller).await?;
    let old = find_to_change(&mut change, id).await?;
    let row = with_draft(change, old, None, app.clock.now()).await?;
    Ok(answer::json(200, to_json(&view(&row))))
}

/// Stores the draft and ends the change.
async fn with_draft(
    mut change: Change<'_>,
    old: DefinitionRow,
    draft: Option<String>,
    at: Timestamp,
) -> Result<DefinitionRow, Problem> {
    let (org, before) = (change.org.id, view(&old));
    let stored = definitions::set_plan_draft(&mut change.tx, org, old.id, draft.as_deref(), at).await;
    stored.map_err(|error| unstored(&error))?;
    let row = DefinitionRow { draft, updated_at: at.0, ..old };
    change.commit(Entry::updated("routing_plan", row.id, &before, &view(&row))).await?;
    Ok(row)
}

#[utoipa::path(
    post,
    path = "/v1/routing-plans/{id}/publish",
    tag = "Routing",
    operation_id = "publish_routing_plan",
    summary = "Make the draft the plan that calls are routed by",
    params(("id" = String, Path, description = "The plan's id")),
    responses((status = 200, description = "The plan as it is now", body = RoutingPlanDocument), Refusals, NotFound, Conflict),
    security(("api_key" = []))
)]
pub async fn publish(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let published = try_publish(&app, &caller, &id).await;
    done(&app, published)
}

async fn try_publish(app: &App, caller: &ApiCaller, id: &str) -> Result<Response<Body>, Problem> {
    let mut change = Change::begin(app, caller).await?;
    let old = find_to_change(&mut change, id).await?;
    let plan = publishable(&change, &old)?;
    let row = DefinitionRow {
        created_at: old.created_at,
        ..definition::row(old.id, &plan.name, &plan, app.clock.now())
    };
    let (org, at) = (change.org.id, Timestamp(row.updated_at));
    let stored = async {
        definitions::update(&mut change.tx, org, Kind::RoutingPlan, &row, change.revision).await?;
        definitions::set_plan_draft(&mut change.tx, org, row.id, None, at).await
    };
    stored.await.map_err(|error| unstored(&error))?;
    let after = view(&row);
    change.commit(Entry::updated("routing_plan", row.id, &view(&old), &after).called("published")).await?;
    Ok(answer::json(200, to_json(&after)))
}

fn publishable(change: &Change<'_>, row: &DefinitionRow) -> Result<RoutingPlan, Problem> {
    let Some(draft) = &row.draft else {
        return Err(Problem::new(
            409,
            "no_draft",
            "This routing plan has no draft to publish. Send one with PUT /v1/routing-plans/{id}/draft, or change the plan itself with PATCH.",
        ));
    };
    let raw: &RawValue = serde_json::from_str(draft).map_err(|_| Problem::internal())?;
    let plan = RoutingPlan::parse(RoutingPlanId(row.id), raw);
    let problems = match &plan {
        Ok(plan) => unknown(plan, &change.org),
        Err(problem) => vec![problem.clone()],
    };
    match (plan, problems.first()) {
        (Ok(plan), None) => Ok(plan),
        (_, first) => {
            let first = first.map(|problem| format!("`{}` {}", problem.path, problem.message));
            let mut problem = Problem::new(
                409,
                "draft_has_errors",
                format!("The draft can't be published: {}.", first.unwrap_or_default()),
            );
            problem.details.push(("problems", problem_list(&problems)));
            Err(problem)
        }
    }
}
