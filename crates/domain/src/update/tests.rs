//! SPEC sections 1.3 to 1.5: what an update does to a call.

use super::*;
use crate::call::Call;
use crate::call::example::second;
use crate::tags::Definitions;
use crate::tags::example::{name, request};

mod conversion;
mod repeat;
mod stored;
mod tagging;

fn usd(text: &str) -> Option<Money> {
    Some(text.parse().unwrap())
}

fn add(raw: &str, value: &str) -> TagToAdd {
    TagToAdd {
        name: name(raw),
        value: value.into(),
        sent_name: raw.into(),
        sent_value: format!("\"{value}\""),
    }
}

fn remove(raw: &str) -> TagToRemove {
    TagToRemove { name: name(raw), sent_name: raw.into() }
}

/// Applies changes that touch no tags, at 200 s.
fn apply_at_200(changes: &Changes, call: &mut Call) -> Applied {
    apply(changes, call, None, &Definitions::default(), second(200), Some(request(1)))
}

fn lines(applied: &Applied) -> Vec<(&str, Option<&str>, Option<&str>)> {
    applied
        .timeline
        .iter()
        .map(|change| (change.field.as_str(), change.from.as_deref(), change.to.as_deref()))
        .collect()
}
