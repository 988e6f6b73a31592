//! A tag's value: whether it fits a custom tag's type, and the JSON as which it leaves.

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use super::set::TagSet;
use crate::time::Timestamp;

/// The type of a custom tag. Stored and spoken as `{"type":"one_of","values":["a","b"]}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TagKind {
    Text,
    /// A decimal number, such as `-1.50` or `2e3`.
    Number,
    /// `true`, `false`, `yes`, `no`, `1` or `0`, in any case.
    Boolean,
    /// `2026-01-31`, or an RFC 3339 time.
    Date,
    /// One of these, in any case.
    OneOf {
        values: Vec<String>,
    },
}

impl TagKind {
    /// Whether a value is of this type; space around it does not count.
    pub fn fits(&self, value: &str) -> bool {
        let value = value.trim();
        match self {
            Self::Text => true,
            Self::Number => is_json_number(value.strip_prefix('+').unwrap_or(value)),
            Self::Boolean => {
                ["true", "false", "yes", "no", "1", "0"].iter().any(|word| value.eq_ignore_ascii_case(word))
            }
            Self::Date => is_date(value) || value.parse::<Timestamp>().is_ok(),
            Self::OneOf { values } => {
                let value = value.to_lowercase();
                values.iter().any(|one| one.trim().to_lowercase() == value)
            }
        }
    }
}

fn is_date(value: &str) -> bool {
    // jiff also takes other ISO forms, such as 20260131, and times.
    let bytes = value.as_bytes();
    bytes.len() == 10 && bytes[4] == b'-' && bytes[7] == b'-' && value.parse::<jiff::civil::Date>().is_ok()
}

/// The text is a number by JSON's grammar, and not one that readers take for infinite.
fn is_json_number(text: &str) -> bool {
    let starts = text.strip_prefix('-').unwrap_or(text).starts_with(|c: char| c.is_ascii_digit());
    starts
        && text.ends_with(|c: char| c.is_ascii_digit())
        && serde_json::from_str::<f64>(text).is_ok_and(f64::is_finite)
}

/// A set as the JSON object that leaves for clients: names to strings, but a value under a name
/// that ends in `_numeric` leaves as a number if it is one, digit for digit.
/// Only for serde_json: it alone knows how to keep a number's text.
#[derive(Debug, Clone, Copy)]
pub struct JsonTags<'a>(pub &'a TagSet);

impl Serialize for JsonTags<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, tag) in self.0.iter() {
            let value = tag.value.trim();
            if name.as_str().ends_with("_numeric") && is_json_number(value) {
                let number: &RawValue = serde_json::from_str(value).map_err(serde::ser::Error::custom)?;
                map.serialize_entry(name, number)?;
            } else {
                map.serialize_entry(name, &tag.value)?;
            }
        }
        map.end()
    }
}
