//! `GET /v1/users`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::UserView;
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{done, to_json, unstored};
use crate::http::openapi::Refusals;
use crate::storage::users;

#[derive(Serialize, ToSchema)]
pub struct Users {
    users: Vec<UserView>,
}

#[utoipa::path(
    get,
    path = "/v1/users",
    tag = "Access",
    operation_id = "list_users",
    summary = "The organization's members, by email address",
    responses((status = 200, description = "The members", body = Users), Refusals),
    security(("api_key" = []))
)]
pub async fn list(State(app): State<Arc<App>>, caller: ApiCaller) -> Response<Body> {
    let members = users::members(&app.db, caller.org.id).await;
    let listed = members.map_err(|error| unstored(&error)).map(|members| {
        let users = members.into_iter().map(UserView::from).collect();
        answer::json(200, to_json(&Users { users }))
    });
    done(&app, listed)
}
