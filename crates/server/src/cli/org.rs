//! `hookline org`: organizations and their API keys.

use clap::Subcommand;
use hookline_domain::access::Role;
use hookline_domain::ids::{ApiKeyId, OrgId};
use hookline_domain::phone::Country;
use serde_json::json;

use super::change;
use crate::clock::Clock;
use crate::config::DatabaseConfig;
use crate::keys::{Key, KeyKind};
use crate::storage::audit::Entry;
use crate::storage::organizations::{self, NewApiKey, NewOrganization};
use crate::storage::{Db, Result};

#[derive(Subcommand)]
pub enum OrgCommand {
    /// Add an organization; prints its id and an API key, once.
    Create {
        name: String,
        /// Where national phone numbers are from: two letters of ISO 3166, such as US.
        #[arg(long, default_value = "US")]
        country: Country,
    },
    /// List the organizations.
    List,
}

#[derive(Subcommand)]
pub enum KeyCommand {
    /// Give an organization another API key; prints it, once.
    Create {
        /// The organization's id.
        #[arg(long)]
        org: OrgId,
        /// What it may do: owner, manager, analyst or read_only.
        #[arg(long, default_value_t = Role::Owner)]
        role: Role,
        /// What it is for.
        name: String,
    },
    /// List an organization's API keys, without their secret part.
    List {
        #[arg(long)]
        org: OrgId,
    },
    /// End an API key, by its id.
    Revoke { key: ApiKeyId },
}

pub async fn run_org(database: &DatabaseConfig, command: &OrgCommand) -> Result<()> {
    let db = Db::open(&database.database_url).await?;
    let clock = Clock::default();
    match command {
        OrgCommand::Create { name, country } => {
            let (org, key, at) = (OrgId(clock.new_id()), Key::generate(KeyKind::Api), clock.now());
            let mut tx = db.begin().await?;
            organizations::create(&mut tx, &NewOrganization { id: org, name, country: *country, at }).await?;
            let new = NewApiKey { id: ApiKeyId(clock.new_id()), org, name: "first", role: Role::Owner, at };
            organizations::create_api_key(&mut tx, &new, &key).await?;
            let view = json!({ "name": name, "default_country": country });
            change::commit(tx, &clock, org, &Entry::created("organization", org.0, &view)).await?;
            println!("organization {org}\nAPI key      {}\nThe key is shown only now.", key.reveal());
        }
        OrgCommand::List => {
            for org in organizations::list(&db).await? {
                println!("{}  {}  {}", org.id, org.country, org.name);
            }
        }
    }
    db.close().await;
    Ok(())
}

pub async fn run_key(database: &DatabaseConfig, command: &KeyCommand) -> Result<()> {
    let db = Db::open(&database.database_url).await?;
    let clock = Clock::default();
    match command {
        KeyCommand::Create { org, role, name } => {
            let mut tx = db.begin().await?;
            let (id, key) = (ApiKeyId(clock.new_id()), Key::generate(KeyKind::Api));
            let new = NewApiKey { id, org: *org, name, role: *role, at: clock.now() };
            organizations::create_api_key(&mut tx, &new, &key).await?;
            let view = json!({ "name": name, "role": role, "hint": key.hint() });
            change::commit(tx, &clock, *org, &Entry::created("api_key", id.0, &view)).await?;
            println!("id      {id}\nAPI key {}\nThe key is shown only now.", key.reveal());
        }
        KeyCommand::List { org } => {
            for key in organizations::list_api_keys(&db, *org).await? {
                println!("{}  {}  {:<9}  {}", key.id, key.hint, key.role.name(), key.name);
            }
        }
        KeyCommand::Revoke { key } => {
            let mut tx = db.begin().await?;
            let ended = organizations::revoke_api_key(&mut tx, *key, clock.now()).await?;
            let view = json!({ "name": ended.name, "role": ended.role, "hint": ended.hint });
            change::commit(tx, &clock, ended.org, &Entry::deleted("api_key", key.0, &view)).await?;
            println!("The key stops working on every server within 5 seconds.");
        }
    }
    db.close().await;
    Ok(())
}
