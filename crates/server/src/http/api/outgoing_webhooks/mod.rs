//! Outgoing webhooks: where events of calls are told. Made, changed, tried, given new secrets, ended.

pub mod change;
pub mod create;
pub mod list;
pub mod secret;
pub mod test;
pub mod traffic;

use std::sync::Arc;

use hookline_domain::document::{self, Document};
use hookline_domain::flow::Method;
use hookline_domain::ids::{CampaignId, OutgoingWebhookId};
use hookline_domain::outgoing::{Body, Event, HeaderValue, SecretHeader, Settings};
use hookline_domain::time::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::change::{invalid_document, invalid_field, name, unstored};
use super::members::Members;
use crate::app::App;
use crate::http::openapi::{EventDocument, MethodDocument, OutgoingBodyDocument, OutgoingHeader};
use crate::outbound::is_same_origin;
use crate::problem::Problem;
use crate::server_secret::{Keys, NoSecret};
use crate::settings::{Org, OutgoingWebhook};
use crate::storage::StorageError;

pub use change::{delete, update};
pub use create::create;
pub use list::{get, list};
pub use secret::rotate;
pub use test::test;
pub use traffic::traffic;

/// Outgoing webhooks of one organization.
const OUTGOING_WEBHOOKS_MAX: usize = 100;
/// What answers have and no request sets. They are often sent back with the rest.
const READ_ONLY: [&str; 6] =
    ["id", "disabled_reason", "old_secret_until", "created_at", "updated_at", "signing_secret"];
/// Characters of a name, before it is looked at more closely.
const NAME_CHARS_MAX: usize = 1_000;

#[derive(Serialize, ToSchema)]
#[schema(as = OutgoingWebhook)]
pub struct View<'a> {
    #[schema(value_type = uuid::Uuid)]
    id: OutgoingWebhookId,
    name: &'a str,
    enabled: bool,
    #[schema(value_type = Vec<EventDocument>)]
    events: &'a [Event],
    /// Empty: calls of every campaign, and of none.
    #[schema(value_type = Vec<uuid::Uuid>)]
    campaigns: &'a [CampaignId],
    #[schema(value_type = MethodDocument)]
    method: Method,
    #[schema(example = "https://crm.example/lead?cid=[CALL_ID]")]
    url: &'a str,
    headers: Vec<OutgoingHeader>,
    #[schema(value_type = OutgoingBodyDocument)]
    body: &'a Body,
    /// 1 to 20.
    attempts_max: u32,
    /// 1 to 30, for one attempt.
    timeout_seconds: u32,
    /// Why the server has disabled it, if it did.
    disabled_reason: Option<&'a str>,
    /// The signing secret before the last rotation signs too until then.
    #[schema(value_type = Option<String>, format = DateTime)]
    old_secret_until: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// Only in the answer that makes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    signing_secret: Option<String>,
}

fn view(webhook: &OutgoingWebhook) -> View<'_> {
    let settings = &webhook.settings;
    let headers = settings.headers.iter().map(|header| match &header.value {
        HeaderValue::Value(template) => {
            OutgoingHeader { name: header.name.clone(), value: Some(template.to_string()), secret: false }
        }
        HeaderValue::Sealed(_) => OutgoingHeader { name: header.name.clone(), value: None, secret: true },
    });
    View {
        id: webhook.id,
        name: &webhook.name,
        enabled: webhook.enabled,
        events: &settings.events,
        campaigns: &settings.campaigns,
        method: settings.method,
        url: settings.url.as_str(),
        headers: headers.collect(),
        body: &settings.body,
        attempts_max: settings.attempts_max,
        timeout_seconds: settings.timeout_seconds,
        disabled_reason: webhook.disabled_reason.as_deref(),
        old_secret_until: webhook.old_secret_until,
        created_at: webhook.created_at,
        updated_at: webhook.updated_at,
        signing_secret: None,
    }
}

/// The organization's outgoing webhook of this id, as the settings have it.
fn find(org: &Org, id: &str) -> Result<Arc<OutgoingWebhook>, Problem> {
    let found = id.parse::<OutgoingWebhookId>().ok().and_then(|id| org.outgoing.get(&id).cloned());
    found.ok_or_else(|| {
        Problem::not_found(
            "outgoing_webhook_not_found",
            format!(
                "No outgoing webhook of this organization has the id {id}. GET /v1/outgoing-webhooks lists them."
            ),
        )
    })
}

