//! A JSON object whose members keep the text they were sent with: a `serde_json::Value` holds numbers as
//! floats, and money would lose its digits.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

#[derive(Debug, Clone, Default)]
pub struct Members(Vec<(String, Box<RawValue>)>);

impl Members {
    /// The members of a value that is an object.
    pub fn of(value: &impl Serialize) -> Self {
        let text = serde_json::to_string(value).expect("a view is JSON");
        serde_json::from_str(&text).expect("a view is an object")
    }

    /// One member.
    pub fn with(name: &str, value: &impl Serialize) -> Self {
        let mut members = Self::default();
        members.set(name, value);
        members
    }

    pub fn get(&self, name: &str) -> Option<&RawValue> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_ref())
    }

    pub fn remove(&mut self, name: &str) -> Option<Box<RawValue>> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.remove(at).1)
    }

    pub fn set(&mut self, name: &str, value: &impl Serialize) {
        self.put(name.to_owned(), to_raw_value(value).expect("a view is JSON"));
    }

    /// Takes over every member that was sent.
    pub fn merge(&mut self, sent: Self) {
        for (name, value) in sent.0 {
            self.put(name, value);
        }
    }

    fn put(&mut self, name: String, value: Box<RawValue>) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    pub fn to_raw(&self) -> Box<RawValue> {
        to_raw_value(self).expect("members are JSON")
    }
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// A name that is there twice is refused: one of the two would be lost.
impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Members::default();
                while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    if members.get(&name).is_some() {
                        return Err(A::Error::custom(format!("`{name}` is there twice")));
                    }
                    members.0.push((name, value));
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits_and_order_its_sense() {
        let mut members: Members =
            serde_json::from_str(r#"{"a":999999999999.123456,"b":{"c":1.10}}"#).unwrap();
        members.merge(serde_json::from_str(r#"{"b":12.345678,"d":null}"#).unwrap());
        members.set("e", &true);
        assert_eq!(members.to_raw().get(), r#"{"a":999999999999.123456,"b":12.345678,"d":null,"e":true}"#);
        assert_eq!(members.remove("b").unwrap().get(), "12.345678");
        assert!(members.get("b").is_none());
    }

    #[test]
    fn a_name_is_there_once() {
        let error = serde_json::from_str::<Members>(r#"{"a":1,"a":1}"#).unwrap_err().to_string();
        assert!(error.contains("`a` is there twice"), "{error}");
    }
}
