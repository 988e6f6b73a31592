//! A tag that a call flow sets.

use super::definition::Definitions;
use super::name::TagName;
use super::set::{SetOutcome, Tag, TagSet};
use super::system::record_change;
use super::{CallDataEffect, TagSource};
use crate::call::Call;
use crate::time::Timestamp;

/// Sets a tag under the name by which it is kept, as `flow::Effect::SetTag` gives it.
pub fn apply_flow_tag(
    call: &mut Call,
    tags: &mut TagSet,
    definitions: &Definitions,
    name: &TagName,
    value: &str,
    at: Timestamp,
) -> CallDataEffect {
    let mut effect = CallDataEffect::default();
    let flagged = definitions.key_of(name, TagSource::Flow).flags(value);
    let tag = Tag { value: value.to_owned(), source: TagSource::Flow, at, request: None, flagged };
    let outcome = tags.set(name, tag);
    effect.tags_changed = outcome.changed();
    match outcome {
        SetOutcome::Set { from } => {
            effect.call_changed = record_change(call, name.as_str(), from, Some(value), &mut effect.timeline);
        }
        SetOutcome::Full => effect.dropped = 1,
        SetOutcome::Restated | SetOutcome::Unchanged | SetOutcome::Outranked => {}
    }
    effect
}

#[cfg(test)]
mod tests {
    use super::super::example::{definitions, name};
    use super::*;
    use crate::call::example::{ringing_call, second};

    #[test]
    fn a_flow_sets_tags_and_the_calls_state() {
        let (mut call, mut tags, definitions) = (ringing_call(), TagSet::new(), definitions());
        let mut set = |key: &str, value: &str, at| {
            apply_flow_tag(&mut call, &mut tags, &definitions, &name(key), value, second(at))
        };
        let effect = set("stage", "quote", 1);
        assert_eq!((effect.timeline.len(), effect.tags_changed, effect.call_changed), (1, true, false));
        assert!(set("stage", "quote", 2).timeline.is_empty(), "said again");
        let effect = set("state", "NY", 3);
        assert_eq!((effect.timeline[0].field.as_str(), effect.call_changed), ("state", true));
        assert_eq!(call.state.as_deref(), Some("NY"));
        assert_eq!(tags.get("stage").map(|tag| tag.source), Some(TagSource::Flow));
    }
}
