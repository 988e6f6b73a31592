//! `/v1/campaigns` and `/v1/publishers`: each a name, and tags that its calls get.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::ids::{CampaignId, PublisherId};
use hookline_domain::tags::TagName;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::auth::ApiCaller;
use super::change::{check_tag_defaults, current, done, merged, name, refresh, to_json, unstored};
use super::read::{self, PathId};
use crate::app::App;
use crate::http::answer;
use crate::problem::Problem;
use crate::settings::Org;
use crate::storage::StorageError;
use crate::storage::campaigns::{self, Group, GroupRow};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupFields {
    name: String,
    /// Tags that its calls get unless a parameter, header, `call_data` or update sets them.
    #[serde(default)]
    tag_defaults: BTreeMap<TagName, String>,
}

#[derive(Serialize)]
pub struct GroupView {
    id: Uuid,
    #[serde(flatten)]
    fields: GroupFields,
}

/// The handlers of one of the two.
macro_rules! handlers {
    ($module:ident, $group:expr) => {
        pub mod $module {
            use super::*;

            pub async fn list(State(app): State<Arc<App>>, caller: ApiCaller) -> Response<Body> {
                let listed = super::list(&app, &caller, $group).await;
                done(&app, listed)
            }

            pub async fn create(
                State(app): State<Arc<App>>,
                caller: ApiCaller,
                body: Body,
            ) -> Response<Body> {
                let created = super::create(&app, &caller, $group, body).await;
                done(&app, created)
            }

            pub async fn get(
                State(app): State<Arc<App>>,
                caller: ApiCaller,
                PathId(id): PathId,
            ) -> Response<Body> {
                let shown = super::get(&app, &caller, $group, &id).await;
                done(&app, shown)
            }

            pub async fn update(
                State(app): State<Arc<App>>,
                caller: ApiCaller,
                PathId(id): PathId,
                body: Body,
            ) -> Response<Body> {
                let updated = super::update(&app, &caller, $group, &id, body).await;
                done(&app, updated)
            }

            pub async fn delete(
                State(app): State<Arc<App>>,
                caller: ApiCaller,
                PathId(id): PathId,
            ) -> Response<Body> {
                let deleted = super::delete(&app, &caller, $group, &id).await;
                done(&app, deleted)
            }
        }
    };
}

handlers!(campaign, Group::Campaign);
handlers!(publisher, Group::Publisher);

async fn list(app: &App, caller: &ApiCaller, group: Group) -> Result<Response<Body>, Problem> {
    let org = current(app, caller).await?;
    let mut views: Vec<GroupView> = match group {
        Group::Campaign => {
            org.campaigns.values().map(|one| view(one.id.0, &one.name, &one.tag_defaults)).collect()
        }
        Group::Publisher => {
            org.publishers.values().map(|one| view(one.id.0, &one.name, &one.tag_defaults)).collect()
        }
    };
    views.sort_unstable_by_key(|view| view.id);
    Ok(answer::json(200, to_json(&json!({ format!("{}s", group.noun()): views }))))
}

async fn get(app: &App, caller: &ApiCaller, group: Group, id: &str) -> Result<Response<Body>, Problem> {
    let org = current(app, caller).await?;
    Ok(answer::json(200, to_json(&find(&org, group, id)?)))
}

async fn create(app: &App, caller: &ApiCaller, group: Group, body: Body) -> Result<Response<Body>, Problem> {
    let view = GroupView { id: app.clock.new_id(), fields: checked(read::json(body).await?)? };
    let stored = async {
        let mut tx = app.db.begin().await?;
        campaigns::create_group(&mut tx, caller.org.id, group, &row(&view), app.clock.now()).await?;
        tx.commit().await
    };
    stored.await.map_err(|error| unstored(&error))?;
    refresh(app).await?;
    Ok(answer::json(201, to_json(&view)))
}

async fn update(
    app: &App,
    caller: &ApiCaller,
    group: Group,
    id: &str,
    body: Body,
) -> Result<Response<Body>, Problem> {
    let org = current(app, caller).await?;
    let mut view = find(&org, group, id)?;
    view.fields = checked(merged(&view.fields, read::json(body).await?)?)?;
    let stored = async {
        let mut tx = app.db.begin().await?;
        campaigns::update_group(&mut tx, org.id, group, &row(&view)).await?;
        tx.commit().await
    };
    stored.await.map_err(|error| refused(&error, group, id))?;
    refresh(app).await?;
    Ok(answer::json(200, to_json(&view)))
}

async fn delete(app: &App, caller: &ApiCaller, group: Group, id: &str) -> Result<Response<Body>, Problem> {
    let org = current(app, caller).await?;
    let view = find(&org, group, id)?;
    let ended = async {
        let mut tx = app.db.begin().await?;
        campaigns::delete_group(&mut tx, org.id, group, view.id).await?;
        tx.commit().await
    };
    ended.await.map_err(|error| refused(&error, group, id))?;
    refresh(app).await?;
    Ok(answer::json(200, to_json(&json!({ "success": true, "id": view.id }))))
}

fn checked(mut fields: GroupFields) -> Result<GroupFields, Problem> {
    fields.name = name(&fields.name)?.to_owned();
    check_tag_defaults(&fields.tag_defaults)?;
    Ok(fields)
}

fn view(id: Uuid, name: &str, tag_defaults: &BTreeMap<TagName, String>) -> GroupView {
    GroupView { id, fields: GroupFields { name: name.to_owned(), tag_defaults: tag_defaults.clone() } }
}

fn row(view: &GroupView) -> GroupRow<'_> {
    GroupRow { id: view.id, name: &view.fields.name, tag_defaults: &view.fields.tag_defaults }
}

fn find(org: &Org, group: Group, id: &str) -> Result<GroupView, Problem> {
    let found = match group {
        Group::Campaign => id
            .parse::<CampaignId>()
            .ok()
            .and_then(|id| org.campaigns.get(&id))
            .map(|one| view(one.id.0, &one.name, &one.tag_defaults)),
        Group::Publisher => id
            .parse::<PublisherId>()
            .ok()
            .and_then(|id| org.publishers.get(&id))
            .map(|one| view(one.id.0, &one.name, &one.tag_defaults)),
    };
    found.ok_or_else(|| not_found(group, id))
}

fn not_found(group: Group, id: &str) -> Problem {
    let (code, noun) = match group {
        Group::Campaign => ("campaign_not_found", "campaign"),
        Group::Publisher => ("publisher_not_found", "publisher"),
    };
    Problem::not_found(
        code,
        format!("No {noun} of this organization has the id {id}. GET /v1/{noun}s lists them."),
    )
}

fn refused(error: &StorageError, group: Group, id: &str) -> Problem {
    match (error, group) {
        (StorageError::NotFound(_), _) => not_found(group, id),
        (StorageError::Conflict, Group::Campaign) => Problem::new(
            409,
            "campaign_in_use",
            "Numbers belong to this campaign. Give them another with PATCH /v1/numbers/{id}, or delete them, and then the campaign.",
        ),
        (StorageError::Conflict, Group::Publisher) => Problem::new(
            409,
            "publisher_in_use",
            "Numbers belong to this publisher. Give them another with PATCH /v1/numbers/{id}, or none, and then delete the publisher.",
        ),
        (other, _) => unstored(other),
    }
}
