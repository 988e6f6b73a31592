//! From JSON to the settings of an outgoing webhook.

use super::*;
use crate::document::{Document, Fields, Problem};
use crate::flow::outside::{as_template, header_name, url};
use crate::template::TEMPLATE_TAGS_MAX;

/// They are what a receiver knows us by, and we write them.
const SIGNATURE_HEADERS: [&str; 3] = ["webhook-id", "webhook-timestamp", "webhook-signature"];
/// Characters of an id.
const ID_CHARS: usize = 36;

/// A secret header as it was sent.
#[derive(Clone, Copy)]
pub struct SecretHeader<'a> {
    pub name: &'a str,
    /// `None`: it stays as it is.
    pub value: Option<&'a str>,
}

/// Seals a secret, or says what is wrong with it.
pub type SealHeader<'s> = dyn FnMut(SecretHeader<'_>) -> Result<String, String> + 's;

impl Settings {
    /// Takes what may be set out of an object's fields; the others are the caller's.
    ///
    /// # Errors
    /// The first field that may not be as it is.
    pub fn take(fields: &mut Fields<'_>, seal: &mut SealHeader<'_>) -> Result<Self, Problem> {
        let events = events(&fields.require("events", "what it tells of, such as [\"call.completed\"]")?)?;
        let campaigns = fields.take("campaigns").map_or(Ok(Vec::new()), |list| campaigns(&list))?;
        let method = fields.take("method").map_or(Ok(Method::Post), |method| method.word(&Method::ALL))?;
        let url = url(&fields.require("url", "where it is sent, such as https://crm.example/lead")?)?;
        let headers = fields.take("headers").map_or(Ok(Vec::new()), |list| headers(&list, seal))?;
        let body = match fields.take("body") {
            Some(field) => body(&field, method)?,
            None if matches!(method, Method::Get | Method::Delete) => Body::None,
            None => Body::Json { template: Template::parse(DEFAULT_BODY).expect("our own template") },
        };
        let attempts_max = fields
            .take("attempts_max")
            .map_or(Ok(ATTEMPTS_DEFAULT), |field| field.whole_number(1..=ATTEMPTS_MAX))?;
        let timeout_seconds = fields
            .take("timeout_seconds")
            .map_or(Ok(TIMEOUT_SECONDS_DEFAULT), |field| field.whole_number(1..=TIMEOUT_SECONDS_MAX))?;
        Ok(Self { events, campaigns, method, url, headers, body, attempts_max, timeout_seconds })
    }
}

fn events(list: &Document<'_>) -> Result<Vec<Event>, Problem> {
    let mut events = Vec::new();
    for item in list.items(Event::ALL.len())? {
        let event = item.word(&Event::ALL)?;
        if events.contains(&event) {
            return Err(item.problem("is there twice; leave one out"));
        }
        events.push(event);
    }
    if events.is_empty() {
        return Err(list.problem("is empty; name an event, such as call.completed"));
    }
    Ok(events)
}

fn campaigns(list: &Document<'_>) -> Result<Vec<CampaignId>, Problem> {
    list.items(CAMPAIGNS_MAX)?.iter().map(|item| item.parsed(ID_CHARS)).collect()
}

fn headers(list: &Document<'_>, seal: &mut SealHeader<'_>) -> Result<Vec<Header>, Problem> {
    let mut headers: Vec<Header> = Vec::new();
    for item in list.items(HEADERS_MAX)? {
        let header = header(&item, seal)?;
        if headers.iter().any(|one| one.name.eq_ignore_ascii_case(&header.name)) {
            return Err(item.problem(format!("has the name {} once more; leave one out", header.name)));
        }
        headers.push(header);
    }
    Ok(headers)
}

fn header(document: &Document<'_>, seal: &mut SealHeader<'_>) -> Result<Header, Problem> {
    let mut fields = document.fields()?;
    let field = fields.require("name", "the header's name")?;
    let name = header_name(&field)?;
    if SIGNATURE_HEADERS.iter().any(|own| name.eq_ignore_ascii_case(own)) {
        return Err(field.problem("is a header of the signature, which we write; leave it out"));
    }
    let is_secret = fields.take("secret").map_or(Ok(false), |field| field.boolean())?;
    let value = if is_secret {
        let field = fields.take("value");
        let value = field.as_ref().map(secret).transpose()?;
        let sealed = seal(SecretHeader { name: &name, value: value.as_deref() });
        HeaderValue::Sealed(sealed.map_err(|why| field.as_ref().unwrap_or(document).problem(why))?)
    } else {
        HeaderValue::Value(as_template(&fields.require("value", "what it says; it may have [TAG]s in it")?)?)
    };
    fields.finish()?;
    Ok(Header { name, value })
}

/// It is sent as it is: a value that must be kept from everyone is made of no call's tags.
fn secret(field: &Document<'_>) -> Result<String, Problem> {
    let value = field.text(SECRET_CHARS_MAX)?;
    if value.is_empty() || !value.chars().all(|c| c == '\t' || (' '..='~').contains(&c)) {
        return Err(field.problem("must be printable ASCII, and not empty"));
    }
    Ok(value)
}

fn body(document: &Document<'_>, method: Method) -> Result<Body, Problem> {
    let mut fields = document.fields()?;
    let kinds = [("none", 0), ("json", 1), ("form", 2), ("raw", 3)];
    let kind = fields.require("type", "none, json, form or raw")?.word(&kinds)?;
    if kind != 0 && method == Method::Get {
        return Err(document.problem("does not go with GET; use POST, or the type none"));
    }
    let body = match kind {
        0 => Body::None,
        1 => Body::Json { template: json(&mut fields)? },
        2 => {
            let list = fields.require("fields", "a list of {\"name\":…,\"value\":…}")?;
            let fields =
                list.items(FORM_FIELDS_MAX)?.iter().map(form_field).collect::<Result<Vec<_>, _>>()?;
            if fields.iter().map(|field| field.value.tag_count()).sum::<usize>() > TEMPLATE_TAGS_MAX {
                let message = format!("have more than {TEMPLATE_TAGS_MAX} tags in all; leave some out");
                return Err(list.problem(message));
            }
            Body::Form { fields }
        }
        _ => {
            let field = fields.require("content_type", "such as text/xml")?;
            let content_type = field.text(CONTENT_TYPE_CHARS_MAX)?;
            if !content_type.contains('/') || !content_type.chars().all(|c| (' '..='~').contains(&c)) {
                return Err(field.problem("must be a media type, such as text/xml"));
            }
            Body::Raw { content_type, template: template(&mut fields)? }
        }
    };
    fields.finish()?;
    Ok(body)
}

fn template(fields: &mut Fields<'_>) -> Result<Template, Problem> {
    as_template(&fields.require("template", "the body, which may have [TAG]s in it")?)
}

fn json(fields: &mut Fields<'_>) -> Result<Template, Problem> {
    let field = fields.require("template", "the body, which may have [TAG]s in it")?;
    let template = as_template(&field)?;
    if !template.is_json() {
        return Err(
            field.problem("is not JSON once the tags have their values; look for a missing quote or comma")
        );
    }
    Ok(template)
}

fn form_field(document: &Document<'_>) -> Result<FormField, Problem> {
    let mut fields = document.fields()?;
    let name = fields.require("name", "the field's name")?.text(FORM_NAME_CHARS_MAX)?;
    let value = as_template(&fields.require("value", "what it says; it may have [TAG]s in it")?)?;
    fields.finish()?;
    Ok(FormField { name, value })
}
