//! `GET /v1/deliveries/{id}`: one delivery with its request and attempts.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::outgoing::Rendered;
use serde::Serialize;
use utoipa::ToSchema;

use super::{AttemptView, DeliveryView, RequestView, delivery_id, not_found};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::change::{done, to_json, unstored};
use crate::http::api::read::PathId;
use crate::http::openapi::{NotFound, Refusals};
use crate::problem::Problem;
use crate::storage::deliveries;

#[derive(Serialize, ToSchema)]
#[schema(as = WholeDelivery)]
pub struct Whole {
    #[serde(flatten)]
    delivery: DeliveryView,
    /// Null while it is waiting, and if it was dropped before that or would be too large.
    request: Option<RequestView>,
    attempts: Vec<AttemptView>,
}

#[utoipa::path(
    get,
    path = "/v1/deliveries/{id}",
    tag = "Outgoing webhooks",
    operation_id = "get_delivery",
    summary = "One delivery with its request and attempts",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The delivery", body = Whole), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn get(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let whole = whole(&app, &caller, &id).await;
    done(&app, whole.map(|whole| answer::json(200, to_json(&whole))))
}

async fn whole(app: &App, caller: &ApiCaller, id: &str) -> Result<Whole, Problem> {
    let (db, org, delivery) = (&app.db, caller.org.id, delivery_id(id)?);
    let read = async {
        let Some(row) = deliveries::find(db, org, delivery).await? else { return Ok(None) };
        let request = deliveries::request(db, org, delivery).await?;
        Ok(Some((row, request, deliveries::attempts(db, org, delivery).await?)))
    };
    let found = read.await.map_err(|error| unstored(&error))?;
    let (row, request, attempts) = found.ok_or_else(|| not_found(id))?;
    let request = request.and_then(|text| serde_json::from_str::<Rendered>(&text).ok());
    Ok(Whole {
        delivery: row.into(),
        request: request.map(RequestView::from),
        attempts: attempts.into_iter().map(AttemptView::from).collect(),
    })
}
