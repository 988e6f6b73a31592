//! People, and which organizations they are members of.

use hookline_domain::access::{Email, Role};
use hookline_domain::ids::{OrgId, UserId};
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use super::{Db, Result, StorageError, Tx};
use crate::values;

pub struct User {
    pub id: UserId,
    pub email: String,
    pub name: String,
    /// Argon2id in PHC's text form; `None` until one is set.
    pub password_hash: Option<String>,
}

/// A member of one organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub disabled: bool,
    pub has_password: bool,
    pub created_at: Timestamp,
}

/// What a person may do in one organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    pub org: OrgId,
    pub org_name: String,
    pub role: Role,
    pub disabled: bool,
}

pub fn stored_role(text: &str) -> Result<Role> {
    text.parse().map_err(|_| StorageError::Unreadable(format!("`{text}` is no role")))
}

/// Whether there is anyone at all.
pub async fn any(db: &Db) -> Result<bool> {
    let found: Option<(Uuid,)> = db.fetch_optional("SELECT id FROM users LIMIT 1", vec![]).await?;
    Ok(found.is_some())
}

/// The same, as a transaction sees it.
pub async fn any_in(tx: &mut Tx) -> Result<bool> {
    let found: Option<(Uuid,)> = tx.fetch_optional("SELECT id FROM users LIMIT 1", vec![]).await?;
    Ok(found.is_some())
}

type UserRow = (Uuid, String, String, Option<String>);

fn user((id, email, name, password_hash): UserRow) -> User {
    User { id: UserId(id), email, name, password_hash }
}

pub async fn find_by_email(tx: &mut Tx, email: &Email) -> Result<Option<User>> {
    let sql = "SELECT id, email, name, password_hash FROM users WHERE email = $1";
    let found: Option<UserRow> = tx.fetch_optional(sql, values![email.as_str()]).await?;
    Ok(found.map(user))
}

/// The person of this address, if any organization lets them in.
pub async fn find_to_sign_in(db: &Db, email: &Email) -> Result<Option<User>> {
    let found: Option<UserRow> = db
        .fetch_optional(
            "SELECT id, email, name, password_hash FROM users u WHERE email = $1
                 AND EXISTS (SELECT 1 FROM members m WHERE m.user_id = u.id AND NOT m.disabled)",
            values![email.as_str()],
        )
        .await?;
    Ok(found.map(user))
}

pub async fn find(db: &Db, id: UserId) -> Result<Option<User>> {
    let sql = "SELECT id, email, name, password_hash FROM users WHERE id = $1";
    let found: Option<UserRow> = db.fetch_optional(sql, values![id.0]).await?;
    Ok(found.map(user))
}

/// `Conflict` if the address is taken.
pub async fn create(tx: &mut Tx, user: &User, at: Timestamp) -> Result<()> {
    tx.execute(
        "INSERT INTO users (id, email, name, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)",
        values![user.id.0, user.email.as_str(), user.name.as_str(), user.password_hash.as_deref(), at.0],
    )
    .await
    .map(drop)
}

pub async fn rename(tx: &mut Tx, user: UserId, name: &str) -> Result<()> {
    one(tx.execute("UPDATE users SET name = $2 WHERE id = $1", values![user.0, name]).await?)
}

pub async fn set_password(tx: &mut Tx, user: UserId, hash: &str) -> Result<()> {
    one(tx.execute("UPDATE users SET password_hash = $2 WHERE id = $1", values![user.0, hash]).await?)
}

pub async fn clear_password(tx: &mut Tx, user: UserId) -> Result<()> {
    one(tx.execute("UPDATE users SET password_hash = NULL WHERE id = $1", values![user.0]).await?)
}

/// `Conflict` if they are a member already.
pub async fn add_member(tx: &mut Tx, org: OrgId, user: UserId, role: Role, at: Timestamp) -> Result<()> {
    tx.execute(
        "INSERT INTO members (org_id, user_id, role, disabled, created_at) VALUES ($1, $2, $3, $4, $5)",
        values![org.0, user.0, role.name(), false, at.0],
    )
    .await
    .map(drop)
}

pub async fn update_member(tx: &mut Tx, org: OrgId, user: UserId, role: Role, disabled: bool) -> Result<()> {
    one(tx
        .execute(
            "UPDATE members SET role = $3, disabled = $4 WHERE org_id = $1 AND user_id = $2",
            values![org.0, user.0, role.name(), disabled],
        )
        .await?)
}

pub async fn remove_member(tx: &mut Tx, org: OrgId, user: UserId) -> Result<()> {
    let sql = "DELETE FROM members WHERE org_id = $1 AND user_id = $2";
    one(tx.execute(sql, values![org.0, user.0]).await?)
}

const MEMBERS: &str =
    "SELECT u.id, u.email, u.name, m.role, m.disabled, u.password_hash IS NOT NULL AS has_password,
    m.created_at FROM members m JOIN users u ON u.id = m.user_id WHERE m.org_id = $1";

#[derive(sqlx::FromRow)]
struct MemberRow {
    id: Uuid,
    email: String,
    name: String,
    role: String,
    disabled: bool,
    has_password: bool,
    created_at: i64,
}

fn member(row: MemberRow) -> Result<Member> {
    Ok(Member {
        id: UserId(row.id),
        role: stored_role(&row.role)?,
        email: row.email,
        name: row.name,
        disabled: row.disabled,
        has_password: row.has_password,
        created_at: Timestamp(row.created_at),
    })
}

/// By address.
pub async fn members(db: &Db, org: OrgId) -> Result<Vec<Member>> {
    let rows: Vec<MemberRow> = db.fetch_all(&format!("{MEMBERS} ORDER BY u.email"), values![org.0]).await?;
    rows.into_iter().map(member).collect()
}

/// The same as a transaction sees it that is going to change one of them.
pub async fn members_to_change(tx: &mut Tx, org: OrgId) -> Result<Vec<Member>> {
    let rows: Vec<MemberRow> = tx.fetch_all(&format!("{MEMBERS} ORDER BY u.email"), values![org.0]).await?;
    rows.into_iter().map(member).collect()
}

/// Every organization that the person is in, also where they are disabled.
pub async fn memberships(tx: &mut Tx, user: UserId) -> Result<Vec<Membership>> {
    let rows: Vec<(Uuid, String, String, bool)> = tx
        .fetch_all(
            "SELECT o.id, o.name, m.role, m.disabled FROM members m JOIN organizations o ON o.id = m.org_id
             WHERE m.user_id = $1",
            values![user.0],
        )
        .await?;
    rows.into_iter()
        .map(|(org, org_name, role, disabled)| {
            Ok(Membership { org: OrgId(org), org_name, role: stored_role(&role)?, disabled })
        })
        .collect()
}

fn one(changed: u64) -> Result<()> {
    if changed == 1 { Ok(()) } else { Err(StorageError::NotFound("this user is gone".into())) }
}
