//! Keys: 256 random bits with a prefix and a checksum. Only their SHA-256 is stored; they are shown once.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::settings::KeyHash;

const SECRET_BYTES: usize = 32;
const CHECKSUM_CHARS: usize = 6;
/// Characters of a key that are stored and shown to tell keys apart: the prefix and a few more.
const HINT_CHARS: usize = 8;

/// What a key opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    Webhook,
    Api,
    /// A browser's cookie.
    SignIn,
    /// A link that signs in once.
    Link,
}

impl KeyKind {
    fn prefix(self) -> &'static str {
        match self {
            Self::Webhook => "hlw_",
            Self::Api => "hla_",
            Self::SignIn => "hls_",
            Self::Link => "hll_",
        }
    }
}

/// A key in the clear. It has no `Debug` and no `Display`, so that it ends in no log.
pub struct Key(String);

impl Key {
    pub fn generate(kind: KeyKind) -> Self {
        let mut secret = [0; SECRET_BYTES];
        getrandom::fill(&mut secret).expect("the system gives random bytes");
        let body = format!("{}{}", kind.prefix(), URL_SAFE_NO_PAD.encode(secret));
        let checksum = checksum(&body);
        Self(body + &checksum)
    }

    /// The key itself, to be shown to its owner once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub fn hash(&self) -> KeyHash {
        Sha256::digest(self.0.as_bytes()).into()
    }

    /// The part that may be shown again.
    pub fn hint(&self) -> String {
        format!("{}…", &self.0[..HINT_CHARS])
    }
}

fn checksum(body: &str) -> String {
    let mut text = URL_SAFE_NO_PAD.encode(Sha256::digest(body.as_bytes()));
    text.truncate(CHECKSUM_CHARS);
    text
}

/// The hash to look a key up by, if the text can be a key of this kind at all.
pub fn lookup_hash(kind: KeyKind, text: &str) -> Option<KeyHash> {
    let length = kind.prefix().len() + (SECRET_BYTES * 4).div_ceil(3) + CHECKSUM_CHARS;
    if text.len() != length || !text.is_ascii() || !text.starts_with(kind.prefix()) {
        return None;
    }
    let (body, sent) = text.split_at(length - CHECKSUM_CHARS);
    (checksum(body) == sent).then(|| Sha256::digest(text.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_by_its_hash_and_a_mistyped_one_is_not() {
        let key = Key::generate(KeyKind::Webhook);
        assert_eq!(lookup_hash(KeyKind::Webhook, key.reveal()), Some(key.hash()));
        assert_eq!(lookup_hash(KeyKind::Api, key.reveal()), None);
        let mut mistyped = key.reveal().to_owned();
        let last = if mistyped.ends_with('A') { "B" } else { "A" };
        mistyped.replace_range(mistyped.len() - 1.., last);
        assert_eq!(lookup_hash(KeyKind::Webhook, &mistyped), None);
        assert_eq!(lookup_hash(KeyKind::Webhook, ""), None);
        assert!(!key.hint().contains(&key.reveal()[12..]));
    }
}
