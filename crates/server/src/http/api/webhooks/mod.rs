//! Inbound webhooks: made, changed, given new keys, ended.

pub mod change;
pub mod create;
pub mod list;
pub mod test;
pub mod traffic;

use std::sync::Arc;

use hookline_domain::ids::WebhookId;
use hookline_domain::settings::WebhookSettings;
use hookline_domain::time::Timestamp;
use hookline_domain::webhook::WebhookKind;
use serde::Serialize;
use serde_json::{Map, Value};

use super::change::unstored;
use super::read;
use crate::problem::Problem;
use crate::settings::{Org, Webhook};
use crate::storage::StorageError;

pub use change::{delete, rotate, update};
pub use create::create;
pub use list::{get, list};
pub use test::test;
pub use traffic::traffic;

#[derive(Serialize)]
struct WebhookView<'a> {
    id: WebhookId,
    r#type: WebhookKind,
    name: &'a str,
    enabled: bool,
    settings: &'a WebhookSettings,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Only in the answer that makes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
}

fn view<'a>(webhook: &'a Webhook, key: Option<&'a str>) -> WebhookView<'a> {
    WebhookView {
        id: webhook.id,
        r#type: webhook.kind,
        name: &webhook.name,
        enabled: webhook.enabled,
        settings: &webhook.settings,
        created_at: webhook.created_at,
        updated_at: webhook.updated_at,
        key,
    }
}

/// The organization's webhook of this id, as this node's settings have it.
fn find(org: &Org, id: &str) -> Result<Arc<Webhook>, Problem> {
    let found = id.parse::<WebhookId>().ok().and_then(|id| org.webhooks.get(&id).cloned());
    found.ok_or_else(|| {
        Problem::not_found(
            "webhook_not_found",
            format!("No webhook of this organization has the id {id}. GET /v1/webhooks lists them."),
        )
    })
}

/// Settings with some replaced, checked.
fn settings(
    kind: WebhookKind,
    base: &WebhookSettings,
    given: Option<Map<String, Value>>,
) -> Result<WebhookSettings, Problem> {
    let invalid = |message: String| Problem::bad_request("invalid_settings", message);
    let mut merged = serde_json::to_value(base).expect("settings are JSON");
    for (name, value) in given.unwrap_or_default() {
        merged[name] = value;
    }
    let settings: WebhookSettings = serde_path_to_error::deserialize(merged)
        .map_err(|error| invalid(format!("`settings` can't be read: {}.", read::why(&error))))?;
    settings
        .check(kind)
        .map_err(|problem| invalid(format!("`settings.{}` {}.", problem.field, problem.problem)))?;
    Ok(settings)
}

fn storage_problem(error: &StorageError) -> Problem {
    match error {
        StorageError::NotFound(what) => Problem::not_found("webhook_not_found", format!("{what}.")),
        other => unstored(other),
    }
}
