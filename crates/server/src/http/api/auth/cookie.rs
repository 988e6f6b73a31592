//! The cookie of a sign-in.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, header};
use hookline_domain::time::Timestamp;

use crate::app::App;
use crate::keys::{Key, KeyKind, lookup_hash};
use crate::settings::KeyHash;

const NAME: &str = "hookline_sign_in";
/// A sign-in ends when it was not used for so long.
const UNUSED_SECONDS_MAX: i64 = 30 * 86_400;
/// How long a browser keeps the cookie. The server decides when the sign-in ends, which moves with its use; so the
/// cookie need not be sent anew. Browsers keep none for longer than this.
const KEPT_SECONDS: i64 = 400 * 86_400;

/// When a sign-in that is used now ends unless it is used again.
pub fn expires_at(now: Timestamp) -> Timestamp {
    now.plus_seconds(UNUSED_SECONDS_MAX)
}

/// The hash of the cookie's value, if it can be one.
pub fn token(headers: &HeaderMap) -> Option<KeyHash> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == NAME)
        .find_map(|(_, value)| lookup_hash(KeyKind::SignIn, value))
}

/// Sends the cookie with an answer.
pub fn set(app: &App, response: &mut Response<Body>, token: &Key) {
    put(app, response, token.reveal(), KEPT_SECONDS);
}

/// Tells the browser to forget it.
pub fn clear(app: &App, response: &mut Response<Body>) {
    put(app, response, "", 0);
}

fn put(app: &App, response: &mut Response<Body>, value: &str, seconds: i64) {
    let secure = if app.config.public_url().starts_with("https:") { "; Secure" } else { "" };
    let cookie = format!("{NAME}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    let mut cookie = HeaderValue::from_str(&cookie).expect("keys are ASCII");
    cookie.set_sensitive(true);
    response.headers_mut().append(header::SET_COOKIE, cookie);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        let key = Key::generate(KeyKind::SignIn);
        let mut headers = HeaderMap::new();
        assert_eq!(token(&headers), None);
        let sent = format!("a=b; {NAME}=planted; {NAME}={}; c", key.reveal());
        headers.append(header::COOKIE, HeaderValue::from_static("theme=dark"));
        headers.append(header::COOKIE, sent.parse().unwrap());
        assert_eq!(token(&headers), Some(key.hash()));
    }
}
