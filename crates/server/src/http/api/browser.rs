//! Whoever wants in: a browser, or a program that acts as one.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Response, header};
use hookline_domain::access::Email;
use hookline_domain::ids::{SignInId, UserId};

use super::auth::{cookie, origin};
use crate::app::App;
use crate::http::answer;
use crate::http::inbound::{self, client_address};
use crate::keys::{Key, KeyKind};
use crate::problem::Problem;
use crate::settings::KeyHash;
use crate::storage::sign_ins::{self, NewSignIn};
use crate::storage::{Result as Stored, Tx};

/// Characters that are kept of `User-Agent`.
const USER_AGENT_CHARS_MAX: usize = 300;

/// It has been checked that no other site's page asks.
pub struct Browser {
    pub address: IpAddr,
    pub user_agent: String,
    /// Of the cookie that it sent.
    pub token: Option<KeyHash>,
}

impl FromRequestParts<Arc<App>> for Browser {
    type Rejection = Response<Body>;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response<Body>> {
        origin::check_if_sent(&parts.headers, app).map_err(|problem| answer::refuse(app, &problem))?;
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(Self {
            address: client_address(&parts.extensions, &parts.headers, &app.config.trusted_proxies),
            user_agent: agent.unwrap_or_default().chars().take(USER_AGENT_CHARS_MAX).collect(),
            token: cookie::token(&parts.headers),
        })
    }
}

impl Browser {
    /// Counts an attempt with a password or a link; the answer if there were too many.
    pub fn too_often(&self, app: &App, email: Option<&Email>) -> Option<Response<Body>> {
        let state = app.sign_in_limits.count(self.address, email, app.board.steady.now());
        if state.admitted {
            return None;
        }
        let message = format!("There were too many attempts to sign in. Wait {} s.", state.reset_seconds);
        let mut response = answer::refuse(app, &Problem::new(429, "too_many_sign_ins", message));
        inbound::rate_headers(response.headers_mut(), &state, true);
        Some(response)
    }

    /// Signs a person in; the cookie's value.
    pub async fn sign_in(&self, app: &App, tx: &mut Tx, user: UserId) -> Stored<Key> {
        let (token, at) = (Key::generate(KeyKind::SignIn), app.clock.now());
        let new = NewSignIn {
            id: SignInId(app.clock.new_id()),
            token: token.hash(),
            user,
            at,
            expires_at: cookie::expires_at(at),
            user_agent: &self.user_agent,
            address: self.address.to_string(),
        };
        sign_ins::create(tx, &new).await?;
        Ok(token)
    }
}

/// The same for an unknown address, a wrong password, and someone who is in no organization any more.
pub fn wrong_credentials() -> Problem {
    Problem::new(
        401,
        "wrong_credentials",
        "The email address or the password is wrong. Try again, or ask an owner of your organization for a link.",
    )
}
