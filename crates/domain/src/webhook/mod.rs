//! The four inbound webhooks: from a raw HTTP request to a command, and from its effect to the answer.
//!
//! [`read`] takes one raw request through these steps: `fields` gathers body (`json` or `form`, told
//! by `media`) and query, `transaction` and `identify` read what all types share, one file a type
//! reads the rest, and `fingerprint` hashes the command. `refusal` holds every refusal's code and
//! message, `answer` writes the bodies, `key` keeps the webhook's key out of all of it.

mod answer;
mod call_data;
mod fields;
mod fingerprint;
mod form;
mod identify;
mod json;
mod key;
mod limits;
mod media;
mod read;
mod refusal;
mod tag_lists;
mod transaction;
mod update_fields;
mod update_revenue;
mod update_tags;
mod value;

#[cfg(test)]
mod tests;

pub use answer::{call_data_answer, error_body, held_answer, update_answer};
pub use key::{TwoKeys, key_in_query};
pub use limits::{
    BATCH_MAX, BODY_BYTES_MAX, DEPTH_MAX, FIELDS_MAX, NAME_CHARS_MAX, TRANSACTION_ID_CHARS_MAX,
    VALUE_CHARS_MAX,
};
pub use read::{read, read_changes, read_parameters};

use serde::{Deserialize, Serialize};

use crate::ids::CallId;
use crate::tags::{TagName, TagSource};
use crate::update::Update;

/// The type of an inbound webhook; each has its own endpoint and keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookKind {
    CallData,
    UpdateRevenue,
    UpdateTags,
    UpdateFields,
}

impl WebhookKind {
    pub const ALL: [Self; 4] = [Self::CallData, Self::UpdateRevenue, Self::UpdateTags, Self::UpdateFields];

    /// The name on the wire and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::CallData => "call_data",
            Self::UpdateRevenue => "update_revenue",
            Self::UpdateTags => "update_tags",
            Self::UpdateFields => "update_fields",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
}

/// One HTTP request as it came in, after its key was accepted. Nothing in it is trusted yet.
#[derive(Debug, Clone, Copy)]
pub struct RawRequest<'a> {
    pub kind: WebhookKind,
    pub method: Method,
    /// The query as sent, without the `?`, not decoded. The key is still in it.
    pub query: &'a str,
    /// Every header in the order sent, names in lower case.
    pub headers: &'a [(&'a str, &'a [u8])],
    pub body: &'a [u8],
}

/// A request that means something; only this can be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// From the body, the query or the `Idempotency-Key` header.
    pub transaction_id: Option<String>,
    /// SHA-256 of the command in one canonical form, headers left out: a repeat with the same
    /// `transaction_id` and another fingerprint is another payload.
    pub fingerprint: [u8; 32],
    pub command: Command,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    CallData(CallData),
    Update(Update),
}

/// What a `call_data` request tells of a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallData {
    /// E.164.
    pub caller: String,
    /// Flattened; one entry a name, the winner of body over query over headers.
    pub fields: Vec<Field>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    pub name: TagName,
    pub value: String,
    /// `CallData` for the body, `Url` for the query, `Header` for a header.
    pub source: TagSource,
}

/// Why a request is refused. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub status: RefusalStatus,
    /// Stable, in snake_case, for programs.
    pub code: &'static str,
    /// For people: what is wrong, naming the field, and what to do.
    pub message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalStatus {
    BadRequest,
    /// A required parameter is missing; also 400, with its own `error` title.
    MissingParameter,
    TooLarge,
    UnsupportedMediaType,
}

/// What became of one of the calls that an update named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppliedCall {
    pub id: CallId,
    /// The call was a live session when the update reached it.
    pub live: bool,
}

/// An id of a batch that was not applied, as sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedCall {
    pub sent_id: String,
    /// `call_not_found` or `call_forbidden`.
    pub code: &'static str,
}

/// A field that was left alone on a live call, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedField {
    pub field: &'static str,
    pub reason: &'static str,
}
