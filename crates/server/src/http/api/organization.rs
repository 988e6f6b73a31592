//! `GET` and `PATCH /v1/organization`: the organization whose API key asks. New ones are made where the
//! server is run, by `hookline org create`: an API key belongs to one organization and reaches no other.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::ids::OrgId;
use hookline_domain::phone::Country;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::ApiCaller;
use super::change::{current, done, merged, name, refresh, to_json, unstored};
use super::read;
use crate::app::App;
use crate::http::answer;
use crate::http::openapi::Refusals;
use crate::problem::Problem;
use crate::settings::Org;
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
    summary = "The API key's own organization",
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
    let org = current(app, caller).await?;
    let mut fields = merged(&fields(&org), read::json(body).await?)?;
    fields.name = name(&fields.name)?.to_owned();
    let stored = async {
        let mut tx = app.db.begin().await?;
        organizations::update(&mut tx, org.id, &fields.name, fields.default_country).await?;
        tx.commit().await
    };
    stored.await.map_err(|error| unstored(&error))?;
    refresh(app).await?;
    Ok(answer::json(200, to_json(&OrganizationView { id: org.id, fields })))
}
