//! `GET /v1/sign-in/oidc` and `/v1/sign-in/oidc/callback`: signing in by an OpenID Connect provider. A browser walks
//! through both, so what goes wrong is told on the sign-in page.

pub mod callback;
pub mod start;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, header};
use hookline_domain::ids::RequestId;

use crate::app::App;
use crate::http::answer;
use crate::oidc::{ATTEMPT_SECONDS_MAX, Oidc};
use crate::problem::Problem;

pub use callback::callback;
pub use start::start;

const COOKIE: &str = "hookline_oidc";
const COOKIE_PATH: &str = "/v1/sign-in/oidc";

/// Why somebody is not in. The sign-in page has a sentence for each name; it takes no words from an address.
#[derive(Debug, Clone, Copy)]
enum Failure {
    /// The attempt is not this browser's, or too old.
    Stale,
    ProviderDown,
    /// The provider says no.
    Refused,
    BadToken,
    EmailUnverified,
    UnknownUser,
    NoAccess,
    /// The user of this email address is somebody else at the provider.
    OtherPerson,
    TooOften,
    Unavailable,
}

impl Failure {
    fn name(self) -> &'static str {
        match self {
            Self::Stale => "stale",
            Self::ProviderDown => "provider_down",
            Self::Refused => "refused",
            Self::BadToken => "bad_token",
            Self::EmailUnverified => "email_unverified",
            Self::UnknownUser => "unknown_user",
            Self::NoAccess => "no_access",
            Self::OtherPerson => "other_person",
            Self::TooOften => "too_often",
            Self::Unavailable => "unavailable",
        }
    }

    /// Back to the sign-in page. `why` is for the log, and has nothing that came from a token.
    fn land(self, app: &App, why: &dyn std::fmt::Display) -> Response<Body> {
        let request = RequestId(app.clock.new_id());
        tracing::warn!(request_id = %request, failure = self.name(), %why, "a sign-in by the provider failed");
        let mut response = redirect(&format!("/sign-in?problem={}&request={request}", self.name()));
        answer::with_request_id(&mut response, request);
        response
    }
}

fn provider(app: &App) -> Result<&Oidc, Problem> {
    app.oidc.as_ref().ok_or_else(|| {
        Problem::not_found(
            "oidc_not_configured",
            "This server has no OpenID Connect provider. Whoever runs it can name one by HOOKLINE_OIDC_ISSUER.",
        )
    })
}

fn redirect(to: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = axum::http::StatusCode::FOUND;
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, HeaderValue::from_str(to).expect("what is led to is ASCII"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// Lax: the browser brings it back from the provider's page, by a link and not by a form of another site.
fn set_cookie(app: &App, response: &mut Response<Body>, value: &str) {
    let secure = if app.config.public_url().starts_with("https:") { "; Secure" } else { "" };
    let seconds = if value.is_empty() { 0 } else { ATTEMPT_SECONDS_MAX };
    let cookie =
        format!("{COOKIE}={value}; Path={COOKIE_PATH}; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    let mut cookie = HeaderValue::from_str(&cookie).expect("base64 is ASCII");
    cookie.set_sensitive(true);
    response.headers_mut().append(header::SET_COOKIE, cookie);
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == COOKIE).then_some(value))
}
