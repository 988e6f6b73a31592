//! `GET /v1/calls`: calls, newest first, by page.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::Response;
use hookline_domain::call::CallStatus;
use hookline_domain::ids::CallId;
use hookline_domain::phone;
use hookline_domain::tags::TagName;
use serde::Serialize;

use super::view;
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::read;
use crate::http::openapi::{CallQuery, Refusals};
use crate::problem::Problem;
use crate::storage::calls::{self, CallFilter};

const PAGE_DEFAULT: u32 = 50;
const PAGE_MAX: u32 = 200;
const PARAMETERS: [&str; 10] = [
    "limit",
    "cursor",
    "status",
    "caller",
    "campaign_id",
    "publisher_id",
    "target",
    "converted",
    "from",
    "to",
];
/// Of a parameter that names a tag.
const TAG_PREFIX: &str = "tag.";

#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = CallPage)]
pub struct Page<'a> {
    calls: Vec<view::CallView<'a>>,
    /// Send it as `cursor` for the next page; null at the end.
    #[schema(value_type = Option<uuid::Uuid>)]
    next_cursor: Option<CallId>,
}

#[utoipa::path(
    get,
    path = "/v1/calls",
    tag = "Calls",
    operation_id = "list_calls",
    summary = "Calls, newest first, by page",
    params(CallQuery),
    responses((status = 200, description = "A page", body = Page), Refusals),
    security(("api_key" = []))
)]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    RawQuery(query): RawQuery,
) -> Response<Body> {
    let (filter, limit) = match filter(query.as_deref(), caller.org.country, PAGE_MAX) {
        Ok((filter, limit)) => (filter, limit.unwrap_or(PAGE_DEFAULT)),
        Err(problem) => return answer::refuse(&app, &problem),
    };
    match calls::page(&app.db, caller.org.id, &filter, limit).await {
        Err(error) => answer::unavailable(&app, &error),
        Ok(page) => {
            let (now, next_cursor) = (app.clock.now(), page.next);
            let calls = page
                .calls
                .iter()
                .map(|row| view::call(&caller.org, &row.call, row.external_id.as_deref(), now))
                .collect();
            answer::json(200, view::to_json(&Page { calls, next_cursor }))
        }
    }
}

/// The filter of a query, and how many calls it asks for, at most `limit_max`.
pub fn filter(
    query: Option<&str>,
    country: phone::Country,
    limit_max: u32,
) -> Result<(CallFilter, Option<u32>), Problem> {
    let given = read::query_with(query, &PARAMETERS, TAG_PREFIX)?;
    let expected = format!("a number from 1 to {limit_max}");
    let limit: Option<u32> = read::parameter(&given, "limit", &expected)?;
    if limit.is_some_and(|limit| !(1..=limit_max).contains(&limit)) {
        return Err(Problem::bad_request("invalid_parameter", format!("`limit` must be {expected}.")));
    }
    let status = match given.get("status").map(String::as_str) {
        None => None,
        Some("ringing") => Some(CallStatus::Ringing),
        Some("in_progress") => Some(CallStatus::InProgress),
        Some("completed") => Some(CallStatus::Completed),
        Some("failed") => Some(CallStatus::Failed),
        Some(_) => {
            return Err(Problem::bad_request(
                "invalid_parameter",
                "`status` must be ringing, in_progress, completed or failed.",
            ));
        }
    };
    let filter = CallFilter {
        before: read::parameter(&given, "cursor", "the next_cursor of a page")?,
        status,
        caller: given
            .get("caller")
            .map(|sent| phone::normalize(sent, country).unwrap_or_else(|| sent.clone())),
        campaign: read::parameter(&given, "campaign_id", "an id")?,
        publisher: read::parameter(&given, "publisher_id", "an id")?,
        target: given.get("target").cloned(),
        tags: tags(&given)?,
        converted: read::parameter(&given, "converted", "true or false")?,
        from: read::parameter(&given, "from", "an RFC 3339 time")?,
        to: read::parameter(&given, "to", "an RFC 3339 time")?,
    };
    Ok((filter, limit))
}

fn tags(given: &BTreeMap<String, String>) -> Result<Vec<(TagName, String)>, Problem> {
    let named = given.iter().filter_map(|(name, value)| Some((name.strip_prefix(TAG_PREFIX)?, value)));
    let read = |(name, value): (&str, &String)| {
        let message = || format!("`{TAG_PREFIX}{name}` names no tag: a name needs a letter or digit.");
        let name =
            TagName::normalize(name).ok_or_else(|| Problem::bad_request("invalid_parameter", message()))?;
        Ok((name, value.clone()))
    };
    named.map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<(CallFilter, Option<u32>), Problem> {
        filter(Some(query), phone::Country::US, PAGE_MAX)
    }

    #[test]
    fn a_query_narrows_the_list() {
        let (none, limit) = filter(None, phone::Country::US, PAGE_MAX).unwrap();
        assert_eq!((limit, none.status, none.caller), (None, None, None));
        // A `+` that nobody escaped is decoded to a space.
        for caller in ["%2B13105559876", "+13105559876", "(310)+555-9876"] {
            let (read, _) = read(&format!("caller={caller}")).unwrap();
            assert_eq!(read.caller.as_deref(), Some("+13105559876"), "{caller}");
        }
        let (whole, limit) =
            read("limit=200&status=in_progress&converted=true&from=2026-01-01T00:00:00Z&caller=anonymous")
                .unwrap();
        assert_eq!(
            (limit, whole.status, whole.converted, whole.caller.as_deref()),
            (Some(200), Some(CallStatus::InProgress), Some(true), Some("anonymous"))
        );
        assert!(whole.from.is_some() && whole.to.is_none());
    }

    #[test]
    fn a_wrong_parameter_is_named() {
        for (name, value) in [
            ("limit", "0"),
            ("limit", "201"),
            ("limit", "many"),
            ("cursor", "x"),
            ("status", "dead"),
            ("campaign_id", "x"),
            ("publisher_id", "x"),
            ("converted", "yes"),
            ("from", "today"),
            ("to", "today"),
            ("colour", "red"),
            ("tag.!", "red"),
        ] {
            let problem = read(&format!("{name}={value}")).unwrap_err();
            assert_eq!(problem.status, 400);
            assert!(problem.message.contains(&format!("`{name}`")), "{name}: {}", problem.message);
        }
    }
}
