//! `/v1/campaigns` and `/v1/publishers`: each a name, and tags that its calls get.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::ids::{CampaignId, OrgId, PublisherId};
use hookline_domain::tags::TagName;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::auth::ApiCaller;
use super::campaign_routing;
use super::change::{
    Change, check_tag_defaults, current, done, invalid_field, merged, name, to_json, unstored,
};
use super::read::{self, PathId};
use crate::app::App;
use crate::http::answer;
use crate::http::openapi::{CampaignRoutingDocument, Conflict, Deleted, NotFound, Refusals};
use crate::problem::Problem;
use crate::settings::{Campaign, CampaignRouting, Org, Publisher};
use crate::storage::audit::Entry;
use crate::storage::campaigns::{self, Group, GroupRow};
use crate::storage::{Result as Stored, StorageError, Tx};

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupFields {
    name: String,
    /// Tags that its calls get unless a parameter, header, `call_data` or update sets them.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    tag_defaults: BTreeMap<TagName, String>,
    /// Of campaigns only: what their calls are routed by; null if the switch does that itself.
    #[serde(default, deserialize_with = "campaign_routing::sent", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<CampaignRoutingDocument>)]
    routing: Option<Option<CampaignRouting>>,
}

/// What is not named stays; `tag_defaults` are replaced as a whole.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a PATCH is merged as JSON; this is its description")]
pub struct GroupPatch {
    name: Option<String>,
    tag_defaults: Option<BTreeMap<String, String>>,
    routing: Option<CampaignRoutingDocument>,
}

/// A list of campaigns or of publishers.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes an answer")]
pub struct GroupList {
    campaigns: Option<Vec<GroupView>>,
    publishers: Option<Vec<GroupView>>,
}

/// A campaign or a publisher.
#[derive(Serialize, ToSchema)]
#[schema(as = Group)]
pub struct GroupView {
    id: Uuid,
    #[serde(flatten)]
    fields: GroupFields,
}

/// The handlers of one of the two.
macro_rules! handlers {
    ($module:ident, $group:expr, $path:literal, $one:literal, $list:literal, $make:literal, $get:literal, $change:literal, $end:literal) => {
        pub mod $module {
            use super::*;

            #[utoipa::path(
                get,
                path = $path,
                tag = "Administration",
                operation_id = $list,
                summary = "All of them",
                responses((status = 200, description = "By the name of the noun, a list", body = GroupList), Refusals),
                security(("api_key" = []))
            )]
            pub async fn list(State(app): State<Arc<App>>, caller: ApiCaller) -> Response<Body> {
                let listed = super::list(&app, &caller, $group).await;
                done(&app, listed)
            }

            #[utoipa::path(
                post,
                path = $path,
                tag = "Administration",
                operation_id = $make,
                summary = "Make one",
                request_body = GroupFields,
                responses((status = 201, description = "The new one", body = GroupView), Refusals),
                security(("api_key" = []))
            )]
            pub async fn create(
                State(app): State<Arc<App>>,
                caller: ApiCaller,
                body: Body,
            ) -> Response<Body> {
                let created = super::create(&app, &caller, $group, body).await;
                done(&app, created)
            }

            #[utoipa::path(
                get,
                path = $one,
                tag = "Administration",
                operation_id = $get,
                summary = "One of them",
                params(("id" = String, Path, description = "Its id")),
                responses((status = 200, description = "It", body = GroupView), Refusals, NotFound),
                security(("api_key" = []))
            )]
            pub async fn get(
                State(app): State<Arc<App>>,
                caller: ApiCaller,
                PathId(id): PathId,
            ) -> Response<Body> {
                let shown = super::get(&app, &caller, $group, &id).await;
                done(&app, shown)
            }

            #[utoipa::path(
                patch,
                path = $one,
                tag = "Administration",
                operation_id = $change,
                summary = "Change one; what is not named stays",
                params(("id" = String, Path, description = "Its id")),
                request_body = GroupPatch,
                responses((status = 200, description = "It as it is now", body = GroupView), Refusals, NotFound),
                security(("api_key" = []))
            )]
            pub async fn update(
                State(app): State<Arc<App>>,
                caller: ApiCaller,
                PathId(id): PathId,
                body: Body,
            ) -> Response<Body> {
                let updated = super::update(&app, &caller, $group, &id, body).await;
                done(&app, updated)
            }

            #[utoipa::path(
                delete,
                path = $one,
                tag = "Administration",
                operation_id = $end,
                summary = "Delete one that no number belongs to; its calls stay",
                params(("id" = String, Path, description = "Its id")),
                responses((status = 200, description = "It is deleted", body = Deleted), Refusals, NotFound, Conflict),
                security(("api_key" = []))
            )]
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

handlers!(
    campaign,
    Group::Campaign,
    "/v1/campaigns",
    "/v1/campaigns/{id}",
    "list_campaigns",
    "create_campaign",
    "get_campaign",
    "update_campaign",
    "delete_campaign"
);
handlers!(
    publisher,
    Group::Publisher,
    "/v1/publishers",
    "/v1/publishers/{id}",
    "list_publishers",
    "create_publisher",
    "get_publisher",
    "update_publisher",
    "delete_publisher"
);

