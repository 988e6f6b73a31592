//! `/v1/numbers`: tracking numbers, and the campaign and publisher of the calls to each.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::ids::{CampaignId, NumberId, PublisherId};
use hookline_domain::phone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::ApiCaller;
use super::change::{Change, current, done, invalid_field, merged, to_json, unstored};
use super::read::{self, PathId};
use crate::app::App;
use crate::http::answer;
use crate::http::openapi::{Conflict, Deleted, NotFound, Refusals};
use crate::problem::Problem;
use crate::settings::{Number, Org};
use crate::storage::StorageError;
use crate::storage::audit::Entry;
use crate::storage::campaigns::{self, NumberRow};

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NumberFields {
    /// In any form; kept as E.164.
    #[schema(example = "+18885550100")]
    phone_number: String,
    #[schema(value_type = uuid::Uuid)]
    campaign_id: CampaignId,
    #[serde(default)]
    #[schema(value_type = Option<uuid::Uuid>)]
    publisher_id: Option<PublisherId>,
}

/// What is not named stays; null clears `publisher_id`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a PATCH is merged as JSON; this is its description")]
pub struct NumberPatch {
    phone_number: Option<String>,
    campaign_id: Option<uuid::Uuid>,
    publisher_id: Option<uuid::Uuid>,
}

#[derive(Serialize, ToSchema)]
pub struct Numbers {
    numbers: Vec<NumberView>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Number)]
pub struct NumberView {
    #[schema(value_type = uuid::Uuid)]
    id: NumberId,
    #[serde(flatten)]
    fields: NumberFields,
}

#[utoipa::path(
    get,
    path = "/v1/numbers",
    tag = "Administration",
    operation_id = "list_numbers",
    summary = "Tracking numbers",
    responses((status = 200, description = "The numbers", body = Numbers), Refusals),
    security(("api_key" = []))
)]
pub async fn list(State(app): State<Arc<App>>, caller: ApiCaller) -> Response<Body> {
    let listed = current(&app, &caller).await.map(|org| {
        let mut numbers: Vec<NumberView> =
            org.numbers.iter().map(|(phone, number)| view(phone, number)).collect();
        numbers.sort_unstable_by_key(|view| view.id);
        answer::json(200, to_json(&Numbers { numbers }))
    });
    done(&app, listed)
}

#[utoipa::path(
    get,
    path = "/v1/numbers/{id}",
    tag = "Administration",
    operation_id = "get_number",
    summary = "One number",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The number", body = NumberView), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn get(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let shown = current(&app, &caller).await.and_then(|org| find(&org, &id));
    done(&app, shown.map(|view| answer::json(200, to_json(&view))))
}

#[utoipa::path(
    post,
    path = "/v1/numbers",
    tag = "Administration",
    operation_id = "create_number",
    summary = "Add a number to a campaign",
    request_body = NumberFields,
    responses((status = 201, description = "The new number", body = NumberView), Refusals, Conflict),
    security(("api_key" = []))
)]
pub async fn create(State(app): State<Arc<App>>, caller: ApiCaller, body: Body) -> Response<Body> {
    let created = try_create(&app, &caller, body).await;
    done(&app, created)
}

async fn try_create(app: &App, caller: &ApiCaller, body: Body) -> Result<Response<Body>, Problem> {
    let sent = read::json(body).await?;
    let mut change = Change::begin(app, caller).await?;
    let view = NumberView { id: NumberId(app.clock.new_id()), fields: checked(&change.org, sent)? };
    let org = change.org.id;
    let stored = campaigns::create_number(&mut change.tx, org, &row(&view), app.clock.now()).await;
    stored.map_err(|error| refused(&error, &view))?;
    change.commit(Entry::created("number", view.id.0, &view)).await?;
    Ok(answer::json(201, to_json(&view)))
}

