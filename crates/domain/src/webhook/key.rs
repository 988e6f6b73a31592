//! The webhook's key in the query: found here, and kept out of everything else.

use std::borrow::Cow;

use super::{Refusal, form};
use crate::tags::TagName;

/// The query holds two keys. Which one counts can't be told, so neither does: the answer is 401.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the query holds two keys; send `moja_auth_key` once")]
pub struct TwoKeys;

/// Shorter texts are no keys of ours, and hiding them would tear holes into ordinary values.
const KEY_BYTES_MIN: usize = 16;

/// The end of both names that a key has in a query.
const PARAMETER: &str = "auth_key";

/// What stands in a custom value where the key was.
const REMOVED: &str = "[key removed]";

/// The key in a raw query (not decoded, without the `?`): `moja_auth_key` or its alias `auth_key`.
///
/// `None` if there is none. A key with a broken percent escape is none either.
///
/// # Errors
/// [`TwoKeys`] if there is more than one, be they equal.
pub fn key_in_query(query: &str) -> Result<Option<Cow<'_, str>>, TwoKeys> {
    let mut found = None;
    for parameter in query.split('&') {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        if !matches!(form::decode(name).as_deref(), Ok("moja_auth_key" | "auth_key")) {
            continue;
        }
        if found.replace(value).is_some() {
            return Err(TwoKeys);
        }
    }
    Ok(found.and_then(|value| form::decode(value).ok()))
}

/// Whether a field of this name holds a key, in whatever spelling (`authKey`, `X-Auth-Key`): such
/// a field is dropped wherever it is, since someone put a secret there.
pub(super) fn names_the_key(name: &str) -> bool {
    // Only names that end like this get the costly look.
    let Some(end) = name.trim_end_matches(|c: char| !c.is_alphanumeric()).as_bytes().last_chunk::<3>() else {
        return false;
    };
    if !end.eq_ignore_ascii_case(b"key") {
        return false;
    }
    let letters: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let letters = letters.strip_prefix('x').unwrap_or(&letters);
    matches!(letters, "authkey" | "mojaauthkey")
}

/// The key that this request came with, to find it where it doesn't belong.
pub(super) struct Key<'a> {
    decoded: Option<Cow<'a, str>>,
    /// As written in the query, if that differs: a `Referer` quotes it so.
    sent: Option<&'a str>,
}

impl<'a> Key<'a> {
    pub(super) fn of(query: &'a str) -> Self {
        let decoded = key_in_query(query).ok().flatten().filter(|key| key.len() >= KEY_BYTES_MIN);
        let sent = match &decoded {
            Some(Cow::Owned(_)) => query.split('&').find_map(|parameter| {
                let (_, value) = parameter.split_once('=')?;
                (form::decode(value).ok() == decoded).then_some(value)
            }),
            _ => None,
        };
        Self { decoded, sent }
    }

    fn spellings(&self) -> impl Iterator<Item = &str> {
        self.decoded.as_deref().into_iter().chain(self.sent)
    }

    pub(super) fn is_in(&self, text: &str) -> bool {
        self.spellings().any(|key| text.len() >= key.len() && text.contains(key))
    }

    /// The same of a field's or a header's name, as what becomes of it tells the key too: names lose case and marks, and
    /// `hlw-…` is then what `hlw_…` is.
    pub(super) fn is_in_name(&self, sent: &str) -> bool {
        if sent.len() < KEY_BYTES_MIN || self.decoded.is_none() {
            return false;
        }
        let (lower, name) = (sent.to_ascii_lowercase(), TagName::normalize(sent));
        let becomes = |key: &str| {
            let (Some(name), Some(key)) = (&name, TagName::normalize(key)) else { return false };
            key.as_str().len() >= KEY_BYTES_MIN && name.as_str().contains(key.as_str())
        };
        self.spellings().any(|key| lower.contains(&key.to_ascii_lowercase()) || becomes(key))
    }

    /// The text without the key, and without any other key in a URL of ours, as a `Referer` has it.
    pub(super) fn remove_from<'t>(&self, text: Cow<'t, str>) -> Cow<'t, str> {
        // Its own key first: whole, it is found wherever it stands.
        let text = if self.is_in(&text) {
            self.spellings().fold(text.into_owned(), |text, key| text.replace(key, REMOVED)).into()
        } else {
            text
        };
        if text.contains(PARAMETER) { without_parameters(&text).into() } else { text }
    }

    /// The refusal without the key: a message names fields, and a name can be anything.
    pub(super) fn remove_from_refusal(&self, mut refusal: Refusal) -> Refusal {
        refusal.message = self.remove_from(refusal.message.into()).into_owned();
        refusal
    }
}

/// The text with `[key removed]` for every `auth_key=…`, also where it is percent-encoded.
fn without_parameters(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(PARAMETER) {
        let (before, after) = (&rest[..at], &rest[at + PARAMETER.len()..]);
        let sign = ["=", "%3D", "%3d"].into_iter().find(|sign| after.starts_with(sign));
        let value = sign.map_or("", |sign| &after[sign.len()..]);
        let end = if value.starts_with(REMOVED) { REMOVED.len() } else { end_of_parameter(value) };
        // What is shorter than its mark holds no key, and a value must not grow beyond what a value may be.
        let is_key = sign
            .is_some_and(|sign| PARAMETER.len() + sign.len() + value[..end].chars().count() >= REMOVED.len());
        if !is_key {
            clean.extend([before, PARAMETER]);
            rest = after;
            continue;
        }
        clean.extend([before.strip_suffix("moja_").unwrap_or(before), REMOVED]);
        rest = &value[end..];
    }
    clean + rest
}

/// Escapes are part of the value, but for an escaped `&`: the URL is then itself a parameter.
fn end_of_parameter(text: &str) -> usize {
    let plain = text.find(|c: char| c.is_whitespace() || "&#\"'<>".contains(c)).unwrap_or(text.len());
    text[..plain].find("%26").unwrap_or(plain)
}
