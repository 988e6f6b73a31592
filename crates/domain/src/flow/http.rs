//! The `http_request` node: what it asks of another server, and what it takes from the answer.

use serde::{Deserialize, Serialize};

use super::node::Branch;
use crate::tags::TagName;
use crate::template::{Place, Template};

/// A request with tags in it. A status of 200 to 299 goes on by `next`, all else by `error`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HttpNode {
    pub method: Method,
    pub url: Template,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Header>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    pub timeout_ms: u32,
    /// Taken from every answer, also from one that goes on by `error`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub response: Vec<Mapping>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Branch,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Branch,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    pub const ALL: [(&'static str, Self); 5] = [
        ("GET", Self::Get),
        ("POST", Self::Post),
        ("PUT", Self::Put),
        ("PATCH", Self::Patch),
        ("DELETE", Self::Delete),
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Header {
    pub name: String,
    pub value: Template,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Body {
    pub kind: BodyKind,
    pub text: Template,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyKind {
    Json,
    /// `a=[A]&b=[B]`.
    Form,
    /// Values as they are.
    Raw,
}

impl BodyKind {
    pub(super) const ALL: [(&'static str, Self); 3] =
        [("json", Self::Json), ("form", Self::Form), ("raw", Self::Raw)];

    pub(super) fn place(self) -> Place {
        match self {
            Self::Json => Place::Json,
            Self::Form => Place::Form,
            Self::Raw => Place::Text,
        }
    }

    /// What is sent if the node names no other.
    pub(super) fn content_type(self) -> Option<&'static str> {
        match self {
            Self::Json => Some("application/json"),
            Self::Form => Some("application/x-www-form-urlencoded"),
            Self::Raw => None,
        }
    }
}

/// One value of an answer, and where it goes. As JSON: `{"from":"/lead/score","to":{"variable":"score"}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mapping {
    pub from: Source,
    pub to: Destination,
}

/// `"status"`, or a JSON pointer into the answer's body; `""` is all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Status,
    Pointer(String),
}

impl Serialize for Source {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Status => "status",
            Self::Pointer(pointer) => pointer,
        })
    }
}

/// What a value becomes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    Variable(TagName),
    Tag(TagName),
}
