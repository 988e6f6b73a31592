//! From settings and a call to the request that is sent.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Body, Event, FormField, Header, HeaderValue, RENDERED_BYTES_MAX, Settings};
use crate::flow::Method;
use crate::tags::{TagName, TagView};
use crate::template::{Lookup, Place, Template};
use crate::time::Timestamp;

/// What is told of which call: what the tags of templates are read from.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    pub event: Event,
    pub at: Timestamp,
    pub view: TagView<'a>,
}

impl<'a> Occasion<'a> {
    /// `[EVENT]` and `[EVENT_AT]`, else as the call's tags have it.
    pub fn lookup(&self, name: &str) -> Option<Cow<'a, str>> {
        match TagName::normalize(name)?.as_str() {
            "event" => Some(Cow::Borrowed(self.event.name())),
            "event_at" => Some(Cow::Owned(self.at.to_string())),
            _ => self.view.lookup(name),
        }
    }
}

/// A request as it is kept and sent, again and again if need be. What is secret is put in as it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendered {
    pub method: Method,
    pub url: String,
    pub headers: Vec<RenderedHeader>,
    pub body: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenderedHeader {
    pub name: String,
    /// `None`: it is secret.
    pub value: Option<String>,
}

/// The values of the tags make it too large to be kept and sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Its request would have more than {} KiB with the values of this call's tags; use fewer tags, or shorter values.", RENDERED_BYTES_MAX / 1024)]
pub struct TooLarge;

/// What is left of a request's bytes.
struct Room<'a, 'v> {
    lookup: &'a Lookup<'v>,
    bytes: usize,
}

impl Room<'_, '_> {
    fn take(&mut self, bytes: usize) -> Result<(), TooLarge> {
        self.bytes = self.bytes.checked_sub(bytes).ok_or(TooLarge)?;
        Ok(())
    }

    fn render(&mut self, template: &Template, place: Place) -> Result<String, TooLarge> {
        let text = template.render_within(self.lookup, place, self.bytes).ok_or(TooLarge)?;
        self.take(text.len())?;
        Ok(text)
    }

    fn form(&mut self, fields: &[FormField]) -> Result<String, TooLarge> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        let before = self.bytes;
        for field in fields {
            form.append_pair(&field.name, &self.render(&field.value, Place::Text)?);
        }
        // Encoded it is longer, three times at most.
        let form = form.finish();
        self.bytes = before;
        self.take(form.len())?;
        Ok(form)
    }
}

/// # Errors
/// If the values of the tags make it larger than `RENDERED_BYTES_MAX`.
pub fn render(settings: &Settings, lookup: &Lookup<'_>) -> Result<Rendered, TooLarge> {
    let mut room = Room { lookup, bytes: RENDERED_BYTES_MAX };
    let url = room.render(&settings.url, Place::Url)?;
    let (content_type, body) = match &settings.body {
        Body::None => (None, None),
        Body::Json { template } => (Some("application/json"), Some(room.render(template, Place::Json)?)),
        Body::Form { fields } => (Some("application/x-www-form-urlencoded"), Some(room.form(fields)?)),
        Body::Raw { content_type, template } => {
            (Some(content_type.as_str()), Some(room.render(template, Place::Text)?))
        }
    };
    let names_its_own = settings.headers.iter().any(|one| one.name.eq_ignore_ascii_case("content-type"));
    let mut headers = Vec::with_capacity(settings.headers.len() + 1);
    if let (Some(content_type), false) = (content_type, names_its_own) {
        let value = Some(content_type.to_owned());
        headers.push(RenderedHeader { name: "Content-Type".to_owned(), value });
    }
    for Header { name, value } in &settings.headers {
        let value = match value {
            HeaderValue::Value(template) => Some(room.render(template, Place::Header)?),
            HeaderValue::Sealed(_) => None,
        };
        headers.push(RenderedHeader { name: name.clone(), value });
    }
    Ok(Rendered { method: settings.method, url, headers, body })
}
