//! The fields of a body and a query together, and what happens when they disagree.

use std::borrow::Cow;

use super::key::{Key, names_the_key};
use super::limits::FIELDS_MAX;
use super::media::{self, Media};
use super::value::{Members, Value};
use super::{Method, RawRequest, Refusal, form, json, refusal};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Body,
    Query,
}

/// What `update_fields` lets a field be wrapped in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrapper {
    None,
    Fields,
    Tags,
    FieldsTags,
}

#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) value: Value<'a>,
    pub(super) place: Place,
    pub(super) wrapper: Wrapper,
    /// Some rule has read it; the others are unknown fields.
    pub(super) used: bool,
}

/// Every field of the body, then every one of the query, in the order sent. The key is in none.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    pub(super) entries: Vec<Entry<'a>>,
}

impl<'a> Fields<'a> {
    /// Decodes the query and, for a POST, the body. The body of a GET means nothing and isn't read.
    pub(super) fn gather(raw: &RawRequest<'a>) -> Result<Self, Refusal> {
        let (body, leaves) = match raw.method {
            Method::Post => body(raw)?,
            Method::Get => (Members::new(), 0),
        };
        let query = form::read(raw.query)?;
        if leaves + query.len() > FIELDS_MAX {
            return Err(refusal::too_many_fields());
        }
        let body = body.into_iter().map(|(name, value)| (name, value, Place::Body));
        let query = query.into_iter().map(|(name, value)| (name, Value::Text(value), Place::Query));
        let mut entries = Vec::with_capacity(body.len() + query.len());
        for (name, mut value, place) in body.chain(query) {
            if !names_the_key(&name) {
                drop_keys(&mut value);
                entries.push(Entry { name, value, place, wrapper: Wrapper::None, used: false });
            }
        }
        Ok(Self { entries })
    }

    /// A field that may be sent under several names, in the body and the query. `read` gives
    /// `None` for a value that counts as not sent.
    ///
    /// What was read is compared, not its spelling: 150 and "150.00" are one amount.
    pub(super) fn one<T: PartialEq>(
        &mut self,
        names: &[&str],
        mut read: impl FnMut(&str, &Value<'a>) -> Result<Option<T>, Refusal>,
    ) -> Result<Option<T>, Refusal> {
        let mut found: Option<(usize, T)> = None;
        for at in 0..self.entries.len() {
            if !names.contains(&self.entries[at].name.as_ref()) {
                continue;
            }
            self.entries[at].used = true;
            let (before, entry) = (&self.entries[..at], &self.entries[at]);
            let wrapped_otherwise = |other: &Entry<'_>| {
                other.place == entry.place
                    && other.wrapper != entry.wrapper
                    && names.contains(&other.name.as_ref())
            };
            if before.iter().any(wrapped_otherwise) {
                return Err(refusal::field_in_both(&entry.name));
            }
            let Some(value) = read(&entry.name, &entry.value)? else { continue };
            match &found {
                None => found = Some((at, value)),
                Some((_, first)) if *first == value => {}
                Some((first, _)) => {
                    return Err(refusal::conflicting_values(&self.entries[*first].name, &entry.name));
                }
            }
        }
        Ok(found.map(|(_, value)| value))
    }

    /// Refuses a request that has the key in a name or value: an update has no use for it, and
    /// stored it would be out.
    pub(super) fn refuse_key(&self, key: &Key<'_>) -> Result<(), Refusal> {
        match self.entries.iter().find(|entry| key.is_in_name(&entry.name) || holds(&entry.value, key)) {
            Some(entry) => Err(refusal::key_in_text(&entry.name)),
            None => Ok(()),
        }
    }
}

/// The body's fields and how many values they hold.
fn body<'a>(raw: &RawRequest<'a>) -> Result<(Members<'a>, usize), Refusal> {
    if raw.body.is_empty() {
        return Ok((Members::new(), 0));
    }
    if raw.body.len() > super::BODY_BYTES_MAX {
        return Err(Refusal::body_too_large());
    }
    match media::of(raw)? {
        Media::Json => json::read(raw.body),
        Media::Form => {
            let text = std::str::from_utf8(raw.body)
                .map_err(|_| refusal::invalid_json(json::Problem::InvalidUtf8, &[]))?;
            if text.trim_start().starts_with('{') {
                // What curl's -d does to JSON; as a form it would be one senseless name.
                return Err(refusal::json_sent_as_form());
            }
            // Some senders end a form with a line break; it belongs to no value.
            let parameters = form::read(text.trim_end_matches(['\r', '\n']))?;
            let leaves = parameters.len();
            Ok((parameters.into_iter().map(|(name, value)| (name, Value::Text(value))).collect(), leaves))
        }
    }
}

/// Removes members that are named like the key, at any depth.
fn drop_keys(value: &mut Value<'_>) {
    match value {
        Value::Object(members) => {
            members.retain(|(name, _)| !names_the_key(name));
            members.iter_mut().for_each(|(_, value)| drop_keys(value));
        }
        Value::Array(items) => items.iter_mut().for_each(drop_keys),
        _ => {}
    }
}

fn holds(value: &Value<'_>, key: &Key<'_>) -> bool {
    match value {
        Value::Object(members) => {
            members.iter().any(|(name, value)| key.is_in_name(name) || holds(value, key))
        }
        Value::Array(items) => items.iter().any(|item| holds(item, key)),
        _ => value.scalar().is_some_and(|text| key.is_in(text)),
    }
}

/// What is between a wrapper's brackets or after its dot: `add[key]`, `add.key` → `key`;
/// `fields[add][key]` → `add[key]`.
pub(super) fn inner<'n>(name: &'n str, wrapper: &str) -> Option<Cow<'n, str>> {
    let rest = name.strip_prefix(wrapper)?;
    if let Some(rest) = rest.strip_prefix('.') {
        return Some(rest.into());
    }
    let (inside, tail) = rest.strip_prefix('[')?.split_once(']')?;
    if tail.is_empty() {
        Some(inside.into())
    } else {
        tail.starts_with(['[', '.']).then(|| format!("{inside}{tail}").into())
    }
}
