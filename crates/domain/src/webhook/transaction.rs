//! The id under which a client repeats a request: `transaction_id`, or the header `Idempotency-Key`.

use super::fields::Fields;
use super::key::Key;
use super::limits::{TRANSACTION_ID_CHARS_MAX, longer_than};
use super::value::Value;
use super::{RawRequest, Refusal, refusal};

const FIELD: &str = "transaction_id";
pub(super) const HEADER: &str = "idempotency-key";

/// 1 to 255 characters as sent, or `None`.
pub(super) fn read(
    fields: &mut Fields<'_>,
    raw: &RawRequest<'_>,
    key: &Key<'_>,
) -> Result<Option<String>, Refusal> {
    let mut found = fields.one(&[FIELD], |name, value| match value {
        Value::Null => Ok(None),
        Value::Number(text) => Ok(Some((*text).to_owned())),
        _ => match value.text() {
            Some(text) => Ok(Some(text.to_owned())),
            None => Err(refusal::wrong_type(name, "a text", value.kind())),
        },
    })?;
    if let Some(id) = &found {
        check(FIELD, id, key)?;
    }
    for (_, bytes) in raw.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(HEADER)) {
        let id =
            std::str::from_utf8(bytes).map_err(|_| refusal::unreadable_transaction_id("Idempotency-Key"))?;
        let id = unquoted(id.trim());
        check("Idempotency-Key", id, key)?;
        match &found {
            Some(first) if first != id => return Err(refusal::conflicting_values(FIELD, "Idempotency-Key")),
            _ => found = Some(id.to_owned()),
        }
    }
    Ok(found)
}

fn check(name: &str, id: &str, key: &Key<'_>) -> Result<(), Refusal> {
    if id.trim().is_empty() {
        return Err(refusal::empty_transaction_id(name));
    }
    if longer_than(id, TRANSACTION_ID_CHARS_MAX) {
        return Err(refusal::unreadable_transaction_id(name));
    }
    if key.is_in(id) { Err(refusal::key_in_text(name)) } else { Ok(()) }
}

/// The header's standard writes the id as a quoted string; most clients leave the quotes out.
fn unquoted(id: &str) -> &str {
    id.strip_prefix('"').and_then(|id| id.strip_suffix('"')).unwrap_or(id)
}
