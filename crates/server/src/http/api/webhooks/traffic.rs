//! `GET /v1/webhooks/traffic`: how many requests came to each webhook, by hours.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::Response;
use hookline_domain::ids::WebhookId;
use hookline_domain::time::Timestamp;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{done, to_json, unstored};
use crate::http::api::read;
use crate::http::openapi::Refusals;
use crate::problem::Problem;
use crate::storage::traffic::{self, HOUR};

const HOURS_DEFAULT: u32 = 24;
const HOURS_MAX: u32 = 31 * 24;

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the query, which is read by hand")]
pub struct TrafficQuery {
    /// How many hours, with the one that is not over; 24, if it is left out, and at most 744.
    hours: Option<u32>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = WebhookTraffic)]
pub struct Traffic {
    /// When the first hour began.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    hours: u32,
    webhooks: Vec<OfWebhook>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = TrafficOfWebhook)]
pub struct OfWebhook {
    #[schema(value_type = uuid::Uuid)]
    webhook_id: WebhookId,
    requests: i64,
    /// Answered with 4xx or 5xx.
    refused: i64,
    #[schema(value_type = Option<String>, format = DateTime)]
    last_request_at: Option<Timestamp>,
    /// One for each hour, the oldest first.
    points: Vec<Point>,
}

#[derive(Serialize, ToSchema, Clone, Copy, Default)]
#[schema(as = TrafficPoint)]
pub struct Point {
    requests: i64,
    refused: i64,
}

#[utoipa::path(
    get,
    path = "/v1/webhooks/traffic",
    tag = "Webhooks and the request log",
    operation_id = "webhook_traffic",
    summary = "How many requests came to each webhook, by hours",
    description = "Some seconds behind; the request log is what is exact.",
    params(TrafficQuery),
    responses((status = 200, description = "Every webhook that is there", body = Traffic), Refusals),
    security(("api_key" = []))
)]
pub async fn traffic(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    RawQuery(query): RawQuery,
) -> Response<Body> {
    let read = try_traffic(&app, &caller, query.as_deref()).await;
    done(&app, read.map(|traffic| answer::json(200, to_json(&traffic))))
}

async fn try_traffic(app: &App, caller: &ApiCaller, query: Option<&str>) -> Result<Traffic, Problem> {
    let given = read::query(query, &["hours"])?;
    let hours = read::parameter(&given, "hours", "a number from 1 to 744")?.unwrap_or(HOURS_DEFAULT);
    if !(1..=HOURS_MAX).contains(&hours) {
        return Err(Problem::bad_request("invalid_parameter", "`hours` must be a number from 1 to 744."));
    }
    let this_hour = app.clock.now().0.div_euclid(HOUR) * HOUR;
    let from = Timestamp(this_hour - i64::from(hours - 1) * HOUR);
    let org = &caller.org;
    let newest = traffic::newest(&app.db, org.id).await.map_err(|error| unstored(&error))?;
    let newest: BTreeMap<uuid::Uuid, i64> = newest.into_iter().collect();
    let mut webhooks: BTreeMap<uuid::Uuid, OfWebhook> = BTreeMap::new();
    for id in org.webhooks.keys() {
        let last_request_at = newest.get(&id.0).copied().map(Timestamp);
        let points = vec![Point::default(); hours as usize];
        webhooks
            .insert(id.0, OfWebhook { webhook_id: *id, requests: 0, refused: 0, last_request_at, points });
    }
    for row in traffic::since(&app.db, org.id, from).await.map_err(|error| unstored(&error))? {
        let Some(webhook) = webhooks.get_mut(&row.webhook_id) else { continue };
        webhook.requests += row.requests;
        webhook.refused += row.refused;
        let place = usize::try_from((row.hour - from.0) / HOUR).unwrap_or(usize::MAX);
        if let Some(point) = webhook.points.get_mut(place) {
            *point = Point { requests: row.requests, refused: row.refused };
        }
    }
    Ok(Traffic { from, hours, webhooks: webhooks.into_values().collect() })
}
