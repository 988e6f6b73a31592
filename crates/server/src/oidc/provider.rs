//! Three small requests to the provider: what it is, its keys, and a code for a token. Its address is the operator's, so
//! a private one is allowed; what it answers is held to limits.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::Jwk;
use reqwest::{RequestBuilder, Url};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use url::form_urlencoded::{self, byte_serialize};

use super::options::Client;

/// For one request, from looking up the name to the last byte.
const REQUEST_SECONDS_MAX: Duration = Duration::from_secs(10);
const ANSWER_BYTES_MAX: usize = 256 * 1024;

/// What went wrong with the provider, without a word of what it sent.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    #[error("{what} can't be reached: {error}")]
    Unreachable { what: &'static str, error: reqwest::Error },
    #[error("{0} answered with more than 256 KiB")]
    TooLarge(&'static str),
    #[error("{what} answered {status}")]
    Status { what: &'static str, status: u16 },
    #[error("it did not answer a moment ago")]
    JustFailed,
    #[error("{0} can't be read")]
    Unreadable(&'static str),
    #[error(
        "the discovery document is of another issuer; HOOKLINE_OIDC_ISSUER must be written exactly as there"
    )]
    OtherIssuer,
    #[error("an address in the discovery document is not of https, as the issuer is")]
    Insecure,
}

/// Of the discovery document (OpenID Connect Discovery 1.0).
#[derive(Clone, Deserialize)]
pub struct Metadata {
    issuer: String,
    #[serde(deserialize_with = "url")]
    pub authorization_endpoint: Url,
    #[serde(deserialize_with = "url")]
    token_endpoint: Url,
    #[serde(deserialize_with = "url")]
    jwks_uri: Url,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

fn url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Url, D::Error> {
    Url::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

pub async fn discover(http: &reqwest::Client, issuer: &str) -> Result<Metadata, ProviderError> {
    const WHAT: &str = "the provider's discovery document";
    let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let found: Metadata = ask(http.get(url), WHAT).await?;
    if found.issuer != issuer {
        return Err(ProviderError::OtherIssuer);
    }
    let addresses = [&found.authorization_endpoint, &found.token_endpoint, &found.jwks_uri];
    let may_be_plain = issuer.starts_with("http:");
    let allowed = |url: &&Url| url.scheme() == "https" || (may_be_plain && url.scheme() == "http");
    if addresses.iter().all(allowed) { Ok(found) } else { Err(ProviderError::Insecure) }
}

/// Those of the provider's keys that can be read; it may have others, for other clients.
pub async fn keys(http: &reqwest::Client, metadata: &Metadata) -> Result<Vec<Jwk>, ProviderError> {
    #[derive(Deserialize)]
    struct Set {
        keys: Vec<Value>,
    }
    let set: Set = ask(http.get(metadata.jwks_uri.clone()), "the provider's keys").await?;
    Ok(set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect())
}

/// The ID token that the code stands for.
pub async fn redeem(
    http: &reqwest::Client,
    metadata: &Metadata,
    client: &Client,
    code: &str,
    verifier: &str,
    redirect_uri: &str,
) -> Result<String, ProviderError> {
    #[derive(Deserialize)]
    struct Tokens {
        id_token: String,
    }
    let methods = &metadata.token_endpoint_auth_methods_supported;
    let by_post = !methods.is_empty()
        && !methods.iter().any(|one| one == "client_secret_basic")
        && methods.iter().any(|one| one == "client_secret_post");
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri),
        ("code_verifier", verifier),
    ];
    if by_post {
        fields.extend([("client_id", client.id.as_str()), ("client_secret", client.secret.reveal())]);
    }
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let mut request = http
        .post(metadata.token_endpoint.clone())
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form);
    if !by_post {
        // RFC 6749, 2.3.1: both are encoded as in a form first.
        let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let both = format!("{}:{}", encode(&client.id), encode(client.secret.reveal()));
        let mut value = reqwest::header::HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(both)))
            .expect("base64 is ASCII");
        value.set_sensitive(true);
        request = request.header("authorization", value);
    }
    let tokens: Tokens = ask(request, "the provider's token endpoint").await?;
    Ok(tokens.id_token)
}

async fn ask<T: DeserializeOwned>(request: RequestBuilder, what: &'static str) -> Result<T, ProviderError> {
    // Its address is the operator's, and has nothing secret; only the log sees it.
    let unreachable = |error| ProviderError::Unreachable { what, error };
    let request = request.header("accept", "application/json").timeout(REQUEST_SECONDS_MAX);
    let mut response = request.send().await.map_err(unreachable)?;
    let status = response.status();
    if !status.is_success() {
        return Err(ProviderError::Status { what, status: status.as_u16() });
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(ProviderError::TooLarge(what));
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&body).map_err(|_| ProviderError::Unreadable(what))
}
