//! Which headers and parameters may become tags. The contract says all of them, but for secrets and
//! what belongs to the connection rather than to the caller.

use super::name::{TagName, without_x};

/// They describe the hop, not the caller (RFC 9110, section 7.6.1).
const HOP_BY_HOP: [&str; 8] =
    ["connection", "keep_alive", "te", "trailer", "transfer_encoding", "upgrade", "http2_settings", "close"];

/// A header whose name has one of these words carries a credential.
const SECRET_WORDS: [&str; 3] = ["authorization", "cookie", "cookie2"];

/// A header whose name ends in one of these carries a credential, whoever's it is.
const SECRET_ENDINGS: [&str; 17] = [
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "credential",
    "credentials",
    "apikey",
    "api_key",
    "auth",
    "auth_key",
    "access_key",
    "secret_key",
    "private_key",
    "signing_key",
    "subscription_key",
    "hookline_key",
];

impl TagName {
    /// The name of the tag that a header becomes, without its leading `X-`: `X-Lead-Source` gives
    /// `lead_source`. `None` for what must never be a tag (credentials, hop-by-hop headers,
    /// `Idempotency-Key`) and for what is no tag name.
    pub fn from_header(raw: &str) -> Option<Self> {
        let name = Self::normalize(raw)?;
        let bare = without_x(name.as_str()).unwrap_or(name.as_str());
        if is_kept_out(bare) {
            return None;
        }
        if bare.len() == name.as_str().len() { Some(name) } else { Some(Self::from_normal(bare.to_owned())) }
    }
}

fn is_kept_out(name: &str) -> bool {
    HOP_BY_HOP.contains(&name)
        || name == "idempotency_key"
        || name == "proxy"
        || name.starts_with("proxy_")
        || name.split('_').any(|word| SECRET_WORDS.contains(&word))
        || SECRET_ENDINGS.iter().any(|ending| ends_in_words(name, ending))
}

fn ends_in_words(name: &str, ending: &str) -> bool {
    name.strip_suffix(ending).is_some_and(|before| before.is_empty() || before.ends_with('_'))
}

/// The parameter is a webhook's key, under either of its names.
pub fn is_key_parameter(name: &TagName) -> bool {
    matches!(name.as_str(), "moja_auth_key" | "auth_key")
}

/// The value holds a webhook's URL with the key in it, as `Referer` or a proxy's `X-Original-URL`
/// may: such a value must not be kept.
pub fn carries_key(value: &str) -> bool {
    const NAME: &[u8] = b"auth_key";
    let bytes = value.as_bytes();
    bytes.windows(NAME.len()).enumerate().any(|(at, window)| {
        let rest = &bytes[at + NAME.len()..];
        window.eq_ignore_ascii_case(NAME)
            && (rest.starts_with(b"=") || rest.get(..3).is_some_and(|sign| sign.eq_ignore_ascii_case(b"%3d")))
    })
}
