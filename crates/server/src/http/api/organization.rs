//! `GET` and `PATCH /v1/organization`: the organization that was asked for. An API key belongs to one and reaches no
//! other; people make new ones with `POST /v1/organizations`, and whoever runs the server with `hookline org create`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::ids::OrgId;
use hookline_domain::phone::Country;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::ApiCaller;
use super::change::{Change, current, done, merged, name, to_json, unstored};
use super::read;
use crate::app::App;
use crate::http::answer;
use crate::http::openapi::Refusals;
use crate::problem::Problem;
use crate::settings::Org;
use crate::storage::audit::Entry;
use crate::storage::organizations;

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganizationFields {
    name: String,
    /// Where national phone numbers are from: two letters of ISO 3166.
    #[schema(value_type = String, example = "US")]
    default_country: Country,
}

/// What is not named stays.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a PATCH is merged as JSON; this is its description")]
pub struct OrganizationPatch {
    name: Option<String>,
    #[schema(example = "US")]
    default_country: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Organization)]
pub struct OrganizationView {
    #[schema(value_type = uuid::Uuid)]
    id: OrgId,
    #[serde(flatten)]
    fields: OrganizationFields,
}

fn fields(org: &Org) -> OrganizationFields {
    OrganizationFields { name: org.name.clone(), default_country: org.country }
}

#[utoipa::path(
    get,
    path = "/v1/organization",
    tag = "Administration",
    operation_id = "get_organization",
    summary = "The organization that was asked for",
    responses((status = 200, description = "The organization", body = OrganizationView), Refusals),
    security(("api_key" = []))
)]
pub async fn get(State(app): State<Arc<App>>, caller: ApiCaller) -> Response<Body> {
    let shown = current(&app, &caller).await.map(|org| {
        let view = OrganizationView { id: org.id, fields: fields(&org) };
        answer::json(200, to_json(&view))
    });
    done(&app, shown)
}

#[utoipa::path(
    patch,
    path = "/v1/organization",
    tag = "Administration",
    operation_id = "update_organization",
    summary = "Change its name or default country",
    request_body = OrganizationPatch,
    responses((status = 200, description = "The organization as it is now", body = OrganizationView), Refusals),
    security(("api_key" = []))
)]
pub async fn update(State(app): State<Arc<App>>, caller: ApiCaller, body: Body) -> Response<Body> {
    let updated = try_update(&app, &caller, body).await;
    done(&app, updated)
}

async fn try_update(app: &App, caller: &ApiCaller, body: Body) -> Result<Response<Body>, Problem> {
    let sent = read::json(body).await?;
    let mut change = Change::begin(app, caller).await?;
    let before = OrganizationView { id: change.org.id, fields: fields(&change.org) };
    let mut fields = merged(&before.fields, sent)?;
    fields.name = name(&fields.name)?.to_owned();
    let stored = organizations::update(&mut change.tx, before.id, &fields.name, fields.default_country).await;
    stored.map_err(|error| unstored(&error))?;
    let view = OrganizationView { id: before.id, fields };
    change.commit(Entry::updated("organization", view.id.0, &before, &view)).await?;
    Ok(answer::json(200, to_json(&view)))
}
