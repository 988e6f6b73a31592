//! Finds the tags in a text.

use std::ops::Range;

use super::json::{Spot, mark_spots};
use crate::tags::TagName;

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// These bytes of the text.
    Text(Range<usize>),
    Tag {
        name: TagName,
        /// Where it would stand if the text were JSON.
        spot: Spot,
    },
}

pub(super) fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut plain_from = 0;
    let mut at = 0;
    while let Some(open) = text[at..].find('[').map(|found| at + found) {
        at = open + 1;
        let Some(close) = name_end(&text[at..]).map(|length| at + length) else { continue };
        let inside = &text[at..close];
        if let Some(shown) = inside.strip_prefix('!') {
            if is_name(shown.trim_start_matches('!')) {
                push_text(&mut parts, plain_from..at);
                plain_from = at + 1;
                at = close + 1;
            }
        } else if is_name(inside)
            && let Some(name) = TagName::normalize(inside)
        {
            push_text(&mut parts, plain_from..open);
            parts.push(Part::Tag { name, spot: Spot::Bare });
            at = close + 1;
            plain_from = at;
        }
    }
    push_text(&mut parts, plain_from..text.len());
    mark_spots(text, &mut parts);
    parts
}

fn push_text(parts: &mut Vec<Part>, range: Range<usize>) {
    if !range.is_empty() {
        parts.push(Part::Text(range));
    }
}

/// How far the closing bracket is, if only a name's characters lie before it.
fn name_end(rest: &str) -> Option<usize> {
    let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '!')))?;
    rest[end..].starts_with(']').then_some(end)
}

fn is_name(inside: &str) -> bool {
    inside.chars().any(char::is_alphabetic)
        && inside.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
        // Lists of JSON's own words.
        && !matches!(inside, "true" | "false" | "null")
}
