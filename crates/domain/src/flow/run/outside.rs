//! What goes to other servers and scripts, and what comes back.

use serde_json::Value;

use super::chance::fingerprint;
use super::walk::{Move, Walk, go};
use super::{HttpAnswer, HttpFailure, HttpRequest, ScriptFailure};
use crate::flow::http::{Destination, HttpNode, Source};
use crate::flow::limits::SCRIPT_TAGS_MAX;
use crate::flow::node::Branch;
use crate::flow::{NodeId, VARIABLES_MAX};
use crate::tags::TagName;
use crate::template::Place;

/// The field of a script's result whose fields become tags; all others become variables.
const RESULT_TAGS: &str = "tags";

pub(super) fn question(request: &HttpRequest) -> u64 {
    fingerprint(serde_json::to_string(request).unwrap_or_default().as_bytes())
}

impl<'a> Walk<'a> {
    pub fn http_request(&self, http: &HttpNode) -> HttpRequest {
        let header = |header: &crate::flow::Header| {
            (header.name.clone(), self.scope.render(&header.value, Place::Header))
        };
        let mut headers: Vec<(String, String)> = http.headers.iter().map(header).collect();
        if let Some(content_type) = http.body.as_ref().and_then(|body| body.kind.content_type())
            && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        {
            headers.push(("Content-Type".to_owned(), content_type.to_owned()));
        }
        HttpRequest {
            method: http.method,
            url: self.scope.render(&http.url, Place::Url),
            headers,
            body: http.body.as_ref().map(|body| self.scope.render(&body.text, body.kind.place())),
            timeout_ms: http.timeout_ms,
        }
    }

    pub fn http_done(
        &mut self,
        id: &NodeId,
        http: &'a HttpNode,
        result: Result<HttpAnswer, HttpFailure>,
    ) -> Move<'a> {
        let answer = match result {
            Ok(answer) => answer,
            Err(failure) => {
                self.note(failure.to_string());
                return self.came_back(id, Vec::new(), "error", &http.error);
            }
        };
        self.note(format!("status {}", answer.status));
        let mut values = Vec::new();
        for mapping in &http.response {
            let value = match &mapping.from {
                Source::Status => Some(answer.status.to_string()),
                Source::Pointer(pointer) => answer.body.pointer(pointer).and_then(as_text),
            };
            match (value, &mapping.from) {
                (Some(value), _) => values.push((mapping.to.clone(), value)),
                (None, Source::Pointer(pointer)) => self.note(format!("the answer has no {pointer}")),
                (None, Source::Status) => {}
            }
        }
        if (200..300).contains(&answer.status) {
            self.came_back(id, values, "next", &http.next)
        } else {
            self.came_back(id, values, "error", &http.error)
        }
    }

    pub fn script_done(
        &mut self,
        id: &NodeId,
        result: Result<Value, ScriptFailure>,
        next: &'a Branch,
        error: &'a Branch,
    ) -> Move<'a> {
        match result {
            Ok(Value::Object(mut fields)) => {
                let mut values = Vec::new();
                if let Some(Value::Object(tags)) = fields.get(RESULT_TAGS) {
                    self.result_fields(tags, SCRIPT_TAGS_MAX, Destination::Tag, &mut values);
                    fields.shift_remove(RESULT_TAGS);
                }
                self.result_fields(&fields, VARIABLES_MAX, Destination::Variable, &mut values);
                self.came_back(id, values, "next", next)
            }
            // A script may have nothing to say.
            Ok(Value::Null) => self.came_back(id, Vec::new(), "next", next),
            Ok(_) => {
                self.note("the script's result is no object");
                self.came_back(id, Vec::new(), "error", error)
            }
            Err(failure) => {
                self.note(failure.to_string());
                self.came_back(id, Vec::new(), "error", error)
            }
        }
    }

    fn result_fields(
        &mut self,
        fields: &serde_json::Map<String, Value>,
        max: usize,
        destination: fn(TagName) -> Destination,
        values: &mut Vec<(Destination, String)>,
    ) {
        if fields.len() > max {
            self.note(format!("only the first {max} of {} fields count", fields.len()));
        }
        for (name, value) in fields.iter().take(max) {
            match (TagName::normalize(name), as_text(value)) {
                (Some(name), Some(value)) => values.push((destination(name), value)),
                (None, _) => self.note(format!("{name:?} is no name and is not set")),
                (Some(_), None) => {}
            }
        }
    }

    /// Sets what came back and goes on; keeps it for when the call is decided again.
    fn came_back(
        &mut self,
        id: &NodeId,
        values: Vec<(Destination, String)>,
        branch: &'static str,
        next: &'a Branch,
    ) -> Move<'a> {
        for (to, value) in &values {
            self.set(to, value);
        }
        self.keep(id, self.state.asked, branch, values);
        go(branch, next)
    }
}

/// A string as it is, a number, boolean, list or object as its JSON; null is no value.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
