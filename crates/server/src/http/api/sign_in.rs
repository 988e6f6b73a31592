//! `POST /v1/sign-in`, `/v1/sign-in/link` and `/v1/sign-out`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::access::{Email, check_password};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::auth::cookie;
use super::browser::{Browser, wrong_credentials};
use super::change::{done, invalid_field, record, to_json, unstored};
use super::me::{Me, signed_in};
use super::read;
use crate::app::App;
use crate::http::answer;
use crate::http::openapi::{EnterRefusals, ErrorDocument};
use crate::keys::{Key, KeyKind, lookup_hash};
use crate::problem::Problem;
use crate::settings::KeyHash;
use crate::storage::audit::{Actor, Entry};
use crate::storage::users::{self, User};
use crate::storage::{Result as Stored, StorageError, sign_ins};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    email: String,
    password: String,
}

#[utoipa::path(
    post,
    path = "/v1/sign-in",
    tag = "Access",
    operation_id = "sign_in",
    summary = "Sign in by email address and password",
    description = "The answer sets the cookie `hookline_sign_in`. 10 attempts a minute with one address of mail, 30 from one address of the network.",
    request_body = Credentials,
    responses((status = 200, description = "As of GET /v1/me, with the cookie", body = Me), (status = 401, description = "`wrong_credentials`: the address or the password is wrong.", body = ErrorDocument), EnterRefusals),
    security(())
)]
pub async fn sign_in(State(app): State<Arc<App>>, browser: Browser, body: Body) -> Response<Body> {
    let sent: Credentials = match read::json(body).await {
        Ok(sent) => sent,
        Err(problem) => return answer::refuse(&app, &problem),
    };
    let email: Option<Email> = sent.email.parse().ok();
    if let Some(refused) = browser.too_often(&app, email.as_ref()) {
        return refused;
    }
    let entered = try_sign_in(&app, &browser, email, sent.password).await;
    done(&app, entered)
}

async fn try_sign_in(
    app: &App,
    browser: &Browser,
    email: Option<Email>,
    password: String,
) -> Result<Response<Body>, Problem> {
    let user = match &email {
        Some(email) => users::find_to_sign_in(&app.db, email).await.map_err(|error| unstored(&error))?,
        None => None,
    };
    let hash = user.as_ref().and_then(|user| user.password_hash.clone());
    // Also without a user, and it takes as long.
    let right = app.passwords.is(hash, password).await;
    let user = user.filter(|_| right).ok_or_else(wrong_credentials)?;
    let entered = async {
        let mut tx = app.db.begin().await?;
        let token = browser.sign_in(app, &mut tx, user.id).await?;
        tx.commit().await?;
        Ok(token)
    };
    let token = entered.await.map_err(|error: StorageError| unstored(&error))?;
    signed_in(app, &token).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkUse {
    /// What stands after `#link=`.
    token: String,
    /// The person's new password, 10 to 200 characters; required unless the link only signs in.
    password: Option<String>,
}

#[utoipa::path(
    post,
    path = "/v1/sign-in/link",
    tag = "Access",
    operation_id = "sign_in_by_link",
    summary = "Sign in by a link that an owner or the command line has given out, once",
    description = "Without the password that it takes, the answer is 400 `password_required` with `email` and `name`, and the link still works.",
    request_body = LinkUse,
    responses((status = 200, description = "As of GET /v1/me, with the cookie", body = Me), (status = 401, description = "`wrong_link`: it was used, has ended, or never was.", body = ErrorDocument), EnterRefusals),
    security(())
)]
pub async fn link(State(app): State<Arc<App>>, browser: Browser, body: Body) -> Response<Body> {
    let sent: LinkUse = match read::json(body).await {
        Ok(sent) => sent,
        Err(problem) => return answer::refuse(&app, &problem),
    };
    if let Some(refused) = browser.too_often(&app, None) {
        return refused;
    }
    let entered = try_link(&app, &browser, sent).await;
    done(&app, entered)
}

async fn try_link(app: &App, browser: &Browser, sent: LinkUse) -> Result<Response<Body>, Problem> {
    let token = lookup_hash(KeyKind::Link, &sent.token).ok_or_else(wrong_link)?;
    let found = sign_ins::link(&app.db, &token, app.clock.now()).await.map_err(|error| unstored(&error))?;
    let (user, sets_password) = found.ok_or_else(wrong_link)?;
    if sets_password && sent.password.is_none() {
        let message = format!("This link sets the password of {}. Send `password` with it.", user.email);
        let mut problem = Problem::bad_request("password_required", message);
        problem.details = vec![("email", json!(user.email)), ("name", json!(user.name))];
        return Err(problem);
    }
    let hash = match sent.password {
        Some(password) => {
            check_password(&password).map_err(|weak| invalid_field(format!("`password` {weak}.")))?;
            Some(app.passwords.hash(password).await)
        }
        None => None,
    };
    let entered = enter_by_link(app, browser, &token, &user, hash.as_deref()).await;
    let cookie = entered.map_err(|error| unstored(&error))?.ok_or_else(wrong_link)?;
    signed_in(app, &cookie).await
}

/// `None` if another request has used the link meanwhile.
async fn enter_by_link(
    app: &App,
    browser: &Browser,
    link: &KeyHash,
    user: &User,
    hash: Option<&str>,
) -> Stored<Option<Key>> {
    let mut tx = app.db.begin().await?;
    if !sign_ins::use_link(&mut tx, link, app.clock.now()).await? {
        return Ok(None);
    }
    if let Some(hash) = hash {
        users::set_password(&mut tx, user.id, hash).await?;
        // Whoever knew the old one is out.
        sign_ins::end_others(&mut tx, user.id, None).await?;
        let by = Actor::User { id: user.id, name: user.name.clone() };
        for one in users::memberships(&mut tx, user.id).await? {
            record(app, &mut tx, one.org, &by, &Entry::done("password_set", "user", user.id.0)).await?;
        }
    }
    let cookie = browser.sign_in(app, &mut tx, user.id).await?;
    tx.commit().await?;
    Ok(Some(cookie))
}

fn wrong_link() -> Problem {
    Problem::new(
        401,
        "wrong_link",
        "This link was used, has ended, or was replaced by a newer one. Ask an owner of your organization for another.",
    )
}

#[derive(Serialize, ToSchema)]
pub struct SignedOut {
    success: bool,
}

#[utoipa::path(
    post,
    path = "/v1/sign-out",
    tag = "Access",
    operation_id = "sign_out",
    summary = "End this sign-in and forget its cookie; without one there is nothing to do",
    responses((status = 200, description = "Signed out", body = SignedOut), EnterRefusals),
    security(())
)]
pub async fn sign_out(State(app): State<Arc<App>>, browser: Browser) -> Response<Body> {
    if let Some(token) = browser.token
        && let Err(error) = sign_ins::end_by_token(&app.db, &token).await
    {
        return answer::unavailable(&app, &error);
    }
    let mut response = answer::json(200, to_json(&SignedOut { success: true }));
    cookie::clear(&app, &mut response);
    response
}
