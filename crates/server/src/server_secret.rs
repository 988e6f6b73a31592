//! The server's secret, which is in no database and in no backup. What signs deliveries and what seals the secret
//! headers of outgoing webhooks is derived from it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwapOption;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hookline_domain::ids::OutgoingWebhookId;
use sha2::{Digest, Sha256};

use crate::config::ServeConfig;
use crate::storage::{Db, Result, StorageError};

/// Characters that make a secret worth its name.
const SECRET_CHARS_MIN: usize = 32;
const MADE_BYTES: usize = 32;
const CHECK_BYTES: usize = 16;

const MISSING: &str = "it is not there; bring it back as it was, or put another in its place (`openssl rand -base64 32` makes one) and rotate every outgoing webhook's signing secret";

/// Why there is none, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSecret {
    #[error(
        "this server has no secret to sign with: set HOOKLINE_SECRET_FILE, or HOOKLINE_SECRET, to the same secret on every node (`openssl rand -base64 32` makes one), and start it again"
    )]
    NotSet,
    #[error("the server's secret at {0} can't be used: {1}")]
    File(String, String),
}

enum Source {
    Given,
    /// Beside the embedded database, made when it is first needed.
    Beside(PathBuf),
    None,
}

pub struct ServerSecret {
    source: Source,
    known: ArcSwapOption<Keys>,
    making: Mutex<()>,
}

impl ServerSecret {
    /// # Errors
    /// If what the options name can't be used.
    pub fn of(config: &ServeConfig, db: &Db) -> Result<Self> {
        let given = match (&config.secret, &config.secret_file) {
            (Some(text), _) => Some(
                Keys::of(text)
                    .map_err(|why| StorageError::Setup(format!("HOOKLINE_SECRET can't be used: {why}")))?,
            ),
            (None, Some(path)) => {
                Some(read(path).map_err(|problem| StorageError::Setup(problem.to_string()))?)
            }
            (None, None) => None,
        };
        let source = match (&given, db) {
            (Some(_), _) => Source::Given,
            (None, Db::Sqlite(sqlite)) => Source::Beside(format!("{}.secret", sqlite.path.display()).into()),
            (None, Db::Postgres(_)) => Source::None,
        };
        Ok(Self { source, known: ArcSwapOption::new(given.map(Arc::new)), making: Mutex::default() })
    }

    /// The keys, if there is a secret; it makes none: one made now would not be the one that was used before.
    pub fn known(&self) -> std::result::Result<Arc<Keys>, NoSecret> {
        if let Some(keys) = self.known.load_full() {
            return Ok(keys);
        }
        let Source::Beside(path) = &self.source else { return Err(NoSecret::NotSet) };
        let keys = Arc::new(read(path)?);
        self.known.store(Some(keys.clone()));
        Ok(keys)
    }

    /// The keys, of a secret made now if there is none and this server may make one.
    pub fn obtain(&self) -> std::result::Result<Arc<Keys>, NoSecret> {
        let _one_at_a_time = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        if let Source::Beside(path) = &self.source
            && !path.exists()
        {
            make(path).map_err(|error| NoSecret::File(path.display().to_string(), error.to_string()))?;
            tracing::info!(path = %path.display(), "made the server's secret; keep a copy apart from the database's backups");
        }
        self.known()
    }
}

fn read(path: &Path) -> std::result::Result<Keys, NoSecret> {
    let unusable = |why: String| NoSecret::File(path.display().to_string(), why);
    let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => unusable(MISSING.to_owned()),
        _ => unusable(error.to_string()),
    })?;
    Keys::of(&text).map_err(unusable)
}

