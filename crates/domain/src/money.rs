//! Money: whole micro-dollars. Never a float.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

const MICROS_PER_USD: i64 = 1_000_000;
const DECIMALS: i64 = 6;

/// The most that one amount can be, in USD.
pub const USD_MAX: i64 = 1_000_000_000_000;
const MICROS_MAX: i64 = USD_MAX * MICROS_PER_USD;

/// An amount in USD as whole micro-dollars (1 USD = 1,000,000): 0 to [`USD_MAX`] USD.
///
/// Its text has 2 to 6 decimals (`150.00`, `0.10`, `0.123456`), and in JSON it is a number of exactly
/// that text. Read and write it directly as JSON text: a `serde_json::Value` in between holds numbers as
/// floats, so it drops `150.00` to `150.0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money {
    micros: i64,
}

/// Why a text is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error(
        "must be an amount in USD such as 150.00: digits and a decimal point, without currency signs or separators"
    )]
    NotANumber,
    #[error("must not be negative: send 0 or more")]
    Negative,
    #[error("has more than 6 decimals: round it to whole micro-dollars before sending it")]
    TooPrecise,
    #[error("is over 1000000000000.00 USD: check the unit, amounts are in dollars")]
    TooLarge,
}

impl Money {
    pub const ZERO: Self = Self { micros: 0 };

    /// `None` if negative or over [`USD_MAX`] USD.
    pub fn from_micros(micros: i64) -> Option<Self> {
        (0..=MICROS_MAX).contains(&micros).then_some(Self { micros })
    }

    /// Whole micro-dollars, as the databases store it.
    pub fn micros(self) -> i64 {
        self.micros
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fraction = format!("{:06}", self.micros % MICROS_PER_USD);
        let (cents, finer) = fraction.split_at(2);
        write!(f, "{}.{cents}{}", self.micros / MICROS_PER_USD, finer.trim_end_matches('0'))
    }
}

/// Reads a decimal text exactly: a JSON number (`150`, `1.5e2`) or what a form field holds (blanks around
/// it, `.50`, `+5`, `007`). Zeros beyond the sixth decimal are fine, and minus zero is zero, since some
/// clients' arithmetic ends in `-0.0`.
impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let number = Decimal::read(text.trim())?;
        if number.digits.is_empty() {
            return Ok(Self::ZERO);
        }
        if number.negative {
            return Err(MoneyError::Negative);
        }
        // Digits are counted before any number is made, so `1e999999999` costs nothing.
        let whole_digits = (number.digits.len() as i64).saturating_add(number.exponent);
        if whole_digits > USD_MAX.ilog10() as i64 + 1 {
            return Err(MoneyError::TooLarge);
        }
        let scale = number.exponent.saturating_add(DECIMALS);
        if scale < 0 {
            return Err(MoneyError::TooPrecise);
        }
        // At most 13 digits before the point and 6 after it: 19 digits never overflow here.
        let digits = number.digits.iter().fold(0_u128, |value, digit| value * 10 + u128::from(digit - b'0'));
        let micros = digits * 10_u128.pow(scale as u32);
        i64::try_from(micros).ok().and_then(Self::from_micros).ok_or(MoneyError::TooLarge)
    }
}

/// A decimal text taken apart: `digits` × 10^`exponent`, without zeros at either end of `digits`.
struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    fn read(text: &str) -> Result<Self, MoneyError> {
        let negative = text.starts_with('-');
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, read_exponent(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut digits = [whole.as_bytes(), fraction.as_bytes()].concat();
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return Err(MoneyError::NotANumber);
        }
        let mut exponent = exponent.saturating_sub(fraction.len() as i64);
        let kept = digits.iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1);
        exponent = exponent.saturating_add((digits.len() - kept) as i64);
        digits.truncate(kept);
        let leading = digits.iter().position(|digit| *digit != b'0').unwrap_or(0);
        digits.drain(..leading);
        Ok(Self { negative, digits, exponent })
    }
}

/// Saturates: an exponent beyond `i64` is as far out of range as one at its edge.
fn read_exponent(text: &str) -> Result<i64, MoneyError> {
    let negative = text.starts_with('-');
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(MoneyError::NotANumber);
    }
    let size = digits
        .bytes()
        .fold(0_i64, |value, digit| value.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
    Ok(if negative { -size } else { size })
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = RawValue::from_string(self.to_string()).map_err(serde::ser::Error::custom)?;
        text.serialize(serializer)
    }
}