#[utoipa::path(
    patch,
    path = "/v1/numbers/{id}",
    tag = "Administration",
    operation_id = "update_number",
    summary = "Change a number; what is not named stays",
    params(("id" = String, Path, description = "Its id")),
    request_body = NumberPatch,
    responses((status = 200, description = "The number as it is now", body = NumberView), Refusals, NotFound, Conflict),
    security(("api_key" = []))
)]
pub async fn update(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    PathId(id): PathId,
    body: Body,
) -> Response<Body> {
    let updated = try_update(&app, &caller, &id, body).await;
    done(&app, updated)
}

async fn try_update(app: &App, caller: &ApiCaller, id: &str, body: Body) -> Result<Response<Body>, Problem> {
    let sent = read::json(body).await?;
    let mut change = Change::begin(app, caller).await?;
    let before = find(&change.org, id)?;
    let view = NumberView { id: before.id, fields: checked(&change.org, merged(&before.fields, sent)?)? };
    let stored = campaigns::update_number(&mut change.tx, change.org.id, &row(&view)).await;
    stored.map_err(|error| refused(&error, &view))?;
    change.commit(Entry::updated("number", view.id.0, &before, &view)).await?;
    Ok(answer::json(200, to_json(&view)))
}

#[utoipa::path(
    delete,
    path = "/v1/numbers/{id}",
    tag = "Administration",
    operation_id = "delete_number",
    summary = "Remove a number; its calls stay",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is removed", body = Deleted), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn delete(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let deleted = try_delete(&app, &caller, &id).await;
    done(&app, deleted)
}

async fn try_delete(app: &App, caller: &ApiCaller, id: &str) -> Result<Response<Body>, Problem> {
    let mut change = Change::begin(app, caller).await?;
    let view = find(&change.org, id)?;
    let ended = campaigns::delete_number(&mut change.tx, change.org.id, view.id).await;
    ended.map_err(|error| refused(&error, &view))?;
    change.commit(Entry::deleted("number", view.id.0, &view)).await?;
    Ok(answer::json(200, to_json(&Deleted::of(view.id.0))))
}

fn checked(org: &Org, mut fields: NumberFields) -> Result<NumberFields, Problem> {
    fields.phone_number = phone::normalize(&fields.phone_number, org.country).ok_or_else(|| {
        invalid_field("`phone_number` is not a phone number. Write it with its country, as +13105550100.")
    })?;
    if !org.campaigns.contains_key(&fields.campaign_id) {
        return Err(invalid_field(
            "`campaign_id` names no campaign of this organization. GET /v1/campaigns lists them.",
        ));
    }
    if fields.publisher_id.is_some_and(|publisher| !org.publishers.contains_key(&publisher)) {
        return Err(invalid_field(
            "`publisher_id` names no publisher of this organization. GET /v1/publishers lists them.",
        ));
    }
    Ok(fields)
}

fn view(phone: &str, number: &Number) -> NumberView {
    NumberView {
        id: number.id,
        fields: NumberFields {
            phone_number: phone.to_owned(),
            campaign_id: number.campaign,
            publisher_id: number.publisher,
        },
    }
}

fn row(view: &NumberView) -> NumberRow<'_> {
    let NumberFields { phone_number, campaign_id, publisher_id } = &view.fields;
    NumberRow { id: view.id, phone_number, campaign: *campaign_id, publisher: *publisher_id }
}

fn find(org: &Org, id: &str) -> Result<NumberView, Problem> {
    let found = org.numbers.iter().find(|(_, number)| number.id.to_string() == id);
    found.map(|(phone, number)| view(phone, number)).ok_or_else(|| not_found(id))
}

fn not_found(id: &str) -> Problem {
    Problem::not_found(
        "number_not_found",
        format!("No number of this organization has the id {id}. GET /v1/numbers lists them."),
    )
}

fn refused(error: &StorageError, view: &NumberView) -> Problem {
    match error {
        StorageError::NotFound(_) => not_found(&view.id.to_string()),
        StorageError::Conflict => Problem::new(
            409,
            "number_taken",
            format!(
                "{} can't be stored: the organization has it already, or its campaign or publisher was deleted meanwhile. GET /v1/numbers lists the numbers.",
                view.fields.phone_number
            ),
        ),
        other => unstored(other),
    }
}
