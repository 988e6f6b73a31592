//! `GET /v1/actors`: the names of whoever changes calls and settings, as timelines and lists refer to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::auth::ApiCaller;
use super::change::to_json;
use crate::app::App;
use crate::http::answer;
use crate::http::openapi::Refusals;
use crate::storage::{Result as Stored, audit, organizations, users};

#[derive(Serialize, ToSchema)]
#[schema(as = Actors)]
struct Actors {
    actors: Vec<ActorName>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ActorName)]
struct ActorName {
    /// As in `by` of a timeline's entry and of the stream: `user:ID`, `api_key:ID` or `webhook:ID`.
    by: String,
    name: String,
}

#[utoipa::path(
    get,
    path = "/v1/actors",
    tag = "Access",
    operation_id = "list_actors",
    summary = "The names of people, API keys and webhooks that change calls and settings",
    description = "Also of people who have left and of keys that were revoked. A webhook that was deleted has none.",
    responses((status = 200, description = "Names by what `by` says", body = Actors), Refusals),
    security(("api_key" = []))
)]
pub async fn list(State(app): State<Arc<App>>, caller: ApiCaller) -> Response<Body> {
    match names(&app, &caller).await {
        Ok(names) => {
            let actors = names.into_iter().map(|(by, name)| ActorName { by, name }).collect();
            answer::json(200, to_json(&Actors { actors }))
        }
        Err(error) => answer::unavailable(&app, &error),
    }
}

/// As they are called now; whoever is no longer here, as they were called when they last changed something.
async fn names(app: &App, caller: &ApiCaller) -> Stored<BTreeMap<String, String>> {
    let org = caller.org.id;
    let mut names: BTreeMap<String, String> = audit::actors(&app.db, org).await?.into_iter().collect();
    for key in organizations::every_api_key(&app.db, org).await? {
        names.insert(format!("api_key:{}", key.0), key.1);
    }
    for member in users::members(&app.db, org).await? {
        names.insert(format!("user:{}", member.id), member.name);
    }
    for webhook in caller.org.webhooks.values() {
        names.insert(format!("webhook:{}", webhook.id), webhook.name.clone());
    }
    Ok(names)
}