/// From a JSON number or a string that holds one; the number's text is read as it was sent.
impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        if raw.get().starts_with('"') {
            let text: String = serde_json::from_str(raw.get()).map_err(serde::de::Error::custom)?;
            text.parse().map_err(serde::de::Error::custom)
        } else {
            raw.get().parse().map_err(serde::de::Error::custom)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn micros(text: &str) -> Result<i64, MoneyError> {
        text.parse().map(Money::micros)
    }

    #[test]
    fn reads_decimal_text_exactly() {
        for (text, expected) in [
            ("150", 150_000_000),
            ("150.00", 150_000_000),
            (" 150.00\t", 150_000_000),
            ("1.5e2", 150_000_000),
            ("1.5E+2", 150_000_000),
            ("15000e-2", 150_000_000),
            ("0.1", 100_000),
            (".50", 500_000),
            ("5.", 5_000_000),
            ("+5", 5_000_000),
            ("007", 7_000_000),
            ("0.123456", 123_456),
            ("0.12345600000000000000000000000000", 123_456),
            ("0.000001", 1),
            ("1e-6", 1),
            ("0", 0),
            ("0e99999999999999999999999", 0),
            ("-0", 0),
            ("-0.00", 0),
            ("1000000000000", MICROS_MAX),
            ("1e12", MICROS_MAX),
        ] {
            assert_eq!(micros(text), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn refuses_with_the_reason() {
        use MoneyError::{Negative, NotANumber, TooLarge, TooPrecise};
        for (text, expected) in [
            ("", NotANumber),
            (" ", NotANumber),
            (".", NotANumber),
            ("-", NotANumber),
            ("--1", NotANumber),
            ("1.2.3", NotANumber),
            ("1e", NotANumber),
            ("1e5e5", NotANumber),
            ("1e1.5", NotANumber),
            ("NaN", NotANumber),
            ("Infinity", NotANumber),
            ("-inf", NotANumber),
            ("0x10", NotANumber),
            ("1_000", NotANumber),
            ("1,000", NotANumber),
            ("1 000", NotANumber),
            ("$5", NotANumber),
            ("５", NotANumber),
            ("true", NotANumber),
            ("-1", Negative),
            ("-0.0000001", Negative),
            ("-1e999999999", Negative),
            ("0.1234567", TooPrecise),
            ("1e-7", TooPrecise),
            ("1e-99999999999999999999", TooPrecise),
            ("1000000000000.000001", TooLarge),
            ("9999999999999", TooLarge),
            ("1e13", TooLarge),
            ("1e999999999", TooLarge),
            ("1e99999999999999999999", TooLarge),
        ] {
            assert_eq!(micros(text), Err(expected), "{text:?}");
        }
    }

    #[test]
    fn writes_two_to_six_decimals() {
        for (micros, text) in [
            (0, "0.00"),
            (1, "0.000001"),
            (100_000, "0.10"),
            (123_456, "0.123456"),
            (1_230_000, "1.23"),
            (1_234_000, "1.234"),
            (150_000_000, "150.00"),
            (MICROS_MAX, "1000000000000.00"),
        ] {
            assert_eq!(Money::from_micros(micros).unwrap().to_string(), text);
        }
        assert_eq!(Money::from_micros(-1), None);
        assert_eq!(Money::from_micros(MICROS_MAX + 1), None);
    }

    #[test]
    fn is_a_json_number_of_the_same_text() {
        #[derive(Serialize, Deserialize)]
        struct Answer {
            revenue_paid_out: Money,
        }
        for sent in ["150.00", "150", "\"150.00\"", "\" 150 \"", "1.5e2", r#""\u0031\u0035\u0030""#] {
            let body = format!(r#"{{"revenue_paid_out":{sent}}}"#);
            let answer: Answer = serde_json::from_str(&body).unwrap();
            assert_eq!(serde_json::to_string(&answer).unwrap(), r#"{"revenue_paid_out":150.00}"#);
        }
        for sent in ["true", "null", "[1]", "{\"a\":1}", "\"\"", "\"1,000\"", "-1", "\"\\u0000\""] {
            assert!(serde_json::from_str::<Money>(sent).is_err(), "{sent}");
        }
    }

    proptest! {
        #[test]
        fn text_and_micros_round_trip(micros in 0..=MICROS_MAX) {
            let money = Money::from_micros(micros).unwrap();
            prop_assert_eq!(money.to_string().parse(), Ok(money));
            prop_assert_eq!(serde_json::from_str::<Money>(&serde_json::to_string(&money).unwrap()).unwrap(), money);
            prop_assert_eq!(format!("{micros}e-6").parse(), Ok(money));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*", numeric in "[-+]?[0-9.]{0,40}[eE]?[-+]?[0-9]{0,25}") {
            for text in [text, numeric] {
                if let Ok(money) = text.parse::<Money>() {
                    prop_assert_eq!(money.to_string().parse(), Ok(money));
                }
            }
        }

        #[test]
        fn the_exponent_only_moves_the_point(micros in 0..=MICROS_MAX, shift in 0_usize..60) {
            let money = Money::from_micros(micros).unwrap();
            let zeros = "0".repeat(shift);
            prop_assert_eq!(format!("{micros}{zeros}e-{}", 6 + shift).parse(), Ok(money));
        }
    }
}
