//! Browsers in which people are signed in, and the links that sign them in.

use hookline_domain::ids::{OrgId, SignInId, UserId};
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use super::users::{Membership, User, stored_role};
use super::{Db, Result, Tx};
use crate::settings::KeyHash;
use crate::values;

pub struct NewSignIn<'a> {
    pub id: SignInId,
    pub token: KeyHash,
    pub user: UserId,
    pub at: Timestamp,
    pub expires_at: Timestamp,
    pub user_agent: &'a str,
    pub address: String,
}

/// A sign-in that was found by its cookie, with what the person may do. Without a membership it is as if it
/// were not there.
#[derive(Debug, Clone)]
pub struct Found {
    pub id: SignInId,
    pub user: UserId,
    pub email: String,
    pub name: String,
    pub last_used_at: Timestamp,
    /// Those that are not disabled.
    pub memberships: Vec<Membership>,
}

#[derive(sqlx::FromRow)]
struct FoundRow {
    id: Uuid,
    user_id: Uuid,
    email: String,
    name: String,
    last_used_at: i64,
    org_id: Uuid,
    org_name: String,
    role: String,
}

pub async fn create(tx: &mut Tx, new: &NewSignIn<'_>) -> Result<()> {
    tx.execute(
        "INSERT INTO sign_ins (id, token_hash, user_id, created_at, last_used_at, expires_at, user_agent, address)
         VALUES ($1, $2, $3, $4, $4, $5, $6, $7)",
        values![
            new.id.0,
            new.token.to_vec(),
            new.user.0,
            new.at.0,
            new.expires_at.0,
            new.user_agent,
            new.address.as_str()
        ],
    )
    .await
    .map(drop)
}

/// One statement: it is asked for every request of a browser.
pub async fn find(db: &Db, token: &KeyHash, now: Timestamp) -> Result<Option<Found>> {
    let rows: Vec<FoundRow> = db
        .fetch_all(
            "SELECT s.id, s.user_id, u.email, u.name, s.last_used_at, m.org_id, o.name AS org_name, m.role
             FROM sign_ins s JOIN users u ON u.id = s.user_id
             JOIN members m ON m.user_id = s.user_id JOIN organizations o ON o.id = m.org_id
             WHERE s.token_hash = $1 AND s.expires_at > $2 AND NOT m.disabled",
            values![token.to_vec(), now.0],
        )
        .await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let mut found = Found {
        id: SignInId(first.id),
        user: UserId(first.user_id),
        email: first.email.clone(),
        name: first.name.clone(),
        last_used_at: Timestamp(first.last_used_at),
        memberships: Vec::with_capacity(rows.len()),
    };
    for row in rows {
        found.memberships.push(Membership {
            org: OrgId(row.org_id),
            org_name: row.org_name,
            role: stored_role(&row.role)?,
            disabled: false,
        });
    }
    // Here and not in SQL: the two engines order names differently.
    found.memberships.sort_by_cached_key(|one| (one.org_name.to_lowercase(), one.org));
    Ok(Some(found))
}

/// It was used, and lasts longer.
pub async fn touch(db: &Db, id: SignInId, at: Timestamp, expires_at: Timestamp) -> Result<()> {
    let sql = "UPDATE sign_ins SET last_used_at = $2, expires_at = $3 WHERE id = $1";
    db.execute(sql, values![id.0, at.0, expires_at.0]).await.map(drop)
}

#[derive(sqlx::FromRow)]
pub struct SignInRow {
    pub id: Uuid,
    pub created_at: i64,
    pub last_used_at: i64,
    pub user_agent: String,
    pub address: String,
}

/// The person's own, newest first.
pub async fn list(db: &Db, user: UserId, now: Timestamp) -> Result<Vec<SignInRow>> {
    db.fetch_all(
        "SELECT id, created_at, last_used_at, user_agent, address FROM sign_ins
         WHERE user_id = $1 AND expires_at > $2 ORDER BY id DESC",
        values![user.0, now.0],
    )
    .await
}

/// Whether there was one of this person.
pub async fn end(db: &Db, user: UserId, id: SignInId) -> Result<bool> {
    let sql = "DELETE FROM sign_ins WHERE user_id = $1 AND id = $2";
    Ok(db.execute(sql, values![user.0, id.0]).await? == 1)
}

/// By its cookie; one that is not there has ended.
pub async fn end_by_token(db: &Db, token: &KeyHash) -> Result<()> {
    db.execute("DELETE FROM sign_ins WHERE token_hash = $1", values![token.to_vec()]).await.map(drop)
}

/// Ends every sign-in of a person, but for one.
pub async fn end_others(tx: &mut Tx, user: UserId, but: Option<SignInId>) -> Result<()> {
    let but = but.map_or(Uuid::nil(), |id| id.0);
    tx.execute("DELETE FROM sign_ins WHERE user_id = $1 AND id <> $2", values![user.0, but]).await.map(drop)
}

/// The person's link from now on; one given before ends.
pub async fn put_link(
    tx: &mut Tx,
    user: UserId,
    token: &KeyHash,
    sets_password: bool,
    expires_at: Timestamp,
) -> Result<()> {
    end_link(tx, user).await?;
    tx.execute(
        "INSERT INTO sign_in_links (user_id, token_hash, sets_password, expires_at) VALUES ($1, $2, $3, $4)",
        values![user.0, token.to_vec(), sets_password, expires_at.0],
    )
    .await
    .map(drop)
}

pub async fn end_link(tx: &mut Tx, user: UserId) -> Result<()> {
    tx.execute("DELETE FROM sign_in_links WHERE user_id = $1", values![user.0]).await.map(drop)
}

/// Whose link it is and whether it sets a password, if it works.
pub async fn link(db: &Db, token: &KeyHash, now: Timestamp) -> Result<Option<(User, bool)>> {
    let found: Option<(Uuid, String, String, Option<String>, bool)> = db
        .fetch_optional(
            "SELECT u.id, u.email, u.name, u.password_hash, l.sets_password
             FROM sign_in_links l JOIN users u ON u.id = l.user_id
             WHERE l.token_hash = $1 AND l.expires_at > $2
                 AND EXISTS (SELECT 1 FROM members m WHERE m.user_id = u.id AND NOT m.disabled)",
            values![token.to_vec(), now.0],
        )
        .await?;
    Ok(found.map(|(id, email, name, password_hash, sets_password)| {
        (User { id: UserId(id), email, name, password_hash }, sets_password)
    }))
}

/// Whether this transaction is the one that uses the link.
pub async fn use_link(tx: &mut Tx, token: &KeyHash, now: Timestamp) -> Result<bool> {
    let sql = "DELETE FROM sign_in_links WHERE token_hash = $1 AND expires_at > $2";
    Ok(tx.execute(sql, values![token.to_vec(), now.0]).await? == 1)
}
