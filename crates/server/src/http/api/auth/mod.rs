//! Who asks, and for which organization: an API key in `Authorization: Bearer`, or a person by the cookie of a sign-in.
//! The argument that a handler takes says what was checked before it runs.

pub mod cookie;
mod identify;
pub mod least;
pub mod origin;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::Response;
use axum::http::request::Parts;
use hookline_domain::access::Role;
use hookline_domain::ids::{OrgId, RequestId};
use serde_json::json;

use self::least::Least;
use crate::app::App;
use crate::http::answer;
use crate::problem::Problem;
use crate::settings::Org;
use crate::storage::audit::Actor;
use crate::storage::sign_ins::Found;

pub use identify::{Who, is_known};

/// The header that chooses among a person's organizations; the query parameter is for links to downloads.
const ORGANIZATION_HEADER: &str = "hookline-organization";
pub const ORGANIZATION_PARAMETER: &str = "organization";

/// A caller of the API who may use this route, in the organization that was asked for. Every query takes its
/// organization from here.
pub struct ApiCaller {
    pub who: Who,
    pub org: Arc<Org>,
    pub role: Role,
}

impl ApiCaller {
    /// How timelines name it.
    pub fn actor(&self) -> String {
        self.by().text()
    }

    pub fn by(&self) -> Actor {
        self.who.by()
    }

    /// Whether it would be let in again: what takes long asks now and then.
    pub async fn is_still_in(&self, app: &App) -> bool {
        self.who.is_still_in(app, self.org.id).await
    }
}

/// Anyone who is known, in whatever organization.
pub struct Known(pub Who);

/// A person who is signed in.
pub struct Person(pub Found);

/// What refused a request, as an answer.
type Refused = Response<Body>;

fn refuse(app: &App, problem: &Problem) -> Refused {
    answer::problem(problem, RequestId(app.clock.new_id()))
}

impl FromRequestParts<Arc<App>> for ApiCaller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refused> {
        let who = identify::identify(parts, app).await?;
        let (org, role) = choose(parts, app, &who).await.map_err(|problem| refuse(app, &problem))?;
        // A route that the table forgot is an owner's.
        let needed = match least::of(&parts.method, parts.uri.path()) {
            Some(Least::Role(needed)) => needed,
            Some(Least::Nobody | Least::Known) | None => Role::Owner,
        };
        if role < needed {
            return Err(refuse(app, &role_too_low(role, needed)));
        }
        Ok(Self { who, org, role })
    }
}

impl FromRequestParts<Arc<App>> for Known {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refused> {
        identify::identify(parts, app).await.map(Self)
    }
}

impl FromRequestParts<Arc<App>> for Person {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refused> {
        match identify::identify(parts, app).await? {
            Who::Person { found, .. } => Ok(Self(found)),
            Who::Key { .. } => Err(refuse(
                app,
                &Problem::new(
                    403,
                    "people_only",
                    "This is about a person, and an API key is none. Sign in with POST /v1/sign-in and send its cookie.",
                ),
            )),
        }
    }
}

/// The organization that was asked for, or the only or first one, and the role there.
async fn choose(parts: &Parts, app: &App, who: &Who) -> Result<(Arc<Org>, Role), Problem> {
    let wanted = wanted(parts)?;
    let (org, role) = who.role_in(wanted).ok_or_else(|| {
        let named = wanted.map_or_else(String::new, |org| format!(" {org}"));
        Problem::new(
            403,
            "not_a_member",
            format!("You are no member of the organization{named}. GET /v1/me lists those that you are in."),
        )
    })?;
    for look_again in [true, false] {
        let settings = app.settings.current().map_err(|_| Problem::unavailable())?;
        if let Some(org) = settings.orgs.get(&org) {
            return Ok((org.clone(), role));
        }
        drop(settings);
        if look_again {
            // Made on another node a moment ago.
            app.settings.refresh().await.map_err(|_| Problem::unavailable())?;
        }
    }
    Err(Problem::unavailable())
}

fn wanted(parts: &Parts) -> Result<Option<OrgId>, Problem> {
    let header =
        parts.headers.get(ORGANIZATION_HEADER).map(|value| value.to_str().unwrap_or_default().to_owned());
    let named = header.or_else(|| {
        let query = parts.uri.query().unwrap_or_default();
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs.find(|(name, _)| name == ORGANIZATION_PARAMETER).map(|(_, value)| value.into_owned())
    });
    let read = named.map(|id| id.parse()).transpose();
    read.map_err(|_| {
        Problem::bad_request(
            "invalid_organization",
            "The header Hookline-Organization, or the parameter `organization`, must be an organization's id. GET /v1/me lists yours.",
        )
    })
}

fn role_too_low(role: Role, needed: Role) -> Problem {
    let mut problem = Problem::new(
        403,
        "role_too_low",
        format!(
            "This takes the role {needed}, and yours is {role}. Ask an owner of the organization for it."
        ),
    );
    problem.details = vec![("role", json!(role)), ("role_needed", json!(needed))];
    problem
}
