//! Texts with tags in them: `https://crm.example/lead?phone=[CALLER_ID]`.
//!
//! `[NAME]` stands for a tag's value. A name is of letters, digits, `_` and `-`, and has a letter;
//! anything else in brackets stays as it is, and so do JSON's own words: `[1]`, `[true]`, `[a b]`.
//! `[!NAME]` is how to write the text `[NAME]`: one `!` is taken off.

mod escape;
mod json;
mod read;

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use crate::condition::Lookup;
use crate::tags::TagName;
use json::Spot;
use read::Part;

/// The text of one template: enough for a large JSON body.
pub const TEMPLATE_BYTES_MAX: usize = 64 * 1024;
/// Tags in one template; in a form, of all its fields.
pub const TEMPLATE_TAGS_MAX: usize = 200;

/// A text with tags in it, read once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    text: String,
    parts: Vec<Part>,
}

/// Why a text can't be a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TemplateProblem {
    #[error("a template has at most {} KiB; shorten the text", TEMPLATE_BYTES_MAX / 1024)]
    TooLong,
    #[error("a template has at most {TEMPLATE_TAGS_MAX} tags; leave some out")]
    TooManyTags,
}

/// Where the rendered text goes, and so what must not happen to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Values are percent-encoded.
    Url,
    /// A header's value: control characters, line ends above all, become spaces.
    Header,
    /// A JSON document. Inside a string a value is escaped. Outside of one it is the JSON that it
    /// reads as, such as a number, else a string; null if the call has no such tag. A string that
    /// is nothing but `[…_NUMERIC]` leaves as a number if it is one.
    Json,
    /// A form body: values are form-encoded.
    Form,
    /// Values as they are.
    Text,
}

impl Template {
    pub fn parse(text: &str) -> Result<Self, TemplateProblem> {
        if text.len() > TEMPLATE_BYTES_MAX {
            return Err(TemplateProblem::TooLong);
        }
        let template = Self { text: text.to_owned(), parts: read::parts(text) };
        if template.tag_count() > TEMPLATE_TAGS_MAX {
            return Err(TemplateProblem::TooManyTags);
        }
        Ok(template)
    }

    /// How many tags it has, each as often as it is there.
    pub fn tag_count(&self) -> usize {
        self.parts.iter().filter(|part| matches!(part, Part::Tag { .. })).count()
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The names of its tags, each once, in the order of the text.
    pub fn tags_read(&self) -> Vec<&TagName> {
        let mut names = Vec::new();
        for part in &self.parts {
            if let Part::Tag { name, .. } = part
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
        names
    }

    /// The text before the first tag; all of it if there is none.
    pub fn literal_start(&self) -> &str {
        match self.parts.first() {
            Some(Part::Text(range)) => &self.text[range.clone()],
            _ => "",
        }
    }

    /// With the values put in. A tag that `lookup` has no value for renders as nothing.
    pub fn render(&self, lookup: &Lookup<'_>, place: Place) -> String {
        self.render_within(lookup, place, usize::MAX).unwrap_or_default()
    }

    /// The same, unless it has more bytes than these; it stops once they are passed.
    pub fn render_within(&self, lookup: &Lookup<'_>, place: Place, bytes_max: usize) -> Option<String> {
        let mut out = String::with_capacity(self.text.len() + 32);
        for part in &self.parts {
            match part {
                Part::Text(range) if place == Place::Header => {
                    escape::header(&self.text[range.clone()], &mut out)
                }
                Part::Text(range) => out.push_str(&self.text[range.clone()]),
                Part::Tag { name, spot } => {
                    let value = lookup(name.as_str());
                    put(name, *spot, value.as_deref(), place, &mut out);
                }
            }
            if out.len() > bytes_max {
                return None;
            }
        }
        Some(out)
    }

    /// Whether it renders to JSON whatever the values are.
    pub fn is_json(&self) -> bool {
        // A bare null fits nowhere that another value would not, and a quotation mark is what
        // finds an escape that was left open before a tag.
        let reads = |text: &str| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
        reads(&self.render(&|_| None, Place::Json))
            && reads(&self.render(&|_| Some(Cow::Borrowed("\"")), Place::Json))
    }
}

fn put(name: &TagName, spot: Spot, value: Option<&str>, place: Place, out: &mut String) {
    if place == Place::Json {
        return json::put(name, spot, value, out);
    }
    let value = value.unwrap_or_default();
    // These quotation marks belong to the tag for JSON's sake only.
    let quoted = spot == Spot::WholeString;
    if quoted {
        out.push('"');
    }
    match place {
        Place::Url => escape::url(value, out),
        Place::Header => escape::header(value, out),
        Place::Form => out.extend(form_urlencoded::byte_serialize(value.as_bytes())),
        Place::Text | Place::Json => out.push_str(value),
    }
    if quoted {
        out.push('"');
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Template {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
