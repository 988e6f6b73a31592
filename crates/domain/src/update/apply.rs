//! What an update does to one call.

use super::{Changes, TagToAdd};
use crate::call::{Call, Change};
use crate::ids::RequestId;
use crate::tags::{
    Definitions, SetOutcome, Tag, TagKey, TagSet, TagSource, kept_value, record_change, without_x,
};
use crate::time::Timestamp;
use crate::webhook::SkippedField;

const STILL_LIVE: &str =
    "the call is still live, and this is for completed calls only; send it again when the call has ended";
const NOT_BY_UPDATE: &str =
    "one of its tags may not be set by an update: its definition allows other sources only";
const TAGS_FULL: &str = "the call has as many tags as a call can have (500); remove some first";

/// What an update did to one call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    /// One line for each value that is not what it was; none for a value that was set to itself.
    pub timeline: Vec<Change>,
    /// The places in `changes.add` of the tags that the call now has as sent.
    pub added: Vec<usize>,
    /// Fields that were left alone, and why.
    pub skipped: Vec<SkippedField>,
    /// The call was live.
    pub live: bool,
    /// The call's record is not as it was.
    pub call_changed: bool,
    /// The call's tags are not as they were, though maybe only in where a value came from.
    pub tags_changed: bool,
}

/// Applies an update to one call. Applied again, it changes nothing.
///
/// `tags` are the call's tags; they are needed if `changes.touches_tags()`, and not looked at
/// otherwise. `at` is the time for whatever is stamped, `request` the update's own id.
///
/// # Panics
/// If the changes touch tags and none were given: going on would lose an acknowledged tag.
pub fn apply(
    changes: &Changes,
    call: &mut Call,
    tags: Option<&mut TagSet>,
    defs: &Definitions,
    at: Timestamp,
    request: Option<RequestId>,
) -> Applied {
    let mut applied = Applied { live: call.status.is_live(), ..Applied::default() };
    apply_conversion(changes, call, at, &mut applied.timeline);
    apply_payout(changes, call, &mut applied);
    if let Some(reason) = &changes.reason
        && *reason != call.reason
    {
        let from = std::mem::replace(&mut call.reason, reason.clone());
        applied.timeline.push(Change { field: "reason".into(), from, to: reason.clone() });
    }
    applied.call_changed = !applied.timeline.is_empty();
    if changes.touches_tags() {
        let tags = tags.expect("the call's tags are given when the changes touch them");
        TagChanges { call, tags, defs, at, request, applied: &mut applied }.run(changes);
    }
    applied
}

/// Revenue, `converted` and `converted_at`, which move together. Revenue converts a call, unless
/// the same request says otherwise.
fn apply_conversion(changes: &Changes, call: &mut Call, at: Timestamp, timeline: &mut Vec<Change>) {
    if let Some(revenue) = changes.revenue_paid_out {
        set(&mut call.revenue_paid_out, Some(revenue), "revenue_paid_out", timeline);
    }
    let dated = changes.converted_at.flatten();
    let converted = changes
        .converted
        .unwrap_or_else(|| call.converted || changes.revenue_paid_out.is_some() || dated.is_some());
    if converted != call.converted {
        timeline.push(Change {
            field: "converted".into(),
            from: Some(call.converted.to_string()),
            to: Some(converted.to_string()),
        });
        call.converted = converted;
    }
    let stamps = changes.revenue_paid_out.is_some() || changes.converted == Some(true);
    let converted_at = match changes.converted_at {
        _ if !converted => None,
        Some(sent) => sent,
        None if stamps => call.converted_at.or(Some(at)),
        None => call.converted_at,
    };
    set(&mut call.converted_at, converted_at, "converted_at", timeline);
}

/// What only a call that has ended can have: before that, the amount may still change.
fn apply_payout(changes: &Changes, call: &mut Call, applied: &mut Applied) {
    if let Some(paid_out) = changes.publisher_paid_out {
        if applied.live {
            applied.skipped.push(SkippedField { field: "publisher_paid_out", reason: STILL_LIVE });
        } else {
            set(&mut call.publisher_paid_out, Some(paid_out), "publisher_paid_out", &mut applied.timeline);
        }
    }
    if let Some(reason) = changes.no_payout_reason {
        if applied.live {
            applied.skipped.push(SkippedField { field: "no_payout_reason", reason: STILL_LIVE });
        } else {
            set_text(
                &mut call.no_payout_reason,
                reason,
                "no_payout_reason",
                &mut applied.timeline,
                |reason| reason.as_str().to_owned(),
            );
        }
    }
}

