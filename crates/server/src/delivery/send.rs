//! One attempt: the stored request with what is secret put in, signed, and sent.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use hookline_domain::flow::{HttpFailure, HttpRequest};
use hookline_domain::ids::DeliveryId;
use hookline_domain::outgoing::{HeaderValue, Rendered};
use hookline_domain::time::{MICROS_PER_SECOND, Timestamp};

use crate::app::App;
use crate::outbound::{REPLY_BYTES_MAX, Reply, SECRET_BYTES_MAX, is_same_origin};
use crate::server_secret::Keys;
use crate::settings::OutgoingWebhook;

/// Gone for good.
const GONE: u16 = 410;
const OTHER_SECRET: &str = "This outgoing webhook was set up with another secret of the server.";
const OTHER_SECRET_ADVICE: &str = "Bring HOOKLINE_SECRET_FILE (or the file beside the database) back as it was; or rotate the webhook's signing secret, and send the values of its secret headers again.";

/// What is kept of an answer.
const KEPT_BYTES_MAX: usize = 4 * 1024;
const OTHER_ADDRESS: &str =
    "Not sent: it was made for another host than `url` has now. Replay it to make its request anew.";

/// What became of an attempt.
pub struct Attempt {
    pub at: Timestamp,
    pub duration_ms: i64,
    pub status: Option<u16>,
    /// In words, with what to do.
    pub error: Option<String>,
    /// The beginning of the answer.
    pub response: String,
    pub retry_after_seconds: Option<i64>,
    /// To try again would be in vain.
    pub is_final: bool,
    /// Its receiver wants no more, at the address that the outgoing webhook still has.
    pub is_gone: bool,
}

impl Attempt {
    pub fn not_sent(at: Timestamp, why: String, is_final: bool) -> Self {
        Self {
            at,
            duration_ms: 0,
            status: None,
            error: Some(why),
            response: String::new(),
            retry_after_seconds: None,
            is_final,
            is_gone: false,
        }
    }

