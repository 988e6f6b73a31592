//! By which key or cookie a request is known.

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Method, Response, header};
use hookline_domain::access::Role;
use hookline_domain::ids::{OrgId, RequestId};
use hookline_domain::time::MICROS_PER_SECOND;

use super::{Refused, cookie, origin, refuse};
use crate::app::App;
use crate::http::answer;
use crate::http::inbound::{self, client_address};
use crate::keys::{KeyKind, lookup_hash};
use crate::problem::Problem;
use crate::settings::{ApiKey, KeyHash};
use crate::storage::audit::Actor;
use crate::storage::sign_ins::{self, Found};
use crate::telemetry::metric;

/// A sign-in that is used is written at most this often.
const TOUCH_MICROS: i64 = 3_600 * MICROS_PER_SECOND;

/// Who was known by what.
pub enum Who {
    Key { hash: KeyHash, key: ApiKey },
    Person { token: KeyHash, found: Found },
}

impl Who {
    pub fn by(&self) -> Actor {
        match self {
            Self::Key { key, .. } => Actor::ApiKey { id: key.id, name: key.name.clone() },
            Self::Person { found, .. } => Actor::User { id: found.user, name: found.name.clone() },
        }
    }

    /// What it may do in this organization, or in its first one.
    pub fn role_in(&self, wanted: Option<OrgId>) -> Option<(OrgId, Role)> {
        match self {
            Self::Key { key, .. } => {
                wanted.is_none_or(|wanted| wanted == key.org).then_some((key.org, key.role))
            }
            Self::Person { found, .. } => found
                .memberships
                .iter()
                .find(|one| wanted.is_none_or(|wanted| wanted == one.org))
                .map(|one| (one.org, one.role)),
        }
    }

    pub async fn is_still_in(&self, app: &App, org: OrgId) -> bool {
        match self {
            Self::Key { hash, .. } => {
                app.settings.current().is_ok_and(|settings| settings.api_keys.contains_key(hash))
            }
            Self::Person { token, .. } => {
                let found = sign_ins::find(&app.db, token, app.clock.now()).await;
                let found = found.inspect_err(|error| tracing::warn!(%error, "a sign-in could not be read"));
                found.is_ok_and(|found| found.is_some_and(|one| one.memberships.iter().any(|m| m.org == org)))
            }
        }
    }
}

/// A key in `Authorization` counts before any cookie.
pub async fn identify(parts: &Parts, app: &App) -> Result<Who, Refused> {
    if parts.headers.contains_key(header::AUTHORIZATION) {
        let known = by_key(parts, app).map_err(|problem| refuse(app, &problem))?;
        return known.ok_or_else(|| unknown(parts, app));
    }
    let Some(token) = cookie::token(&parts.headers) else { return Err(unknown(parts, app)) };
    if ![Method::GET, Method::HEAD].contains(&parts.method) {
        origin::check_cookie(parts, app).map_err(|problem| refuse(app, &problem))?;
    }
    by_cookie(token, app).await?.ok_or_else(|| unknown(parts, app))
}

/// Whether a request comes with a key or cookie that works. One without either is not counted as refused.
pub async fn is_known(parts: &Parts, app: &App) -> bool {
    let comes_with =
        parts.headers.contains_key(header::AUTHORIZATION) || cookie::token(&parts.headers).is_some();
    comes_with && identify(parts, app).await.is_ok()
}

fn by_key(parts: &Parts, app: &App) -> Result<Option<Who>, Problem> {
    let settings = app.settings.current().map_err(|_| Problem::unavailable())?;
    let hash = bearer(parts).and_then(|key| lookup_hash(KeyKind::Api, key));
    Ok(hash.and_then(|hash| Some(Who::Key { hash, key: settings.api_keys.get(&hash)?.clone() })))
}

fn bearer(parts: &Parts) -> Option<&str> {
    let (scheme, key) = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(key.trim())
}

async fn by_cookie(token: KeyHash, app: &App) -> Result<Option<Who>, Refused> {
    let now = app.clock.now();
    let read = async {
        let found = sign_ins::find(&app.db, &token, now).await?;
        if let Some(found) = &found
            && now.0 - found.last_used_at.0 > TOUCH_MICROS
        {
            sign_ins::touch(&app.db, found.id, now, cookie::expires_at(now)).await?;
        }
        Ok(found)
    };
    match read.await {
        Ok(found) => Ok(found.map(|found| Who::Person { token, found })),
        Err(error) => Err(answer::unavailable(app, &error)),
    }
}

fn unknown(parts: &Parts, app: &App) -> Response<Body> {
    metrics::counter!(metric::UNAUTHORIZED, "type" => "api").increment(1);
    let address = client_address(&parts.extensions, &parts.headers, &app.config.trusted_proxies);
    let state = app.refused_keys.count(address, app.board.steady.now());
    let problem = if state.admitted {
        Problem::new(
            401,
            "unauthorized",
            "The API key or sign-in is missing, unknown or ended. Send a key as `Authorization: Bearer hla_…` (`hookline key create` makes one), or sign in again.",
        )
    } else {
        Problem::new(
            429,
            "too_many_unauthorized",
            format!(
                "This address sent too many requests without a valid key. Wait {} s and check the key.",
                state.reset_seconds
            ),
        )
    };
    let mut response = answer::problem(&problem, RequestId(app.clock.new_id()));
    if !state.admitted {
        inbound::rate_headers(response.headers_mut(), &state, true);
    }
    response
}
