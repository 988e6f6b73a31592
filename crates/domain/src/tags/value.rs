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
pub(crate) fn is_json_number(text: &str) -> bool {
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

#[cfg(test)]
mod tests {
    use super::super::TagSource;
    use super::super::example::{name, tag};
    use super::*;

    #[test]
    fn a_value_fits_its_tags_type_or_does_not() {
        let one_of = TagKind::OneOf { values: vec!["Hot".into(), "cold lead".into()] };
        for (kind, fitting, unfit) in [
            (TagKind::Text, vec!["", "anything"], vec![]),
            (
                TagKind::Number,
                vec!["0", "-1.50", "+3", " 42 ", "2e3", "12345678901234567890123.5"],
                vec!["", "-", "ten", "1,000", "0x10", "1.", ".5", "1e999", "NaN", "inf", "1 2", "007"],
            ),
            (TagKind::Boolean, vec!["true", "FALSE", "Yes", "no", "1", "0"], vec!["", "2", "on", "truth"]),
            (
                TagKind::Date,
                vec!["2026-01-31", "2026-01-31T12:00:00Z", "2024-02-29"],
                vec!["", "2026-02-29", "01/31/2026", "20260131", "2026-01-31T12:00:00"],
            ),
            (one_of, vec!["hot", " HOT ", "Cold Lead"], vec!["", "cold", "warm"]),
        ] {
            for value in fitting {
                assert!(kind.fits(value), "{value:?} is {kind:?}");
            }
            for value in unfit {
                assert!(!kind.fits(value), "{value:?} is not {kind:?}");
            }
        }
    }

    #[test]
    fn names_that_end_in_numeric_leave_as_json_numbers_digit_for_digit() {
        let mut tags = TagSet::new();
        for (key, value) in [
            ("age", "42"),
            ("age_NUMERIC", "42"),
            ("big_numeric", "12345678901234567890.10"),
            ("name_numeric", "forty"),
            ("numeric", "1"),
            ("price_numeric", " -1.50 "),
            ("zip_numeric", "02134"),
        ] {
            tags.set(&name(key), tag(value, TagSource::Url, 1));
        }
        let json = serde_json::to_string(&JsonTags(&tags)).unwrap();
        let expected = concat!(
            r#"{"age":"42","age_numeric":42,"big_numeric":12345678901234567890.10,"name_numeric":"forty","#,
            r#""numeric":"1","price_numeric":-1.50,"zip_numeric":"02134"}"#
        );
        assert_eq!(json, expected);
    }

    #[test]
    fn a_type_is_written_with_its_name() {
        let one_of = TagKind::OneOf { values: vec!["a".into()] };
        let text = r#"{"type":"one_of","values":["a"]}"#;
        assert_eq!(serde_json::to_string(&one_of).unwrap(), text);
        assert_eq!(serde_json::from_str::<TagKind>(text).unwrap(), one_of);
        assert_eq!(serde_json::from_str::<TagKind>(r#"{"type":"text"}"#).unwrap(), TagKind::Text);
    }
}
