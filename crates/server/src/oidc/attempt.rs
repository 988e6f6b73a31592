//! One attempt to sign in by the provider: what must come back with it, in a signed cookie. The server keeps nothing of
//! it, so that any node takes it up again, and whoever starts a thousand costs nothing.

use argon2::Argon2;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hookline_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::options::Secret;

/// For signing in at the provider, with whatever it asks.
pub const ATTEMPT_SECONDS_MAX: i64 = 600;
const RANDOM_BYTES: usize = 32;
const SALT: &[u8; 16] = b"hookline sign-in";
/// Characters of a page's path with its query.
const PATH_CHARS_MAX: usize = 1_500;

#[derive(Serialize, Deserialize)]
pub struct Attempt {
    pub state: String,
    pub nonce: String,
    /// PKCE's (RFC 7636): a stolen code is worth nothing without it.
    pub verifier: String,
    /// The page to go to.
    pub to: String,
    expires_at: i64,
}

impl Attempt {
    pub fn begin(to: &str, now: Timestamp) -> Self {
        Self {
            state: random(),
            nonce: random(),
            verifier: random(),
            to: to.to_owned(),
            expires_at: now.plus_seconds(ATTEMPT_SECONDS_MAX).0,
        }
    }

    /// The challenge of method S256.
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.as_bytes()))
    }

    /// As a cookie's value.
    pub fn seal(&self, key: &hmac::Key) -> String {
        let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).expect("an attempt is JSON"));
        let tag = hmac::sign(key, payload.as_bytes());
        format!("{payload}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    /// `None` of a value that this server has not sealed, or too long ago.
    pub fn open(sealed: &str, key: &hmac::Key, now: Timestamp) -> Option<Self> {
        let (payload, tag) = sealed.split_once('.')?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        hmac::verify(key, payload.as_bytes(), &tag).ok()?;
        let attempt: Self = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
        (attempt.expires_at > now.0).then_some(attempt)
    }
}

/// What cookies are signed with. The nodes of one server share the client secret and nothing else that is secret; since
/// anybody gets a cookie, it must be slow to try out what the secret may be.
pub fn key(secret: &Secret) -> hmac::Key {
    let mut own = [0; 32];
    let made = Argon2::default().hash_password_into(secret.reveal().as_bytes(), SALT, &mut own);
    made.expect("a salt of 16 bytes and 32 bytes of hash are in bounds");
    hmac::Key::new(hmac::HMAC_SHA256, &own)
}

fn random() -> String {
    let mut bytes = [0; RANDOM_BYTES];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A path of the dashboard, or none: a link must not lead elsewhere through the sign-in.
pub fn own_path(path: &str) -> Option<&str> {
    let rest = path.strip_prefix('/')?;
    let elsewhere = rest.starts_with(['/', '\\']) || path.contains('\\');
    let again = ["/sign-in", "/setup", "/v1/"].iter().any(|one| path.starts_with(one));
    let readable = path.len() <= PATH_CHARS_MAX && path.chars().all(|c| c.is_ascii_graphic());
    (readable && !elsewhere && !again).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_comes_back_whole_in_time_and_only_by_its_secret() {
        let (secret, other) = (key(&"a".parse().unwrap()), key(&"b".parse().unwrap()));
        let now = Timestamp(1_000_000);
        let sealed = Attempt::begin("/calls?status=failed", now).seal(&secret);
        let opened = Attempt::open(&sealed, &secret, now).unwrap();
        assert_eq!(opened.to, "/calls?status=failed");
        assert!(Attempt::open(&sealed, &other, now).is_none());
        assert!(Attempt::open(&sealed, &secret, now.plus_seconds(ATTEMPT_SECONDS_MAX)).is_none());
        let (payload, tag) = sealed.split_once('.').unwrap();
        for changed in
            [format!("x{payload}.{tag}"), format!("{payload}."), payload.to_owned(), ".".to_owned()]
        {
            assert!(Attempt::open(&changed, &secret, now).is_none(), "{changed}");
        }
    }

    #[test]
    fn the_challenge_is_rfc_7636s() {
        let attempt = Attempt {
            state: String::new(),
            nonce: String::new(),
            verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into(),
            to: String::new(),
            expires_at: 0,
        };
        assert_eq!(attempt.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn a_link_leads_to_no_other_place() {
        for path in ["/", "/calls", "/calls?tag=a%20b&range=7d"] {
            assert_eq!(own_path(path), Some(path));
        }
        for path in [
            "",
            "calls",
            "//evil.example",
            "/\\evil.example",
            "/a\\b",
            "https://evil.example/",
            "/calls\r\nX: y",
            "/a b",
            "/sign-in?back=/",
            "/v1/sign-in/oidc",
        ] {
            assert_eq!(own_path(path), None, "{path:?}");
        }
    }
}
