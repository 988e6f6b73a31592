//! `GET` and `PATCH /v1/organization`: the organization whose API key asks. New ones are made where the
//! server is run, by `hookline org create`: an API key belongs to one organization and reaches no other.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::ids::OrgId;
use hookline_domain::phone::Country;
use serde::{Deserialize, Serialize};

use super::auth::ApiCaller;
use super::change::{current, done, merged, name, refresh, to_json, unstored};
use super::read;
use crate::app::App;
use crate::http::answer;
use crate::problem::Problem;
use crate::settings::Org;
use crate::storage::organizations;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganizationFields {
    name: String,
    /// Where national phone numbers are from: two letters of ISO 3166.
    default_country: Country,
}

#[derive(Serialize)]
pub struct OrganizationView {
    id: OrgId,
    #[serde(flatten)]
    fields: OrganizationFields,
}

fn fields(org: &Org) -> OrganizationFields {
    OrganizationFields { name: org.name.clone(), default_country: org.country }
}

pub async fn get(State(app): State<Arc<App>>, caller: ApiCaller) -> Response<Body> {
    let shown = current(&app, &caller).await.map(|org| {
        let view = OrganizationView { id: org.id, fields: fields(&org) };
        answer::json(200, to_json(&view))
    });
    done(&app, shown)
}

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
