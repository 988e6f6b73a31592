//! `/v1/custom-tags`: what the organization has defined its tags to be.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::ids::CustomTagId;
use hookline_domain::tags::{CustomTag, TagKind, TagName, TagSource};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::auth::ApiCaller;
use super::change::{Change, current, done, invalid_field, merged, to_json, unstored};
use super::read::{self, PathId};
use crate::app::App;
use crate::http::answer;
use crate::http::openapi::{Conflict, Deleted, NotFound, Refusals, TagKindDocument, TagSourceDocument};
use crate::problem::Problem;
use crate::settings::Org;
use crate::storage::audit::Entry;
use crate::storage::{StorageError, campaigns};

/// Aliases, sources and values of one tag, each.
const LIST_MAX: usize = 100;

/// What may be set of a custom tag.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomTagFields {
    /// The name under which its values are stored.
    #[schema(value_type = String, example = "lead_source")]
    key: TagName,
    /// For people.
    label: String,
    #[serde(default = "text")]
    #[schema(value_type = TagKindDocument)]
    kind: TagKind,
    /// Other names that mean this tag.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    aliases: Vec<TagName>,
    /// Where its values may come from; null means from anywhere.
    #[serde(default)]
    #[schema(value_type = Option<Vec<TagSourceDocument>>)]
    sources: Option<Vec<TagSource>>,
    /// The value of a call on which nothing else sets it.
    #[serde(default)]
    default: Option<String>,
}

/// A custom tag as it is answered.
#[derive(ToSchema)]
#[schema(as = CustomTag)]
#[expect(dead_code, reason = "describes the domain's type")]
pub struct CustomTagDocument {
    id: uuid::Uuid,
    key: String,
    label: String,
    kind: TagKindDocument,
    aliases: Vec<String>,
    sources: Option<Vec<TagSourceDocument>>,
    default: Option<String>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "describes an answer")]
pub struct CustomTags {
    custom_tags: Vec<CustomTagDocument>,
}

/// What is not named stays; null clears `sources` and `default`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a PATCH is merged as JSON; this is its description")]
pub struct CustomTagPatch {
    key: Option<String>,
    label: Option<String>,
    kind: Option<TagKindDocument>,
    aliases: Option<Vec<String>>,
    sources: Option<Vec<TagSourceDocument>>,
    default: Option<String>,
}

fn text() -> TagKind {
    TagKind::Text
}

impl CustomTagFields {
    fn of(tag: &CustomTag) -> Self {
        let CustomTag { id: _, key, label, kind, aliases, sources, default } = tag.clone();
        Self { key, label, kind, aliases, sources, default }
    }

    /// As a tag of this id that may stand beside the organization's others.
    fn checked(self, id: CustomTagId, org: &Org) -> Result<CustomTag, Problem> {
        let Self { key, label, kind, aliases, sources, default } = self;
        let values: &[String] = if let TagKind::OneOf { values } = &kind { values } else { &[] };
        let lists = [
            ("aliases", aliases.len()),
            ("sources", sources.as_ref().map_or(0, Vec::len)),
            ("kind", values.len()),
        ];
        if let Some((field, _)) = lists.iter().find(|(_, count)| *count > LIST_MAX) {
            return Err(invalid_field(format!("`{field}` must list at most {LIST_MAX}.")));
        }
        if values.iter().chain([&label]).chain(&default).any(|text| text.contains('\0')) {
            return Err(invalid_field("The character U+0000 is in a text. Leave it out."));
        }
        let tag = CustomTag { id, key, label, kind, aliases, sources, default };
        match tag.problems(&org.definitions).first() {
            None => Ok(tag),
            Some(problem) => Err(invalid_field(format!("`{}`: {}.", problem.field, problem.message))),
        }
    }
}

#[utoipa::path(
    get,
    path = "/v1/custom-tags",
    tag = "Administration",
    operation_id = "list_custom_tags",
    summary = "Custom tags",
    responses((status = 200, description = "The tags", body = CustomTags), Refusals),
    security(("api_key" = []))
)]
pub async fn list(State(app): State<Arc<App>>, caller: ApiCaller) -> Response<Body> {
    let listed = current(&app, &caller).await.map(|org| {
        let mut tags: Vec<&CustomTag> = org.definitions.iter().collect();
        tags.sort_unstable_by_key(|tag| tag.id);
        answer::json(200, to_json(&json!({ "custom_tags": tags })))
    });
    done(&app, listed)
}

