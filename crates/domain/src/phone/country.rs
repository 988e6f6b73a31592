//! A country with a numbering plan.

use std::fmt;
use std::str::FromStr;

use rlibphonenumber::{PHONE_NUMBER_UTIL, Region};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A country by its ISO 3166-1 alpha-2 code (`US`), with a numbering plan; `US` by default.
///
/// Read in any case, written in upper case. Codes of places without a numbering plan of their own, such as
/// Antarctica (`AQ`), are refused, for no national number could be read there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country(Region);

/// The text is not the code of a country with a numbering plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a country: expected a two-letter ISO 3166 code such as US")]
pub struct NotACountry;

impl Country {
    pub const US: Self = Self(Region::US);

    /// For a code that a test has seen to be a country's.
    pub(super) fn known(code: &str) -> Option<Self> {
        code.parse().ok().map(Self)
    }

    pub(super) fn region(self) -> Region {
        self.0
    }
}

impl Default for Country {
    fn default() -> Self {
        Self::US
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for Country {
    type Err = NotACountry;

    fn from_str(text: &str) -> Result<Self, NotACountry> {
        // The library also names the world ("001") and every unassigned pair of letters.
        let region = text.parse::<Region>().map_err(|_| NotACountry)?;
        let has_plan = PHONE_NUMBER_UTIL.get_country_code_for_region(region).is_some();
        if text.len() == 2 && has_plan { Ok(Self(region)) } else { Err(NotACountry) }
    }
}

impl Serialize for Country {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_two_letters_with_a_numbering_plan() {
        assert_eq!(Country::default().to_string(), "US");
        for (text, code) in [("US", "US"), ("us", "US"), ("GB", "GB"), ("De", "DE"), ("PR", "PR")] {
            let country: Country = text.parse().unwrap();
            assert_eq!(country.to_string(), code);
            assert_eq!(serde_json::to_string(&country).unwrap(), format!("\"{code}\""));
            assert_eq!(serde_json::from_str::<Country>(&format!("\"{text}\"")).unwrap(), country);
        }
        for other in ["", "U", "USA", "001", "ZZ", "AQ", "UK", "1", "+1", "é", "U ", " US"] {
            assert_eq!(other.parse::<Country>(), Err(NotACountry), "{other:?}");
        }
    }
}
