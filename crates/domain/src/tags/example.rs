//! Tags and definitions for tests.

use uuid::Uuid;

use super::{CustomTag, Definitions, Tag, TagKind, TagName, TagSource};
use crate::call::example::second;
use crate::ids::{CustomTagId, RequestId};
use crate::webhook::Field;

pub(crate) fn name(raw: &str) -> TagName {
    raw.parse().unwrap()
}

pub(crate) fn request(number: u128) -> RequestId {
    RequestId(Uuid::from_u128(number))
}

pub(crate) fn tag(value: &str, source: TagSource, at_seconds: i64) -> Tag {
    Tag { value: value.into(), source, at: second(at_seconds), request: None, flagged: false }
}

pub(crate) fn field(raw: &str, value: &str) -> Field {
    Field { name: name(raw), value: value.into(), source: TagSource::CallData }
}

/// A custom tag that takes text from anywhere; its id follows from its key.
pub(crate) fn custom(key: &str) -> CustomTag {
    let number = key.bytes().fold(0u128, |number, byte| number * 256 + u128::from(byte));
    CustomTag {
        id: CustomTagId(Uuid::from_u128(number)),
        key: name(key),
        label: key.to_owned(),
        kind: TagKind::Text,
        aliases: Vec::new(),
        sources: None,
        default: None,
    }
}

/// `lead_source` (alias `utm_source`), the number `age`, and `verdict` that only updates may set.
pub(crate) fn definitions() -> Definitions {
    Definitions::new(vec![
        CustomTag { aliases: vec![name("utm_source")], ..custom("lead_source") },
        CustomTag { kind: TagKind::Number, ..custom("age") },
        CustomTag { sources: Some(vec![TagSource::UpdateTags]), ..custom("verdict") },
    ])
}
