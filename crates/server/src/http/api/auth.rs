//! Who asks: an API key in `Authorization: Bearer`, and with it an organization.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Response, header};
use hookline_domain::ids::RequestId;

use crate::app::App;
use crate::http::answer;
use crate::http::inbound::{self, client_address};
use crate::keys::{KeyKind, lookup_hash};
use crate::problem::Problem;
use crate::settings::{ApiKey, Org};
use crate::telemetry::metric;

/// A caller of the API whose key was accepted. Every query takes its organization from here.
pub struct ApiCaller {
    pub key: ApiKey,
    pub org: Arc<Org>,
}

impl ApiCaller {
    /// How the timeline names it.
    pub fn actor(&self) -> String {
        format!("api_key:{}", self.key.id)
    }
}

impl FromRequestParts<Arc<App>> for ApiCaller {
    type Rejection = Response<Body>;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        let request = RequestId(app.clock.new_id());
        let settings =
            app.settings.current().map_err(|_| answer::problem(&Problem::unavailable(), request))?;
        let found = bearer(parts)
            .and_then(|key| lookup_hash(KeyKind::Api, key))
            .and_then(|hash| settings.api_keys.get(&hash))
            .and_then(|key| Some(Self { key: key.clone(), org: settings.orgs.get(&key.org)?.clone() }));
        found.ok_or_else(|| {
            metrics::counter!(metric::UNAUTHORIZED, "type" => "api").increment(1);
            let address = client_address(&parts.extensions, &parts.headers, &app.config.trusted_proxies);
            let state = app.refused_keys.count(address, app.board.steady.now());
            let problem = if state.admitted {
                Problem::new(401, "unauthorized", "The API key is missing or unknown. Send it as `Authorization: Bearer hla_…`; `hookline key create` makes one.")
            } else {
                Problem::new(429, "too_many_unauthorized", format!("This address sent too many requests without a valid key. Wait {} s and check the key.", state.reset_seconds))
            };
            let mut response = answer::problem(&problem, request);
            if !state.admitted {
                inbound::rate_headers(response.headers_mut(), &state, true);
            }
            response
        })
    }
}

fn bearer(parts: &Parts) -> Option<&str> {
    let (scheme, key) = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(key.trim())
}
