//! `update_fields`: any mix of fields in one request, at the top level or inside `fields`.

use std::borrow::Cow;

use super::fields::{Entry, Fields, Wrapper, inner};
use super::update_revenue::REVENUE_NAMES;
use super::value::{Members, Value, boolean, moment, money, text_or_null};
use super::{Refusal, refusal, tag_lists};
use crate::call::NoPayoutReason;
use crate::update::Changes;

/// The changes, and the names that mean nothing to us. The fields that identify the call must have
/// been read before: inside `fields` they don't count.
pub(super) fn changes(fields: &mut Fields<'_>) -> Result<(Changes, Vec<String>), Refusal> {
    unwrap(fields)?;
    let changes = Changes {
        converted: fields.one(&["converted"], |name, value| boolean(name, value).map(Some))?,
        converted_at: fields
            .one(&["converted_at", "call_converted_at"], |name, value| moment(name, value).map(Some))?,
        revenue_paid_out: fields.one(&REVENUE_NAMES, |name, value| money(name, value).map(Some))?,
        publisher_paid_out: fields
            .one(&["publisher_paid_out"], |name, value| money(name, value).map(Some))?,
        reason: fields.one(&["reason", "disposition"], |name, value| text_or_null(name, value).map(Some))?,
        no_payout_reason: fields
            .one(&["no_payout_reason"], |name, value| no_payout_reason(name, value).map(Some))?,
        remove: tag_lists::remove(fields)?,
        add: tag_lists::add(fields)?,
    };
    if matches!(
        (changes.converted, changes.converted_at),
        (Some(false), Some(Some(_))) | (Some(true), Some(None))
    ) {
        return Err(refusal::converted_contradicts_time());
    }
    let ignored = ignored(fields);
    if changes == Changes::default() {
        return Err(refusal::missing_fields(&ignored));
    }
    Ok((changes, ignored))
}

fn no_payout_reason(name: &str, value: &Value<'_>) -> Result<Option<NoPayoutReason>, Refusal> {
    let Some(text) = text_or_null(name, value)? else { return Ok(None) };
    match NoPayoutReason::ALL.into_iter().find(|reason| reason.as_str() == text) {
        Some(reason) => Ok(Some(reason)),
        None => Err(refusal::not_one_of(name, &NoPayoutReason::ALL.map(NoPayoutReason::as_str))),
    }
}

/// The fields no rule has read, as sent, each once.
fn ignored(fields: &Fields<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for entry in fields.entries.iter().filter(|entry| !entry.used) {
        if !names.iter().any(|name| *name == entry.name) {
            names.push(entry.name.clone().into_owned());
        }
    }
    names
}

/// Brings what is inside `fields` and `tags` up beside the rest, marked with where it was.
fn unwrap<'a>(fields: &mut Fields<'a>) -> Result<(), Refusal> {
    let wrapped = |entry: &Entry<'_>| {
        !entry.used && (entry.name.starts_with("fields") || entry.name.starts_with("tags"))
    };
    if !fields.entries.iter().any(wrapped) {
        return Ok(());
    }
    let mut flat = Vec::with_capacity(fields.entries.len() + 8);
    for entry in fields.entries.drain(..) {
        if !wrapped(&entry) {
            flat.push(entry);
        } else if entry.name == "fields" {
            for (name, value) in members(&entry.name, entry.value)? {
                let inside = Entry { name, value, place: entry.place, wrapper: Wrapper::Fields, used: false };
                unwrap_tags(inside, &mut flat)?;
            }
        } else if let Some(name) = inner(&entry.name, "fields").map(Cow::into_owned) {
            unwrap_tags(Entry { name: name.into(), wrapper: Wrapper::Fields, ..entry }, &mut flat)?;
        } else {
            unwrap_tags(entry, &mut flat)?;
        }
    }
    fields.entries = flat;
    Ok(())
}

fn unwrap_tags<'a>(entry: Entry<'a>, flat: &mut Vec<Entry<'a>>) -> Result<(), Refusal> {
    let wrapper = if entry.wrapper == Wrapper::Fields { Wrapper::FieldsTags } else { Wrapper::Tags };
    let is_list =
        |name: &str| ["add", "remove"].iter().any(|list| name == *list || inner(name, list).is_some());
    if entry.name == "tags" {
        for (name, value) in members(&entry.name, entry.value)? {
            let known = is_list(&name);
            let name = if known { name } else { format!("tags.{name}").into() };
            flat.push(Entry { name, value, place: entry.place, wrapper, used: false });
        }
    } else if let Some(name) = inner(&entry.name, "tags").filter(|name| is_list(name)).map(Cow::into_owned) {
        flat.push(Entry { name: name.into(), wrapper, ..entry });
    } else {
        flat.push(entry);
    }
    Ok(())
}

fn members<'a>(name: &str, value: Value<'a>) -> Result<Members<'a>, Refusal> {
    match value {
        Value::Object(members) => Ok(members),
        Value::Null => Ok(Members::new()),
        other => Err(refusal::wrong_type(name, "an object", other.kind())),
    }
}