/// For its owner's eyes only, and whole or not there.
fn make(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut secret = [0; MADE_BYTES];
    getrandom::fill(&mut secret).expect("the system gives random bytes");
    let new = path.with_extension("secret.new");
    let mut file = std::fs::File::options().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(STANDARD.encode(secret).as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    std::fs::rename(&new, path)?;
    // The name is on disk before anything is sealed or signed with it.
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => std::fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// What is derived from the secret. It has no `Debug`, so that it ends in no log.
pub struct Keys {
    root: hmac::Key,
    sealing: LessSafeKey,
}

impl Keys {
    fn of(text: &str) -> std::result::Result<Self, String> {
        let text = text.trim();
        if text.chars().count() < SECRET_CHARS_MIN {
            return Err(format!(
                "it has fewer than {SECRET_CHARS_MIN} characters; `openssl rand -base64 32` makes one"
            ));
        }
        let root = hmac::Key::new(HMAC_SHA256, &Sha256::digest(text.as_bytes()));
        let sealing = hmac::sign(&root, b"hookline:headers:v1");
        let sealing = UnboundKey::new(&AES_256_GCM, sealing.as_ref()).expect("a key of 256 bits");
        Ok(Self { root, sealing: LessSafeKey::new(sealing) })
    }

    /// Tells this secret from others, and nothing of it.
    pub fn check(&self) -> Vec<u8> {
        hmac::sign(&self.root, b"hookline:check:v1").as_ref()[..CHECK_BYTES].to_vec()
    }

    fn signing_key(&self, webhook: OutgoingWebhookId, rotation: i64) -> hmac::Tag {
        let mut info = b"hookline:signing:v1:".to_vec();
        info.extend_from_slice(webhook.0.as_bytes());
        info.extend_from_slice(&rotation.to_be_bytes());
        hmac::sign(&self.root, &info)
    }

    /// As its receiver keeps it, and as libraries for Standard Webhooks take it.
    pub fn signing_secret(&self, webhook: OutgoingWebhookId, rotation: i64) -> String {
        format!("whsec_{}", STANDARD.encode(self.signing_key(webhook, rotation)))
    }

    /// The signature of one request, such as `v1,K5oZ…`.
    pub fn sign(&self, webhook: OutgoingWebhookId, rotation: i64, signed: &[u8]) -> String {
        let key = hmac::Key::new(HMAC_SHA256, self.signing_key(webhook, rotation).as_ref());
        format!("v1,{}", STANDARD.encode(hmac::sign(&key, signed)))
    }

    /// Seals a header's value for this webhook and this header only.
    pub fn seal(&self, webhook: OutgoingWebhookId, header: &str, value: &str) -> String {
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).expect("the system gives random bytes");
        let mut sealed = value.as_bytes().to_vec();
        self.sealing
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(place(webhook, header)),
                &mut sealed,
            )
            .expect("a short text can be sealed");
        STANDARD.encode([nonce.as_slice(), &sealed].concat())
    }

    /// `None`: it was sealed with another secret, or for another place.
    pub fn open(&self, webhook: OutgoingWebhookId, header: &str, sealed: &str) -> Option<String> {
        let bytes = STANDARD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
        let mut value = sealed.to_vec();
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let opened = self.sealing.open_in_place(nonce, Aad::from(place(webhook, header)), &mut value).ok()?;
        String::from_utf8(opened.to_vec()).ok()
    }
}

fn place(webhook: OutgoingWebhookId, header: &str) -> Vec<u8> {
    [webhook.0.as_bytes().as_slice(), header.to_ascii_lowercase().as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const ONE: OutgoingWebhookId = OutgoingWebhookId(Uuid::from_u128(1));
    const TWO: OutgoingWebhookId = OutgoingWebhookId(Uuid::from_u128(2));

    fn keys(letter: &str) -> Keys {
        Keys::of(&letter.repeat(40)).ok().unwrap()
    }

    #[test]
    fn a_sealed_header_opens_only_in_its_place_and_with_its_secret() {
        let sealed = keys("a").seal(ONE, "Authorization", "Bearer x");
        assert_eq!(keys("a").open(ONE, "authorization", &sealed).as_deref(), Some("Bearer x"));
        assert_ne!(keys("a").seal(ONE, "Authorization", "Bearer x"), sealed);
        for (keys, webhook, header) in
            [(keys("b"), ONE, "Authorization"), (keys("a"), TWO, "Authorization"), (keys("a"), ONE, "X")]
        {
            assert_eq!(keys.open(webhook, header, &sealed), None);
        }
        assert_eq!(keys("a").open(ONE, "Authorization", "AAAA"), None);
    }

    #[test]
    fn every_webhook_and_rotation_has_a_secret_of_its_own() {
        let a = keys("a");
        let secrets = [
            a.signing_secret(ONE, 1),
            a.signing_secret(ONE, 2),
            a.signing_secret(TWO, 1),
            keys("b").signing_secret(ONE, 1),
        ];
        let different: std::collections::BTreeSet<_> = secrets.iter().collect();
        assert_eq!(different.len(), secrets.len());
        assert_eq!(a.check(), keys("a").check());
        assert_ne!(a.check(), keys("b").check());
        assert!(Keys::of("short").is_err());
    }
}
