//! What the fields of a `call_data` request do to a call's tags.

use super::definition::{Definitions, TagKey};
use super::header::carries_key;
use super::set::{SetOutcome, Tag, TagSet};
use super::{TagSource, kept_value, place_key, record_change};
use crate::call::{Call, Change};
use crate::ids::RequestId;
use crate::time::Timestamp;
use crate::webhook::Field;

/// What a `call_data` request did to a live call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallDataEffect {
    pub timeline: Vec<Change>,
    /// The call's State or ZIP is not as it was.
    pub call_changed: bool,
    /// The set is not as it was, though maybe only in where a value came from.
    pub tags_changed: bool,
    /// Values left out since the call had `TAGS_MAX` tags.
    pub dropped: usize,
}

/// Applies the fields of a `call_data` request to a call that is live when it arrives: those that
/// match a custom tag become tags, State and ZIP are updated, the rest stays with the request.
/// What the flow or `update_tags` has set stands.
pub fn apply_call_data(
    call: &mut Call,
    tags: &mut TagSet,
    fields: &[Field],
    defs: &Definitions,
    at: Timestamp,
    request: RequestId,
) -> CallDataEffect {
    let mut effect = CallDataEffect::default();
    for (key, field) in fields_for_tags(fields, defs) {
        let Some(value) = kept_value(key.name, &field.value) else { continue };
        let tag = Tag {
            value: value.clone().into_owned(),
            source: TagSource::CallData,
            at,
            request: Some(request),
            flagged: key.flags(&field.value),
        };
        let outcome = tags.set_normal(key.name, tag);
        effect.tags_changed |= outcome.changed();
        match outcome {
            SetOutcome::Set { from } => {
                effect.call_changed |=
                    record_change(call, key.name, from, Some(&value), &mut effect.timeline);
            }
            SetOutcome::Full => effect.dropped += 1,
            SetOutcome::Restated | SetOutcome::Unchanged | SetOutcome::Outranked => {}
        }
    }
    effect
}

/// The fields that become tags, each with its tag's key, one for each key. Names that mean the same
/// tag are settled as one name is within a request: body over query over headers, then the last.
pub(super) fn fields_for_tags<'a>(
    fields: &'a [Field],
    defs: &'a Definitions,
) -> Vec<(TagKey<'a>, &'a Field)> {
    let mut found: Vec<(TagKey<'a>, &'a Field)> = Vec::new();
    for field in fields {
        let key = defs.key_of(&field.name, field.source);
        let is_known = key.tag.is_some() || place_key(key.name).is_some();
        if is_known && key.allows(TagSource::CallData) && !carries_key(&field.value) {
            found.push((key, field));
        }
    }
    found.sort_by(|(a, one), (b, other)| {
        a.name.cmp(b.name).then_with(|| strength(one.source).cmp(&strength(other.source)))
    });
    // Of a run of one key the last is the strongest, and `dedup_by` keeps the first.
    found.reverse();
    found.dedup_by(|(a, _), (b, _)| a.name == b.name);
    found.reverse();
    found
}

/// Of a field's source within its request.
fn strength(source: TagSource) -> u8 {
    match source {
        TagSource::Header => 0,
        TagSource::Url => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests;
