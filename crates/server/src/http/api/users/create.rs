//! `POST /v1/users`: lets a person into the organization. There is no mail: the owner hands on the link.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::access::{Email, Role};
use hookline_domain::ids::UserId;
use hookline_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::link::{GivenLink, INVITATION_SECONDS, give};
use super::{UserView, memberships, owns_all};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{Change, done, name, to_json, unstored};
use crate::http::api::read;
use crate::http::openapi::{Conflict, Refusals, RoleDocument};
use crate::problem::Problem;
use crate::storage::StorageError;
use crate::storage::audit::Entry;
use crate::storage::users::{self, User};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    #[schema(value_type = String, format = Email)]
    email: Email,
    /// Of a person who has signed in here before, in whatever organization, the name stays.
    name: String,
    #[schema(value_type = RoleDocument)]
    role: Role,
}

#[derive(Serialize, ToSchema)]
pub struct CreatedUser {
    user: UserView,
    /// Where they set their password, once. Null for a person who is in an organization that the caller doesn't own: they
    /// sign in as they ever did.
    link: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    link_expires_at: Option<Timestamp>,
}

#[utoipa::path(
    post,
    path = "/v1/users",
    tag = "Access",
    operation_id = "create_user",
    summary = "Let a person into the organization; the answer has a link for them",
    request_body = NewUser,
    responses((status = 201, description = "The member, and the link to hand on", body = CreatedUser), Refusals, Conflict),
    security(("api_key" = []))
)]
pub async fn create(State(app): State<Arc<App>>, caller: ApiCaller, body: Body) -> Response<Body> {
    let created = try_create(&app, &caller, body).await;
    done(&app, created)
}

async fn try_create(app: &App, caller: &ApiCaller, body: Body) -> Result<Response<Body>, Problem> {
    let new: NewUser = read::json(body).await?;
    let name = name(&new.name)?;
    let at = app.clock.now();
    let mut change = Change::begin(app, caller).await?;
    let org = change.org.id;
    let stored = async {
        let user = match users::find_by_email(&mut change.tx, &new.email).await? {
            Some(known) => known,
            None => {
                let (id, email) = (UserId(app.clock.new_id()), new.email.as_str().to_owned());
                let user = User { id, email, name: name.to_owned(), password_hash: None };
                users::create(&mut change.tx, &user, at).await?;
                user
            }
        };
        users::add_member(&mut change.tx, org, user.id, new.role, at).await?;
        Ok(user)
    };
    let user = stored.await.map_err(|error| refused(&error))?;
    let may_link = owns_all(caller, &memberships(&mut change, user.id).await?);
    let given = match may_link && user.password_hash.is_none() {
        true => Some(give(app, &mut change.tx, user.id, INVITATION_SECONDS).await?),
        false => None,
    };
    let view = UserView {
        id: user.id,
        has_password: user.password_hash.is_some(),
        email: user.email,
        name: user.name,
        role: new.role,
        disabled: false,
        created_at: at,
    };
    change.commit(Entry::created("user", view.id.0, &view)).await?;
    let (link, link_expires_at) =
        given.map_or((None, None), |GivenLink { link, link_expires_at }| (Some(link), Some(link_expires_at)));
    Ok(answer::json(201, to_json(&CreatedUser { user: view, link, link_expires_at })))
}

fn refused(error: &StorageError) -> Problem {
    match error {
        StorageError::Conflict => Problem::new(
            409,
            "already_a_member",
            "Someone with this email address is a member already. GET /v1/users lists them; PATCH /v1/users/{id} changes their role.",
        ),
        other => unstored(other),
    }
}
