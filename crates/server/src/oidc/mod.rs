//! Signing in by an OpenID Connect provider: authorization code with PKCE. It knows no user: it says who somebody is at
//! the provider, and `http/api/oidc` who that is here.

mod attempt;
mod id_token;
mod options;
mod provider;

use std::sync::Arc;

use aws_lc_rs::hmac;
use hookline_domain::time::{MICROS_PER_SECOND, Timestamp};
use jsonwebtoken::jwk::Jwk;
use reqwest::Url;
use tokio::sync::Mutex;

pub use attempt::{ATTEMPT_SECONDS_MAX, Attempt, own_path};
pub use id_token::{Subject, TokenError};
pub use options::OidcOptions;
pub use provider::ProviderError;

use self::id_token::{Expected, verify};
use self::options::Client;
use self::provider::Metadata;
use crate::config::ServeConfig;
use crate::outbound;

/// A provider's addresses are looked up again after so long.
const METADATA_MICROS_MAX: i64 = 3_600 * MICROS_PER_SECOND;
/// A provider that did not answer is not asked again for so long.
const FAILURE_MICROS: i64 = 5 * MICROS_PER_SECOND;
pub const CALLBACK_PATH: &str = "/v1/sign-in/oidc/callback";

#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    #[error(transparent)]
    Provider(#[from] ProviderError),
    #[error(transparent)]
    Token(#[from] TokenError),
}

pub struct Oidc {
    client: Client,
    /// Signs what a browser brings back.
    cookie_key: hmac::Key,
    redirect_uri: String,
    http: reqwest::Client,
    /// Asked for when somebody signs in, so that a provider that is down keeps no server from starting.
    metadata: Mutex<Known>,
    keys: Mutex<Arc<Vec<Jwk>>>,
}

/// What was learned of the provider, and when, by a clock that only goes on.
#[derive(Default)]
struct Known {
    found: Option<(i64, Metadata)>,
    /// While it does not answer, not everybody has to wait for it again.
    failed_at: Option<i64>,
}

impl Oidc {
    /// `None` without a provider.
    pub fn new(config: &ServeConfig) -> Result<Option<Self>, String> {
        let Some(client) = config.oidc.client()? else { return Ok(None) };
        let http = outbound::client_to_anywhere().map_err(|error| format!("TLS can't be set up: {error}"))?;
        let redirect_uri = format!("{}{CALLBACK_PATH}", config.public_url());
        let cookie_key = attempt::key(&client.secret);
        let (metadata, keys) = (Mutex::default(), Mutex::default());
        Ok(Some(Self { client, cookie_key, redirect_uri, http, metadata, keys }))
    }

    pub fn issuer(&self) -> &str {
        &self.client.issuer
    }

    /// Where the browser goes, and the cookie's value that it brings back. `steady` is a clock that only goes on.
    pub async fn start(&self, to: &str, now: Timestamp, steady: i64) -> Result<(Url, String), OidcError> {
        let metadata = self.metadata(steady).await?;
        let attempt = Attempt::begin(to, now);
        let mut url = metadata.authorization_endpoint;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client.id)
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("scope", "openid email profile")
            .append_pair("state", &attempt.state)
            .append_pair("nonce", &attempt.nonce)
            .append_pair("code_challenge", &attempt.challenge())
            .append_pair("code_challenge_method", "S256");
        Ok((url, attempt.seal(&self.cookie_key)))
    }

    /// What was begun, of a cookie's value.
    pub fn attempt(&self, sealed: &str, now: Timestamp) -> Option<Attempt> {
        Attempt::open(sealed, &self.cookie_key, now)
    }

    /// Who came back with this code.
    pub async fn finish(
        &self,
        attempt: &Attempt,
        code: &str,
        now: Timestamp,
        steady: i64,
    ) -> Result<Subject, OidcError> {
        let metadata = self.metadata(steady).await?;
        let (http, client) = (&self.http, &self.client);
        let token =
            provider::redeem(http, &metadata, client, code, &attempt.verifier, &self.redirect_uri).await?;
        let expected = Expected { issuer: &client.issuer, client_id: &client.id, nonce: &attempt.nonce, now };
        let known = self.keys.lock().await.clone();
        match verify(&token, &known, &expected) {
            // The provider changes its keys now and then.
            Err(TokenError::UnknownKey) => {}
            said => return Ok(said?),
        }
        let fetched = Arc::new(provider::keys(http, &metadata).await?);
        self.keys.lock().await.clone_from(&fetched);
        Ok(verify(&token, &fetched, &expected)?)
    }

    /// As it was found within the last hour, or as it was last found if it can't be had again.
    async fn metadata(&self, steady: i64) -> Result<Metadata, ProviderError> {
        let mut known = self.metadata.lock().await;
        let recent = |at: i64, micros: i64| steady - at < micros;
        if let Some((at, metadata)) = &known.found
            && recent(*at, METADATA_MICROS_MAX)
        {
            return Ok(metadata.clone());
        }
        if known.failed_at.is_some_and(|at| recent(at, FAILURE_MICROS)) {
            return known.found.as_ref().map(|(_, old)| old.clone()).ok_or(ProviderError::JustFailed);
        }
        match provider::discover(&self.http, &self.client.issuer).await {
            Ok(found) => {
                *known = Known { found: Some((steady, found.clone())), failed_at: None };
                Ok(found)
            }
            Err(error) => {
                known.failed_at = Some(steady);
                match &known.found {
                    Some((_, old)) => {
                        tracing::warn!(%error, "the OpenID Connect provider's addresses could not be looked up again; the old ones are used");
                        Ok(old.clone())
                    }
                    None => Err(error),
                }
            }
        }
    }
}
