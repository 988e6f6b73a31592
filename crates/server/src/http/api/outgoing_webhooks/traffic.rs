//! `GET /v1/outgoing-webhooks/traffic`: how many deliveries of each ended, by hours.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::Response;
use hookline_domain::ids::OutgoingWebhookId;
use hookline_domain::time::Timestamp;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{done, to_json, unstored};
use crate::http::api::read;
use crate::http::openapi::Refusals;
use crate::problem::Problem;
use crate::storage::deliveries::{self, HOUR};

const HOUR_SECONDS: i64 = 3_600;
const SPAN_DEFAULT_SECONDS: i64 = 24 * HOUR_SECONDS;
/// Points of one answer, for each outgoing webhook.
const POINTS_MAX: i64 = 1_000;

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the query, which is read by hand")]
pub struct OutgoingTrafficQuery {
    /// RFC 3339; a day before `to`, if it is left out. It is taken back to the full hour.
    #[param(format = DateTime)]
    from: Option<String>,
    /// RFC 3339; now, if it is left out.
    #[param(format = DateTime)]
    to: Option<String>,
    /// Seconds of one point: full hours; 3600 if it is left out.
    step: Option<u32>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = OutgoingTraffic)]
pub struct Traffic {
    /// Seconds of one point.
    step: i64,
    outgoing_webhooks: Vec<OfWebhook>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = TrafficOfOutgoingWebhook)]
pub struct OfWebhook {
    #[schema(value_type = Uuid)]
    outgoing_webhook_id: OutgoingWebhookId,
    /// Delivered, or failed for good.
    deliveries: i64,
    failed: i64,
    /// When the newest of all ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_delivery_at: Option<Timestamp>,
    /// The oldest first, without gaps.
    points: Vec<Point>,
}

#[derive(Serialize, ToSchema, Clone, Copy)]
#[schema(as = OutgoingTrafficPoint)]
pub struct Point {
    /// When it begins.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    deliveries: i64,
    failed: i64,
}

#[utoipa::path(
    get,
    path = "/v1/outgoing-webhooks/traffic",
    tag = "Outgoing webhooks",
    operation_id = "outgoing_webhook_traffic",
    summary = "How many deliveries of each outgoing webhook ended, by hours",
    params(OutgoingTrafficQuery),
    responses((status = 200, description = "Every outgoing webhook that is there", body = Traffic), Refusals),
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

struct Span {
    from: Timestamp,
    to: Timestamp,
    step: i64,
}

impl Span {
    fn read(app: &App, query: Option<&str>) -> Result<Self, Problem> {
        let given = read::query(query, &["from", "to", "step"])?;
        let to = read::parameter(&given, "to", "an RFC 3339 time")?.unwrap_or_else(|| app.clock.now());
        let from = read::parameter(&given, "from", "an RFC 3339 time")?
            .unwrap_or_else(|| to.plus_seconds(-SPAN_DEFAULT_SECONDS));
        let step = read::parameter(&given, "step", "a number of seconds")?.unwrap_or(HOUR_SECONDS);
        let from = Timestamp(from.0.div_euclid(HOUR) * HOUR);
        if step <= 0 || step % HOUR_SECONDS != 0 {
            let message = "`step` must be full hours in seconds: 3600, 7200, 86400 and so on.";
            return Err(Problem::bad_request("invalid_parameter", message));
        }
        let span = Self { from, to, step };
        if to <= from || span.points() > POINTS_MAX {
            let message = format!("`to` must be after `from`, by at most {POINTS_MAX} times `step`.");
            return Err(Problem::bad_request("invalid_parameter", message));
        }
        Ok(span)
    }

    fn step_micros(&self) -> i64 {
        self.step.saturating_mul(1_000_000)
    }

    fn points(&self) -> i64 {
        let span = self.to.0.saturating_sub(self.from.0);
        span.div_euclid(self.step_micros()) + i64::from(span.rem_euclid(self.step_micros()) > 0)
    }

    fn empty(&self) -> Vec<Point> {
        let at = |number| Timestamp(self.from.0 + number * self.step_micros());
        (0..self.points()).map(|number| Point { at: at(number), deliveries: 0, failed: 0 }).collect()
    }
}

async fn try_traffic(app: &App, caller: &ApiCaller, query: Option<&str>) -> Result<Traffic, Problem> {
    let span = Span::read(app, query)?;
    let org = &caller.org;
    let newest = deliveries::newest(&app.db, org.id).await.map_err(|error| unstored(&error))?;
    let newest: BTreeMap<Uuid, i64> = newest.into_iter().collect();
    let new = |id: &OutgoingWebhookId| OfWebhook {
        outgoing_webhook_id: *id,
        deliveries: 0,
        failed: 0,
        last_delivery_at: newest.get(&id.0).copied().map(Timestamp),
        points: span.empty(),
    };
    let mut webhooks: BTreeMap<Uuid, OfWebhook> = org.outgoing.keys().map(|id| (id.0, new(id))).collect();
    let rows = deliveries::traffic(&app.db, org.id, span.from, span.to).await;
    for row in rows.map_err(|error| unstored(&error))? {
        let Some(webhook) = webhooks.get_mut(&row.webhook_id) else { continue };
        webhook.deliveries += row.deliveries;
        webhook.failed += row.failed;
        let place =
            usize::try_from((row.hour - span.from.0).div_euclid(span.step_micros())).unwrap_or(usize::MAX);
        if let Some(point) = webhook.points.get_mut(place) {
            point.deliveries += row.deliveries;
            point.failed += row.failed;
        }
    }
    Ok(Traffic { step: span.step, outgoing_webhooks: webhooks.into_values().collect() })
}
