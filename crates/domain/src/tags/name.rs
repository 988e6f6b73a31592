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

    /// For names that `TagSet` wrote: to check them again at every reading would double its cost.
    pub(in crate::tags) fn from_stored(text: String) -> Self {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_has_one_form_however_it_is_written() {
        for (raw, normal) in [
            ("lead_source", "lead_source"),
            ("Lead Source", "lead_source"),
            ("  LEAD--source!  ", "lead_source"),
            ("__lead.source__", "lead_source"),
            ("lead[source]", "lead_source"),
            ("LeadSource2", "leadsource2"),
            ("Größe", "größe"),
            ("gro\u{308}ße", "größe"),
            ("ZIP·CODE", "zip_code"),
            // `H` with this mark has a composed form in lower case only.
            ("H\u{331}", "\u{1e96}"),
            ("電話 番号", "電話_番号"),
        ] {
            assert_eq!(TagName::normalize(raw).as_ref().map(TagName::as_str), Some(normal), "{raw:?}");
        }
    }

    #[test]
    fn a_name_has_1_to_128_characters_after_normalization() {
        for raw in ["", " ", "___", "-!-", "\u{308}"] {
            assert_eq!(raw.parse::<TagName>(), Err(NotATagName::Empty), "{raw:?}");
        }
        for letter in ["a", "é"] {
            assert!(TagName::normalize(&letter.repeat(128)).is_some());
            assert_eq!(letter.repeat(129).parse::<TagName>(), Err(NotATagName::TooLong));
        }
        assert!(TagName::normalize(&format!("a{}b", " ".repeat(500))).is_some());
    }

    #[test]
    fn json_brings_names_into_their_form() {
        assert_eq!(serde_json::from_str::<TagName>("\"Lead Source\"").unwrap().as_str(), "lead_source");
        assert!(serde_json::from_str::<TagName>("\"!\"").is_err());
    }

    proptest! {
        #[test]
        fn normalizing_twice_is_normalizing_once(raw in "\\PC{0,40}") {
            if let Some(name) = TagName::normalize(&raw) {
                prop_assert_eq!(TagName::normalize(name.as_str()), Some(name));
            }
        }

        #[test]
        fn case_and_punctuation_make_no_difference(words in prop::collection::vec("[a-zA-Z0-9]{1,5}", 1..5)) {
            let name = TagName::normalize(&words.join(" "));
            prop_assert_eq!(&name, &TagName::normalize(&words.join("-.-").to_uppercase()));
            prop_assert_eq!(&name, &TagName::normalize(&format!("_{}_", words.join("_").to_lowercase())));
        }
    }
}