/// What may be set of one.
struct Fields {
    name: String,
    enabled: bool,
    settings: Settings,
}

/// Reads what is to be of an outgoing webhook with this id; a secret that is not sent stays as it is in `old`.
fn fields(
    app: &App,
    org: &Org,
    id: OutgoingWebhookId,
    mut sent: Members,
    old: Option<&OutgoingWebhook>,
) -> Result<Fields, Problem> {
    READ_ONLY.iter().for_each(|name| drop(sent.remove(name)));
    let raw = sent.to_raw();
    let (mut no_secret, mut kept_names) = (None, Vec::new());
    let read = read(&raw, &mut |header| {
        let Some(value) = header.value else {
            kept_names.push(header.name.to_owned());
            return kept(old, header)
                .ok_or_else(|| format!("is secret, and no value of {} is known: send it", header.name));
        };
        let keys = keys(app).map_err(|problem| {
            let why = problem.to_string();
            no_secret = Some(problem);
            why
        })?;
        Ok(keys.seal(id, header.name, value))
    });
    if let Some(problem) = no_secret {
        return Err(secret_missing(&problem));
    }
    let fields = read.map_err(|problem| invalid_document(&problem))?;
    check_kept(&fields.settings, old, &kept_names).map_err(|problem| invalid_document(&problem))?;
    for (at, id) in fields.settings.campaigns.iter().enumerate() {
        // One that was deleted since may stay: else nothing of the outgoing webhook could be changed.
        let is_new = old.is_none_or(|old| !old.settings.campaigns.contains(id));
        if is_new && !org.campaigns.contains_key(id) {
            let message = format!(
                "`campaigns[{at}]` is no campaign of this organization. GET /v1/campaigns lists them."
            );
            return Err(invalid_field(message));
        }
    }
    Ok(Fields { name: name(&fields.name)?.to_owned(), ..fields })
}

fn read(
    raw: &RawValue,
    seal: &mut hookline_domain::outgoing::SealHeader<'_>,
) -> Result<Fields, document::Problem> {
    let mut fields = Document::new(raw, "").fields()?;
    let name = fields.require("name", "how people call it")?.text(NAME_CHARS_MAX)?;
    let enabled = fields.take("enabled").map_or(Ok(true), |field| field.boolean())?;
    let settings = Settings::take(&mut fields, seal)?;
    fields.finish()?;
    Ok(Fields { name, enabled, settings })
}

fn kept<'a>(old: Option<&'a OutgoingWebhook>, header: SecretHeader<'_>) -> Option<String> {
    let headers: &'a [_] = old.map_or(&[], |old| &old.settings.headers);
    let known = headers.iter().find(|known| known.name.eq_ignore_ascii_case(header.name))?;
    match &known.value {
        HeaderValue::Sealed(sealed) => Some(sealed.clone()),
        HeaderValue::Value(_) => None,
    }
}

/// A secret stays only where it was sent before: whoever may not read it could else have it sent to themselves.
fn check_kept(
    new: &Settings,
    old: Option<&OutgoingWebhook>,
    kept_names: &[String],
) -> Result<(), document::Problem> {
    let (Some(old), Some(at)) =
        (old, new.headers.iter().position(|header| kept_names.contains(&header.name)))
    else {
        return Ok(());
    };
    if is_same_origin(old.settings.url.literal_start(), new.url.literal_start()) {
        return Ok(());
    }
    let message = "is secret and was set for another host than `url` has now: send it again";
    Err(document::Problem { path: format!("headers[{at}].value"), message: message.to_owned() })
}

/// What secrets are made with. A secret of the server is made for the first outgoing webhook of all: if one is missing
/// later, another would not be the one that was used before.
fn keys(app: &App) -> Result<Arc<Keys>, NoSecret> {
    let is_first = app.settings.current().is_ok_and(|settings| settings.outgoing.is_empty());
    if is_first { app.secret.obtain() } else { app.secret.known() }
}

/// Nothing can be signed or sealed.
fn secret_missing(problem: &NoSecret) -> Problem {
    let text = problem.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    Problem::new(409, "server_secret_missing", format!("{first}{}.", letters.as_str()))
}

fn storage_problem(error: &StorageError) -> Problem {
    match error {
        StorageError::NotFound(what) => Problem::not_found("outgoing_webhook_not_found", format!("{what}.")),
        other => unstored(other),
    }
}
