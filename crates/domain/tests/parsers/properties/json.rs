//! A JSON body, read by our own reader and by serde_json with our rules written a second time.

use std::collections::BTreeMap;
use std::fmt;

use hookline_domain::tags::TagName;
use hookline_domain::webhook::{
    DEPTH_MAX, FIELDS_MAX, Method, NAME_CHARS_MAX, RawRequest, VALUE_CHARS_MAX, WebhookKind, read_changes,
    read_parameters,
};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::webhooks::{self, has_key};

pub fn json(data: &[u8]) -> bool {
    let raw =
        |kind| RawRequest { kind, method: Method::Post, query: "", headers: &[webhooks::JSON], body: data };
    let taken = WebhookKind::ALL.map(|kind| webhooks::check(&raw(kind))).iter().any(Result::is_ok);
    let _ = read_changes(data);
    if data.is_empty() {
        return taken;
    }
    let ours = read_parameters(&raw(WebhookKind::CallData));
    match (strict(data), ours) {
        (None, Ok(_)) => panic!("accepted what the usual library or our own rules refuse"),
        (Some(theirs), Ok(ours)) => assert_same(&theirs, &ours),
        (Some(_), Err(refusal)) => {
            let of_tags = ["name_too_long", "invalid_tag_name", "conflicting_values"];
            assert!(of_tags.contains(&refusal.code), "refused what is right: {}", refusal.message);
        }
        (None, Err(_)) => {}
    }
    taken
}

/// By name in normal form; the value as text.
fn assert_same(theirs: &[(String, String)], ours: &[(String, String)]) {
    let keyless = |name: &str, value: &str| !name.to_lowercase().contains("key") && !has_key(value);
    let by_name: BTreeMap<_, _> = theirs
        .iter()
        .filter(|(name, value)| keyless(name, value))
        .map(|(name, value)| (TagName::normalize(name).expect("ours took it").as_str().to_owned(), value))
        .collect();
    for (name, value) in ours {
        assert!(by_name.get(name).is_none_or(|theirs| *theirs == value), "{name}");
    }
    assert!(by_name.keys().all(|name| ours.iter().any(|(other, _)| other == name)));
}

/// The values of the body's object, flattened, if it is right in every way.
fn strict(data: &[u8]) -> Option<Vec<(String, String)>> {
    let text = std::str::from_utf8(data.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(data)).ok()?;
    let raw: &RawValue = serde_json::from_str(text).ok()?;
    let (mut flat, mut leaves) = (Vec::new(), 0);
    let is_object = raw.get().starts_with('{');
    (is_object && walk(raw, "", 1, &mut leaves, &mut flat).is_some() && leaves <= FIELDS_MAX).then_some(flat)
}

fn walk(
    raw: &RawValue,
    name: &str,
    depth: usize,
    leaves: &mut usize,
    flat: &mut Vec<(String, String)>,
) -> Option<()> {
    let text = raw.get();
    let inner = |part: &str| if depth == 1 { part.to_owned() } else { format!("{name}_{part}") };
    match text.as_bytes()[0] {
        b'{' | b'[' if depth > DEPTH_MAX => return None,
        b'{' => {
            let Members(members) = serde_json::from_str(text).ok()?;
            *leaves += usize::from(members.is_empty());
            for (at, (part, value)) in members.iter().enumerate() {
                if !fits(part, NAME_CHARS_MAX) || members[..at].iter().any(|(other, _)| other == part) {
                    return None;
                }
                walk(value, &inner(part), depth + 1, leaves, flat)?;
            }
        }
        b'[' => {
            let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            *leaves += usize::from(items.is_empty());
            for (at, item) in items.iter().enumerate() {
                walk(item, &inner(&at.to_string()), depth + 1, leaves, flat)?;
            }
        }
        b'"' => {
            let value: String = serde_json::from_str(text).ok()?;
            if !fits(&value, VALUE_CHARS_MAX) {
                return None;
            }
            *leaves += 1;
            flat.push((name.to_owned(), value));
        }
        b'n' => *leaves += 1,
        _ if text.len() > VALUE_CHARS_MAX => return None,
        _ => {
            *leaves += 1;
            flat.push((name.to_owned(), text.to_owned()));
        }
    }
    Some(())
}

fn fits(text: &str, max: usize) -> bool {
    text.chars().count() <= max && !text.contains('\0')
}

/// In order, with those that repeat.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}
