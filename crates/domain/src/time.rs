//! A moment, in whole microseconds since 1970, as the databases store it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub const MICROS_PER_SECOND: i64 = 1_000_000;

/// Microseconds since 1970-01-01T00:00:00Z. Written as RFC 3339 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub i64);

/// The text is not an RFC 3339 moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time such as 2026-01-31T12:00:00Z")]
pub struct NotATime;

impl Timestamp {
    pub fn plus_micros(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    pub fn plus_seconds(self, seconds: i64) -> Self {
        self.plus_micros(seconds.saturating_mul(MICROS_PER_SECOND))
    }

    /// Microseconds from `earlier` to here; negative if `earlier` is later.
    pub fn micros_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(moment) => write!(f, "{moment:.6}"),
            // Out of jiff's range (year ±9999): cannot be parsed from text, only made by arithmetic.
            Err(_) => write!(f, "{}us", self.0),
        }
    }
}

/// 0000-01-01T00:00:00Z. What an offset puts before it has a year that RFC 3339 can't write.
const YEAR_ZERO_MICROS: i64 = -62_167_219_200_000_000;

impl FromStr for Timestamp {
    type Err = NotATime;
    fn from_str(text: &str) -> Result<Self, NotATime> {
        // jiff also takes forms outside RFC 3339, such as a zone in brackets, a decimal comma or a missing colon.
        let bytes = text.as_bytes();
        let dated = bytes.len() >= 20
            && bytes[4] == b'-'
            && bytes[7] == b'-'
            && bytes[13] == b':'
            && bytes[16] == b':';
        let zoned = text.ends_with(['Z', 'z'])
            || (bytes.len() >= 25
                && matches!(bytes[bytes.len() - 6], b'+' | b'-')
                && bytes[bytes.len() - 3] == b':');
        let plain = bytes.iter().all(|byte| byte.is_ascii_digit() || b"-+:. TtZz".contains(byte));
        if !dated || !zoned || !plain {
            return Err(NotATime);
        }
        let moment: jiff::Timestamp = text.parse().map_err(|_| NotATime)?;
        Some(Self(moment.as_microsecond())).filter(|read| read.0 >= YEAR_ZERO_MICROS).ok_or(NotATime)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn text_and_micros_round_trip(micros in 0_i64..=253_402_300_799_999_999) {
            let moment = Timestamp(micros);
            prop_assert_eq!(moment.to_string().parse(), Ok(moment));
        }

        #[test]
        fn arithmetic_at_the_edges_saturates(micros: i64, step: i64) {
            let moment = Timestamp(micros).plus_seconds(step).plus_micros(step);
            let _ = (moment.to_string(), moment.micros_since(Timestamp(step)));
        }

        #[test]
        fn any_text_is_read_or_refused(
            text in "\\PC{0,40}",
            near in "[+-]?[0-9]{4}-[0-3][0-9]-[0-3][0-9][Tt _][0-2][0-9]:[0-6][0-9]:[0-6][0-9]([.,][0-9]{0,12})?(Z|z|[+-][0-9]{2}:?[0-9]{2}|é)(\\[UTC\\])?",
        ) {
            for text in [text, near] {
                if let Ok(moment) = text.parse::<Timestamp>() {
                    prop_assert_eq!(moment.to_string().parse(), Ok(moment), "{:?}", text);
                }
            }
        }
    }

    #[test]
    fn reads_rfc_3339_and_nothing_else() {
        let noon: Timestamp = "2026-01-31T12:00:00Z".parse().unwrap();
        assert_eq!(noon.to_string(), "2026-01-31T12:00:00.000000Z");
        assert_eq!("2026-01-31T07:00:00.000001-05:00".parse(), Ok(noon.plus_micros(1)));
        // The space that RFC 3339 allows in place of the T is how several languages print a time.
        assert_eq!("2026-01-31 12:00:00Z".parse(), Ok(noon));
        let first = "0000-01-01T00:00:00.000000Z";
        assert_eq!(first.parse::<Timestamp>().unwrap().to_string(), first);
        for other in [
            "",
            "0000-01-01T00:00:00+23:59",
            "2026-01-31",
            "2026-01-31T12:00:00",
            "1769860800",
            "2026-01-31T12:00:00+00:00[UTC]",
            "2026-02-30T12:00:00Z",
            "2026-01-31T12:00:00,5Z",
            "2026-01-31T12:00:00.Z",
            "2026-01-31T24:00:00Z",
            "2026-01-31T12:00:00+0500",
            "2026-01-31T12:00:00+05",
            "+002026-01-31T12:00:00Z",
            "2026-01-31T12:00:00Zé",
            "tomorrow",
        ] {
            assert_eq!(other.parse::<Timestamp>(), Err(NotATime), "{other:?}");
        }
    }
}
