//! Passwords: Argon2id, off the threads that answer requests.

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use tokio::sync::Semaphore;

/// Hashes that are made at the same time: each takes 19 MiB and tens of milliseconds of a core.
const HASHES_AT_ONCE_MAX: usize = 2;
const SALT_BYTES: usize = 16;
/// What nobody's password hashes to. Whoever has no password takes as long to refuse as anyone else.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

pub struct Passwords(Semaphore);

impl Default for Passwords {
    fn default() -> Self {
        Self(Semaphore::new(HASHES_AT_ONCE_MAX))
    }
}

impl Passwords {
    /// In PHC's text form, with a salt of its own.
    pub async fn hash(&self, password: String) -> String {
        self.off_thread(move || {
            let mut salt = [0; SALT_BYTES];
            getrandom::fill(&mut salt).expect("the system gives random bytes");
            let salt = SaltString::encode_b64(&salt).expect("16 bytes are a salt");
            let hash = Argon2::default().hash_password(password.as_bytes(), &salt);
            hash.expect("the parameters are the library's own").to_string()
        })
        .await
    }

    /// Whether the password is the one of this hash; without one it is not.
    pub async fn is(&self, hash: Option<String>, password: String) -> bool {
        self.off_thread(move || {
            let hash = hash.as_deref().unwrap_or(NOBODY);
            PasswordHash::new(hash)
                .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
        })
        .await
    }

    async fn off_thread<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let _turn = self.0.acquire().await.expect("the semaphore is never closed");
        tokio::task::spawn_blocking(work).await.expect("hashing does not panic")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_and_nobody_has_one() {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse".into()).await;
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, passwords.hash("correct horse".into()).await, "each has a salt of its own");
        assert!(passwords.is(Some(hash.clone()), "correct horse".into()).await);
        assert!(!passwords.is(Some(hash), "correct horsf".into()).await);
        assert!(!passwords.is(None, "correct horse".into()).await);
        assert!(PasswordHash::new(NOBODY).is_ok(), "else refusing nobody would take no time");
    }
}
