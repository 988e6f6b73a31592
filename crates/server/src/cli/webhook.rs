//! `hookline webhook`: inbound webhooks and their keys.

use clap::Subcommand;
use hookline_domain::ids::{OrgId, WebhookId};
use hookline_domain::rate::{RateLimit, RatePer};
use hookline_domain::settings::WebhookSettings;
use hookline_domain::webhook::WebhookKind;
use serde_json::json;

use super::change;
use crate::clock::Clock;
use crate::config::DatabaseConfig;
use crate::keys::{Key, KeyKind};
use crate::settings::Settings;
use crate::storage::audit::Entry;
use crate::storage::webhooks::{self, NewWebhook};
use crate::storage::{Db, Result, StorageError};

#[derive(Subcommand)]
pub enum WebhookCommand {
    /// Add an inbound webhook; prints its id and key, once.
    Create {
        /// The organization's id.
        #[arg(long)]
        org: OrgId,
        /// call_data, update_revenue, update_tags or update_fields.
        #[arg(long = "type", value_parser = kind)]
        kind: WebhookKind,
        name: String,
        /// Requests per minute.
        #[arg(long, default_value_t = RateLimit::default().count)]
        per_minute: u32,
    },
    /// List the inbound webhooks.
    List,
    /// Give a webhook a new key; prints it, once.
    Rotate {
        webhook: WebhookId,
        /// Hours that the old key still works.
        #[arg(long, default_value_t = 24)]
        overlap_hours: u32,
    },
    /// End a webhook and its keys. Its request log stays.
    Delete { webhook: WebhookId },
}

fn kind(text: &str) -> std::result::Result<WebhookKind, String> {
    WebhookKind::from_name(text)
        .ok_or_else(|| "write call_data, update_revenue, update_tags or update_fields".into())
}

pub async fn run(database: &DatabaseConfig, command: &WebhookCommand) -> Result<()> {
    let db = Db::open(&database.database_url).await?;
    let clock = Clock::default();
    let at = clock.now();
    match command {
        WebhookCommand::Create { org, kind, name, per_minute } => {
            let rate_limit = RateLimit { count: *per_minute, per: RatePer::Minute };
            let settings = WebhookSettings { rate_limit, ..WebhookSettings::default_for(*kind) };
            settings.check(*kind).map_err(|invalid| StorageError::Setup(invalid.to_string()))?;
            let (id, key) = (WebhookId(clock.new_id()), Key::generate(KeyKind::Webhook));
            let mut tx = db.begin().await?;
            webhooks::create(
                &mut tx,
                &NewWebhook { id, org: *org, kind: *kind, name, settings: &settings, at },
                &key,
            )
            .await?;
            let view = json!({ "type": kind, "name": name, "settings": settings });
            change::commit(tx, &clock, *org, &Entry::created("webhook", id.0, &view)).await?;
            println!("webhook {id}\nkey     {}\nThe key is shown only now.", key.reveal());
        }
        WebhookCommand::List => {
            let settings = Settings::load(db.clone(), clock.clone()).await?;
            let snapshot = settings.current().map_err(|stale| StorageError::Setup(stale.to_string()))?;
            for org in snapshot.orgs.values() {
                for webhook in org.webhooks.values() {
                    let state = if webhook.enabled { "enabled" } else { "disabled" };
                    println!(
                        "{}  {:<14}  {state:<8}  {}  ({})",
                        webhook.id,
                        webhook.kind.name(),
                        webhook.name,
                        org.name
                    );
                }
            }
        }
        WebhookCommand::Rotate { webhook, overlap_hours } => {
            let key = Key::generate(KeyKind::Webhook);
            let old_until = at.plus_seconds(i64::from(*overlap_hours) * 3_600);
            let mut tx = db.begin().await?;
            let (org, _) = webhooks::find(&mut tx, *webhook).await?;
            webhooks::rotate_key(&mut tx, *webhook, &key, at, old_until).await?;
            let (before, after) = (json!({}), json!({ "old_keys_until": old_until }));
            let entry = Entry::updated("webhook", webhook.0, &before, &after).called("rotated");
            change::commit(tx, &clock, org, &entry).await?;
            println!("key {}\nThe key is shown only now. The old one works until {old_until}.", key.reveal());
        }
        WebhookCommand::Delete { webhook } => {
            let mut tx = db.begin().await?;
            let (org, name) = webhooks::find(&mut tx, *webhook).await?;
            webhooks::delete(&mut tx, *webhook, at).await?;
            let entry = Entry::deleted("webhook", webhook.0, &json!({ "name": name }));
            change::commit(tx, &clock, org, &entry).await?;
            println!("Its keys stop working on every server within 5 seconds.");
        }
    }
    db.close().await;
    Ok(())
}
