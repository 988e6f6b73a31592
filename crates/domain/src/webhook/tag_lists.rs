//! The tags to add and remove, in every form that they may be written in.

use super::fields::{Fields, Place, inner};
use super::key::names_the_key;
use super::limits::{NAME_CHARS_MAX, longer_than};
use super::value::Value;
use super::{Refusal, refusal};
use crate::tags::TagName;
use crate::update::{TagToAdd, TagToRemove};

/// `add`: an object of key → value, an array of one-key objects, or `add[key]=…` / `add.key=…`.
pub(super) fn add(fields: &mut Fields<'_>) -> Result<Vec<TagToAdd>, Refusal> {
    let mut tags = Adding::default();
    read(fields, "add", |name, inner, value, place| match (inner, value) {
        // A further bracket, as in `add[0][key]`, is a shape we would misread.
        (Some(key), _) if key.contains(['[', ']']) => Err(refusal::invalid_tag_name(key)),
        (Some(key), value) => tags.push(key, value, place),
        (None, Value::Null) => Ok(()),
        (None, Value::Object(members)) => {
            members.iter().try_for_each(|(key, value)| tags.push(key, value, place))
        }
        (None, Value::Array(items)) => items.iter().try_for_each(|item| match item {
            Value::Object(members) if members.len() == 1 => tags.push(&members[0].0, &members[0].1, place),
            _ => Err(refusal::not_one_key(name)),
        }),
        (None, Value::Text(_)) => {
            Err(refusal::wrong_type(name, "written as `add[key]=value` in a query or form", value.kind()))
        }
        _ => Err(refusal::wrong_type(
            name,
            "an object of tags, or an array of such with one key each",
            value.kind(),
        )),
    })?;
    Ok(tags.tags)
}

/// `remove`: an array of keys, one key, or `a,b` in a query or form. Each tag once.
pub(super) fn remove(fields: &mut Fields<'_>) -> Result<Vec<TagToRemove>, Refusal> {
    let mut tags: Vec<TagToRemove> = Vec::new();
    let mut push = |sent: &str| {
        let name = tag_name(sent)?;
        if tags.iter().all(|tag| tag.name != name) {
            tags.push(TagToRemove { name, sent_name: sent.to_owned() });
        }
        Ok(())
    };
    read(fields, "remove", |name, inner, value, _| match value {
        Value::Text(text) => {
            if inner.is_some_and(|index| !index.bytes().all(|byte| byte.is_ascii_digit())) {
                return Err(refusal::wrong_type(name, "written as `remove=a,b` in a query or form", "that"));
            }
            text.split(',').map(str::trim).filter(|key| !key.is_empty()).try_for_each(&mut push)
        }
        Value::String { text, .. } => push(text),
        Value::Null => Ok(()),
        Value::Array(items) => items.iter().try_for_each(|item| match item.text() {
            Some(key) => push(key),
            None => {
                Err(refusal::wrong_type(name, "an array of texts only", &format!("one with {}", item.kind())))
            }
        }),
        _ => Err(refusal::wrong_type(name, "an array of tag names, or one name", value.kind())),
    })?;
    Ok(tags)
}

/// Calls `each` with every field that is `list` or, by brackets or a dot, inside it.
fn read(
    fields: &mut Fields<'_>,
    list: &str,
    mut each: impl FnMut(&str, Option<&str>, &Value<'_>, Place) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let mut first = None;
    for entry in &mut fields.entries {
        let key = if entry.name == list {
            None
        } else if let Some(key) = inner(&entry.name, list) {
            Some(key)
        } else {
            continue;
        };
        match first {
            Some((place, wrapper)) if place == entry.place && wrapper != entry.wrapper => {
                return Err(refusal::field_in_both(list));
            }
            _ => first = Some((entry.place, entry.wrapper)),
        }
        entry.used = true;
        each(&entry.name, key.as_deref(), &entry.value, entry.place)?;
    }
    Ok(())
}

#[derive(Default)]
struct Adding {
    tags: Vec<TagToAdd>,
    places: Vec<Place>,
}

impl Adding {
    /// A tag that is there with the same value is one tag; with another it is a contradiction.
    fn push(&mut self, sent_name: &str, value: &Value<'_>, place: Place) -> Result<(), Refusal> {
        let name = tag_name(sent_name)?;
        let (Some(text), Some(sent_value)) = (value.scalar(), value.scalar_json()) else {
            return Err(refusal::wrong_type(sent_name, "a text, a number or a boolean", value.kind()));
        };
        if let Some(at) = self.tags.iter().position(|tag| tag.name == name) {
            let first = &self.tags[at];
            return match (first.value == text, self.places[at] == place) {
                (true, _) => Ok(()),
                (false, true) => Err(refusal::same_tag_twice(&first.sent_name, sent_name)),
                (false, false) => Err(refusal::conflicting_values(&first.sent_name, sent_name)),
            };
        }
        self.tags.push(TagToAdd {
            name,
            value: text.to_owned(),
            sent_name: sent_name.to_owned(),
            sent_value,
        });
        self.places.push(place);
        Ok(())
    }
}

fn tag_name(sent: &str) -> Result<TagName, Refusal> {
    if longer_than(sent, NAME_CHARS_MAX) {
        return Err(refusal::name_too_long(sent));
    }
    TagName::normalize(sent)
        .filter(|name| !names_the_key(name.as_str()))
        .ok_or_else(|| refusal::invalid_tag_name(sent))
}
