//! Configuration as JSON, read field by field: whatever is wrong with it is named by its place, a
//! name that repeats or means nothing is refused, and numbers keep their text.

use std::fmt::{self, Display};
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// What is wrong in a document, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Such as `routes[2].filter.all[0].op`; empty for the document itself.
    pub path: String,
    /// For people; goes on where the path ends: "must be …".
    pub message: String,
}

impl Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "the document" } else { &self.path };
        write!(f, "{path} {}", self.message)
    }
}

impl std::error::Error for Problem {}

/// A value of a document, and its place in it.
#[derive(Debug, Clone)]
pub struct Document<'a> {
    raw: &'a RawValue,
    path: String,
}

impl<'a> Document<'a> {
    pub fn new(raw: &'a RawValue, path: impl Into<String>) -> Self {
        Self { raw, path: path.into() }
    }

    pub fn raw(&self) -> &'a RawValue {
        self.raw
    }

    pub fn problem(&self, message: impl Into<String>) -> Problem {
        Problem { path: self.path.clone(), message: message.into() }
    }

    /// An object's fields, to be taken one by one.
    pub fn fields(&self) -> Result<Fields<'a>, Problem> {
        if !self.raw.get().starts_with('{') {
            return Err(self.problem("must be an object: {…}"));
        }
        let Members(members) = self.read("must be an object: {…}")?;
        let mut fields = Fields { members: Vec::new(), asked: Vec::new(), path: self.path.clone() };
        for (name, raw) in members {
            if fields.members.iter().any(|(known, _)| *known == name) {
                return Err(fields.at(&name, raw).problem("is there twice; leave one out"));
            }
            fields.members.push((name, raw));
        }
        Ok(fields)
    }

    /// An object's members in order, where the names are data too; `max` at most.
    pub fn members(&self, max: usize) -> Result<Vec<(String, Self)>, Problem> {
        let fields = self.fields()?;
        if fields.members.len() > max {
            return Err(self.problem(format!("has {} members; {max} are allowed", fields.members.len())));
        }
        Ok(fields.members.iter().map(|(name, raw)| (name.clone(), fields.at(name, raw))).collect())
    }

    /// A list's values, `max` at most.
    pub fn items(&self, max: usize) -> Result<Vec<Self>, Problem> {
        let items: Vec<&'a RawValue> = self.read("must be a list: […]")?;
        if items.len() > max {
            return Err(self.problem(format!("has {} items; {max} are allowed", items.len())));
        }
        let items = items.into_iter().enumerate();
        Ok(items.map(|(at, raw)| Self { raw, path: format!("{}[{at}]", self.path) }).collect())
    }

    /// A string of at most `max` characters.
    pub fn text(&self, max: usize) -> Result<String, Problem> {
        let text: String = self.read("must be a text in quotation marks")?;
        self.bounded(text, max)
    }

    /// A string, or a number or boolean as the text that was sent.
    pub fn scalar(&self, max: usize) -> Result<String, Problem> {
        let raw = self.raw.get();
        match raw.as_bytes().first() {
            Some(b'{' | b'[' | b'n') => Err(self.problem("must be a text, a number, true or false")),
            Some(b'"') => self.text(max),
            _ => self.bounded(raw.to_owned(), max),
        }
    }

    fn bounded(&self, text: String, max: usize) -> Result<String, Problem> {
        if text.len() > max && text.chars().count() > max {
            return Err(self.problem(format!("has more than {max} characters; shorten it")));
        }
        // PostgreSQL can't store it.
        if text.contains('\0') {
            return Err(self.problem("contains the character U+0000; remove it"));
        }
        Ok(text)
    }

    pub fn boolean(&self) -> Result<bool, Problem> {
        self.read("must be true or false")
    }

    pub fn whole_number(&self, range: RangeInclusive<u32>) -> Result<u32, Problem> {
        let what = format!("must be a whole number from {} to {}", range.start(), range.end());
        let number: u32 = self.read(&what)?;
        if range.contains(&number) { Ok(number) } else { Err(self.problem(what)) }
    }

    /// A string that is read by `T`, whose error says what is wrong.
    pub fn parsed<T: FromStr<Err: Display>>(&self, max: usize) -> Result<T, Problem> {
        self.text(max)?.parse().map_err(|error: T::Err| self.problem(format!("is wrong: {error}")))
    }

    /// One of a few words, each with what it means.
    pub fn word<T: Copy>(&self, words: &[(&str, T)]) -> Result<T, Problem> {
        let text: String = self.read("must be a word in quotation marks")?;
        words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning).ok_or_else(|| {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.problem(format!("must be one of {}", known.join(", ")))
        })
    }

    /// Anything that serde reads; `what` is the message if it does not fit.
    pub fn read<T: Deserialize<'a>>(&self, what: &str) -> Result<T, Problem> {
        serde_json::from_str(self.raw.get()).map_err(|_| self.problem(what))
    }

    /// Anything that serde reads and whose own error says what is wrong.
    pub fn value<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_str(self.raw.get()).map_err(|error| {
            let text = without_value(&error);
            // Line and column count from this value's start, and the path says it better.
            let message = text.split(" at line ").next().unwrap_or_default();
            self.problem(format!("is wrong: {message}"))
        })
    }
}

