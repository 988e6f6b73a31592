//! From settings and a call to the request that is sent.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Body, Event, Header, HeaderValue, Settings};
use crate::flow::Method;
use crate::tags::{TagName, TagView};
use crate::template::{Lookup, Place};
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

pub fn render(settings: &Settings, lookup: &Lookup<'_>) -> Rendered {
    let (content_type, body) = match &settings.body {
        Body::None => (None, None),
        Body::Json { template } => (Some("application/json"), Some(template.render(lookup, Place::Json))),
        Body::Form { fields } => {
            let mut form = form_urlencoded::Serializer::new(String::new());
            for field in fields {
                form.append_pair(&field.name, &field.value.render(lookup, Place::Text));
            }
            (Some("application/x-www-form-urlencoded"), Some(form.finish()))
        }
        Body::Raw { content_type, template } => {
            (Some(content_type.as_str()), Some(template.render(lookup, Place::Text)))
        }
    };
    let names_its_own = settings.headers.iter().any(|one| one.name.eq_ignore_ascii_case("content-type"));
    let mut headers = Vec::with_capacity(settings.headers.len() + 1);
    if let (Some(content_type), false) = (content_type, names_its_own) {
        let value = Some(content_type.to_owned());
        headers.push(RenderedHeader { name: "Content-Type".to_owned(), value });
    }
    headers.extend(settings.headers.iter().map(|Header { name, value }| RenderedHeader {
        name: name.clone(),
        value: match value {
            HeaderValue::Value(template) => Some(template.render(lookup, Place::Header)),
            HeaderValue::Sealed(_) => None,
        },
    }));
    Rendered { method: settings.method, url: settings.url.render(lookup, Place::Url), headers, body }
}
