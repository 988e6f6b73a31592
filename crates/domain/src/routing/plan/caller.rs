//! Callers by number or by the beginning of their number.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::phone::{self, Country};

/// The most digits that a number in E.164 has.
const DIGITS_MAX: usize = 15;

/// As JSON: `"+13105550100"`, or `"+1310*"` for all that begin so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallerPattern {
    Exact(String),
    Prefix(String),
}

/// The text is no caller, and no prefix of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "write a number with its country code, such as +13105550100, or its beginning and a star, such as +1310*"
)]
pub struct NotACallerPattern;

impl CallerPattern {
    /// `caller` is in E.164.
    pub fn matches(&self, caller: &str) -> bool {
        match self {
            Self::Exact(number) => number == caller,
            Self::Prefix(prefix) => caller.starts_with(prefix.as_str()),
        }
    }
}

impl FromStr for CallerPattern {
    type Err = NotACallerPattern;

    fn from_str(text: &str) -> Result<Self, NotACallerPattern> {
        let text = text.trim();
        let digits = text.strip_prefix('+').ok_or(NotACallerPattern)?;
        let Some(prefix) = digits.strip_suffix('*') else {
            return phone::normalize(text, Country::US).map(Self::Exact).ok_or(NotACallerPattern);
        };
        let plain =
            (1..=DIGITS_MAX).contains(&prefix.len()) && prefix.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| Self::Prefix(format!("+{prefix}"))).ok_or(NotACallerPattern)
    }
}

impl fmt::Display for CallerPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(number) => f.write_str(number),
            Self::Prefix(prefix) => write!(f, "{prefix}*"),
        }
    }
}

impl Serialize for CallerPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_a_number_or_its_beginning() {
        for (text, stored, caller, matches) in [
            ("+13105550100", "+13105550100", "+13105550100", true),
            ("+1 (310) 555-0100", "+13105550100", "+13105550100", true),
            ("+13105550100", "+13105550100", "+131055501000", false),
            ("+1310*", "+1310*", "+13105550100", true),
            ("+1310*", "+1310*", "+13115550100", false),
            ("+1310*", "+1310*", "anonymous", false),
        ] {
            let pattern: CallerPattern = text.parse().unwrap();
            assert_eq!(pattern.to_string(), stored);
            assert_eq!(pattern.matches(caller), matches, "{text} {caller}");
        }
        for text in ["", "*", "+*", "1310*", "+13 10*", "+1310**", "+1234567890123456*", "3105550100", "+12"]
        {
            assert_eq!(text.parse::<CallerPattern>(), Err(NotACallerPattern), "{text}");
        }
    }
}
