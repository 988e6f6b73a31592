//! `POST /v1/organizations`: another organization of a person.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::access::Role;
use hookline_domain::ids::OrgId;
use serde_json::json;

use super::auth::Person;
use super::change::{check_room, done, name, record, refresh, to_json, unstored};
use super::read;
use super::setup::NewOrg;
use crate::app::App;
use crate::http::answer;
use crate::http::openapi::{Conflict, NewOrganizationDocument, Refusals};
use crate::problem::Problem;
use crate::storage::audit::{Actor, Entry};
use crate::storage::organizations::{self, NewOrganization};
use crate::storage::sign_ins::Found;
use crate::storage::users;

/// Organizations that one person may be in when they make another.
const ORGANIZATIONS_MAX: i64 = 100;

#[utoipa::path(
    post,
    path = "/v1/organizations",
    tag = "Access",
    operation_id = "create_organization",
    summary = "Make another organization; whoever does is its owner",
    request_body = NewOrg,
    responses((status = 201, description = "The new organization", body = NewOrganizationDocument), Refusals, Conflict),
    security(("sign_in" = []))
)]
pub async fn create(State(app): State<Arc<App>>, Person(found): Person, body: Body) -> Response<Body> {
    let created = try_create(&app, &found, body).await;
    done(&app, created)
}

async fn try_create(app: &App, found: &Found, body: Body) -> Result<Response<Body>, Problem> {
    let sent: NewOrg = read::json(body).await?;
    let count = i64::try_from(found.memberships.len()).unwrap_or(i64::MAX);
    check_room(count, ORGANIZATIONS_MAX, "organizations of yours")?;
    let (id, at) = (OrgId(app.clock.new_id()), app.clock.now());
    let (name, country) = (name(&sent.name)?, sent.country);
    let view = json!({ "id": id, "name": name, "default_country": country, "role": Role::Owner });
    let stored = async {
        let mut tx = app.db.begin().await?;
        organizations::create(&mut tx, &NewOrganization { id, name, country, at }).await?;
        users::add_member(&mut tx, id, found.user, Role::Owner, at).await?;
        let by = Actor::User { id: found.user, name: found.name.clone() };
        record(app, &mut tx, id, &by, &Entry::created("organization", id.0, &view)).await?;
        tx.commit().await
    };
    stored.await.map_err(|error| unstored(&error))?;
    refresh(app).await?;
    Ok(answer::json(201, to_json(&view)))
}
