//! `POST /v1/deliveries/{id}/replay`: sends a delivery's request again, as a new delivery.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::ids::{DeliveryId, OutgoingWebhookId};

use super::{DeliveryView, delivery_id, not_found};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{done, to_json, unstored};
use crate::http::api::read::PathId;
use crate::http::openapi::{Conflict, NotFound, Refusals};
use crate::problem::Problem;
use crate::storage::deliveries;

#[utoipa::path(
    post,
    path = "/v1/deliveries/{id}/replay",
    tag = "Outgoing webhooks",
    operation_id = "replay_delivery",
    summary = "Send a delivery's request again, as a new delivery",
    description = "The same bytes, with a `webhook-id` and a signature of their own: its receiver takes it for new.",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The new delivery", body = DeliveryView), Refusals, NotFound, Conflict),
    security(("api_key" = []))
)]
pub async fn replay(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let replayed = try_replay(&app, &caller, &id).await;
    done(&app, replayed.map(|new| answer::json(200, to_json(&new))))
}

async fn try_replay(app: &App, caller: &ApiCaller, id: &str) -> Result<DeliveryView, Problem> {
    let (org, of) = (caller.org.id, delivery_id(id)?);
    let found = deliveries::find(&app.db, org, of).await.map_err(|error| unstored(&error))?;
    let found = found.ok_or_else(|| not_found(id))?;
    match caller.org.outgoing.get(&OutgoingWebhookId(found.webhook_id)) {
        Some(webhook) if webhook.enabled => {}
        Some(_) => {
            let message =
                "Its outgoing webhook is disabled. Enable it with PATCH /v1/outgoing-webhooks/{id} first.";
            return Err(Problem::new(409, "outgoing_webhook_disabled", message));
        }
        None => {
            let message = "Its outgoing webhook was deleted, so there is nobody to send it to.";
            return Err(Problem::new(409, "outgoing_webhook_deleted", message));
        }
    }
    let new = DeliveryId(app.clock.new_id());
    let made = deliveries::replay(&app.db, org, of, new, app.clock.now()).await;
    if !made.map_err(|error| unstored(&error))? {
        let message = "It has no request yet: it waits for its time, or was dropped before that.";
        return Err(Problem::new(409, "delivery_without_request", message));
    }
    app.deliveries.wake();
    let row = deliveries::find(&app.db, org, new).await.map_err(|error| unstored(&error))?;
    row.map(DeliveryView::from).ok_or_else(|| not_found(id))
}
