//! How a `TagSet` is stored: one JSON object in one TEXT column, written on every change of a tag
//! and so kept short: `{"lead":["high","t",1769860800000000,"0192f0c1-…",1]}`, that is value,
//! source, microseconds, request or null, and 1 if flagged; what is missing at the end is absent.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::super::TagSource;
use super::super::name::TagName;
use super::{Tag, TagSet};
use crate::ids::RequestId;
use crate::time::Timestamp;

/// A source's letter in the database. A letter that is in use never gets another meaning.
const LETTERS: [(TagSource, char); 10] = [
    (TagSource::Default, 'x'),
    (TagSource::Number, 'n'),
    (TagSource::Campaign, 'c'),
    (TagSource::Publisher, 'p'),
    (TagSource::Url, 'u'),
    (TagSource::Header, 'h'),
    (TagSource::Rtb, 'r'),
    (TagSource::CallData, 'd'),
    (TagSource::Flow, 'f'),
    (TagSource::UpdateTags, 't'),
];

impl TagSet {
    /// The stored form.
    pub fn to_stored(&self) -> String {
        serde_json::to_string(self).expect("names are strings and values have no failing part")
    }

    /// From the stored form. Fails on text that this version did not write.
    pub fn from_stored(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

impl Serialize for TagSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (name, tag) in self.iter() {
            map.serialize_entry(name, &Stored(Cow::Borrowed(tag)))?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for TagSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(SetVisitor)
    }
}

struct SetVisitor;

impl<'de> Visitor<'de> for SetVisitor {
    type Value = TagSet;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of tag name to stored tag")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<TagSet, A::Error> {
        let mut pairs = Vec::new();
        while let Some((name, Stored(tag))) = map.next_entry::<String, Stored<'_>>()? {
            pairs.push((TagName::from_stored(name), tag.into_owned()));
        }
        Ok(TagSet::from_pairs(pairs))
    }
}

struct Stored<'a>(Cow<'a, Tag>);

impl Serialize for Stored<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tag = &self.0;
        let (_, letter) = LETTERS.iter().find(|(source, _)| *source == tag.source).expect("all are listed");
        let mut seq = serializer.serialize_seq(None)?;
        seq.serialize_element(&tag.value)?;
        seq.serialize_element(letter)?;
        seq.serialize_element(&tag.at.0)?;
        if tag.flagged || tag.request.is_some() {
            seq.serialize_element(&tag.request)?;
        }
        if tag.flagged {
            seq.serialize_element(&1)?;
        }
        seq.end()
    }
}

impl<'de> Deserialize<'de> for Stored<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(TagVisitor).map(|tag| Self(Cow::Owned(tag)))
    }
}

struct TagVisitor;

impl<'de> Visitor<'de> for TagVisitor {
    type Value = Tag;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[value, source, microseconds, request, flagged]")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tag, A::Error> {
        let value = seq.next_element::<String>()?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
        let letter = seq.next_element::<char>()?.ok_or_else(|| A::Error::invalid_length(1, &self))?;
        let at = seq.next_element::<i64>()?.ok_or_else(|| A::Error::invalid_length(2, &self))?;
        let request = seq.next_element::<Option<RequestId>>()?.flatten();
        let flagged = seq.next_element::<u8>()? == Some(1);
        let source = LETTERS.iter().find(|(_, known)| *known == letter).map(|(source, _)| *source);
        let source = source.ok_or_else(|| A::Error::custom(format!("no such tag source: {letter:?}")))?;
        Ok(Tag { value, source, at: Timestamp(at), request, flagged })
    }
}