#[utoipa::path(
    get,
    path = "/v1/custom-tags/{id}",
    tag = "Administration",
    operation_id = "get_custom_tag",
    summary = "One custom tag",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The tag", body = CustomTagDocument), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn get(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let org = current(&app, &caller).await;
    let shown = org.and_then(|org| find(&org, &id).map(|tag| answer::json(200, to_json(tag))));
    done(&app, shown)
}

#[utoipa::path(
    post,
    path = "/v1/custom-tags",
    tag = "Administration",
    operation_id = "create_custom_tag",
    summary = "Define a tag",
    request_body = CustomTagFields,
    responses((status = 201, description = "The new tag", body = CustomTagDocument), Refusals, Conflict),
    security(("api_key" = []))
)]
pub async fn create(State(app): State<Arc<App>>, caller: ApiCaller, body: Body) -> Response<Body> {
    let created = try_create(&app, &caller, body).await;
    done(&app, created)
}

async fn try_create(app: &App, caller: &ApiCaller, body: Body) -> Result<Response<Body>, Problem> {
    let fields: CustomTagFields = read::json(body).await?;
    let mut change = Change::begin(app, caller).await?;
    let tag = fields.checked(CustomTagId(app.clock.new_id()), &change.org)?;
    let org = change.org.id;
    let stored = campaigns::create_custom_tag(&mut change.tx, org, &tag, app.clock.now()).await;
    stored.map_err(|error| refused(&error, &tag))?;
    change.commit(Entry::created("custom_tag", tag.id.0, &tag)).await?;
    Ok(answer::json(201, to_json(&tag)))
}

#[utoipa::path(
    patch,
    path = "/v1/custom-tags/{id}",
    tag = "Administration",
    operation_id = "update_custom_tag",
    summary = "Change a tag; what is not named stays",
    params(("id" = String, Path, description = "Its id")),
    request_body = CustomTagPatch,
    responses((status = 200, description = "The tag as it is now", body = CustomTagDocument), Refusals, NotFound, Conflict),
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
    let org = change.org.clone();
    let old = find(&org, id)?;
    let tag = merged(&CustomTagFields::of(old), sent)?.checked(old.id, &org)?;
    let stored = campaigns::update_custom_tag(&mut change.tx, org.id, &tag).await;
    stored.map_err(|error| refused(&error, &tag))?;
    change.commit(Entry::updated("custom_tag", tag.id.0, old, &tag)).await?;
    Ok(answer::json(200, to_json(&tag)))
}

#[utoipa::path(
    delete,
    path = "/v1/custom-tags/{id}",
    tag = "Administration",
    operation_id = "delete_custom_tag",
    summary = "End a definition; the tags of calls stay",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is ended", body = Deleted), Refusals, NotFound),
    security(("api_key" = []))
)]
pub async fn delete(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let deleted = try_delete(&app, &caller, &id).await;
    done(&app, deleted)
}

async fn try_delete(app: &App, caller: &ApiCaller, id: &str) -> Result<Response<Body>, Problem> {
    let mut change = Change::begin(app, caller).await?;
    let org = change.org.clone();
    let tag = find(&org, id)?;
    let ended = campaigns::delete_custom_tag(&mut change.tx, org.id, tag.id).await;
    ended.map_err(|error| refused(&error, tag))?;
    change.commit(Entry::deleted("custom_tag", tag.id.0, tag)).await?;
    Ok(answer::json(200, to_json(&Deleted::of(tag.id.0))))
}

fn find<'o>(org: &'o Org, id: &str) -> Result<&'o CustomTag, Problem> {
    org.definitions.iter().find(|tag| tag.id.to_string() == id).ok_or_else(|| not_found(id))
}

fn not_found(id: &str) -> Problem {
    Problem::not_found(
        "custom_tag_not_found",
        format!("No custom tag of this organization has the id {id}. GET /v1/custom-tags lists them."),
    )
}

fn refused(error: &StorageError, tag: &CustomTag) -> Problem {
    match error {
        StorageError::NotFound(_) => not_found(&tag.id.to_string()),
        StorageError::Conflict => Problem::new(
            409,
            "custom_tag_taken",
            format!(
                "Another custom tag has the key {} since a moment ago. GET /v1/custom-tags lists them.",
                tag.key
            ),
        ),
        other => unstored(other),
    }
}
