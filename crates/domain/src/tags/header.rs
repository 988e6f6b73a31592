//! Which headers and parameters may become tags. The contract says all of them, but for secrets and
//! what belongs to the connection rather than to the caller.

use super::name::{TagName, without_x};

/// They describe the hop, not the caller (RFC 9110, section 7.6.1).
const HOP_BY_HOP: [&str; 7] =
    ["connection", "keep_alive", "te", "trailer", "transfer_encoding", "upgrade", "http2_settings"];

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
        if name.as_str() == "x" && raw.trim().len() > 1 {
            // `X-` alone: nothing is left without it.
            return None;
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_becomes_a_tag_without_its_x() {
        for (header, tag) in [
            ("User-Agent", "user_agent"),
            ("X-Lead-Source", "lead_source"),
            ("x-forwarded-for", "forwarded_for"),
            ("P-Asserted-Identity", "p_asserted_identity"),
            ("X-X-Ray", "x_ray"),
            ("Xylophone", "xylophone"),
            ("X", "x"),
            // Not only `X-`, and not only what looks useful: the contract says all.
            ("Host", "host"),
            ("Content-Type", "content_type"),
            ("Content-Length", "content_length"),
            ("X-Token-Count", "token_count"),
            ("X-Monkey", "monkey"),
            ("Author", "author"),
        ] {
            assert_eq!(TagName::from_header(header).as_ref().map(TagName::as_str), Some(tag), "{header}");
        }
    }

    #[test]
    fn credentials_and_the_connections_own_headers_never_become_tags() {
        for header in [
            "Authorization",
            "X-Forwarded-Authorization",
            "Cookie",
            "Set-Cookie",
            "Proxy-Authorization",
            "Proxy-Authenticate",
            "proxy-connection",
            "Connection",
            "Keep-Alive",
            "TE",
            "Trailer",
            "Transfer-Encoding",
            "Upgrade",
            "Idempotency-Key",
            "X-Idempotency-Key",
            "X-Api-Key",
            "apikey",
            "X-Auth-Token",
            "X-CSRF-Token",
            "X-Hookline-Key",
            "moja-auth-key",
            "X-Client-Secret",
            "X-DB-Password",
            "",
            "---",
            "X-",
        ] {
            assert_eq!(TagName::from_header(header), None, "{header}");
        }
    }

    #[test]
    fn a_webhooks_url_is_seen_in_a_value() {
        for value in [
            "https://h.example/call-data?moja_auth_key=hk_1",
            "https://h.example/call_data?from=1&AUTH_KEY=hk_1",
            "https%3A%2F%2Fh.example%2F%3Fmoja_auth_key%3Dhk_1",
        ] {
            assert!(carries_key(value), "{value}");
        }
        for value in ["", "auth_key", "https://h.example/?author=key", "auth_key%3", "größe"] {
            assert!(!carries_key(value), "{value}");
        }
    }
}
