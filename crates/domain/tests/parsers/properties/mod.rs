//! One function a parser: takes any bytes, panics if something that must always hold does not, and says whether the parser took them.

mod documents;
mod flow;
mod json;
mod templates;
mod webhooks;
mod words;

pub use documents::{condition, outgoing, plan, target};
pub use flow::flow;
pub use json::json;
pub use templates::template;
pub use webhooks::{form, headers, query};
pub use words::{money, phone, tags, words};

/// Whether the parser took these bytes.
type Check = fn(&[u8]) -> bool;

/// Each by the name of its corpus.
#[allow(dead_code, reason = "the fuzzer has a program for each")]
pub const ALL: [(&str, Check); 14] = [
    ("condition", condition),
    ("flow", flow),
    ("form", form),
    ("headers", headers),
    ("json", json),
    ("money", money),
    ("outgoing", outgoing),
    ("phone", phone),
    ("plan", plan),
    ("query", query),
    ("tags", tags),
    ("target", target),
    ("template", template),
    ("words", words),
];

/// The text up to the first line end, and the rest: for parsers that take two things.
fn split_line(data: &[u8]) -> Option<(&str, &str)> {
    let text = std::str::from_utf8(data).ok()?;
    Some(text.split_once('\n').unwrap_or((text, "")))
}