async fn list(app: &App, caller: &ApiCaller, group: Group) -> Result<Response<Body>, Problem> {
    let org = current(app, caller).await?;
    let mut views: Vec<GroupView> = match group {
        Group::Campaign => org.campaigns.values().map(campaign_view).collect(),
        Group::Publisher => org.publishers.values().map(publisher_view).collect(),
    };
    views.sort_unstable_by_key(|view| view.id);
    Ok(answer::json(200, to_json(&json!({ format!("{}s", group.noun()): views }))))
}

async fn get(app: &App, caller: &ApiCaller, group: Group, id: &str) -> Result<Response<Body>, Problem> {
    let org = current(app, caller).await?;
    Ok(answer::json(200, to_json(&find(&org, group, id)?)))
}

async fn create(app: &App, caller: &ApiCaller, group: Group, body: Body) -> Result<Response<Body>, Problem> {
    let view = GroupView { id: app.clock.new_id(), fields: checked(group, read::json(body).await?)? };
    let mut change = Change::begin(app, caller).await?;
    campaign_routing::check(&change.org, view.fields.routing.flatten())?;
    let org = change.org.id;
    let stored = async {
        campaigns::create_group(&mut change.tx, org, group, &row(&view), app.clock.now()).await?;
        set_routing(&mut change.tx, org, &view).await
    };
    stored.await.map_err(|error| unstored(&error))?;
    change.commit(Entry::created(group.noun(), view.id, &view)).await?;
    Ok(answer::json(201, to_json(&view)))
}

async fn update(
    app: &App,
    caller: &ApiCaller,
    group: Group,
    id: &str,
    body: Body,
) -> Result<Response<Body>, Problem> {
    let sent = read::json(body).await?;
    let mut change = Change::begin(app, caller).await?;
    let mut view = find(&change.org, group, id)?;
    let fields = checked(group, merged(&view.fields, sent)?)?;
    let before = GroupView { id: view.id, fields: std::mem::replace(&mut view.fields, fields) };
    // One that can't be read any more stands in the way of no other change.
    if view.fields.routing != before.fields.routing {
        campaign_routing::check(&change.org, view.fields.routing.flatten())?;
    }
    let org = change.org.id;
    let stored = async {
        campaigns::update_group(&mut change.tx, org, group, &row(&view)).await?;
        set_routing(&mut change.tx, org, &view).await
    };
    stored.await.map_err(|error| refused(&error, group, id))?;
    change.commit(Entry::updated(group.noun(), view.id, &before, &view)).await?;
    Ok(answer::json(200, to_json(&view)))
}

async fn delete(app: &App, caller: &ApiCaller, group: Group, id: &str) -> Result<Response<Body>, Problem> {
    let mut change = Change::begin(app, caller).await?;
    let view = find(&change.org, group, id)?;
    let ended = campaigns::delete_group(&mut change.tx, change.org.id, group, view.id).await;
    ended.map_err(|error| refused(&error, group, id))?;
    change.commit(Entry::deleted(group.noun(), view.id, &view)).await?;
    Ok(answer::json(200, to_json(&Deleted::of(view.id))))
}

fn checked(group: Group, mut fields: GroupFields) -> Result<GroupFields, Problem> {
    fields.name = name(&fields.name)?.to_owned();
    check_tag_defaults(&fields.tag_defaults)?;
    match (group, fields.routing) {
        (Group::Publisher, Some(_)) => {
            Err(invalid_field("`routing` is a campaign's. Set it with PATCH /v1/campaigns/{id}."))
        }
        (Group::Campaign, None) => Ok(GroupFields { routing: Some(None), ..fields }),
        _ => Ok(fields),
    }
}

async fn set_routing(tx: &mut Tx, org: OrgId, view: &GroupView) -> Stored<()> {
    match view.fields.routing {
        Some(routing) => campaigns::set_routing(tx, org, CampaignId(view.id), routing).await,
        None => Ok(()),
    }
}

fn campaign_view(one: &Campaign) -> GroupView {
    let (name, tag_defaults) = (one.name.clone(), one.tag_defaults.clone());
    GroupView { id: one.id.0, fields: GroupFields { name, tag_defaults, routing: Some(one.routing) } }
}

fn publisher_view(one: &Publisher) -> GroupView {
    let (name, tag_defaults) = (one.name.clone(), one.tag_defaults.clone());
    GroupView { id: one.id.0, fields: GroupFields { name, tag_defaults, routing: None } }
}

fn row(view: &GroupView) -> GroupRow<'_> {
    GroupRow { id: view.id, name: &view.fields.name, tag_defaults: &view.fields.tag_defaults }
}

fn find(org: &Org, group: Group, id: &str) -> Result<GroupView, Problem> {
    let found = match group {
        Group::Campaign => {
            id.parse::<CampaignId>().ok().and_then(|id| org.campaigns.get(&id)).map(campaign_view)
        }
        Group::Publisher => {
            id.parse::<PublisherId>().ok().and_then(|id| org.publishers.get(&id)).map(publisher_view)
        }
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
            "Numbers or RTB endpoints belong to this campaign. Give them another with PATCH /v1/numbers/{id} and /v1/rtb-endpoints/{id}, or delete them, and then the campaign.",
        ),
        (StorageError::Conflict, Group::Publisher) => Problem::new(
            409,
            "publisher_in_use",
            "Numbers or RTB endpoints belong to this publisher. Give them another with PATCH /v1/numbers/{id} and /v1/rtb-endpoints/{id}, or none, and then delete the publisher.",
        ),
        (other, _) => unstored(other),
    }
}
