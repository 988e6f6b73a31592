//! Whether a page of this server asks, or another site in its user's name.

use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::app::App;
use crate::problem::Problem;

/// For what changes something by a cookie: the request must say that it comes from this host.
pub fn check_cookie(parts: &Parts, app: &App) -> Result<(), Problem> {
    if is_own(&parts.headers, &app.config.public_url()) == Some(true) { Ok(()) } else { Err(cross_origin()) }
}

/// For what signs in: a browser must not be signed in by another site. Programs send no origin, and may.
pub fn check_if_sent(headers: &HeaderMap, app: &App) -> Result<(), Problem> {
    if is_own(headers, &app.config.public_url()) == Some(false) { Err(cross_origin()) } else { Ok(()) }
}

fn cross_origin() -> Problem {
    Problem::new(
        403,
        "cross_origin",
        "A request with the sign-in's cookie that changes something must come from a page of this server, and say so in the header Origin. Programs send an API key instead. Behind a proxy, set HOOKLINE_PUBLIC_URL to the address that browsers use.",
    )
}

/// `None` if the request doesn't say. What browsers write into these headers no page can change.
fn is_own(headers: &HeaderMap, public_url: &str) -> Option<bool> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if text(header::HeaderName::from_static("sec-fetch-site")) == Some("same-origin") {
        return Some(true);
    }
    let origin = text(header::ORIGIN)?;
    let of_host = text(header::HOST).is_some_and(|host| {
        !host.is_empty()
            && ["http://", "https://"].iter().any(|scheme| {
                origin.strip_prefix(scheme).is_some_and(|authority| authority.eq_ignore_ascii_case(host))
            })
    });
    Some(of_host || origin.eq_ignore_ascii_case(public_url))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(pairs: &[(&'static str, &str)]) -> Option<bool> {
        let headers = pairs.iter().map(|(name, value)| {
            (header::HeaderName::from_static(name), header::HeaderValue::from_str(value).unwrap())
        });
        is_own(&headers.collect(), "https://calls.example.com")
    }

    #[test]
    fn only_a_page_of_this_host_is_its_own() {
        let host = ("host", "127.0.0.1:8080");
        assert_eq!(own(&[host]), None);
        assert_eq!(own(&[host, ("origin", "http://127.0.0.1:8080")]), Some(true));
        assert_eq!(own(&[host, ("origin", "https://calls.example.com")]), Some(true));
        assert_eq!(own(&[host, ("sec-fetch-site", "same-origin")]), Some(true));
        for foreign in [
            "null",
            "",
            "http://evil.example",
            "http://127.0.0.1:8081",
            "http://127.0.0.1:8080.evil.example",
            "https://calls.example.com.evil.example",
            "127.0.0.1:8080",
        ] {
            let sent = [host, ("origin", foreign), ("sec-fetch-site", "same-site")];
            assert_eq!(own(&sent), Some(false), "{foreign}");
        }
        assert_eq!(own(&[("host", ""), ("origin", "http://")]), Some(false));
    }
}
