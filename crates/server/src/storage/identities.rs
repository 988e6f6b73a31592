//! Who people are at an OpenID Connect provider.

use hookline_domain::ids::UserId;
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use super::{Result, Tx};
use crate::values;

/// Who this is here, if they have signed in before.
pub async fn user(tx: &mut Tx, issuer: &str, subject: &str) -> Result<Option<UserId>> {
    let sql = "SELECT user_id FROM identities WHERE issuer = $1 AND subject = $2";
    let found: Option<(Uuid,)> = tx.fetch_optional(sql, values![issuer, subject]).await?;
    Ok(found.map(|(id,)| UserId(id)))
}

/// Whether this user is somebody at the provider already.
pub async fn is_bound(tx: &mut Tx, issuer: &str, user: UserId) -> Result<bool> {
    let sql = "SELECT user_id FROM identities WHERE issuer = $1 AND user_id = $2";
    let found: Option<(Uuid,)> = tx.fetch_optional(sql, values![issuer, user.0]).await?;
    Ok(found.is_some())
}

/// The same at any provider.
pub async fn is_bound_anywhere(tx: &mut Tx, user: UserId) -> Result<bool> {
    let sql = "SELECT user_id FROM identities WHERE user_id = $1 LIMIT 1";
    let found: Option<(Uuid,)> = tx.fetch_optional(sql, values![user.0]).await?;
    Ok(found.is_some())
}

/// `Conflict` if either is bound already.
pub async fn bind(tx: &mut Tx, issuer: &str, subject: &str, user: UserId, at: Timestamp) -> Result<()> {
    tx.execute(
        "INSERT INTO identities (issuer, subject, user_id, created_at) VALUES ($1, $2, $3, $4)",
        values![issuer, subject, user.0, at.0],
    )
    .await
    .map(drop)
}
