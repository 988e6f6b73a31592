//! The tags with which a call starts, gathered from every source before it is routed.

use std::collections::BTreeMap;

use super::definition::Definitions;
use super::header::{carries_key, is_key_parameter};
use super::name::{TAG_VALUE_CHARS_MAX, TagName};
use super::set::{SetOutcome, Tag, TagSet};
use super::system::{STATE, TIME_ZONE, ZIP_CODE, kept_value};
use super::{TagSource, call_data};
use crate::ids::RequestId;
use crate::matching::Candidate;
use crate::time::Timestamp;

/// All that is known when a call arrives.
#[derive(Debug, Clone, Copy)]
pub struct StartInput<'a> {
    /// When the call started: the time of every tag but those of `call_data`.
    pub at: Timestamp,
    pub defs: &'a Definitions,
    /// The caller's state and time zone, as far as the number's prefix tells.
    pub number_state: Option<&'a str>,
    pub number_time_zone: Option<&'a str>,
    pub campaign_defaults: &'a BTreeMap<TagName, String>,
    pub publisher_defaults: &'a BTreeMap<TagName, String>,
    /// Landing-page and URL parameters: names and values as sent, decoded.
    pub params: &'a [(String, String)],
    /// Request or SIP headers: names and values as sent.
    pub headers: &'a [(String, String)],
    /// Parameters of the bid request that announced the call, names and values as sent.
    pub rtb: &'a [(String, String)],
    /// As `matching::match_call` gives them: older before newer.
    pub call_data: &'a [&'a Candidate],
}

/// What a call starts with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Assembled {
    pub tags: TagSet,
    /// The call's State and ZIP: the values of the tags `state` and `zip_code`.
    pub state: Option<String>,
    pub zip: Option<String>,
    /// Values left out since the call had `TAGS_MAX` tags, or that were too long or had no usable
    /// name. What must not become a tag (credentials) is not counted.
    pub dropped: usize,
}

/// Gathers a call's tags. The strongest sources go in first, so that what is left out of a call
/// with too many tags is what would count least; who wins does not depend on the order.
pub fn assemble(input: StartInput<'_>) -> Assembled {
    let mut gathering = Gathering { defs: input.defs, at: input.at, tags: TagSet::new(), dropped: 0 };
    for (key, fact) in [(STATE, input.number_state), (TIME_ZONE, input.number_time_zone)] {
        if let Some(fact) = fact {
            gathering.offer_key(key, fact, TagSource::Number, false);
        }
    }
    for candidate in input.call_data {
        gathering.candidate(candidate);
    }
    gathering.parameters(input.rtb, TagSource::Rtb);
    gathering.headers(input.headers);
    gathering.parameters(input.params, TagSource::Url);
    gathering.defaults(input.publisher_defaults, TagSource::Publisher);
    gathering.defaults(input.campaign_defaults, TagSource::Campaign);
    for tag in input.defs.iter() {
        if let Some(default) = &tag.default {
            gathering.offer_key(tag.key.as_str(), default, TagSource::Default, false);
        }
    }
    let Gathering { tags, dropped, .. } = gathering;
    let place = |key| tags.exact(key).map(|tag| tag.value.clone());
    Assembled { state: place(STATE), zip: place(ZIP_CODE), tags, dropped }
}

struct Gathering<'a> {
    defs: &'a Definitions,
    at: Timestamp,
    tags: TagSet,
    dropped: usize,
}

impl Gathering<'_> {
    fn candidate(&mut self, candidate: &Candidate) {
        for (key, field) in call_data::fields_for_tags(&candidate.fields, self.defs) {
            let flagged = key.flags(&field.value);
            let (at, request) = (candidate.received_at, Some(candidate.request));
            self.offer_at(key.name, &field.value, TagSource::CallData, flagged, at, request);
        }
    }

    fn parameters(&mut self, parameters: &[(String, String)], source: TagSource) {
        for (raw, value) in parameters {
            let name = TagName::normalize(raw);
            if name.as_ref().is_some_and(is_key_parameter) {
                continue;
            }
            self.named(name, value, source);
        }
    }

    fn headers(&mut self, headers: &[(String, String)]) {
        for (raw, value) in headers {
            match TagName::from_header(raw) {
                Some(name) => self.named(Some(name), value, TagSource::Header),
                // Either kept out on purpose, or no name at all.
                None => self.dropped += usize::from(TagName::normalize(raw).is_none()),
            }
        }
    }

    fn defaults(&mut self, defaults: &BTreeMap<TagName, String>, source: TagSource) {
        for (name, value) in defaults {
            self.named(Some(name.clone()), value, source);
        }
    }

    fn named(&mut self, name: Option<TagName>, value: &str, source: TagSource) {
        let Some(name) = name else {
            self.dropped += 1;
            return;
        };
        let defs = self.defs;
        let key = defs.key_of(&name, source);
        if key.allows(source) && !carries_key(value) {
            self.offer_key(key.name, value, source, key.flags(value));
        }
    }

    fn offer_key(&mut self, key: &str, value: &str, source: TagSource, flagged: bool) {
        self.offer_at(key, value, source, flagged, self.at, None);
    }

    fn offer_at(
        &mut self,
        key: &str,
        value: &str,
        source: TagSource,
        flagged: bool,
        at: Timestamp,
        request: Option<RequestId>,
    ) {
        let Some(value) = kept_value(key, value) else { return };
        if value.chars().count() > TAG_VALUE_CHARS_MAX {
            self.dropped += 1;
            return;
        }
        let tag = Tag { value: value.into_owned(), source, at, request, flagged };
        if self.tags.set_normal(key, tag) == SetOutcome::Full {
            self.dropped += 1;
        }
    }
}

#[cfg(test)]
mod tests;
