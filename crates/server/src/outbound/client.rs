//! Sends a request and reads its answer, within limits.

use std::error::Error;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use hookline_domain::flow::{HttpAnswer, HttpFailure, HttpRequest};
use reqwest::header::RETRY_AFTER;
use reqwest::{Client, ClientBuilder, Method, Response, Url};
use serde_json::Value;
use tokio::sync::Semaphore;
use url::Host;

use super::address_guard::Allow;
use super::names::{GuardedNames, Names, NotAllowed};
use crate::telemetry::metric;

/// An answer's body, counted as it comes.
pub const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// What is sent in secret to an outgoing webhook's receiver, and may come back: printable ASCII.
pub const SECRET_BYTES_MAX: usize = hookline_domain::outgoing::SECRET_CHARS_MAX;
/// Of an answer to an outgoing webhook, what is read: 4 KiB are kept, with a secret that begins in them.
pub const REPLY_BYTES_MAX: usize = 4 * 1024 + SECRET_BYTES_MAX;
/// Requests under way at once; the next wait, within their own time.
pub const REQUESTS_MAX: usize = 1_000;
/// Connections to one host that are kept open for the next request.
const IDLE_PER_HOST_MAX: usize = 8;
const IDLE_FOR: Duration = Duration::from_secs(30);

/// How an outgoing webhook's receiver answered.
pub struct Reply {
    pub status: u16,
    /// For how long it puts us off, if it said so in seconds.
    pub retry_after_seconds: Option<i64>,
    pub beginning: Vec<u8>,
}

pub struct Outbound {
    client: Client,
    allow: Allow,
    places: Semaphore,
}

/// For addresses that whoever runs the server has named, private ones as well. It follows no redirect and uses no proxy;
/// its user sets limits of time and size.
///
/// # Errors
/// If TLS can't be set up.
pub fn client_to_anywhere() -> Result<Client, reqwest::Error> {
    Outbound::new(Allow::ALL).map(|outbound| outbound.client)
}

impl Outbound {
    /// # Errors
    /// If TLS can't be set up.
    pub fn new(allow: Allow) -> Result<Self, reqwest::Error> {
        Self::with_names(allow, Names::System)
    }

    pub(super) fn with_names(allow: Allow, names: Names) -> Result<Self, reqwest::Error> {
        let client = match builder(&allow, &names).build() {
            Ok(client) => client,
            Err(error) => {
                // Whoever sends nothing should not have to install certificates.
                tracing::warn!(
                    error = &error as &dyn Error,
                    "no https server can be trusted; install the system's certificates (ca-certificates) and restart"
                );
                builder(&allow, &names).tls_certs_only([]).build()?
            }
        };
        Ok(Self { client, allow, places: Semaphore::new(REQUESTS_MAX) })
    }