/// What serde says is wrong, but not the value that it quotes, which may be a password or of a person: `unknown variant` and what is
/// expected. The name of an unknown field stays.
pub fn without_value(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let quotes =
        ["unknown variant", "invalid type", "invalid value"].iter().any(|start| text.starts_with(start));
    // The last one: what is quoted before it can hold anything.
    match text.rsplit_once(", expected ").filter(|_| quotes) {
        Some((found, expected)) => {
            let kind = &found[..found.find(['"', '`']).unwrap_or(found.len())];
            format!("{}, expected {expected}", kind.trim_end())
        }
        None => text,
    }
}

/// The fields of an object that were not taken yet.
#[derive(Debug)]
pub struct Fields<'a> {
    members: Vec<(String, &'a RawValue)>,
    asked: Vec<&'static str>,
    path: String,
}

impl<'a> Fields<'a> {
    /// The field, if it is there and not null.
    pub fn take(&mut self, name: &'static str) -> Option<Document<'a>> {
        self.asked.push(name);
        let at = self.members.iter().position(|(known, _)| known == name)?;
        let (_, raw) = self.members.remove(at);
        (raw.get() != "null").then(|| self.at(name, raw))
    }

    /// # Errors
    /// `what` it should be, if the field is not there.
    pub fn require(&mut self, name: &'static str, what: &str) -> Result<Document<'a>, Problem> {
        self.take(name)
            .ok_or_else(|| Problem { path: self.path_of(name), message: format!("is missing: {what}") })
    }

    /// Whether a field is there that was not taken yet.
    pub fn has(&self, name: &str) -> bool {
        self.members.iter().any(|(known, _)| known == name)
    }

    /// All fields must have been taken by now.
    pub fn finish(self) -> Result<(), Problem> {
        let Some((name, raw)) = self.members.first() else { return Ok(()) };
        let known = self.asked.join(", ");
        Err(self.at(name, raw).problem(format!("means nothing here; the fields are: {known}")))
    }

    fn at(&self, name: &str, raw: &'a RawValue) -> Document<'a> {
        Document { raw, path: self.path_of(name) }
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }
}

/// An object's members in order, repeated ones too: a map would silently take the last.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &str) -> &RawValue {
        serde_json::from_str(json).unwrap()
    }

    fn first_problem(json: &str) -> String {
        let read = || -> Result<(), Problem> {
            let mut fields = Document::new(raw(json), "").fields()?;
            fields.require("name", "what people call it")?.text(5)?;
            for size in fields.take("sizes").map_or(Ok(vec![]), |sizes| sizes.items(2))? {
                size.whole_number(1..=9)?;
            }
            if let Some(color) = fields.take("color") {
                color.word(&[("red", 1), ("blue", 2)])?;
            }
            fields.finish()
        };
        read().map_or_else(|problem| problem.to_string(), |()| "none".to_owned())
    }

    #[test]
    fn a_problem_names_its_place_and_what_to_do() {
        for (json, problem) in [
            (r#"{"name":"Anna","sizes":[1,9],"color":"blue"}"#, "none"),
            (r#"{"name":"Anna","sizes":null}"#, "none"),
            ("[]", "the document must be an object: {…}"),
            ("{}", "name is missing: what people call it"),
            (r#"{"name":null}"#, "name is missing: what people call it"),
            (r#"{"name":1}"#, "name must be a text in quotation marks"),
            (r#"{"name":"Annabel"}"#, "name has more than 5 characters; shorten it"),
            (r#"{"name":"\u0000"}"#, "name contains the character U+0000; remove it"),
            (r#"{"name":"Anna","name":"Bob"}"#, "name is there twice; leave one out"),
            (r#"{"name":"Anna","n\u0061me":1}"#, "name is there twice; leave one out"),
            (r#"{"name":"Anna","sizes":{}}"#, "sizes must be a list: […]"),
            (r#"{"name":"Anna","sizes":[1,2,3]}"#, "sizes has 3 items; 2 are allowed"),
            (r#"{"name":"Anna","sizes":[1,0]}"#, "sizes[1] must be a whole number from 1 to 9"),
            (r#"{"name":"Anna","sizes":["1"]}"#, "sizes[0] must be a whole number from 1 to 9"),
            (r#"{"name":"Anna","sizes":[-1]}"#, "sizes[0] must be a whole number from 1 to 9"),
            (r#"{"name":"Anna","color":"pink"}"#, "color must be one of red, blue"),
            (
                r#"{"name":"Anna","colour":1}"#,
                "colour means nothing here; the fields are: name, sizes, color",
            ),
        ] {
            assert_eq!(first_problem(json), problem, "{json}");
        }
    }

    #[test]
    fn what_serde_says_is_told_without_the_value() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[allow(dead_code, reason = "only its reading is looked at")]
        struct Person {
            role: Option<Role>,
            age: Option<u8>,
        }
        #[derive(Debug, Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Role {
            Owner,
            Analyst,
        }
        for (json, told) in [
            (r#"{"role":"s3cret"}"#, "unknown variant, expected `owner` or `analyst` at line 1 column 16"),
            (
                r#"{"role":"s3cret`, expected x"}"#,
                "unknown variant, expected `owner` or `analyst` at line 1 column 29",
            ),
            (r#"{"age":"s3cret"}"#, "invalid type: string, expected u8 at line 1 column 15"),
            (r#"{"age":12345678}"#, "invalid value: integer, expected u8 at line 1 column 15"),
            (r#"{"age":1.25}"#, "invalid type: floating point, expected u8 at line 1 column 11"),
            (r#"{"age":true}"#, "invalid type: boolean, expected u8 at line 1 column 11"),
            (r#"{"age":[]}"#, "invalid type: sequence, expected u8 at line 1 column 7"),
            (r#"{"name":1}"#, "unknown field `name`, expected `role` or `age` at line 1 column 7"),
            (r#"{"age":"#, "EOF while parsing a value at line 1 column 7"),
        ] {
            let error = serde_json::from_str::<Person>(json).unwrap_err();
            assert_eq!(without_value(&error), told, "{json}");
        }
    }

    #[test]
    fn a_scalar_is_the_text_that_was_sent() {
        for (json, text) in [
            (r#""a\"b""#, "a\"b"),
            ("150.00", "150.00"),
            ("1e400", "1e400"),
            ("12345678901234567890.10", "12345678901234567890.10"),
            ("true", "true"),
        ] {
            assert_eq!(Document::new(raw(json), "").scalar(40).as_deref(), Ok(text));
        }
        for json in ["null", "[]", "{}"] {
            assert!(Document::new(raw(json), "").scalar(40).is_err(), "{json}");
        }
    }
}
