//! What the request log keeps of a request: all of it, but for the key and secret headers.

use std::net::IpAddr;

use bytes::Bytes;
use hookline_domain::webhook::{self, Method};

use crate::intake::work::LoggedRequest;

const REMOVED: &str = "[removed]";

/// Headers whose value is a secret of somebody's.
const SECRET_HEADERS: [&str; 6] =
    ["authorization", "cookie", "proxy-authorization", "set-cookie", "x-api-key", "x-auth-token"];

/// The request as the log may have it. `key` is the one it came with, which could also stand in a
/// `Referer` or, by mistake, in the body.
pub fn scrub(
    key: &str,
    query: &str,
    headers: &[(&str, &[u8])],
    body: &Bytes,
    method: Method,
    address: IpAddr,
) -> LoggedRequest {
    let headers: Vec<(&str, String)> = headers
        .iter()
        .map(|(name, value)| {
            let value =
                if SECRET_HEADERS.contains(name) { REMOVED.to_owned() } else { text_without(key, value) };
            (*name, value)
        })
        .collect();
    LoggedRequest {
        method: match method {
            Method::Get => "GET",
            Method::Post => "POST",
        },
        address: address.to_string(),
        query: query_without_key(key, query),
        headers: serde_json::to_string(&headers).expect("pairs of strings are JSON"),
        body: without(key, body),
    }
}

fn text_without(key: &str, value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value);
    if text.contains(key) { text.replace(key, REMOVED) } else { text.into_owned() }
}

fn without(key: &str, body: &Bytes) -> Bytes {
    let holds_key = !key.is_empty() && body.windows(key.len()).any(|window| window == key.as_bytes());
    if holds_key { Bytes::from(text_without(key, body)) } else { body.clone() }
}

/// The query without its key parameters, however they are escaped.
fn query_without_key(key: &str, query: &str) -> String {
    let kept: Vec<&str> =
        query.split('&').filter(|pair| matches!(webhook::key_in_query(pair), Ok(None))).collect();
    text_without(key, kept.join("&").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "hlw_sentinel-key-0123456789";

    #[test]
    fn the_key_is_nowhere_in_what_is_logged() {
        let query = format!("a=1&moja_auth_key={KEY}&%6doja_auth_key={KEY}&b={KEY}");
        let referer = format!("https://shop.example/?moja_auth_key={KEY}");
        let headers = [
            ("referer", referer.as_bytes()),
            ("authorization", b"Bearer other".as_slice()),
            ("x-lead", b"7"),
        ];
        let body = Bytes::from(format!("{{\"note\":\"{KEY}\"}}"));
        let logged = scrub(KEY, &query, &headers, &body, Method::Post, "192.0.2.1".parse().unwrap());
        let all = format!("{logged:?}");
        assert!(!all.contains(KEY), "{all}");
        assert!(!all.contains("Bearer"), "{all}");
        assert_eq!(logged.query, "a=1&b=[removed]");
        assert!(logged.headers.contains("[\"x-lead\",\"7\"]"));
    }
}
