//! Decimal numbers as texts, compared exactly and without making numbers of them.

use std::cmp::Ordering;

/// A decimal number, split into its parts: `-12.50e3`. Zeros at its ends do not count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decimal<'a> {
    negative: bool,
    /// From the first digit that is not zero; both empty for zero.
    whole: &'a [u8],
    fraction: &'a [u8],
    /// Where the first digit stands: 1 for units, 0 for tenths, -1 for hundredths.
    leading: i64,
}

impl<'a> Decimal<'a> {
    /// Reads what JSON and form fields hold (`65`, `-1.50`, `2e3`, `.5`, `+5`, `007`, blanks around it).
    pub fn read(text: &'a str) -> Option<Self> {
        let text = text.trim();
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            // Beyond an i32 it is no number that anyone meant.
            Some((mantissa, exponent)) => (mantissa, i64::from(exponent.parse::<i32>().ok()?)),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let (whole, fraction) = (whole.as_bytes(), fraction.as_bytes());
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        if !whole.iter().chain(fraction).all(u8::is_ascii_digit) {
            return None;
        }
        let whole = without_leading_zeros(whole);
        let significant = if whole.is_empty() { without_leading_zeros(fraction) } else { fraction };
        let skipped = fraction.len() - significant.len();
        let leading = exponent + whole.len() as i64 - skipped as i64;
        let zero = whole.is_empty() && significant.is_empty();
        Some(Self { negative: text.starts_with('-') && !zero, whole, fraction: significant, leading })
    }

    fn is_zero(&self) -> bool {
        self.whole.is_empty() && self.fraction.is_empty()
    }

    /// -1, 0 or 1.
    fn sign(&self) -> i8 {
        match (self.is_zero(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }

    fn size_order(&self, other: &Self) -> Ordering {
        self.leading.cmp(&other.leading).then_with(|| {
            let digits = |number: &Self| number.whole.len() + number.fraction.len();
            let places = digits(self).max(digits(other));
            self.padded().take(places).cmp(other.padded().take(places))
        })
    }

    fn padded(&self) -> impl Iterator<Item = u8> {
        self.whole.iter().chain(self.fraction).copied().chain(std::iter::repeat(b'0'))
    }

    pub fn order(&self, other: &Self) -> Ordering {
        match self.sign().cmp(&other.sign()) {
            Ordering::Equal if self.is_zero() => Ordering::Equal,
            Ordering::Equal if self.negative => other.size_order(self),
            Ordering::Equal => self.size_order(other),
            signs => signs,
        }
    }
}

fn without_leading_zeros(digits: &[u8]) -> &[u8] {
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    &digits[zeros..]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn order(a: &str, b: &str) -> Ordering {
        Decimal::read(a).unwrap().order(&Decimal::read(b).unwrap())
    }

    #[test]
    fn one_number_in_several_spellings_is_equal() {
        for spellings in [
            &["0", "-0", "+0.00", ".0", "0.", "0e9", "000"][..],
            &["1", "1.0", "+1", "001", "1.", "10e-1", "0.1e1", " 1 ", "1E+0", "0.001e3"],
            &["-2.5", "-2.50", "-25e-1", "-0.25e1"],
            &["12345678901234567890.10", "12345678901234567890.1"],
        ] {
            for a in spellings {
                for b in spellings {
                    assert_eq!(order(a, b), Ordering::Equal, "{a} {b}");
                }
            }
        }
    }

    #[test]
    fn numbers_are_in_their_order_however_long() {
        let ascending = [
            "-1e100",
            "-1000",
            "-999.999999999999999999999999",
            "-2",
            "-1.5",
            "-1e-9",
            "0",
            "1e-2000000000",
            "0.000000001",
            "0.1",
            "0.10000000000000000000000001",
            "0.3",
            "9",
            "10",
            "64.99999999999999999",
            "65",
            "9007199254740993",
            "9007199254740993.5",
            "1e2000000000",
        ];
        for (at, a) in ascending.iter().enumerate() {
            for (other, b) in ascending.iter().enumerate() {
                assert_eq!(order(a, b), at.cmp(&other), "{a} {b}");
            }
        }
    }

    #[test]
    fn anything_else_is_no_number() {
        for text in
            ["", " ", "-", ".", "ten", "1,000", "0x10", "1e", "1e1.5", "NaN", "inf", "1 2", "--1", "５"]
        {
            assert!(Decimal::read(text).is_none(), "{text:?}");
        }
        assert!(Decimal::read("1e99999999999").is_none());
    }

    proptest! {
        #[test]
        fn agrees_with_whole_numbers(a: i64, b: i64, shift in 0_usize..20) {
            let scaled = |n: i64| format!("{n}{}e-{shift}", "0".repeat(shift));
            prop_assert_eq!(order(&a.to_string(), &b.to_string()), a.cmp(&b));
            prop_assert_eq!(order(&scaled(a), &b.to_string()), a.cmp(&b));
            // As fractions of one length.
            let places = |n: i64| format!("{}0.{:019}", if n < 0 { "-" } else { "" }, n.unsigned_abs());
            prop_assert_eq!(order(&places(a), &places(b)), a.cmp(&b));
        }

        #[test]
        fn any_text_is_read_or_not(text in "\\PC{0,20}", near in "[-+]?[0-9.]{0,20}[eE]?[-+]?[0-9]{0,14}") {
            for text in [text, near] {
                if let Some(number) = Decimal::read(&text) {
                    prop_assert_eq!(number.order(&number), Ordering::Equal);
                }
            }
        }
    }
}
