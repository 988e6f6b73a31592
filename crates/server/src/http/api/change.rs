//! What every change to the settings has in common: fields are checked, it is stored in one
//! transaction, and this node sees it at once; the others within seconds.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::http::Response;
use hookline_domain::tags::{TAG_VALUE_CHARS_MAX, TagName};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::auth::ApiCaller;
use crate::app::App;
use crate::http::answer;
use crate::problem::Problem;
use crate::settings::Org;
use crate::storage::StorageError;

const NAME_CHARS_MAX: usize = 128;
/// Default tags of one campaign or publisher.
const TAG_DEFAULTS_MAX: usize = 100;

/// The outcome as an answer.
pub fn done(app: &App, result: Result<Response<Body>, Problem>) -> Response<Body> {
    result.unwrap_or_else(|problem| answer::refuse(app, &problem))
}

pub fn to_json(view: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(view).expect("a view is JSON")
}

/// The caller's organization as the database has it now, whichever node changed it last.
pub async fn current(app: &App, caller: &ApiCaller) -> Result<Arc<Org>, Problem> {
    refresh(app).await?;
    let settings = app.settings.current().map_err(|_| Problem::unavailable())?;
    settings.orgs.get(&caller.org.id).cloned().ok_or_else(Problem::unavailable)
}

/// This node sees its own change at once.
pub async fn refresh(app: &App) -> Result<(), Problem> {
    app.settings.refresh().await.map_err(|error| unstored(&error))
}

/// A change that could not be stored for a reason of the server's.
pub fn unstored(error: &StorageError) -> Problem {
    tracing::error!(%error, "a setting could not be read or changed");
    Problem::unavailable()
}

/// A field that may not be as it was sent.
pub fn invalid_field(message: impl Into<String>) -> Problem {
    Problem::bad_request("invalid_field", message)
}

/// What there is, with some fields replaced. `null` clears a field that may be empty.
pub fn merged<T: Serialize + DeserializeOwned>(current: &T, sent: Map<String, Value>) -> Result<T, Problem> {
    let mut whole = serde_json::to_value(current).expect("a view is JSON");
    for (name, value) in sent {
        whole[name] = value;
    }
    serde_json::from_value(whole).map_err(|error| {
        Problem::bad_request(
            "invalid_body",
            format!("The JSON body can't be read: {error}. Correct it and send again."),
        )
    })
}

/// A name for people.
pub fn name(sent: &str) -> Result<&str, Problem> {
    let name = sent.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        return Err(invalid_field(format!(
            "`name` must have 1 to {NAME_CHARS_MAX} characters, and no control characters."
        )));
    }
    Ok(name)
}

/// Tags that calls get for want of anything better.
pub fn check_tag_defaults(defaults: &BTreeMap<TagName, String>) -> Result<(), Problem> {
    if defaults.len() > TAG_DEFAULTS_MAX {
        return Err(invalid_field(format!("`tag_defaults` must have at most {TAG_DEFAULTS_MAX} tags.")));
    }
    for (name, value) in defaults {
        if value.chars().count() > TAG_VALUE_CHARS_MAX || value.contains('\0') {
            return Err(invalid_field(format!(
                "`tag_defaults.{name}` must have at most {TAG_VALUE_CHARS_MAX} characters, and none of them U+0000."
            )));
        }
    }
    Ok(())
}
