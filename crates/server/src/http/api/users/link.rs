//! `POST /v1/users/{id}/link`: for a member who lost their password.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::ids::UserId;
use hookline_domain::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{find_to_change, memberships, owns_all, user_elsewhere};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{Change, done, to_json, unstored};
use crate::http::api::read::PathId;
use crate::http::openapi::{Conflict, NotFound, Refusals};
use crate::keys::{Key, KeyKind};
use crate::problem::Problem;
use crate::storage::audit::Entry;
use crate::storage::{Tx, identities, sign_ins};

/// How long the link of an invitation works.
pub const INVITATION_SECONDS: i64 = 7 * 86_400;
/// How long one works for which somebody has just asked.
pub const LINK_SECONDS: i64 = 86_400;

#[derive(Serialize, ToSchema)]
pub struct GivenLink {
    /// Works once, and ends those given before.
    pub link: String,
    #[schema(value_type = String, format = DateTime)]
    pub link_expires_at: Timestamp,
}

/// Where a person signs in by a link. The token is in the fragment, which browsers send to no server.
pub fn address(public_url: &str, token: &Key) -> String {
    format!("{public_url}/sign-in#link={}", token.reveal())
}

/// A link that sets the person's password.
pub async fn give(app: &App, tx: &mut Tx, user: UserId, seconds: i64) -> Result<GivenLink, Problem> {
    let (token, link_expires_at) = (Key::generate(KeyKind::Link), app.clock.now().plus_seconds(seconds));
    let put = sign_ins::put_link(tx, user, &token.hash(), true, link_expires_at).await;
    put.map_err(|error| unstored(&error))?;
    Ok(GivenLink { link: address(&app.config.public_url(), &token), link_expires_at })
}

#[utoipa::path(
    post,
    path = "/v1/users/{id}/link",
    tag = "Access",
    operation_id = "link_user",
    summary = "A link by which a member sets a new password",
    params(("id" = String, Path, description = "Their id")),
    responses((status = 200, description = "The link to hand on, shown only here", body = GivenLink), Refusals, NotFound, Conflict),
    security(("api_key" = []))
)]
pub async fn link(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let linked = try_link(&app, &caller, &id).await;
    done(&app, linked)
}

async fn try_link(app: &App, caller: &ApiCaller, id: &str) -> Result<Response<Body>, Problem> {
    let mut change = Change::begin(app, caller).await?;
    let (_, member) = find_to_change(&mut change, id).await?;
    if !owns_all(caller, &memberships(&mut change, member.id).await?) {
        return Err(user_elsewhere("give out a link for them"));
    }
    let bound = identities::is_bound_anywhere(&mut change.tx, member.id).await;
    if bound.map_err(|error| unstored(&error))? {
        return Err(Problem::new(
            409,
            "signs_in_by_provider",
            "They sign in by the OpenID Connect provider, and only they can give themselves a password (PATCH /v1/me). Whoever runs the server can make a link with `hookline user link EMAIL`.",
        ));
    }
    let given = give(app, &mut change.tx, member.id, LINK_SECONDS).await?;
    change.commit(Entry::done("link_made", "user", member.id.0)).await?;
    Ok(answer::json(200, to_json(&given)))
}
