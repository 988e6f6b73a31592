//! `hookline user`: people who sign in to the dashboard.

use clap::Subcommand;
use hookline_domain::access::{Email, Role};
use hookline_domain::ids::{OrgId, UserId};
use serde_json::json;

use super::change;
use crate::clock::Clock;
use crate::config::{AddressConfig, DatabaseConfig};
use crate::demo;
use crate::http::api::users::link::{INVITATION_SECONDS, LINK_SECONDS, address};
use crate::keys::{Key, KeyKind};
use crate::storage::audit::Entry;
use crate::storage::users::{self, User};
use crate::storage::{Db, Result, StorageError, Tx, organizations, sign_ins};

#[derive(Subcommand)]
pub enum UserCommand {
    /// Let a person into an organization; prints a link by which they set their password.
    Create {
        /// The organization's id.
        #[arg(long)]
        org: OrgId,
        /// What they may do: owner, manager, analyst or read_only.
        #[arg(long)]
        role: Role,
        email: Email,
        name: String,
        #[command(flatten)]
        server: AddressConfig,
    },
    /// Print a link by which a person sets a new password.
    Link {
        email: Email,
        #[command(flatten)]
        server: AddressConfig,
    },
    /// List the people, and where they may do what.
    List,
}

pub async fn run(database: &DatabaseConfig, command: &UserCommand) -> Result<()> {
    let db = Db::open(&database.database_url).await?;
    let clock = Clock::default();
    match command {
        UserCommand::Create { org, role, email, name, server } => {
            create(&db, &clock, (*org, *role), email, name, server).await?;
        }
        UserCommand::Link { email, server } => link(&db, &clock, email, server).await?,
        UserCommand::List => list(&db).await?,
    }
    db.close().await;
    Ok(())
}

async fn create(
    db: &Db,
    clock: &Clock,
    (org, role): (OrgId, Role),
    email: &Email,
    name: &str,
    server: &AddressConfig,
) -> Result<()> {
    let mut tx = db.begin().await?;
    let user = find_or_create(&mut tx, clock, email, name).await?;
    users::add_member(&mut tx, org, user.id, role, clock.now()).await.map_err(|error| match error {
        StorageError::Conflict => StorageError::Setup(format!(
            "{email} can't be let in: they are a member already, or there is no organization {org}; `hookline user list` and `hookline org list` say"
        )),
        other => other,
    })?;
    // Who has a password signs in with it.
    let given = match user.password_hash {
        None => Some(give(&mut tx, clock, user.id, true, INVITATION_SECONDS).await?),
        Some(_) => None,
    };
    let view = json!({ "email": email, "name": user.name, "role": role });
    change::commit(tx, clock, org, &Entry::created("user", user.id.0, &view)).await?;
    match given {
        Some(token) => println!(
            "user {}\nlink {}\nThe link works once, within 7 days.",
            user.id,
            address(&server.public_url(), &token)
        ),
        None => println!("user {}\n{email} signs in with the password that they have.", user.id),
    }
    Ok(())
}

async fn find_or_create(tx: &mut Tx, clock: &Clock, email: &Email, name: &str) -> Result<User> {
    if let Some(known) = users::find_by_email(tx, email).await? {
        return Ok(known);
    }
    let (id, email) = (UserId(clock.new_id()), email.as_str().to_owned());
    let user = User { id, email, name: name.to_owned(), password_hash: None };
    users::create(tx, &user, clock.now()).await?;
    Ok(user)
}

/// A link's token.
async fn give(tx: &mut Tx, clock: &Clock, user: UserId, sets_password: bool, seconds: i64) -> Result<Key> {
    let token = Key::generate(KeyKind::Link);
    let expires_at = clock.now().plus_seconds(seconds);
    sign_ins::put_link(tx, user, &token.hash(), sets_password, expires_at).await?;
    Ok(token)
}

async fn link(db: &Db, clock: &Clock, email: &Email, server: &AddressConfig) -> Result<()> {
    let mut tx = db.begin().await?;
    let user = users::find_by_email(&mut tx, email).await?;
    let user = user.ok_or_else(|| StorageError::NotFound(format!("there is no user {email}")))?;
    let token = give(&mut tx, clock, user.id, true, LINK_SECONDS).await?;
    let memberships = users::memberships(&mut tx, user.id).await?;
    let Some((last, others)) = memberships.split_last() else {
        return Err(StorageError::Setup(format!(
            "{email} is in no organization, so no link would let them in; use `hookline user create`"
        )));
    };
    let entry = Entry::done("link_made", "user", user.id.0);
    for one in others {
        change::record(&mut tx, clock, one.org, &entry).await?;
    }
    change::commit(tx, clock, last.org, &entry).await?;
    println!("link {}\nThe link works once, within a day.", address(&server.public_url(), &token));
    Ok(())
}

async fn list(db: &Db) -> Result<()> {
    for org in organizations::list(db).await? {
        for member in users::members(db, org.id).await? {
            let state = match (member.disabled, member.has_password) {
                (true, _) => "disabled",
                (false, true) => "",
                (false, false) => "no password yet",
            };
            println!(
                "{}  {:<9}  {}  {} ({})  {state}",
                member.id,
                member.role.name(),
                member.email,
                member.name,
                org.name
            );
        }
    }
    Ok(())
}

/// A link that signs in as the demo's owner, who is made if there is none.
pub async fn demo_link(db: &Db, public_url: &str, demo: &str) -> Result<String> {
    let clock = Clock::default();
    let org = organizations::find_by_name(db, demo).await?;
    let org = org.ok_or_else(|| StorageError::NotFound(format!("there is no organization {demo}")))?;
    let mut tx = db.begin().await?;
    let owner = demo::owner(UserId(clock.new_id()));
    let email = owner.email.parse().map_err(|_| StorageError::Unreadable(owner.email.clone()))?;
    let owner = find_or_create(&mut tx, &clock, &email, &owner.name).await?;
    let token = give(&mut tx, &clock, owner.id, false, LINK_SECONDS).await?;
    let entry = if users::memberships(&mut tx, owner.id).await?.iter().any(|one| one.org == org) {
        Entry::done("link_made", "user", owner.id.0)
    } else {
        users::add_member(&mut tx, org, owner.id, Role::Owner, clock.now()).await?;
        Entry::created("user", owner.id.0, &json!({ "email": owner.email, "role": Role::Owner }))
    };
    change::commit(tx, &clock, org, &entry).await?;
    Ok(address(public_url, &token))
}
