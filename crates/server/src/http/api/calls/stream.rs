//! `GET /v1/stream` and `GET /v1/calls/{id}/stream`: what happens, as it happens (server-sent events).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, Response};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{StreamExt, stream};
use hookline_domain::ids::CallId;
use tokio::time::{Interval, MissedTickBehavior};

use super::{call_id, call_not_found};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::read::{self, PathId};
use crate::http::openapi::{NotFound, Refusals};
use crate::problem::Problem;
use crate::sessions::{Cursor, Event as TimelineEvent, Follower};
use crate::storage::{Result as Stored, calls};
use crate::telemetry::metric;

/// A line is sent at least this often, so that proxies keep the connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How often a stream looks whether its key or sign-in still works: it must end within 5 seconds of them.
const STILL_IN_EVERY: Duration = Duration::from_secs(2);

#[utoipa::path(
    get,
    path = "/v1/stream",
    tag = "Calls",
    operation_id = "stream_calls",
    summary = "Changes of every call, as server-sent events",
    params(("Last-Event-ID" = Option<String>, Header, description = "The last id seen: what came after it is sent first")),
    responses((status = 200, description = "Events named call.started, call.data, call.ringing, call.answered, call.updated, call.ended", body = String, content_type = "text/event-stream"), Refusals),
    security(("api_key" = []))
)]
pub async fn stream_all(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response<Body> {
    stream(app, caller, None, query, headers).await
}

#[utoipa::path(
    get,
    path = "/v1/calls/{id}/stream",
    tag = "Calls",
    operation_id = "stream_call",
    summary = "Changes of one call, as server-sent events",
    params(("id" = String, Path, description = "Its id"), ("Last-Event-ID" = Option<String>, Header, description = "The last id seen: what came after it is sent first")),
    responses((status = 200, description = "As of /v1/stream", body = String, content_type = "text/event-stream"), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn stream_call(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    PathId(id): PathId,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response<Body> {
    let call = match call_id(&id) {
        Ok(call) => call,
        Err(problem) => return answer::refuse(&app, &problem),
    };
    match calls::exists(&app.db, caller.org.id, call).await {
        Err(error) => answer::unavailable(&app, &error),
        Ok(false) => answer::refuse(&app, &call_not_found(&id)),
        Ok(true) => stream(app, caller, Some(call), query, headers).await,
    }
}

async fn stream(
    app: Arc<App>,
    caller: ApiCaller,
    call: Option<CallId>,
    query: Option<String>,
    headers: HeaderMap,
) -> Response<Body> {
    let from = match resume_from(query.as_deref(), &headers) {
        Err(problem) => return answer::refuse(&app, &problem),
        Ok(Some(cursor)) => cursor,
        Ok(None) => match app.tail.end().await {
            Ok(end) => end,
            Err(error) => return answer::unavailable(&app, &error),
        },
    };
    let follower = app.tail.follow(from, caller.org.id, call);
    let open = Open::count();
    let mut still_in = tokio::time::interval(STILL_IN_EVERY);
    still_in.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let following = Following { follower, app, caller, still_in, _open: open };
    let batches = stream::unfold(following, next_batch);
    // The head of the answer leaves with the first bytes: who listens knows at once that they do.
    let open = stream::once(async { Ok(Event::default().comment("open")) });
    Sse::new(open.chain(batches.flat_map(stream::iter)))
        .keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
        .into_response()
}

/// What an open stream holds on to.
struct Following {
    follower: Follower,
    app: Arc<App>,
    caller: ApiCaller,
    still_in: Interval,
    _open: Open,
}

impl Following {
    /// The next events; `None` once the server stops or the caller may listen no more.
    async fn next(&mut self) -> Option<Stored<Vec<TimelineEvent>>> {
        let next = self.follower.next();
        tokio::pin!(next);
        loop {
            tokio::select! {
                events = &mut next => return Some(events),
                () = self.app.draining.closing() => return None,
                _ = self.still_in.tick() => {
                    if !self.caller.is_still_in(&self.app).await {
                        return None;
                    }
                }
            }
        }
    }
}

/// The next events; the stream ends with the server, or when the database can't be read, and the
/// client comes back with the last id it saw.
async fn next_batch(mut following: Following) -> Option<(Vec<Result<Event, Infallible>>, Following)> {
    match following.next().await? {
        Ok(events) => {
            let events = events
                .into_iter()
                .map(|event| {
                    let data = serde_json::to_string(&event).expect("an event is JSON");
                    Ok(Event::default().id(event.cursor.to_string()).event(event.kind).data(data))
                })
                .collect();
            Some((events, following))
        }
        Err(error) => {
            tracing::warn!(%error, "a stream ended: the timeline could not be read");
            None
        }
    }
}

fn resume_from(query: Option<&str>, headers: &HeaderMap) -> Result<Option<Cursor>, Problem> {
    let given = read::query(query, &["last_event_id"])?;
    let header = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let Some(text) = header.or(given.get("last_event_id").map(String::as_str)) else { return Ok(None) };
    text.parse().map(Some).map_err(|()| {
        Problem::bad_request(
            "invalid_parameter",
            "`last_event_id` must be the id of an event of this stream.",
        )
    })
}

/// Counts a stream while it is open.
struct Open;

impl Open {
    fn count() -> Self {
        metrics::gauge!(metric::STREAMS).increment(1);
        Self
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        metrics::gauge!(metric::STREAMS).decrement(1);
    }
}
