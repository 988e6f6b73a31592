//! A tag's name, in its one normal form.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use unicode_normalization::UnicodeNormalization;

/// Characters of a tag's name, after normalization.
pub const TAG_NAME_CHARS_MAX: usize = 128;
/// Characters of a tag's value.
pub const TAG_VALUE_CHARS_MAX: usize = 4096;

/// A tag's name in its one normal form: NFC, trimmed, lower case, every run of anything but letters
/// and digits one `_`, none of them at its ends. 1 to `TAG_NAME_CHARS_MAX` characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct TagName(String);

/// Why a text names no tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotATagName {
    #[error("a tag's name needs at least one letter or digit")]
    Empty,
    #[error("a tag's name has at most {TAG_NAME_CHARS_MAX} characters")]
    TooLong,
}

impl TagName {
    /// The normal form of `raw`; `None` if it is empty or over `TAG_NAME_CHARS_MAX` characters.
    /// Parse with `FromStr` to learn which.
    pub fn normalize(raw: &str) -> Option<Self> {
        raw.parse().ok()
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For text that is known to be in normal form: our own constants, and what we stored.
    pub(crate) fn from_normal(text: String) -> Self {
        debug_assert!(Self::normalize(&text).is_some_and(|name| name.0 == text), "{text:?}");
        Self(text)
    }
}

/// The name without a leading `x_`, if it has one: headers are known both with and without their `X-`.
pub(crate) fn without_x(name: &str) -> Option<&str> {
    name.strip_prefix("x_").filter(|rest| !rest.is_empty())
}

impl FromStr for TagName {
    type Err = NotATagName;

    fn from_str(raw: &str) -> Result<Self, NotATagName> {
        let name = if raw.is_ascii() {
            join_words(raw.chars().map(|c| c.to_ascii_lowercase()), raw.len())
        } else {
            // Lower case first, then NFC: some letters have a composed form in lower case only.
            let lower: String = raw.nfc().collect::<String>().to_lowercase();
            join_words(lower.nfc(), raw.len())
        };
        match name.chars().count() {
            0 => Err(NotATagName::Empty),
            1..=TAG_NAME_CHARS_MAX => Ok(Self(name)),
            _ => Err(NotATagName::TooLong),
        }
    }
}

fn join_words(chars: impl Iterator<Item = char>, capacity: usize) -> String {
    let mut name = String::with_capacity(capacity);
    let mut gap = false;
    for c in chars {
        if !c.is_alphanumeric() {
            gap = true;
            continue;
        }
        if gap && !name.is_empty() {
            name.push('_');
        }
        gap = false;
        name.push(c);
    }
    name
}

impl fmt::Display for TagName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for TagName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for TagName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for TagName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
