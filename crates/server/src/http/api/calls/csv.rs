//! `GET /v1/calls.csv`: the same calls for a spreadsheet.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, Response, header};
use bytes::Bytes;
use futures_util::stream;
use hookline_domain::time::Timestamp;

use super::{list, view};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::openapi::{CallQuery, Refusals};
use crate::intake::effect::LoadedCall;
use crate::settings::Org;
use crate::storage::calls::{self, CallFilter};

/// Calls read at once.
const PAGE: u32 = 1_000;
/// What `limit` may ask for; without it, all calls come.
const LIMIT_MAX: u32 = 1_000_000;

const HEADER: [&str; 22] = [
    "call_log_id",
    "external_id",
    "caller",
    "dialed",
    "target",
    "status",
    "started_at",
    "answered_at",
    "ended_at",
    "connected_seconds",
    "converted",
    "converted_at",
    "revenue_paid_out",
    "publisher_paid_out",
    "reason",
    "no_payout_reason",
    "state",
    "zip",
    "campaign_id",
    "campaign_name",
    "publisher_id",
    "publisher_name",
];

#[utoipa::path(
    get,
    path = "/v1/calls.csv",
    tag = "Calls",
    operation_id = "export_calls",
    summary = "The same calls as CSV",
    params(CallQuery),
    responses((status = 200, description = "One line a call, after a line of names", body = String, content_type = "text/csv"), Refusals),
    security(("api_key" = []))
)]
pub async fn csv(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    RawQuery(query): RawQuery,
) -> Response<Body> {
    let (filter, limit) = match list::filter(query.as_deref(), caller.org.country, LIMIT_MAX) {
        Ok((filter, limit)) => (filter, limit.unwrap_or(u32::MAX)),
        Err(problem) => return answer::refuse(&app, &problem),
    };
    // The first page is read before the answer begins, so that an error can still be one.
    let first = match calls::page(&app.db, caller.org.id, &filter, PAGE.min(limit)).await {
        Ok(first) => first,
        Err(error) => return answer::unavailable(&app, &error),
    };
    let org = caller.org;
    let pages = stream::try_unfold((Some(first), filter, limit), move |(page, filter, left)| {
        let (app, org) = (app.clone(), org.clone());
        async move {
            let Some(page) = page else { return Ok::<_, crate::storage::StorageError>(None) };
            let text = lines(&page.calls, &org, left == limit, app.clock.now());
            let left = left.saturating_sub(u32::try_from(page.calls.len()).unwrap_or(u32::MAX));
            let next = match page.next {
                Some(last) if left > 0 => {
                    let filter = CallFilter { before: Some(last), ..filter };
                    (Some(calls::page(&app.db, org.id, &filter, PAGE.min(left)).await?), filter, left)
                }
                _ => (None, filter, left),
            };
            Ok(Some((Bytes::from(text), next)))
        }
    });
    let mut response = Response::new(Body::from_stream(pages));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers
        .insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"calls.csv\""));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn lines(page: &[LoadedCall], org: &Org, head: bool, now: Timestamp) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let written = (|| {
        if head {
            writer.write_record(HEADER)?;
        }
        for loaded in page {
            writer.write_record(cells(loaded, org, now))?;
        }
        writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
    })();
    written.expect("writing to memory does not fail")
}

fn cells(loaded: &LoadedCall, org: &Org, now: Timestamp) -> [String; 22] {
    let call = &loaded.call;
    let view = view::call(org, call, loaded.external_id.as_deref(), now);
    let text = |value: &Option<String>| value.as_deref().map(safe).unwrap_or_default();
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    [
        call.id.to_string(),
        text(&loaded.external_id),
        safe(&call.caller),
        safe(&call.dialed),
        text(&call.target),
        call.status.as_str().to_owned(),
        call.started_at.to_string(),
        time(call.answered_at),
        time(call.ended_at),
        call.connected_seconds(now).to_string(),
        call.converted.to_string(),
        time(call.converted_at),
        call.revenue_paid_out.map(|money| money.to_string()).unwrap_or_default(),
        call.publisher_paid_out.map(|money| money.to_string()).unwrap_or_default(),
        text(&call.reason),
        call.no_payout_reason.map(|reason| reason.as_str().to_owned()).unwrap_or_default(),
        text(&call.state),
        text(&call.zip),
        view.campaign_id.map(|id| id.to_string()).unwrap_or_default(),
        view.campaign_name.map(safe).unwrap_or_default(),
        view.publisher_id.map(|id| id.to_string()).unwrap_or_default(),
        view.publisher_name.map(safe).unwrap_or_default(),
    ]
}

/// Text that a spreadsheet would run as a formula gets an apostrophe; a phone number is none.
fn safe(text: &str) -> String {
    let number = text
        .strip_prefix('+')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()));
    if !number && text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn a_formula_is_text_and_a_number_stays_one() {
        assert_eq!(safe("+13105559876"), "+13105559876");
        assert_eq!(safe("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
        assert_eq!(safe("+cmd|x"), "'+cmd|x");
        assert_eq!(safe("sold"), "sold");
    }
}
