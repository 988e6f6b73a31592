//! How a value is written into JSON: it depends on whether its tag stands inside a string.

use serde_json::value::RawValue;

use super::read::Part;
use crate::tags::{TagName, is_json_number};

/// Where a tag stands in a JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spot {
    /// Outside of strings.
    Bare,
    InString,
    /// In a string, after a backslash that begins an escape.
    AfterBackslash,
    /// It is a whole string and its name asks for a number: its quotation marks are its own.
    WholeString,
}

/// Finds each tag's spot. Only the literal text decides: no value can open or close a string.
pub(super) fn mark_spots(text: &str, parts: &mut [Part]) {
    let mut reader = Reader { in_string: false, escape: false, opened: false };
    for at in 0..parts.len() {
        if let Part::Text(range) = &parts[at] {
            reader.pass(&text[range.clone()]);
            continue;
        }
        let owns_quotes = reader.opened && at > 0 && takes_quotation_marks(text, &mut parts[at - 1..]);
        if let Part::Tag { spot, .. } = &mut parts[at] {
            *spot = if owns_quotes { Spot::WholeString } else { reader.spot() };
        }
        reader.after_tag(owns_quotes);
    }
}

struct Reader {
    in_string: bool,
    escape: bool,
    /// The last byte opened a string.
    opened: bool,
}

impl Reader {
    fn pass(&mut self, text: &str) {
        for byte in text.bytes() {
            self.opened = false;
            match byte {
                _ if self.escape => self.escape = false,
                b'"' => {
                    self.in_string = !self.in_string;
                    self.opened = self.in_string;
                }
                b'\\' if self.in_string => self.escape = true,
                _ => {}
            }
        }
    }

    fn after_tag(&mut self, closed: bool) {
        // What comes after the tag is not what a backslash before it was for.
        self.escape = false;
        self.opened = false;
        self.in_string &= !closed;
    }

    fn spot(&self) -> Spot {
        match (self.in_string, self.escape) {
            (false, _) => Spot::Bare,
            (true, false) => Spot::InString,
            (true, true) => Spot::AfterBackslash,
        }
    }
}

/// Takes the quotation marks off the texts around a tag, if it is a whole string that may leave as
/// a number.
fn takes_quotation_marks(text: &str, around: &mut [Part]) -> bool {
    let [Part::Text(before), Part::Tag { name, .. }, Part::Text(after), ..] = around else { return false };
    let Some(rest) = text[after.clone()].strip_prefix('"') else { return false };
    // A member's name stays a string.
    if !wants_number(name) || rest.trim_start().starts_with(':') {
        return false;
    }
    before.end -= 1;
    after.start += 1;
    true
}

fn wants_number(name: &TagName) -> bool {
    name.as_str().ends_with("_numeric")
}

pub(super) fn put(name: &TagName, spot: Spot, value: Option<&str>, out: &mut String) {
    let text = value.unwrap_or_default();
    match spot {
        Spot::InString => put_escaped(text, out),
        Spot::AfterBackslash => {
            out.push('\\');
            put_escaped(text, out);
        }
        Spot::WholeString if is_json_number(text.trim()) => out.push_str(text.trim()),
        Spot::WholeString => put_string(text, out),
        Spot::Bare => match value {
            None => out.push_str("null"),
            Some(text) => put_bare(name, text.trim(), text, out),
        },
    }
}

fn put_bare(name: &TagName, trimmed: &str, text: &str, out: &mut String) {
    let as_json = if wants_number(name) || trimmed.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
        is_json_number(trimmed)
    } else {
        // A value that is itself a string in quotation marks is text that someone quoted.
        !trimmed.starts_with('"') && serde_json::from_str::<&RawValue>(trimmed).is_ok()
    };
    if as_json { out.push_str(trimmed) } else { put_string(text, out) }
}

fn put_string(text: &str, out: &mut String) {
    out.push('"');
    put_escaped(text, out);
    out.push('"');
}

fn put_escaped(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // U+2028 and U+2029 end a line where JSON is read as JavaScript.
            c if c < ' ' || c == '\u{7f}' || c == '\u{2028}' || c == '\u{2029}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
}
