//! `/v1/users`: the members of an organization.

pub mod change;
pub mod create;
pub mod link;
pub mod list;

use hookline_domain::access::Role;
use hookline_domain::ids::UserId;
use hookline_domain::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::auth::{ApiCaller, Who};
use super::change::{Change, unstored};
use crate::http::openapi::RoleDocument;
use crate::problem::Problem;
use crate::storage::users::{self, Member, Membership};

pub use change::{remove, update};
pub use create::create;
pub use link::link;
pub use list::list;

#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = User)]
pub struct UserView {
    #[schema(value_type = uuid::Uuid)]
    id: UserId,
    email: String,
    name: String,
    #[schema(value_type = RoleDocument)]
    role: Role,
    /// Whether they are kept out of this organization.
    disabled: bool,
    /// False until they have used their link.
    has_password: bool,
    /// Since when they are a member.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<Member> for UserView {
    fn from(member: Member) -> Self {
        let Member { id, email, name, role, disabled, has_password, created_at } = member;
        Self { id, email, name, role, disabled, has_password, created_at }
    }
}

/// The members, of whom one is going to be changed, and that one.
async fn find_to_change(change: &mut Change<'_>, id: &str) -> Result<(Vec<Member>, Member), Problem> {
    let members = users::members_to_change(&mut change.tx, change.org.id).await;
    let members = members.map_err(|error| unstored(&error))?;
    let found = members.iter().find(|member| member.id.to_string() == id).cloned();
    found.map(|found| (members, found)).ok_or_else(|| not_found(id))
}

async fn memberships(change: &mut Change<'_>, user: UserId) -> Result<Vec<Membership>, Problem> {
    users::memberships(&mut change.tx, user).await.map_err(|error| unstored(&error))
}

/// Whether the caller owns every organization that this person is in. Who doesn't could get into the others by
/// a link, or act under the person's name there.
fn owns_all(caller: &ApiCaller, of: &[Membership]) -> bool {
    of.iter().all(|one| match &caller.who {
        Who::Key { key, .. } => key.org == one.org,
        Who::Person { found, .. } => {
            found.memberships.iter().any(|own| own.org == one.org && own.role == Role::Owner)
        }
    })
}

/// An organization without an owner could never have one again.
fn check_owner_left(members: &[Member], without: UserId) -> Result<(), Problem> {
    let is_owner = |member: &Member| member.role == Role::Owner && !member.disabled;
    let was = members.iter().any(|member| member.id == without && is_owner(member));
    if !was || members.iter().any(|member| member.id != without && is_owner(member)) {
        return Ok(());
    }
    Err(Problem::new(
        409,
        "last_owner",
        "This is the organization's last owner. Make somebody else an owner first, with PATCH /v1/users/{id}.",
    ))
}

fn user_elsewhere(what: &str) -> Problem {
    Problem::new(
        409,
        "user_elsewhere",
        format!(
            "This person is also in an organization that you don't own, so you can't {what}. They can do it themselves, or whoever runs the server can with `hookline user link`."
        ),
    )
}

fn not_found(id: &str) -> Problem {
    Problem::not_found(
        "user_not_found",
        format!("No user of this organization has the id {id}. GET /v1/users lists them."),
    )
}
