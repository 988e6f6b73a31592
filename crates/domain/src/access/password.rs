//! Which passwords are taken.

pub const PASSWORD_CHARS_MIN: usize = 10;
/// Enough for any passphrase; a longer one would only cost time to hash.
pub const PASSWORD_CHARS_MAX: usize = 200;

/// The password is too short or too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} characters")]
pub struct WeakPassword;

/// Length alone counts: rules about digits and signs make passwords that are forgotten and not better ones.
pub fn check_password(password: &str) -> Result<(), WeakPassword> {
    let length = password.chars().count();
    if (PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&length) { Ok(()) } else { Err(WeakPassword) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_count_and_not_bytes() {
        assert_eq!(check_password("123456789"), Err(WeakPassword));
        assert_eq!(check_password("1234567890"), Ok(()));
        assert_eq!(check_password(&"ü".repeat(PASSWORD_CHARS_MAX)), Ok(()));
        assert_eq!(check_password(&"a".repeat(PASSWORD_CHARS_MAX + 1)), Err(WeakPassword));
    }
}
