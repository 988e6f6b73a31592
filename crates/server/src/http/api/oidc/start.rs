//! `GET /v1/sign-in/oidc`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::Response;

use super::{Failure, provider, redirect, set_cookie};
use crate::app::App;
use crate::http::answer;
use crate::http::openapi::{EnterRefusals, NotFound};
use crate::oidc::own_path;

/// Where one goes who wanted nowhere else.
const FIRST_PAGE: &str = "/calls";

#[utoipa::path(
    get,
    path = "/v1/sign-in/oidc",
    tag = "Access",
    operation_id = "start_oidc",
    summary = "Lead a browser to the OpenID Connect provider",
    description = "What goes wrong leads to the sign-in page with `problem` and `request` in its address.",
    params(("to" = Option<String>, Query, description = "The page to go to afterwards: a path of this server. Anything else is taken for none.")),
    responses((status = 302, description = "To the provider, with a cookie for 10 minutes"), EnterRefusals, NotFound),
    security(())
)]
pub async fn start(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Response<Body> {
    let oidc = match provider(&app) {
        Ok(oidc) => oidc,
        Err(problem) => return answer::refuse(&app, &problem),
    };
    let query = query.unwrap_or_default();
    let to = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "to");
    let to = to.as_ref().and_then(|(_, to)| own_path(to)).unwrap_or(FIRST_PAGE);
    match oidc.start(to, app.clock.now(), app.clock.since_boot()).await {
        Ok((url, sealed)) => {
            let mut response = redirect(url.as_str());
            set_cookie(&app, &mut response, &sealed);
            response
        }
        Err(error) => Failure::ProviderDown.land(&app, &error),
    }
}
