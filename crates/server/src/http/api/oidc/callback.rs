//! `GET /v1/sign-in/oidc/callback`: somebody comes back from the provider.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, Response};
use hookline_domain::ids::{OrgId, UserId};
use serde_json::json;

use super::{Failure, cookie, provider, redirect, set_cookie};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::cookie as sign_in_cookie;
use crate::http::api::browser::Browser;
use crate::http::api::change::{name, record};
use crate::http::openapi::{EnterRefusals, NotFound};
use crate::keys::Key;
use crate::oidc::{Attempt, Oidc, OidcError, ProviderError, Subject, TokenError, own_path};
use crate::storage::audit::{Actor, Entry};
use crate::storage::users::{self, User};
use crate::storage::{Result as Stored, StorageError, Tx, identities, organizations, sign_ins};

#[utoipa::path(
    get,
    path = "/v1/sign-in/oidc/callback",
    tag = "Access",
    operation_id = "finish_oidc",
    summary = "Where the provider leads the browser back to",
    description = "The redirect URI to be registered at the provider. What goes wrong leads to the sign-in page with `problem` and `request` in its address.",
    params(
        ("code" = Option<String>, Query, description = "The provider's"),
        ("state" = Option<String>, Query, description = "As it was sent to the provider"),
        ("error" = Option<String>, Query, description = "Why the provider lets nobody in"),
    ),
    responses((status = 302, description = "To the page that was wanted, with the cookie of a sign-in"), EnterRefusals, NotFound),
    security(())
)]
pub async fn callback(
    State(app): State<Arc<App>>,
    browser: Browser,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response<Body> {
    let oidc = match provider(&app) {
        Ok(oidc) => oidc,
        Err(problem) => return answer::refuse(&app, &problem),
    };
    let query = query.unwrap_or_default();
    let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let mut response = match come_back(&app, oidc, &browser, &headers, &query).await {
        Ok((to, token)) => {
            let mut response = redirect(&to);
            sign_in_cookie::set(&app, &mut response, &token);
            response
        }
        Err((failure, why)) => failure.land(&app, &why),
    };
    // It works once.
    set_cookie(&app, &mut response, "");
    response
}

type Failed = (Failure, String);

async fn come_back(
    app: &App,
    oidc: &Oidc,
    browser: &Browser,
    headers: &HeaderMap,
    query: &BTreeMap<String, String>,
) -> Result<(String, Key), Failed> {
    let stale = |why: &str| (Failure::Stale, why.to_owned());
    let attempt = cookie(headers).and_then(|sealed| oidc.attempt(sealed, app.clock.now()));
    let attempt = attempt.ok_or_else(|| stale("there is no cookie of an attempt, or it is too old"))?;
    if query.get("state") != Some(&attempt.state) {
        return Err(stale("the state is of another attempt"));
    }
    if browser.too_often(app, None).is_some() {
        return Err((Failure::TooOften, "too many attempts from one address".to_owned()));
    }
    let Some(code) = query.get("code").filter(|_| !query.contains_key("error")) else {
        return Err((Failure::Refused, "the provider came back without a code".to_owned()));
    };
    let subject = ask(app, oidc, &attempt, code).await?;
    let mut tx = app.db.begin().await.map_err(|error| unstored(&error))?;
    let user = find(app, oidc, &mut tx, &subject).await.map_err(|error| unstored(&error))??;
    let entered = async {
        let token = browser.sign_in(app, &mut tx, user).await?;
        tx.commit().await?;
        Ok(token)
    };
    let token = entered.await.map_err(|error| unstored(&error))?;
    let to = own_path(&attempt.to).unwrap_or("/").to_owned();
    Ok((to, token))
}

async fn ask(app: &App, oidc: &Oidc, attempt: &Attempt, code: &str) -> Result<Subject, Failed> {
    let found = oidc.finish(attempt, code, app.clock.now(), app.clock.since_boot()).await;
    found.map_err(|error| {
        let failure = match &error {
            OidcError::Provider(ProviderError::Status { status: 400..=499, .. }) => Failure::Refused,
            OidcError::Provider(_) => Failure::ProviderDown,
            OidcError::Token(TokenError::NoEmail | TokenError::Unverified) => Failure::EmailUnverified,
            OidcError::Token(_) => Failure::BadToken,
        };
        (failure, error.to_string())
    })
}

fn unstored(error: &StorageError) -> Failed {
    (Failure::Unavailable, error.to_string())
}

fn refused<T>(failure: Failure, why: &str) -> Result<T, Failed> {
    Err((failure, why.to_owned()))
}

/// Who this is here: by what the provider calls them, the first time by their email address.
async fn find(app: &App, oidc: &Oidc, tx: &mut Tx, subject: &Subject) -> Stored<Result<UserId, Failed>> {
    let known = identities::user(tx, oidc.issuer(), &subject.id).await?;
    let by_email = match known {
        Some(_) => None,
        None => users::find_by_email(tx, &subject.email).await?,
    };
    let Some(user) = known.or(by_email.as_ref().map(|user| user.id)) else {
        return create(app, oidc, tx, subject).await;
    };
    let memberships = users::memberships(tx, user).await?;
    if memberships.iter().all(|one| one.disabled) {
        return Ok(refused(Failure::NoAccess, "no organization lets the user in"));
    }
    let Some(user) = by_email else { return Ok(Ok(user)) };
    if identities::is_bound(tx, oidc.issuer(), user.id).await? {
        return Ok(refused(Failure::OtherPerson, "the user is bound to another subject of the provider"));
    }
    let mut orgs: Vec<OrgId> = memberships.iter().map(|one| one.org).collect();
    if let Some((org, role)) = app.config.oidc.new_user(&subject.email)
        && !orgs.contains(&org)
        && organizations::exists(tx, org).await?
    {
        users::add_member(tx, org, user.id, role, app.clock.now()).await?;
        orgs.push(org);
    }
    take_over(tx, user.id).await?;
    bind(app, oidc, tx, subject, &user, &orgs).await?;
    Ok(Ok(user.id))
}

/// Whoever made the user need not have been the person: only now is it known who that is. Passwords, links and sign-ins
/// from before could be somebody else's.
async fn take_over(tx: &mut Tx, user: UserId) -> Stored<()> {
    users::clear_password(tx, user).await?;
    sign_ins::end_link(tx, user).await?;
    sign_ins::end_others(tx, user, None).await
}

/// Someone new, if the operator wants users made of people with such an address.
async fn create(app: &App, oidc: &Oidc, tx: &mut Tx, subject: &Subject) -> Stored<Result<UserId, Failed>> {
    let Some((org, role)) = app.config.oidc.new_user(&subject.email) else {
        return Ok(refused(Failure::UnknownUser, "there is no user of the email address"));
    };
    if !organizations::exists(tx, org).await? {
        return Ok(refused(
            Failure::UnknownUser,
            "there is no organization of the id in HOOKLINE_OIDC_NEW_USERS_ORG",
        ));
    }
    let called = subject.name.as_deref().and_then(|text| name(text).ok());
    let user = User {
        id: UserId(app.clock.new_id()),
        email: subject.email.as_str().to_owned(),
        name: called.unwrap_or(subject.email.as_str()).to_owned(),
        password_hash: None,
    };
    let at = app.clock.now();
    users::create(tx, &user, at).await?;
    users::add_member(tx, org, user.id, role, at).await?;
    let by = Actor::User { id: user.id, name: user.name.clone() };
    let shown = json!({ "name": user.name, "email": user.email, "role": role });
    record(app, tx, org, &by, &Entry::created("user", user.id.0, &shown)).await?;
    bind(app, oidc, tx, subject, &user, &[org]).await?;
    Ok(Ok(user.id))
}

/// From now on the provider's word for this person is enough, whatever their email address becomes.
async fn bind(
    app: &App,
    oidc: &Oidc,
    tx: &mut Tx,
    subject: &Subject,
    user: &User,
    orgs: &[OrgId],
) -> Stored<()> {
    identities::bind(tx, oidc.issuer(), &subject.id, user.id, app.clock.now()).await?;
    let by = Actor::User { id: user.id, name: user.name.clone() };
    let shown = json!({ "issuer": oidc.issuer(), "subject": subject.id });
    for org in orgs {
        let entry = Entry::created("user", user.id.0, &shown).called("identity_bound");
        record(app, tx, *org, &by, &entry).await?;
    }
    Ok(())
}
