//! `application/x-www-form-urlencoded`, in a body or a query, strictly: broken escapes are refused,
//! not passed through.

use std::borrow::Cow;

use super::limits::{FIELDS_MAX, PARAMETER_CHARS_MAX, VALUE_CHARS_MAX, longer_than};
use super::value::first_repeated;
use super::{Refusal, refusal};

/// What is wrong with a name or value before it is known which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    Escape,
    Utf8,
    NullCharacter,
}

pub(super) type Parameters<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// The parameters in the order sent, decoded; no name twice.
pub(super) fn read(text: &str) -> Result<Parameters<'_>, Refusal> {
    let mut parameters = Parameters::new();
    for part in text.split('&').filter(|part| !part.is_empty()) {
        if parameters.len() == FIELDS_MAX {
            return Err(refusal::too_many_fields());
        }
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let name = decode(name).map_err(|problem| refusal::unreadable_name(parameters.len() + 1, problem))?;
        if longer_than(&name, PARAMETER_CHARS_MAX) {
            return Err(refusal::name_too_long(&name));
        }
        let value = decode(value).map_err(|problem| refusal::unreadable_value(&name, problem))?;
        if longer_than(&value, VALUE_CHARS_MAX) {
            return Err(refusal::value_too_long(&name));
        }
        parameters.push((name, value));
    }
    match first_repeated(&parameters) {
        Some(name) => Err(refusal::repeated_parameter(name)),
        None => Ok(parameters),
    }
}

/// One name or value: `+` is a space, `%XX` a byte. Borrows where there is neither.
pub(super) fn decode(text: &str) -> Result<Cow<'_, str>, Unreadable> {
    let Some(plain) = text.bytes().position(|byte| matches!(byte, b'+' | b'%' | 0)) else {
        return Ok(text.into());
    };
    let mut bytes = Vec::with_capacity(text.len());
    bytes.extend_from_slice(&text.as_bytes()[..plain]);
    let mut rest = &text.as_bytes()[plain..];
    while let [byte, after @ ..] = rest {
        rest = after;
        let decoded = match byte {
            b'+' => b' ',
            b'%' => {
                let [high, low, after @ ..] = rest else { return Err(Unreadable::Escape) };
                rest = after;
                hex(*high)? << 4 | hex(*low)?
            }
            byte => *byte,
        };
        if decoded == 0 {
            return Err(Unreadable::NullCharacter);
        }
        bytes.push(decoded);
    }
    String::from_utf8(bytes).map(Cow::Owned).map_err(|_| Unreadable::Utf8)
}

fn hex(digit: u8) -> Result<u8, Unreadable> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok()).ok_or(Unreadable::Escape)
}
