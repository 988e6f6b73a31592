//! `POST /v1/deliveries/{id}/replay`: sends a delivery's request again, as a new delivery.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::ids::{CallId, DeliveryId, OutgoingWebhookId};
use hookline_domain::outgoing::Rendered;
use hookline_domain::time::Timestamp;

use super::{DeliveryView, delivery_id, not_found};
use crate::app::App;
use crate::delivery::{Happened, goes_to, render, to_text};
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{done, to_json, unstored};
use crate::http::api::read::PathId;
use crate::http::openapi::{Conflict, NotFound, Refusals};
use crate::problem::Problem;
use crate::settings::OutgoingWebhook;
use crate::storage::calls;
use crate::storage::deliveries::{self, DeliveryRow};

#[utoipa::path(
    post,
    path = "/v1/deliveries/{id}/replay",
    tag = "Outgoing webhooks",
    operation_id = "replay_delivery",
    summary = "Send a delivery's request again, as a new delivery",
    description = "The same bytes, with a `webhook-id` and a signature of their own: its receiver takes it for new. If the outgoing webhook's `url` has another host by now, the request is made anew, from the call as it is.",
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
    let webhook = match caller.org.outgoing.get(&OutgoingWebhookId(found.webhook_id)) {
        Some(webhook) if webhook.enabled => webhook,
        Some(_) => {
            let message =
                "Its outgoing webhook is disabled. Enable it with PATCH /v1/outgoing-webhooks/{id} first.";
            return Err(Problem::new(409, "outgoing_webhook_disabled", message));
        }
        None => {
            let message = "Its outgoing webhook was deleted, so there is nobody to send it to.";
            return Err(Problem::new(409, "outgoing_webhook_deleted", message));
        }
    };
    let request = deliveries::request(&app.db, org, of).await.map_err(|error| unstored(&error))?;
    let Some(request) = request else {
        let message = "It has no request: it waits for its time, was dropped before that, or was too large.";
        return Err(Problem::new(409, "delivery_without_request", message));
    };
    let as_it_was = serde_json::from_str::<Rendered>(&request).is_ok_and(|stored| goes_to(webhook, &stored));
    let anew = if as_it_was { None } else { Some(anew(app, caller, webhook, &found).await?) };
    let new = DeliveryId(app.clock.new_id());
    let made = deliveries::replay(&app.db, org, of, new, anew.as_deref(), app.clock.now()).await;
    if !made.map_err(|error| unstored(&error))? {
        return Err(not_found(id));
    }
    app.deliveries.wake();
    let row = deliveries::find(&app.db, org, new).await.map_err(|error| unstored(&error))?;
    row.map(DeliveryView::from).ok_or_else(|| not_found(id))
}

/// The request of a delivery as its outgoing webhook makes it now.
async fn anew(
    app: &App,
    caller: &ApiCaller,
    webhook: &OutgoingWebhook,
    delivery: &DeliveryRow,
) -> Result<String, Problem> {
    let call = CallId(delivery.call_id);
    let found = calls::some(&app.db, webhook.org, &[call]).await.map_err(|error| unstored(&error))?;
    let (Some((call, tags)), Ok(event)) = (found.first(), delivery.event.parse()) else {
        let message = "The outgoing webhook's `url` has another host by now, and the call was removed for its age, so its request can't be made anew.";
        return Err(Problem::new(409, "delivery_without_call", message));
    };
    let happened = Happened { event, at: Timestamp(delivery.due_at), call: &call.call, tags };
    let rendered = render(&caller.org, &webhook.settings, &happened, app.clock.now());
    let rendered = rendered.map_err(|why| Problem::new(409, "request_too_large", why.to_string()))?;
    Ok(to_text(&rendered))
}
