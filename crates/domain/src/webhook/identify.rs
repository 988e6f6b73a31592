//! Which calls a request means: ids or a phone number, under any of their names.

use std::borrow::Cow;

use super::fields::{Fields, inner};
use super::limits::BATCH_MAX;
use super::value::Value;
use super::{Refusal, refusal};
use crate::phone;
use crate::update::Calls;

const ID_NAMES: [&str; 3] = ["call_log_id", "call_id", "callLogId"];
const PHONE_NAMES: [&str; 5] = ["phone_number", "phone", "caller_id", "from", "phoneNumber"];

/// The calls of an update. An id wins over a phone number, which then isn't looked at further.
pub(super) fn calls(fields: &mut Fields<'_>, country: phone::Country) -> Result<Calls, Refusal> {
    refuse_bracketed_ids(fields)?;
    let mut batch_name = None;
    let calls = fields.one(&ID_NAMES, |name, value| match value {
        Value::Array(items) => {
            batch_name = ID_NAMES.into_iter().find(|known| *known == name);
            batch(name, items).map(Some)
        }
        _ if value.is_blank() => Ok(None),
        _ => match value.text() {
            Some(id) => Ok(Some(Calls::One(id.to_owned()))),
            None => Err(refusal::wrong_type(name, "a text", value.kind())),
        },
    })?;
    let phone = phone_number(fields, &PHONE_NAMES, country)?;
    match (calls, phone) {
        (Some(Calls::Batch(_)), Some(_)) => {
            Err(refusal::batch_with_phone_number(batch_name.unwrap_or(ID_NAMES[0])))
        }
        (Some(calls), _) => Ok(calls),
        (None, Some(phone)) => phone.e164().map(Calls::Phone),
        (None, None) => Err(refusal::missing_call()),
    }
}

/// The caller of a `call_data` request, in E.164.
pub(super) fn caller(fields: &mut Fields<'_>, country: phone::Country) -> Result<String, Refusal> {
    phone_number(fields, &["caller_id", "from"], country)?.ok_or_else(refusal::missing_caller_id)?.e164()
}

/// `call_data` knows no calls yet: an id there is custom data, but an array of ids is a batch sent
/// to the wrong endpoint.
pub(super) fn refuse_batch(fields: &Fields<'_>) -> Result<(), Refusal> {
    refuse_bracketed_ids(fields)?;
    match fields
        .entries
        .iter()
        .find(|entry| ID_NAMES.contains(&entry.name.as_ref()) && matches!(entry.value, Value::Array(_)))
    {
        Some(entry) => Err(refusal::batch_not_here(&entry.name)),
        None => Ok(()),
    }
}

/// `call_log_id[]=…` is how forms write arrays; batches are JSON only.
fn refuse_bracketed_ids(fields: &Fields<'_>) -> Result<(), Refusal> {
    let bracketed =
        |name: &str| name.contains('[') && ID_NAMES.iter().any(|known| inner(name, known).is_some());
    match fields.entries.iter().find(|entry| bracketed(&entry.name)) {
        Some(entry) => Err(refusal::batch_not_here(&entry.name)),
        None => Ok(()),
    }
}

fn batch(name: &str, items: &[Value<'_>]) -> Result<Calls, Refusal> {
    if !(1..=BATCH_MAX).contains(&items.len()) {
        return Err(refusal::batch_size(name));
    }
    let mut ids: Vec<String> = Vec::with_capacity(items.len());
    for item in items {
        let Some(id) = item.text() else {
            return Err(refusal::wrong_type(
                name,
                "an array of texts only",
                &format!("one with {}", item.kind()),
            ));
        };
        if !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
    }
    Ok(Calls::Batch(ids))
}

/// A phone number as sent. Normalizing costs more than the rest of a request, so it is put off
/// until two must be compared or one is needed.
struct Phone {
    name: String,
    sent: String,
    country: phone::Country,
}

impl Phone {
    fn normalized(&self) -> Option<String> {
        phone::normalize(&self.sent, self.country)
    }

    fn e164(&self) -> Result<String, Refusal> {
        self.normalized().ok_or_else(|| refusal::invalid_phone_number(&self.name))
    }
}

impl PartialEq for Phone {
    fn eq(&self, other: &Self) -> bool {
        self.sent == other.sent
            || matches!((self.normalized(), other.normalized()), (Some(one), Some(two)) if one == two)
    }
}

fn phone_number(
    fields: &mut Fields<'_>,
    names: &[&str],
    country: phone::Country,
) -> Result<Option<Phone>, Refusal> {
    fields.one(names, |name, value| {
        let sent: Cow<'_, str> = match value {
            _ if value.is_blank() => return Ok(None),
            Value::String { text, .. } => text.trim().into(),
            // Not trimmed: a leading space is a `+` that the query's decoding took away.
            Value::Text(text) => text.as_ref().into(),
            // A number that a client took for one: its digits are all there.
            Value::Number(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => (*text).into(),
            _ => return Err(refusal::wrong_type(name, "a phone number as text", value.kind())),
        };
        Ok(Some(Phone { name: name.to_owned(), sent: sent.into_owned(), country }))
    })
}