    pub fn is_delivered(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// What is put into a request of an outgoing webhook as it is sent.
struct Secrets {
    keys: Arc<Keys>,
    headers: Vec<(String, String)>,
}

/// Opens what the webhook keeps secret, or says why that can't be.
fn unsealed(app: &App, webhook: &OutgoingWebhook) -> Result<Secrets, String> {
    let keys = app.secret.known().map_err(|problem| format!("Not sent: {problem}. {OTHER_SECRET_ADVICE}"))?;
    if keys.check() != webhook.secret_check {
        return Err(other_secret());
    }
    let mut headers = Vec::new();
    for header in &webhook.settings.headers {
        if let HeaderValue::Sealed(sealed) = &header.value {
            let value = keys.open(webhook.id, &header.name, sealed).ok_or_else(other_secret)?;
            headers.push((header.name.clone(), value));
        }
    }
    Ok(Secrets { keys, headers })
}

fn other_secret() -> String {
    format!("{OTHER_SECRET} {OTHER_SECRET_ADVICE}")
}

/// Whether a stored request still goes where its outgoing webhook does. If not, its secrets are not sent there.
pub fn goes_to(webhook: &OutgoingWebhook, rendered: &Rendered) -> bool {
    is_same_origin(&rendered.url, webhook.settings.url.literal_start())
}

/// Sends it once.
pub async fn attempt(app: &App, webhook: &OutgoingWebhook, id: DeliveryId, rendered: &Rendered) -> Attempt {
    let (at, started) = (app.clock.now(), Instant::now());
    if !goes_to(webhook, rendered) {
        return Attempt::not_sent(at, OTHER_ADDRESS.to_owned(), true);
    }
    let secrets = match unsealed(app, webhook) {
        Ok(secrets) => secrets,
        Err(why) => return Attempt::not_sent(at, why, false),
    };
    let request = request(webhook, id, rendered, &secrets, at);
    let answer = app.outbound.deliver(&request).await;
    let duration_ms = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
    let (status, error, response, retry_after_seconds) = match answer {
        Ok(Reply { status, retry_after_seconds, beginning }) => {
            (Some(status), wrong_status(status), kept(&beginning, &secrets), retry_after_seconds)
        }
        Err(failure) => (None, Some(in_words(failure, webhook)), String::new(), None),
    };
    let is_final = status == Some(GONE);
    let is_gone = is_final && rendered.url.starts_with(webhook.settings.url.literal_start());
    Attempt { at, duration_ms, status, error, response, retry_after_seconds, is_final, is_gone }
}

fn request(
    webhook: &OutgoingWebhook,
    id: DeliveryId,
    rendered: &Rendered,
    secrets: &Secrets,
    at: Timestamp,
) -> HttpRequest {
    let mut headers: Vec<(String, String)> = Vec::with_capacity(rendered.headers.len() + 3);
    for header in &rendered.headers {
        let secret = || secrets.headers.iter().find(|(name, _)| *name == header.name);
        let value = header.value.clone().or_else(|| secret().map(|(_, value)| value.clone()));
        headers.extend(value.map(|value| (header.name.clone(), value)));
    }
    let timestamp = at.0.div_euclid(MICROS_PER_SECOND);
    let body = rendered.body.as_deref().unwrap_or_default();
    let signed = format!("{id}.{timestamp}.{body}");
    let old = webhook.old_secret_until.filter(|until| at < *until).map(|_| webhook.rotation - 1);
    let signatures: Vec<String> = [Some(webhook.rotation), old]
        .into_iter()
        .flatten()
        .map(|rotation| secrets.keys.sign(webhook.id, rotation, signed.as_bytes()))
        .collect();
    headers.push(("webhook-id".to_owned(), id.to_string()));
    headers.push(("webhook-timestamp".to_owned(), timestamp.to_string()));
    headers.push(("webhook-signature".to_owned(), signatures.join(" ")));
    HttpRequest {
        method: rendered.method,
        url: rendered.url.clone(),
        headers,
        body: rendered.body.clone(),
        timeout_ms: webhook.settings.timeout_seconds * 1_000,
    }
}

/// As text, without the secrets that a receiver may send back, and without what PostgreSQL can't store.
fn kept(beginning: &[u8], secrets: &Secrets) -> String {
    let mut text = String::from_utf8_lossy(beginning).replace('\0', "\u{fffd}");
    let values = secrets.headers.iter().map(|(_, value)| value.as_str());
    // What follows a word such as `Bearer` may come back alone.
    let mut parts: Vec<&str> = values
        .flat_map(|value| [value].into_iter().chain(value.split_whitespace().filter(|part| part.len() >= 8)))
        .collect();
    // One may be part of another.
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    for part in parts {
        text = text.replace(part, "[secret]");
    }
    // What was not read to its end may end in the middle of a secret.
    let unsure = if beginning.len() < REPLY_BYTES_MAX { 0 } else { SECRET_BYTES_MAX };
    let kept = text.len().saturating_sub(unsure).min(KEPT_BYTES_MAX);
    text.truncate(text.floor_char_boundary(kept));
    text
}

fn wrong_status(status: u16) -> Option<String> {
    let why: Cow<'static, str> = match status {
        200..300 => return None,
        300..400 => "It redirects, which is not followed: set its new address in `url`.".into(),
        GONE => "It says that it is gone for good (410).".into(),
        _ => format!("It answered {status}; a status of 200 to 299 is what counts as delivered.").into(),
    };
    Some(why.into_owned())
}

fn in_words(failure: HttpFailure, webhook: &OutgoingWebhook) -> String {
    match failure {
        HttpFailure::Timeout => {
            format!("No answer within {} s; `timeout_seconds` can be up to 30.", webhook.settings.timeout_seconds)
        }
        HttpFailure::Unreachable => {
            "It could not be reached: check the host in `url`, its port, and its certificate.".to_owned()
        }
        HttpFailure::AddressNotAllowed => {
            "Its address is not a public one. Whoever runs this server can allow it with HOOKLINE_OUTBOUND_ALLOW_PRIVATE.".to_owned()
        }
        HttpFailure::TooLarge | HttpFailure::Unreadable => "Its answer could not be read as HTTP.".to_owned(),
    }
}
