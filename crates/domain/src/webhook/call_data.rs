//! `call_data`: what is known of a caller, flattened into fields.

use std::borrow::Cow;
use std::collections::HashMap;

use super::fields::{Fields, Place};
use super::key::{Key, names_the_key};
use super::limits::{NAME_CHARS_MAX, VALUE_CHARS_MAX, longer_than};
use super::value::Value;
use super::{CallData, Field, RawRequest, Refusal, identify, refusal, transaction};
use crate::phone;
use crate::tags::{TagName, TagSource};

pub(super) fn read(
    mut fields: Fields<'_>,
    raw: &RawRequest<'_>,
    country: phone::Country,
    key: &Key<'_>,
) -> Result<CallData, Refusal> {
    identify::refuse_batch(&fields)?;
    let caller = identify::caller(&mut fields, country)?;
    let mut custom = custom(fields, key)?;
    custom.headers(raw.headers);
    Ok(CallData { caller, fields: custom.fields })
}

/// Every field of body and query that has not been read, flattened.
pub(super) fn parameters(fields: Fields<'_>, key: &Key<'_>) -> Result<Vec<Field>, Refusal> {
    Ok(custom(fields, key)?.fields)
}

fn custom<'k>(fields: Fields<'_>, key: &'k Key<'k>) -> Result<Custom<'k>, Refusal> {
    let mut custom = Custom { fields: Vec::new(), sent_names: Vec::new(), at: HashMap::new(), key };
    for entry in fields.entries.into_iter().filter(|entry| !entry.used) {
        let source = match entry.place {
            Place::Body => TagSource::CallData,
            Place::Query => TagSource::Url,
        };
        custom.flatten(entry.name, entry.value, source)?;
    }
    Ok(custom)
}

/// The fields so far. Body, query and headers come in this order, so the first of a name wins.
struct Custom<'k> {
    fields: Vec<Field>,
    /// As sent, by position in `fields`; for messages.
    sent_names: Vec<String>,
    at: HashMap<TagName, usize>,
    key: &'k Key<'k>,
}

impl Custom<'_> {
    /// `{"lead":{"zip":1}}` is `lead_zip`; the third item of an array is `name_2`. Null and empty
    /// containers are no value, hence no field.
    fn flatten(&mut self, name: Cow<'_, str>, value: Value<'_>, source: TagSource) -> Result<(), Refusal> {
        match value {
            Value::Null => Ok(()),
            Value::Object(members) => members
                .into_iter()
                .try_for_each(|(part, value)| self.flatten(format!("{name}_{part}").into(), value, source)),
            Value::Array(items) => items
                .into_iter()
                .enumerate()
                .try_for_each(|(index, value)| self.flatten(format!("{name}_{index}").into(), value, source)),
            Value::Bool(value) => self.push(name, if value { "true" } else { "false" }.into(), source),
            Value::Number(text) => self.push(name, text.into(), source),
            Value::String { text, .. } | Value::Text(text) => self.push(name, text, source),
        }
    }

    fn push(&mut self, sent: Cow<'_, str>, value: Cow<'_, str>, source: TagSource) -> Result<(), Refusal> {
        if longer_than(&sent, NAME_CHARS_MAX) {
            return Err(refusal::name_too_long(&sent));
        }
        let Some(name) = TagName::normalize(&sent) else {
            // Scripts add parameters such as `_=1699999999` against caches; they mean nothing.
            return if source == TagSource::Url { Ok(()) } else { Err(refusal::invalid_tag_name(&sent)) };
        };
        if names_the_key(name.as_str()) || self.key.is_in_name(&sent) {
            return Ok(());
        }
        let value = self.key.remove_from(value).into_owned();
        match self.at.get(&name) {
            None => self.insert(name, sent.into_owned(), value, source),
            Some(&at) if self.fields[at].source == source && self.fields[at].value != value => {
                return Err(refusal::same_tag_twice(&self.sent_names[at], &sent));
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// A client seldom chooses its headers, so none is a reason to refuse its request: what doesn't
    /// fit is left out.
    fn headers(&mut self, headers: &[(&str, &[u8])]) {
        for (place, (header, bytes)) in headers.iter().enumerate() {
            let same = |other: &&(&str, &[u8])| other.0.eq_ignore_ascii_case(header);
            if same(&&(transaction::HEADER, *bytes)) || headers[..place].iter().any(|other| same(&other)) {
                continue;
            }
            let Some(name) = TagName::from_header(header).filter(|name| !names_the_key(name.as_str())) else {
                continue;
            };
            if self.at.contains_key(&name) || self.key.is_in_name(header) {
                continue;
            }
            let mut value = header_text(bytes);
            for (_, more) in headers[place + 1..].iter().filter(same) {
                value = format!("{value}, {}", header_text(more)).into();
            }
            if !longer_than(&value, VALUE_CHARS_MAX) && !value.contains('\0') {
                let value = self.key.remove_from(value).into_owned();
                self.insert(name, String::new(), value, TagSource::Header);
            }
        }
    }

    fn insert(&mut self, name: TagName, sent: String, value: String, source: TagSource) {
        self.at.insert(name.clone(), self.fields.len());
        self.sent_names.push(sent);
        self.fields.push(Field { name, value, source });
    }
}

/// UTF-8 if it is, else Latin-1, which older software means by such bytes.
fn header_text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => bytes.iter().copied().map(char::from).collect::<String>().into(),
    }
}