fn set<T: Copy + PartialEq + ToString>(
    place: &mut Option<T>,
    value: Option<T>,
    field: &str,
    timeline: &mut Vec<Change>,
) {
    set_text(place, value, field, timeline, |value| value.to_string());
}

fn set_text<T: Copy + PartialEq>(
    place: &mut Option<T>,
    value: Option<T>,
    field: &str,
    timeline: &mut Vec<Change>,
    text: impl Fn(T) -> String,
) {
    if *place != value {
        let from = std::mem::replace(place, value);
        timeline.push(Change { field: field.to_owned(), from: from.map(&text), to: value.map(&text) });
    }
}

struct TagChanges<'a> {
    call: &'a mut Call,
    tags: &'a mut TagSet,
    defs: &'a Definitions,
    at: Timestamp,
    request: Option<RequestId>,
    applied: &'a mut Applied,
}

impl TagChanges<'_> {
    fn run(&mut self, changes: &Changes) {
        let defs = self.defs;
        let mut adds = Vec::with_capacity(changes.add.len());
        for (place, tag) in changes.add.iter().enumerate() {
            let key = defs.key_of(&tag.name, TagSource::UpdateTags);
            if key.allows(TagSource::UpdateTags) {
                adds.push(Add { key, place, tag });
            } else {
                self.skip(NOT_BY_UPDATE);
            }
        }
        keep_last_of_each(&mut adds);
        for tag in &changes.remove {
            let key = defs.key_of(&tag.name, TagSource::UpdateTags).name;
            let name = tag.name.as_str();
            // The name as sent too: the tag may be older than the definition that claims its name.
            self.remove(key, &adds);
            self.remove(name, &adds);
            if let Some(bare) = without_x(name)
                && self.tags.exact(bare).is_some_and(|tag| tag.source == TagSource::Header)
            {
                self.remove(bare, &adds);
            }
        }
        for add in adds {
            self.add(add);
        }
    }

    /// Removes a tag, unless the same update sets it anew: then all it did is to get another value.
    fn remove(&mut self, key: &str, adds: &[Add<'_>]) {
        if adds.iter().any(|add| add.key.name == key) {
            return;
        }
        if let Some(tag) = self.tags.remove_normal(key) {
            self.applied.tags_changed = true;
            self.record(key, Some(tag.value), None);
        }
    }

    fn add(&mut self, Add { key, place, tag: add }: Add<'_>) {
        // Said outright, an empty state is no state; from any other source it is no news.
        let value = kept_value(key.name, &add.value).unwrap_or_default();
        let tag = Tag {
            value: value.clone().into_owned(),
            source: TagSource::UpdateTags,
            at: self.at,
            request: self.request,
            flagged: key.flags(&add.value),
        };
        let outcome = self.tags.overwrite_normal(key.name, tag);
        self.applied.tags_changed |= outcome.changed();
        if outcome != SetOutcome::Full && outcome != SetOutcome::Outranked {
            self.applied.added.push(place);
        }
        match outcome {
            SetOutcome::Set { from } => self.record(key.name, from, Some(&value)),
            SetOutcome::Full => self.skip(TAGS_FULL),
            SetOutcome::Restated | SetOutcome::Unchanged | SetOutcome::Outranked => {}
        }
    }

    fn record(&mut self, key: &str, from: Option<String>, to: Option<&str>) {
        self.applied.call_changed |= record_change(self.call, key, from, to, &mut self.applied.timeline);
    }

    /// Said once, however many tags it is about.
    fn skip(&mut self, reason: &'static str) {
        let skipped = SkippedField { field: "add", reason };
        if !self.applied.skipped.contains(&skipped) {
            self.applied.skipped.push(skipped);
        }
    }
}

/// A tag to add, under the name that it gets, and its place among those that were sent.
struct Add<'a> {
    key: TagKey<'a>,
    place: usize,
    tag: &'a TagToAdd,
}

/// Two spellings of a name in one update are one tag: the last says its value.
fn keep_last_of_each(adds: &mut Vec<Add<'_>>) {
    if adds.len() > 1 {
        adds.sort_by(|a, b| a.key.name.cmp(b.key.name));
        adds.reverse();
        // A stable sort reversed puts the last sent of a key first, which is the one that stays.
        adds.dedup_by(|a, b| a.key.name == b.key.name);
        adds.reverse();
    }
}
