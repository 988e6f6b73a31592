//! Strict JSON, in one pass and without copying what needs no copy.
//!
//! Written by hand because the rules go beyond a general parser's: names may not repeat at any
//! depth, numbers and strings keep the text they were sent as, sizes are limited while reading,
//! and a refusal names the field it is about.

use std::borrow::Cow;

use super::limits::{DEPTH_MAX, FIELDS_MAX, NAME_CHARS_MAX, VALUE_CHARS_MAX, longer_than};
use super::value::{Members, Value, first_repeated};
use super::{Refusal, refusal};

/// What is wrong with a text, before its place is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    InvalidUtf8,
    /// At this byte of the body.
    Syntax(usize),
    NotAnObject,
    Repeated,
    NullCharacter,
    TooDeep,
    TooMany,
    NameTooLong,
    ValueTooLong,
}

/// A problem and the way to it, innermost step first.
struct Fault {
    problem: Problem,
    path: Vec<Step>,
}

pub(super) enum Step {
    Name(String),
    Index(usize),
}

type Read<T> = Result<T, Box<Fault>>;

/// The members of the body's object, and how many values there are in it.
pub(super) fn read(body: &[u8]) -> Result<(Members<'_>, usize), Refusal> {
    // A byte order mark is no part of the text (RFC 8259 allows a reader to ignore it).
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let text = std::str::from_utf8(body).map_err(|_| refusal::invalid_json(Problem::InvalidUtf8, &[]))?;
    let mut parser = Parser { text, at: 0, leaves: 0 };
    match parser.document() {
        Ok(members) => Ok((members, parser.leaves)),
        Err(mut fault) => {
            fault.path.reverse();
            Err(refusal::invalid_json(fault.problem, &fault.path))
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    /// Values so far that hold no others.
    leaves: usize,
}

impl<'a> Parser<'a> {
    fn document(&mut self) -> Read<Members<'a>> {
        self.skip_space();
        if self.peek() != Some(b'{') {
            // Tell a valid document of another kind from one that isn't JSON at all.
            self.value(0)?;
            return self.fail(Problem::NotAnObject);
        }
        let members = self.object(1)?;
        self.skip_space();
        if self.at < self.text.len() { self.syntax() } else { Ok(members) }
    }

    fn value(&mut self, depth: usize) -> Read<Value<'a>> {
        let value = match self.peek() {
            Some(b'{') => return self.object(depth + 1).map(Value::Object),
            Some(b'[') => return self.array(depth + 1).map(Value::Array),
            Some(b'"') => self.string(VALUE_CHARS_MAX, Problem::ValueTooLong)?,
            Some(b'-' | b'0'..=b'9') => Value::Number(self.number()?),
            Some(b't') => self.literal("true", Value::Bool(true))?,
            Some(b'f') => self.literal("false", Value::Bool(false))?,
            Some(b'n') => self.literal("null", Value::Null)?,
            _ => return self.syntax(),
        };
        self.count_leaf()?;
        Ok(value)
    }

    fn object(&mut self, depth: usize) -> Read<Members<'a>> {
        self.open(depth)?;
        let mut members = Members::new();
        if self.take(b'}') {
            // Counted, so that the limit bounds the work whatever the shape.
            self.count_leaf()?;
            return Ok(members);
        }
        loop {
            if self.peek() != Some(b'"') {
                return self.syntax();
            }
            let Value::String { text: name, .. } = self.string(NAME_CHARS_MAX, Problem::NameTooLong)? else {
                return self.syntax();
            };
            self.skip_space();
            if !self.take(b':') {
                return self.syntax();
            }
            self.skip_space();
            match self.value(depth) {
                Ok(value) => members.push((name, value)),
                Err(fault) => return Err(inside(fault, Step::Name(name.into_owned()))),
            }
            self.skip_space();
            if self.take(b'}') {
                break;
            }
            if !self.take(b',') {
                return self.syntax();
            }
            self.skip_space();
        }
        match first_repeated(&members) {
            Some(name) => self.fail(Problem::Repeated).map_err(|f| inside(f, Step::Name(name.to_owned()))),
            None => Ok(members),
        }
    }

    fn array(&mut self, depth: usize) -> Read<Vec<Value<'a>>> {
        self.open(depth)?;
        let mut items = Vec::new();
        if self.take(b']') {
            self.count_leaf()?;
            return Ok(items);
        }
        loop {
            match self.value(depth) {
                Ok(value) => items.push(value),
                Err(fault) => return Err(inside(fault, Step::Index(items.len()))),
            }
            self.skip_space();
            if self.take(b']') {
                return Ok(items);
            }
            if !self.take(b',') {
                return self.syntax();
            }
            self.skip_space();
        }
    }

    /// Past the opening bracket of an object or array.
    fn open(&mut self, depth: usize) -> Read<()> {
        if depth > DEPTH_MAX {
            return self.fail(Problem::TooDeep);
        }
        self.at += 1;
        self.skip_space();
        Ok(())
    }

    /// A `Value::String`; `too_long` if it has more than `max` characters.
    fn string(&mut self, max: usize, too_long: Problem) -> Read<Value<'a>> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut end = start + 1;
        while bytes.get(end).is_some_and(|&byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
            end += 1;
        }
        self.at = end;
        let text: Cow<'a, str> = if bytes.get(end) == Some(&b'"') {
            self.at += 1;
            Cow::Borrowed(&self.text[start + 1..end])
        } else {
            Cow::Owned(self.escaped(start + 1)?)
        };
        if longer_than(&text, max) {
            return self.fail(too_long);
        }
        Ok(Value::String { text, raw: &self.text[start..self.at] })
    }

    /// The rest of a string whose plain beginning is from `start` to here.
    fn escaped(&mut self, start: usize) -> Read<String> {
        let mut text = self.text[start..self.at].to_owned();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => {
                    self.at += 1;
                    text.push(self.escape()?);
                }
                Some(0) => return self.fail(Problem::NullCharacter),
                Some(byte) if byte >= b' ' => {
                    let rest = &self.text[self.at..];
                    let plain = rest.find(|c: char| c < ' ' || c == '"' || c == '\\').unwrap_or(rest.len());
                    text.push_str(&rest[..plain]);
                    self.at += plain;
                }
                _ => return self.syntax(),
            }
        }
    }

    fn escape(&mut self) -> Read<char> {
        let Some(byte) = self.peek() else { return self.syntax() };
        let plain = match byte {
            b'"' | b'\\' | b'/' => byte,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                self.at += 1;
                return self.unicode_escape();
            }
            _ => return self.syntax(),
        };
        self.at += 1;
        Ok(char::from(plain))
    }

    /// After `\u`: four hex digits, or two such for a character beyond 16 bits.
    fn unicode_escape(&mut self) -> Read<char> {
        let first = self.hex4()?;
        let code = match first {
            0 => return self.fail(Problem::NullCharacter),
            0xD800..=0xDBFF => {
                if !self.text[self.at..].starts_with("\\u") {
                    return self.syntax();
                }
                self.at += 2;
                match self.hex4()? {
                    second @ 0xDC00..=0xDFFF => 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00),
                    _ => return self.syntax(),
                }
            }
            code => code,
        };
        char::from_u32(code).map_or_else(|| self.syntax(), Ok)
    }

    fn hex4(&mut self) -> Read<u32> {
        let mut code = 0;
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(16)) else {
                return self.syntax();
            };
            code = code * 16 + digit;
            self.at += 1;
        }
        Ok(code)
    }

    fn number(&mut self) -> Read<&'a str> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _sign = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        let text = &self.text[start..self.at];
        if longer_than(text, VALUE_CHARS_MAX) { self.fail(Problem::ValueTooLong) } else { Ok(text) }
    }

    /// At least one digit.
    fn digits(&mut self) -> Read<()> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start { self.syntax() } else { Ok(()) }
    }

    fn literal(&mut self, word: &str, value: Value<'a>) -> Read<Value<'a>> {
        if !self.text[self.at..].starts_with(word) {
            return self.syntax();
        }
        self.at += word.len();
        Ok(value)
    }

    fn count_leaf(&mut self) -> Read<()> {
        self.leaves += 1;
        if self.leaves > FIELDS_MAX { self.fail(Problem::TooMany) } else { Ok(()) }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    #[cold]
    fn fail<T>(&self, problem: Problem) -> Read<T> {
        Err(Box::new(Fault { problem, path: Vec::new() }))
    }

    #[cold]
    fn syntax<T>(&self) -> Read<T> {
        self.fail(Problem::Syntax(self.at))
    }
}

#[cold]
fn inside(mut fault: Box<Fault>, step: Step) -> Box<Fault> {
    fault.path.push(step);
    fault
}
