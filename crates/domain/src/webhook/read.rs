//! From a raw request to a command: every step in order.

use super::fields::Fields;
use super::key::Key;
use super::{
    Command, Method, RawRequest, Refusal, Request, WebhookKind, call_data, fingerprint, identify, refusal,
    transaction, update_fields, update_revenue, update_tags,
};
use crate::phone;
use crate::update::{Changes, Update};

/// Reads one authenticated request. `country` is the organization's: national phone numbers are
/// its.
///
/// # Errors
/// A [`Refusal`] that names the field at fault, for every input that isn't exactly right; never a
/// panic. No message holds a value of the request, and none the key.
pub fn read(raw: &RawRequest<'_>, country: phone::Country) -> Result<Request, Refusal> {
    let key = Key::of(raw.query);
    parse(raw, country, &key).map_err(|refusal| key.remove_from_refusal(refusal))
}

/// The parameters of a request that is no webhook's, such as a bid's: of its body, then of its query, names
/// in normal form and each once.
///
/// # Errors
/// A [`Refusal`] that names the parameter at fault.
pub fn read_parameters(raw: &RawRequest<'_>) -> Result<Vec<(String, String)>, Refusal> {
    let key = Key::of(raw.query);
    let fields = Fields::gather(raw).and_then(|fields| call_data::parameters(fields, &key));
    let fields = fields.map_err(|refusal| key.remove_from_refusal(refusal))?;
    Ok(fields.into_iter().map(|field| (field.name.as_str().to_owned(), field.value)).collect())
}

/// The changes of a JSON body that says nothing of which call it is about, such as an edit by hand.
///
/// # Errors
/// A [`Refusal`] that names the field at fault; here also one that means nothing.
pub fn read_changes(body: &[u8]) -> Result<Changes, Refusal> {
    let headers: [(&str, &[u8]); 1] = [("content-type", b"application/json")];
    let kind = WebhookKind::UpdateFields;
    let raw = RawRequest { kind, method: Method::Post, query: "", headers: &headers, body };
    let (changes, ignored) = update_fields::changes(&mut Fields::gather(&raw)?)?;
    match ignored.first() {
        Some(name) => Err(refusal::unknown_field(name)),
        None => Ok(changes),
    }
}

fn parse(raw: &RawRequest<'_>, country: phone::Country, key: &Key<'_>) -> Result<Request, Refusal> {
    let mut fields = Fields::gather(raw)?;
    let transaction_id = transaction::read(&mut fields, raw, key)?;
    let command = if raw.kind == WebhookKind::CallData {
        Command::CallData(call_data::read(fields, raw, country, key)?)
    } else {
        fields.refuse_key(key)?;
        let calls = identify::calls(&mut fields, country)?;
        let (changes, ignored_fields) = match raw.kind {
            WebhookKind::UpdateRevenue => (update_revenue::changes(&mut fields)?, Vec::new()),
            WebhookKind::UpdateTags => (update_tags::changes(&mut fields)?, Vec::new()),
            _ => update_fields::changes(&mut fields)?,
        };
        Command::Update(Update { calls, changes, ignored_fields })
    };
    Ok(Request { transaction_id, fingerprint: fingerprint::of(raw.kind, &command), command })
}
