//! The address that a person signs in by.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Characters of an address (RFC 5321).
const EMAIL_CHARS_MAX: usize = 254;

/// In lower case: nobody tells two people apart by the case of an address. Whether mail arrives there is not known,
/// and nothing depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

/// The text is no email address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an email address: write it as name@example.com, with at most {EMAIL_CHARS_MAX} characters")]
pub struct NotAnEmail;

impl Email {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = NotAnEmail;

    fn from_str(text: &str) -> Result<Self, NotAnEmail> {
        let email = text.trim().to_lowercase();
        let parts = email.split_once('@');
        let whole =
            parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
        let strange = email.chars().any(|c| c.is_whitespace() || c.is_control());
        if !whole || strange || email.chars().count() > EMAIL_CHARS_MAX {
            return Err(NotAnEmail);
        }
        Ok(Self(email))
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Email {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Email {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_spaces_around_it_make_no_other_person() {
        assert_eq!(" Ada@Example.COM ".parse::<Email>().unwrap().as_str(), "ada@example.com");
        let long = format!("{}@example.com", "a".repeat(EMAIL_CHARS_MAX));
        for wrong in ["", "ada", "@example.com", "ada@", "a@b@c", "a b@example.com", "a\0@example.com", &long]
        {
            assert_eq!(wrong.parse::<Email>(), Err(NotAnEmail), "{wrong:?}");
        }
    }
}
