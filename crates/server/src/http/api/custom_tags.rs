//! `/v1/custom-tags`: what the organization has defined its tags to be.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::ids::CustomTagId;
use hookline_domain::tags::{CustomTag, TagKind, TagName, TagSource};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::auth::ApiCaller;
use super::change::{current, done, invalid_field, merged, refresh, to_json, unstored};
use super::read::{self, PathId};
use crate::app::App;
use crate::http::answer;
use crate::problem::Problem;
use crate::settings::Org;
use crate::storage::{StorageError, campaigns};

/// Aliases, sources and values of one tag, each.
const LIST_MAX: usize = 100;

/// What may be set of a custom tag.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomTagFields {
    /// The name under which its values are stored.
    key: TagName,
    /// For people.
    label: String,
    #[serde(default = "text")]
    kind: TagKind,
    /// Other names that mean this tag.
    #[serde(default)]
    aliases: Vec<TagName>,
    /// Where its values may come from; null means from anywhere.
    #[serde(default)]
    sources: Option<Vec<TagSource>>,
    /// The value of a call on which nothing else sets it.
    #[serde(default)]
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

pub async fn list(State(app): State<Arc<App>>, caller: ApiCaller) -> Response<Body> {
    let listed = current(&app, &caller).await.map(|org| {
        let mut tags: Vec<&CustomTag> = org.definitions.iter().collect();
        tags.sort_unstable_by_key(|tag| tag.id);
        answer::json(200, to_json(&json!({ "custom_tags": tags })))
    });
    done(&app, listed)
}

pub async fn get(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let org = current(&app, &caller).await;
    let shown = org.and_then(|org| find(&org, &id).map(|tag| answer::json(200, to_json(tag))));
    done(&app, shown)
}

pub async fn create(State(app): State<Arc<App>>, caller: ApiCaller, body: Body) -> Response<Body> {
    let created = try_create(&app, &caller, body).await;
    done(&app, created)
}

async fn try_create(app: &App, caller: &ApiCaller, body: Body) -> Result<Response<Body>, Problem> {
    let org = current(app, caller).await?;
    let fields: CustomTagFields = read::json(body).await?;
    let tag = fields.checked(CustomTagId(app.clock.new_id()), &org)?;
    let stored = async {
        let mut tx = app.db.begin().await?;
        campaigns::create_custom_tag(&mut tx, org.id, &tag, app.clock.now()).await?;
        tx.commit().await
    };
    stored.await.map_err(|error| refused(&error, &tag))?;
    refresh(app).await?;
    Ok(answer::json(201, to_json(&tag)))
}

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
    let org = current(app, caller).await?;
    let old = find(&org, id)?;
    let fields = merged(&CustomTagFields::of(old), read::json(body).await?)?;
    let tag = fields.checked(old.id, &org)?;
    let stored = async {
        let mut tx = app.db.begin().await?;
        campaigns::update_custom_tag(&mut tx, org.id, &tag).await?;
        tx.commit().await
    };
    stored.await.map_err(|error| refused(&error, &tag))?;
    refresh(app).await?;
    Ok(answer::json(200, to_json(&tag)))
}

pub async fn delete(State(app): State<Arc<App>>, caller: ApiCaller, PathId(id): PathId) -> Response<Body> {
    let deleted = try_delete(&app, &caller, &id).await;
    done(&app, deleted)
}

async fn try_delete(app: &App, caller: &ApiCaller, id: &str) -> Result<Response<Body>, Problem> {
    let org = current(app, caller).await?;
    let tag = find(&org, id)?;
    let ended = async {
        let mut tx = app.db.begin().await?;
        campaigns::delete_custom_tag(&mut tx, org.id, tag.id).await?;
        tx.commit().await
    };
    ended.await.map_err(|error| refused(&error, tag))?;
    refresh(app).await?;
    Ok(answer::json(200, to_json(&json!({ "success": true, "id": tag.id }))))
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
