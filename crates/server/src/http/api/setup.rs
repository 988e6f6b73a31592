//! `/v1/setup`: the first organization and its owner, while there is no user at all.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use axum::http::request::Parts;
use hookline_domain::access::{Email, Role, check_password};
use hookline_domain::ids::{OrgId, UserId};
use hookline_domain::phone::Country;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::auth;
use super::browser::Browser;
use super::change::{done, invalid_field, name, record, refresh, to_json, unstored};
use super::me::{Me, signed_in};
use super::read;
use crate::app::App;
use crate::demo;
use crate::demo::calls::Stage;
use crate::http::answer;
use crate::http::openapi::{Conflict, EnterRefusals};
use crate::keys::Key;
use crate::problem::Problem;
use crate::settings;
use crate::storage::audit::{Actor, Entry};
use crate::storage::organizations::{self, NewOrganization};
use crate::storage::users::{self, User};
use crate::storage::{Result as Stored, Tx};

#[derive(Serialize, ToSchema)]
pub struct SetupState {
    /// Whether there is no user yet.
    needed: bool,
    /// Whether who asks is signed in: a page that knows need not be refused.
    signed_in: bool,
    /// The OpenID Connect provider by which people can sign in as well, at GET /v1/sign-in/oidc.
    oidc: Option<SetupOidc>,
}

#[derive(Serialize, ToSchema)]
pub struct SetupOidc {
    /// For the button on the sign-in page.
    name: String,
}

#[utoipa::path(
    get,
    path = "/v1/setup",
    tag = "Access",
    operation_id = "get_setup",
    summary = "Whether the server waits for its first organization and owner, and what a sign-in page shows",
    responses((status = 200, description = "Where the server stands", body = SetupState), EnterRefusals),
    security(())
)]
pub async fn get(State(app): State<Arc<App>>, parts: Parts) -> Response<Body> {
    match users::any(&app.db).await {
        Ok(any) => {
            let signed_in = auth::is_known(&parts, &app).await;
            let oidc = app.oidc.as_ref().map(|_| SetupOidc { name: app.config.oidc.oidc_name.clone() });
            answer::json(200, to_json(&SetupState { needed: !any, signed_in, oidc }))
        }
        Err(error) => answer::unavailable(&app, &error),
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrg {
    pub name: String,
    /// Where national phone numbers are from: two letters of ISO 3166; US if it is left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "US")]
    pub country: Country,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOwner {
    name: String,
    #[schema(value_type = String, format = Email)]
    email: Email,
    /// 10 to 200 characters.
    password: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    organization: NewOrg,
    owner: NewOwner,
}

#[utoipa::path(
    post,
    path = "/v1/setup",
    tag = "Access",
    operation_id = "set_up",
    summary = "Make the first organization and its owner, who is signed in",
    request_body = Setup,
    responses((status = 200, description = "As of GET /v1/me, with the cookie", body = Me), EnterRefusals, Conflict),
    security(())
)]
pub async fn set_up(State(app): State<Arc<App>>, browser: Browser, body: Body) -> Response<Body> {
    let made = try_set_up(&app, &browser, body).await;
    done(&app, made)
}

async fn try_set_up(app: &App, browser: &Browser, body: Body) -> Result<Response<Body>, Problem> {
    let sent: Setup = read::json(body).await?;
    let owner = sent.owner;
    check_password(&owner.password).map_err(|weak| invalid_field(format!("`owner.password` {weak}.")))?;
    let (org, at) = (OrgId(app.clock.new_id()), app.clock.now());
    let (org_name, country) = (name(&sent.organization.name)?, sent.organization.country);
    let mut user = User {
        id: UserId(app.clock.new_id()),
        email: owner.email.as_str().to_owned(),
        name: name(&owner.name)?.to_owned(),
        password_hash: None,
    };
    // Before the password is hashed: whoever calls this for nothing shall cost nothing.
    if users::any(&app.db).await.map_err(|error| unstored(&error))? {
        return Err(already_set_up());
    }
    user.password_hash = Some(app.passwords.hash(owner.password).await);
    let mut tx = begin(app).await?;
    let made = async {
        organizations::create(&mut tx, &NewOrganization { id: org, name: org_name, country, at }).await?;
        enter(app, browser, &mut tx, org, &user).await
    };
    let token = made.await.map_err(|error| unstored(&error))?;
    tx.commit().await.map_err(|error| unstored(&error))?;
    refresh(app).await?;
    signed_in(app, &token).await
}

#[utoipa::path(
    post,
    path = "/v1/setup/demo",
    tag = "Access",
    operation_id = "set_up_demo",
    summary = "Make a demo organization with calls and an owner, who is signed in",
    description = "As `hookline seed` makes it. The owner has no password: set one with PATCH /v1/me, or get back in with `hookline user link`.",
    responses((status = 200, description = "As of GET /v1/me, with the cookie", body = Me), EnterRefusals, Conflict),
    security(())
)]
pub async fn set_up_demo(State(app): State<Arc<App>>, browser: Browser) -> Response<Body> {
    let made = try_demo(&app, &browser).await;
    done(&app, made)
}

async fn try_demo(app: &App, browser: &Browser) -> Result<Response<Body>, Problem> {
    let user = demo::owner(UserId(app.clock.new_id()));
    let mut tx = begin(app).await?;
    let made = async {
        let (org, _) = demo::create(&mut tx, &app.clock).await?;
        Ok((org, enter(app, browser, &mut tx, org, &user).await?))
    };
    let (org, token) = made.await.map_err(|error| unstored(&error))?;
    tx.commit().await.map_err(|error| unstored(&error))?;
    let filled = async {
        demo::set_up(&app.db, &app.clock, org).await?;
        app.settings.refresh().await?;
        let App { settings, committer, clock, traffic, .. } = app;
        demo::calls::play(&Stage { settings, committer, clock, traffic }, org).await
    };
    filled.await.map_err(|error| unstored(&error))?;
    signed_in(app, &token).await
}

/// A transaction in which there is no user, and beside which nobody makes one.
async fn begin(app: &App) -> Result<Tx, Problem> {
    let begun = async {
        let mut tx = app.db.begin().await?;
        settings::next_version(&mut tx).await?;
        let any = users::any_in(&mut tx).await?;
        Ok((tx, any))
    };
    match begun.await {
        Ok((tx, false)) => Ok(tx),
        Ok((_, true)) => Err(already_set_up()),
        Err(error) => Err(unstored(&error)),
    }
}

/// Makes the user an owner of the new organization, and signs them in.
async fn enter(app: &App, browser: &Browser, tx: &mut Tx, org: OrgId, user: &User) -> Stored<Key> {
    let at = app.clock.now();
    users::create(tx, user, at).await?;
    users::add_member(tx, org, user.id, Role::Owner, at).await?;
    let by = Actor::User { id: user.id, name: user.name.clone() };
    let owner = json!({ "name": user.name, "email": user.email, "role": Role::Owner });
    record(app, tx, org, &by, &Entry::created("organization", org.0, &json!({ "id": org }))).await?;
    record(app, tx, org, &by, &Entry::created("user", user.id.0, &owner)).await?;
    browser.sign_in(app, tx, user.id).await
}

fn already_set_up() -> Problem {
    Problem::new(
        409,
        "already_set_up",
        "This server has users. Sign in, or ask whoever runs it for `hookline user link EMAIL`.",
    )
}
