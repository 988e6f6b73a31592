//! One value of a request, and what it is read as.

use std::borrow::Cow;
use std::collections::HashSet;

use super::{Refusal, refusal};
use crate::money::Money;
use crate::time::Timestamp;

/// A value as sent: JSON with the text of its numbers, or the text of a form's or query's parameter.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    Number(&'a str),
    /// `raw` has the quotes and escapes.
    String {
        text: Cow<'a, str>,
        raw: &'a str,
    },
    /// From a form or query: may stand for a number or a boolean as well.
    Text(Cow<'a, str>),
    Array(Vec<Value<'a>>),
    Object(Members<'a>),
}

/// An object's names and values, in the order sent; no name twice.
pub(super) type Members<'a> = Vec<(Cow<'a, str>, Value<'a>)>;

/// Up to this many names are compared with each other; more go through a hash set.
const COMPARED_MAX: usize = 16;

/// The first name that was there before.
pub(super) fn first_repeated<'m, T>(members: &'m [(Cow<'_, str>, T)]) -> Option<&'m str> {
    let mut names = members.iter().map(|(name, _)| name.as_ref()).enumerate();
    if members.len() <= COMPARED_MAX {
        let before = |(at, name): &(usize, &str)| members[..*at].iter().any(|(other, _)| other == name);
        return names.find(before).map(|(_, name)| name);
    }
    let mut seen = HashSet::with_capacity(members.len());
    names.find(|(_, name)| !seen.insert(*name)).map(|(_, name)| name)
}

impl Value<'_> {
    /// What a message calls it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String { .. } | Self::Text(_) => "a text",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    /// The text of a string, not of a number.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::String { text, .. } | Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a string, number or boolean.
    pub(super) fn scalar(&self) -> Option<&str> {
        match self {
            Self::Bool(true) => Some("true"),
            Self::Bool(false) => Some("false"),
            Self::Number(text) => Some(text),
            _ => self.text(),
        }
    }

    /// The JSON of a string, number or boolean, as sent; a parameter's text becomes a JSON string.
    pub(super) fn scalar_json(&self) -> Option<String> {
        match self {
            Self::String { raw, .. } => Some((*raw).to_owned()),
            Self::Text(text) => Some(serde_json::Value::from(text.as_ref()).to_string()),
            _ => self.scalar().map(str::to_owned),
        }
    }

    /// Nothing was meant: null, or an empty text as forms and CRMs send for a field they lack.
    pub(super) fn is_blank(&self) -> bool {
        matches!(self, Self::Null) || self.text().is_some_and(str::is_empty)
    }
}

/// Dollars, from a number or its text.
pub(super) fn money(name: &str, value: &Value<'_>) -> Result<Money, Refusal> {
    let text = match value {
        Value::Number(text) => text,
        Value::String { text, .. } | Value::Text(text) => text.as_ref(),
        _ => return Err(refusal::wrong_type(name, "a number such as 150.00", value.kind())),
    };
    text.parse().map_err(|error| refusal::invalid_amount(name, &error))
}

/// A JSON boolean, or a parameter's text `true` or `false`. A JSON string is not a boolean: a typed
/// client that sends one has a mistake to find.
pub(super) fn boolean(name: &str, value: &Value<'_>) -> Result<bool, Refusal> {
    match value {
        Value::Bool(value) => Ok(*value),
        Value::Text(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Value::Text(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(refusal::wrong_type(name, "true or false", value.kind())),
    }
}

/// An RFC 3339 time; null, or an empty parameter, clears the field.
pub(super) fn moment(name: &str, value: &Value<'_>) -> Result<Option<Timestamp>, Refusal> {
    match value {
        Value::Null => Ok(None),
        Value::Text(text) if text.is_empty() => Ok(None),
        Value::Text(text) => with_lost_plus(text).parse().map(Some).map_err(|_| refusal::invalid_time(name)),
        Value::String { text, .. } => text.parse().map(Some).map_err(|_| refusal::invalid_time(name)),
        _ => Err(refusal::wrong_type(name, "an RFC 3339 time or null", value.kind())),
    }
}

/// A text; null, or an empty parameter, clears the field.
pub(super) fn text_or_null(name: &str, value: &Value<'_>) -> Result<Option<String>, Refusal> {
    match value {
        Value::Null => Ok(None),
        Value::Text(text) if text.is_empty() => Ok(None),
        Value::String { text, .. } | Value::Text(text) => Ok(Some(text.as_ref().to_owned())),
        _ => Err(refusal::wrong_type(name, "a text or null", value.kind())),
    }
}

/// `…T12:00:00 02:00` was `…T12:00:00+02:00` before the query was decoded.
fn with_lost_plus(time: &str) -> Cow<'_, str> {
    match time.len().checked_sub(6) {
        Some(at) if time.as_bytes()[at] == b' ' => format!("{}+{}", &time[..at], &time[at + 1..]).into(),
        _ => time.into(),
    }
}