    /// Sends a flow's request. Every status is an answer, also a redirect, which is not followed.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn send(&self, request: &HttpRequest) -> Result<HttpAnswer, HttpFailure> {
        let exchange = async {
            let response = self.ask(request).await?;
            let status = response.status().as_u16();
            let body = body(response).await?;
            Ok(HttpAnswer { status, body: serde_json::from_slice(&body).unwrap_or(Value::Null) })
        };
        self.within("flow", request.timeout_ms, exchange).await
    }

    /// Sends an outgoing webhook's request. Every status is an answer; of its body the beginning is read.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn deliver(&self, request: &HttpRequest) -> Result<Reply, HttpFailure> {
        let exchange = async {
            let response = self.ask(request).await?;
            let status = response.status().as_u16();
            let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
            let retry_after_seconds = retry_after.and_then(|text| text.trim().parse().ok());
            Ok(Reply { status, retry_after_seconds, beginning: beginning(response).await? })
        };
        self.within("delivery", request.timeout_ms, exchange).await
    }

    async fn ask(&self, request: &HttpRequest) -> Result<Response, HttpFailure> {
        let mut builder = self.client.request(method(request), self.address(&request.url)?);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        if let Some(body) = &request.body {
            builder = builder.body(body.clone());
        }
        builder.send().await.map_err(|error| failure(&error))
    }

    /// Whether a target's server says that it takes a call: by a status of 200 to 299, in time.
    pub async fn is_available(&self, url: &str, timeout_ms: u32) -> bool {
        let exchange = async {
            let response = self.client.get(self.address(url)?).send().await;
            Ok(response.map_err(|error| failure(&error))?.status().is_success())
        };
        self.within("availability", timeout_ms, exchange).await.unwrap_or(false)
    }

    /// All of an exchange, from looking up the name to the last byte, in its time.
    async fn within<T>(
        &self,
        purpose: &'static str,
        timeout_ms: u32,
        exchange: impl Future<Output = Result<T, HttpFailure>>,
    ) -> Result<T, HttpFailure> {
        let started = Instant::now();
        let placed = async {
            let _place = self.places.acquire().await.map_err(|_| HttpFailure::Unreachable)?;
            exchange.await
        };
        let timeout = Duration::from_millis(timeout_ms.into());
        let result = tokio::time::timeout(timeout, placed).await.unwrap_or(Err(HttpFailure::Timeout));
        let outcome = result.as_ref().map_or_else(|failure| word(*failure), |_| "answered");
        metrics::counter!(metric::OUTBOUND_REQUESTS, "purpose" => purpose, "result" => outcome).increment(1);
        metric::OUTBOUND_SECONDS.record(started.elapsed());
        result
    }

    /// A URL that may be asked. An address that stands in it, in whatever notation, is looked up nowhere,
    /// so it is checked here; names are checked when they are looked up.
    pub(super) fn address(&self, url: &str) -> Result<Url, HttpFailure> {
        let url = Url::parse(url).map_err(|_| HttpFailure::Unreachable)?;
        if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() || url.password().is_some()
        {
            return Err(HttpFailure::Unreachable);
        }
        let address = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) => None,
            None => return Err(HttpFailure::Unreachable),
        };
        match address {
            Some(address) if !self.allow.permits(address) => Err(HttpFailure::AddressNotAllowed),
            _ => Ok(url),
        }
    }
}

fn builder(allow: &Allow, names: &Names) -> ClientBuilder {
    Client::builder()
        .user_agent(concat!("hookline/", env!("CARGO_PKG_VERSION")))
        .dns_resolver(GuardedNames { names: names.clone(), allow: allow.clone() })
        // A proxy would dial for us, whatever address it likes.
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .http1_only()
        .pool_max_idle_per_host(IDLE_PER_HOST_MAX)
        .pool_idle_timeout(IDLE_FOR)
}

fn method(request: &HttpRequest) -> Method {
    use hookline_domain::flow::Method as Asked;
    match request.method {
        Asked::Get => Method::GET,
        Asked::Post => Method::POST,
        Asked::Put => Method::PUT,
        Asked::Patch => Method::PATCH,
        Asked::Delete => Method::DELETE,
    }
}

/// What may be kept of an answer. The rest is not waited for.
async fn beginning(mut response: Response) -> Result<Vec<u8>, HttpFailure> {
    let mut body = Vec::new();
    while body.len() < REPLY_BYTES_MAX
        && let Some(chunk) = response.chunk().await.map_err(|error| failure(&error))?
    {
        body.extend_from_slice(&chunk);
    }
    body.truncate(REPLY_BYTES_MAX);
    Ok(body)
}

async fn body(mut response: Response) -> Result<Vec<u8>, HttpFailure> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| failure(&error))? {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(HttpFailure::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn failure(error: &reqwest::Error) -> HttpFailure {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(one) = cause {
        if one.is::<NotAllowed>() {
            return HttpFailure::AddressNotAllowed;
        }
        cause = one.source();
    }
    if error.is_timeout() {
        HttpFailure::Timeout
    } else if error.is_connect() || error.is_builder() {
        HttpFailure::Unreachable
    } else {
        HttpFailure::Unreadable
    }
}

fn word(failure: HttpFailure) -> &'static str {
    match failure {
        HttpFailure::Timeout => "timeout",
        HttpFailure::Unreachable => "unreachable",
        HttpFailure::AddressNotAllowed => "address_not_allowed",
        HttpFailure::TooLarge => "too_large",
        HttpFailure::Unreadable => "unreadable",
    }
}
