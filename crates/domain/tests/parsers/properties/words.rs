//! Small things: amounts, numbers, names of tags, times.

use std::fmt::Display;
use std::str::FromStr;

use hookline_domain::access::{Email, Role};
use hookline_domain::flow::NodeId;
use hookline_domain::ids::CallId;
use hookline_domain::money::Money;
use hookline_domain::outgoing::Event;
use hookline_domain::phone::{Country, RAW_BYTES_MAX, normalize, prefix_facts};
use hookline_domain::routing::{CallerPattern, Destination};
use hookline_domain::tags::{TAG_NAME_CHARS_MAX, TagKind, TagName, TagSet, carries_key};
use hookline_domain::time::Timestamp;
use hookline_domain::zone::Zone;

/// What is read is printed with the digits that were sent, and is read again as the same.
pub fn money(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let as_json: Result<Money, _> = serde_json::from_str(text);
    let Ok(amount) = text.parse::<Money>() else { return false };
    let printed = amount.to_string();
    assert_eq!(printed.parse(), Ok(amount));
    assert_eq!(Money::from_micros(amount.micros()), Some(amount));
    assert_eq!(significant(&printed), significant(text), "{text:?} is printed as {printed}");
    let (_, decimals) = printed.split_once('.').expect("it has cents");
    assert!((2..=6).contains(&decimals.len()));
    assert_eq!(serde_json::to_string(&amount).expect("an amount is JSON"), printed);
    if let Ok(as_json) = as_json {
        assert_eq!(as_json, amount);
    }
    true
}

/// The digits without zeros at their ends, and the power of ten of the last one.
fn significant(text: &str) -> (String, i128) {
    let text = text.trim().trim_start_matches(['+', '-']);
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let kept = all.trim_end_matches('0');
    let digits = kept.trim_start_matches('0').to_owned();
    if digits.is_empty() {
        return (digits, 0);
    }
    let exponent: i128 = exponent.parse().expect("an amount that is not zero has a small exponent");
    (digits, exponent - fraction.len() as i128 + (all.len() - kept.len()) as i128)
}

/// The country by the first letter; a number stays what it is once it is normalized.
pub fn phone(data: &[u8]) -> bool {
    const COUNTRIES: [&str; 8] = ["US", "GB", "DE", "IT", "AR", "MX", "IN", "CI"];
    let [first, rest @ ..] = data else { return false };
    let Ok(text) = std::str::from_utf8(rest) else { return false };
    let country =
        |at: u8| -> Country { COUNTRIES[usize::from(at) % COUNTRIES.len()].parse().expect("a country") };
    let Some(number) = normalize(text, country(*first)) else { return false };
    assert!(text.len() <= RAW_BYTES_MAX);
    let digits = number.strip_prefix('+').expect("E.164 begins with a plus");
    // 3 of a country and 17 of a number at most: Google's library takes some of Indonesia with 17.
    assert!((5..=20).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()), "{number}");
    assert!(!digits.starts_with('0'));
    for other in 0..8 {
        assert_eq!(normalize(&number, country(other)).as_ref(), Some(&number));
    }
    assert_eq!(prefix_facts(&number), prefix_facts(&number));
    true
}

/// A name, then after the line a value, or a stored set of tags.
pub fn tags(data: &[u8]) -> bool {
    let Some((raw, rest)) = super::split_line(data) else { return false };
    if let Some(name) = TagName::normalize(raw) {
        assert_eq!(TagName::normalize(name.as_str()).as_ref(), Some(&name));
        assert_eq!(TagName::normalize(&format!(" -{raw}_ ")).as_ref(), Some(&name));
        assert!(name.as_str().chars().count() <= TAG_NAME_CHARS_MAX);
        assert!(name.as_str().chars().all(|c| c.is_alphanumeric() || c == '_'), "{name}");
        if raw.is_ascii() {
            assert_eq!(TagName::normalize(&raw.to_ascii_uppercase()).as_ref(), Some(&name));
        }
    }
    if let Some(tag) = TagName::from_header(raw) {
        assert_eq!(TagName::normalize(tag.as_str()).as_ref(), Some(&tag));
    }
    if TagKind::Number.fits(rest) {
        let number: f64 = rest.trim().trim_start_matches('+').parse().expect("it is a number");
        assert!(number.is_finite());
    }
    for kind in [TagKind::Boolean, TagKind::Date, TagKind::OneOf { values: vec![raw.to_owned()] }] {
        assert_eq!(kind.fits(rest), kind.fits(&format!(" {rest}\t")));
    }
    let _ = carries_key(rest);
    if let Ok(set) = TagSet::from_stored(rest) {
        let stored = set.to_stored();
        assert_eq!(TagSet::from_stored(&stored).expect("what is stored can be read"), set);
    }
    TagName::normalize(raw).is_some()
}

/// What is read is printed so that it is read as the same.
pub fn words(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let mut taken = again::<Timestamp>(text).is_some();
    taken |=
        again::<Zone>(text).is_some() | again::<Country>(text).is_some() | again::<Email>(text).is_some();
    taken |= again::<CallerPattern>(text).is_some() | again::<NodeId>(text).is_some();
    taken |= again::<CallId>(text).is_some();
    if let Ok(role) = text.parse::<Role>() {
        assert_eq!(role.name(), text);
    }
    if let Ok(event) = text.parse::<Event>() {
        assert_eq!(event.name(), text);
    }
    if let Some(destination) = again::<Destination>(text) {
        // Nothing that ends a header or a quoted text where a switch writes it.
        assert!(!destination.as_str().contains(|c: char| c.is_whitespace() || c.is_control()));
        taken = true;
    }
    taken
}

fn again<T: FromStr + Display + PartialEq>(text: &str) -> Option<T> {
    let value: T = text.parse().ok()?;
    assert!(value.to_string().parse().is_ok_and(|again: T| again == value), "{text:?} is printed as {value}");
    Some(value)
}
