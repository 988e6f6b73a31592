//! For whoever runs the server: is it alive, may it be sent traffic, what does it count.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, Response, header};
use serde_json::json;

use super::answer;
use crate::app::App;
use crate::storage::{self, Schema, StorageError};
use crate::telemetry::metric;

/// Less than what load balancers wait for the answer.
const DATABASE_TIME_MAX: Duration = Duration::from_secs(2);

/// Alive: the process answers. Says nothing of the database, so that its trouble restarts no node.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "Operation",
    operation_id = "healthz",
    summary = "The process answers",
    responses((status = 200, description = "Alive")),
    security(())
)]
pub async fn healthz() -> Response<Body> {
    answer::json(200, r#"{"status":"ok"}"#)
}

/// Ready for traffic: the database answers, its schema fits, writing works, and no stop was asked for.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "Operation",
    operation_id = "readyz",
    summary = "May this node be sent traffic",
    responses((status = 200, description = "Ready"), (status = 503, description = "Not ready; `checks` says why")),
    security(())
)]
pub async fn readyz(State(app): State<Arc<App>>) -> Response<Body> {
    let asked = tokio::time::timeout(DATABASE_TIME_MAX, storage::schema(&app.db)).await;
    let database = match asked.unwrap_or(Err(StorageError::TimedOut(DATABASE_TIME_MAX))) {
        Ok(Schema::Current) => Ok(()),
        Ok(Schema::Behind { applied, wanted }) => {
            Err(format!("the schema is {applied} and should be {wanted}; run `hookline migrate`"))
        }
        Ok(Schema::Ahead { applied, wanted }) => {
            Err(format!("the schema is {applied}, newer than this program's {wanted}; run the newer program"))
        }
        Err(error) => {
            tracing::warn!(%error, "not ready");
            Err(storage::fault::advice(&error).to_owned())
        }
    };
    let writer = app.committer.trouble().map_or(Ok(()), |advice| Err(advice.to_owned()));
    let settings = app.settings.current().map(|_| ()).map_err(|stale| stale.to_string());
    let draining = if app.draining.has_begun() { Err("the server is stopping".to_owned()) } else { Ok(()) };
    let checks = [("database", database), ("writer", writer), ("settings", settings), ("draining", draining)];
    let ready = checks.iter().all(|(_, check)| check.is_ok());
    let checks: serde_json::Map<_, _> = checks
        .into_iter()
        .map(|(name, check)| {
            (name.to_owned(), json!(check.map_or_else(|problem| problem, |()| "ok".to_owned())))
        })
        .collect();
    let body = json!({ "status": if ready { "ready" } else { "not ready" }, "checks": checks });
    answer::json(if ready { 200 } else { 503 }, body.to_string())
}

/// Prometheus' text format.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "Operation",
    operation_id = "metrics",
    summary = "Counts, in Prometheus' text format",
    responses((status = 200, description = "The counts", body = String, content_type = "text/plain")),
    security(())
)]
pub async fn metrics(State(app): State<Arc<App>>) -> Response<Body> {
    metrics::gauge!(metric::QUEUED).set(u32::try_from(app.committer.queued()).unwrap_or(u32::MAX));
    let mut response = Response::new(Body::from(app.metrics.render()));
    let text = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, text);
    response
}
