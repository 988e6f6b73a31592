//! What the provider says of a person, once it is sure that the provider says it, to this server, now.

use hookline_domain::access::Email;
use hookline_domain::time::{MICROS_PER_SECOND, Timestamp};
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::Value;

/// Seconds that the provider's clock may be off.
const LEEWAY_SECONDS: i64 = 60;
const SUBJECT_CHARS_MAX: usize = 255;
/// No `none`, and nothing symmetric: whoever knows the client secret could sign as the provider.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// Why a token is not taken. Its contents are in none of the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("the ID token can't be read")]
    Unreadable,
    #[error("the ID token is signed by an algorithm that is not taken")]
    Algorithm,
    #[error("the ID token is signed by a key that the provider does not publish")]
    UnknownKey,
    #[error("the ID token's signature is wrong")]
    Signature,
    #[error("the ID token is another issuer's")]
    Issuer,
    #[error("the ID token is for another client")]
    Audience,
    #[error("the ID token has expired, or is not valid yet; are both clocks right?")]
    Time,
    #[error("the ID token is not of this attempt")]
    Nonce,
    #[error("the ID token has no `email`; does the client have the scope?")]
    NoEmail,
    #[error("the provider has not verified the person's email address")]
    Unverified,
}

pub struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    pub now: Timestamp,
}

/// Who signed in.
#[derive(Debug)]
pub struct Subject {
    pub id: String,
    pub email: Email,
    pub name: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: f64,
    nbf: Option<f64>,
    nonce: Option<String>,
    email: Option<String>,
    /// Some providers send a text.
    email_verified: Option<Value>,
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

pub fn verify(token: &str, keys: &[Jwk], expected: &Expected<'_>) -> Result<Subject, TokenError> {
    let header = decode_header(token).map_err(|_| TokenError::Unreadable)?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(TokenError::Algorithm);
    }
    let key = find(keys, header.kid.as_deref()).ok_or(TokenError::UnknownKey)?;
    let key = DecodingKey::from_jwk(key).map_err(|_| TokenError::UnknownKey)?;
    // The claims are checked below, by the server's own clock.
    let mut signature_only = Validation::new(header.alg);
    signature_only.validate_exp = false;
    signature_only.validate_nbf = false;
    signature_only.validate_aud = false;
    signature_only.required_spec_claims.clear();
    let decoded = decode::<Claims>(token, &key, &signature_only);
    let claims = decoded.map_err(|error| match error.kind() {
        jsonwebtoken::errors::ErrorKind::Json(_) => TokenError::Unreadable,
        _ => TokenError::Signature,
    })?;
    check(claims.claims, expected)
}

/// By its id; a token that names none must be of the only key.
fn find<'k>(keys: &'k [Jwk], id: Option<&str>) -> Option<&'k Jwk> {
    let mut signing = keys.iter().filter(|key| key.common.public_key_use != Some(PublicKeyUse::Encryption));
    match id {
        Some(id) => signing.find(|key| key.common.key_id.as_deref() == Some(id)),
        None => signing.next().filter(|_| signing.next().is_none()),
    }
}

fn check(claims: Claims, expected: &Expected<'_>) -> Result<Subject, TokenError> {
    if claims.iss != expected.issuer {
        return Err(TokenError::Issuer);
    }
    let audience = match claims.aud {
        Audience::One(one) => vec![one],
        Audience::Several(several) => several,
    };
    let is_party = match claims.azp.as_deref() {
        Some(party) => party == expected.client_id,
        None => audience.len() == 1,
    };
    if !is_party || !audience.iter().any(|one| one == expected.client_id) {
        return Err(TokenError::Audience);
    }
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 fit")]
    let (now, leeway) = ((expected.now.0 / MICROS_PER_SECOND) as f64, LEEWAY_SECONDS as f64);
    if claims.exp + leeway <= now || claims.nbf.is_some_and(|from| from - leeway > now) {
        return Err(TokenError::Time);
    }
    if claims.nonce.as_deref() != Some(expected.nonce) {
        return Err(TokenError::Nonce);
    }
    let is_verified = match claims.email_verified {
        Some(Value::Bool(verified)) => verified,
        Some(Value::String(text)) => text == "true",
        _ => false,
    };
    let email = claims.email.and_then(|email| email.parse().ok()).ok_or(TokenError::NoEmail)?;
    if !is_verified {
        return Err(TokenError::Unverified);
    }
    let id = claims.sub;
    if id.is_empty() || id.chars().count() > SUBJECT_CHARS_MAX || id.contains('\0') {
        return Err(TokenError::Unreadable);
    }
    Ok(Subject { id, email, name: claims.name })
}
