//! `GET /v1/sign-ins` and `DELETE /v1/sign-ins/{id}`: where one is signed in.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::ids::SignInId;
use hookline_domain::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::auth::{Person, cookie};
use super::change::{done, to_json, unstored};
use super::read::PathId;
use crate::app::App;
use crate::http::answer;
use crate::http::openapi::{Deleted, NotFound, Refusals};
use crate::problem::Problem;
use crate::storage::sign_ins::{self, Found};

#[derive(Serialize, ToSchema)]
#[schema(as = SignIn)]
pub struct SignInView {
    id: Uuid,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// To the hour.
    #[schema(value_type = String, format = DateTime)]
    last_used_at: Timestamp,
    /// What the browser said it is when it signed in.
    user_agent: String,
    /// From where it signed in.
    address: String,
    /// Whether it is the one that asks.
    current: bool,
}

#[derive(Serialize, ToSchema)]
pub struct SignIns {
    sign_ins: Vec<SignInView>,
}

#[utoipa::path(
    get,
    path = "/v1/sign-ins",
    tag = "Access",
    operation_id = "list_sign_ins",
    summary = "Where one is signed in, newest first",
    responses((status = 200, description = "One's own sign-ins", body = SignIns), Refusals),
    security(("sign_in" = []))
)]
pub async fn list(State(app): State<Arc<App>>, Person(found): Person) -> Response<Body> {
    let rows = sign_ins::list(&app.db, found.user, app.clock.now()).await;
    let listed = rows.map_err(|error| unstored(&error)).map(|rows| {
        let sign_ins = rows.into_iter().map(|row| SignInView {
            id: row.id,
            created_at: Timestamp(row.created_at),
            last_used_at: Timestamp(row.last_used_at),
            user_agent: row.user_agent,
            address: row.address,
            current: row.id == found.id.0,
        });
        answer::json(200, to_json(&SignIns { sign_ins: sign_ins.collect() }))
    });
    done(&app, listed)
}

#[utoipa::path(
    delete,
    path = "/v1/sign-ins/{id}",
    tag = "Access",
    operation_id = "end_sign_in",
    summary = "End one of one's own sign-ins",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is ended", body = Deleted), Refusals, NotFound),
    security(("sign_in" = []))
)]
pub async fn end(State(app): State<Arc<App>>, Person(found): Person, PathId(id): PathId) -> Response<Body> {
    let ended = try_end(&app, &found, &id).await;
    done(&app, ended)
}

async fn try_end(app: &App, found: &Found, id: &str) -> Result<Response<Body>, Problem> {
    let unknown = || {
        Problem::not_found(
            "sign_in_not_found",
            format!("You have no sign-in with the id {id}. GET /v1/sign-ins lists them."),
        )
    };
    let id: SignInId = id.parse().map_err(|_| unknown())?;
    if !sign_ins::end(&app.db, found.user, id).await.map_err(|error| unstored(&error))? {
        return Err(unknown());
    }
    let mut response = answer::json(200, to_json(&Deleted::of(id.0)));
    if id == found.id {
        cookie::clear(app, &mut response);
    }
    Ok(response)
}
