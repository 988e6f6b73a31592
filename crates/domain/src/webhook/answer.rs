//! The bytes of an answer: what a client sees of the effect.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use super::{AppliedCall, FailedCall, SkippedField, WebhookKind};
use crate::call::NoPayoutReason;
use crate::ids::RequestId;
use crate::update::{Calls, Changes, Update};

/// The answer of `call_data`: `{"success":true,"request_id":"…"}`.
pub fn call_data_answer(request_id: RequestId) -> Vec<u8> {
    let mut object = Object::open();
    object.raw("success", "true");
    object.value("request_id", &request_id);
    object.close()
}

/// The answer of an update: which calls it reached, and the values applied.
///
/// A batch always names its failed ids. A skipped field is left out of the values unless a
/// completed call took it. `added` are the places in `changes.add` of the tags that some call took;
/// the others are left out too. Amounts keep two decimals at least: `150.00`.
pub fn update_answer(
    kind: WebhookKind,
    update: &Update,
    applied: &[AppliedCall],
    added: &BTreeSet<usize>,
    failed: &[FailedCall],
    skipped: &[SkippedField],
) -> Vec<u8> {
    let mut object = Object::open();
    object.raw("success", "true");
    object.value("call_log_ids", &applied.iter().map(|call| call.id).collect::<Vec<_>>());
    if matches!(update.calls, Calls::Batch(_)) {
        let ids: Vec<_> = failed.iter().map(|call| call.sent_id.as_str()).collect();
        object.value("failed_call_log_ids", &ids);
        if !failed.is_empty() {
            object.value("failures", &failed.iter().map(Failure::of).collect::<Vec<_>>());
        }
    }
    let some_completed = applied.iter().any(|call| !call.live);
    let shown = |field: &str| some_completed || skipped.iter().all(|skip| skip.field != field);
    values(&mut object, kind, update, added, shown);
    if !skipped.is_empty() {
        object.value("skipped_fields", &skipped.iter().map(Skipped::of).collect::<Vec<_>>());
    }
    let live: Vec<_> = applied.iter().filter(|call| call.live).map(|call| call.id).collect();
    if !live.is_empty() {
        object.value("active_call_log_ids", &live);
    }
    object.close()
}

/// The answer of an update that waits for its call: the values are those that will be applied.
pub fn held_answer(kind: WebhookKind, update: &Update, request_id: RequestId) -> Vec<u8> {
    let mut object = Object::open();
    object.raw("success", "true");
    object.raw("held", "true");
    object.raw("call_log_ids", "[]");
    object.value("request_id", &request_id);
    let all = (0..update.changes.add.len()).collect();
    values(&mut object, kind, update, &all, |_| true);
    object.close()
}

/// The body of every error: `title` for people ("Not found"), `code` for programs, `message` what
/// is wrong and what to do. `details` are further members.
pub fn error_body(
    title: &str,
    code: &str,
    message: &str,
    request_id: RequestId,
    details: &[(&'static str, Value)],
) -> Vec<u8> {
    let mut object = Object::open();
    object.raw("success", "false");
    object.value("error", title);
    object.value("code", code);
    object.value("message", message);
    object.value("request_id", &request_id);
    for (name, value) in details {
        object.value(name, value);
    }
    object.close()
}

#[derive(Serialize)]
struct Failure<'a> {
    call_log_id: &'a str,
    code: &'a str,
}

impl<'a> Failure<'a> {
    fn of(call: &'a FailedCall) -> Self {
        Self { call_log_id: &call.sent_id, code: call.code }
    }
}

#[derive(Serialize)]
struct Skipped<'a> {
    field: &'a str,
    reason: &'a str,
}

impl<'a> Skipped<'a> {
    fn of(skip: &'a SkippedField) -> Self {
        Self { field: skip.field, reason: skip.reason }
    }
}

/// What each type shows of its own.
fn values(
    object: &mut Object,
    kind: WebhookKind,
    update: &Update,
    added: &BTreeSet<usize>,
    shown: impl Fn(&str) -> bool,
) {
    let changes = &update.changes;
    match kind {
        // Has an answer of its own; there are no changes to show.
        WebhookKind::CallData => {}
        WebhookKind::UpdateRevenue => {
            if let Some(amount) = changes.revenue_paid_out {
                object.raw("revenue_paid_out", &amount.to_string());
            }
        }
        WebhookKind::UpdateTags => {
            object.raw("added", &added_tags(changes, added));
            object.raw("removed", &removed_tags(changes));
        }
        WebhookKind::UpdateFields => {
            fields(object, changes, added, shown);
            if !update.ignored_fields.is_empty() {
                object.value("ignored_fields", &update.ignored_fields);
            }
        }
    }
}

fn fields(object: &mut Object, changes: &Changes, added: &BTreeSet<usize>, shown: impl Fn(&str) -> bool) {
    if let Some(converted) = changes.converted {
        object.value("converted", &converted);
    }
    if let Some(moment) = changes.converted_at {
        object.value("converted_at", &moment);
    }
    if let Some(amount) = changes.revenue_paid_out {
        object.raw("revenue_paid_out", &amount.to_string());
    }
    if let Some(amount) = changes.publisher_paid_out.filter(|_| shown("publisher_paid_out")) {
        object.raw("publisher_paid_out", &amount.to_string());
    }
    if let Some(reason) = &changes.reason {
        object.value("reason", reason);
    }
    if let Some(reason) = changes.no_payout_reason.filter(|_| shown("no_payout_reason")) {
        object.value("no_payout_reason", &reason.map(NoPayoutReason::as_str));
    }
    if !changes.add.is_empty() {
        object.raw("added", &added_tags(changes, added));
    }
    if !changes.remove.is_empty() {
        object.raw("removed", &removed_tags(changes));
    }
}

/// One object a tag, name and value as the client wrote them.
fn added_tags(changes: &Changes, added: &BTreeSet<usize>) -> String {
    let taken = added.iter().filter_map(|&place| changes.add.get(place));
    let tags = taken.map(|tag| format!("{{{}:{}}}", quoted(&tag.sent_name), tag.sent_value));
    format!("[{}]", tags.collect::<Vec<_>>().join(","))
}

fn removed_tags(changes: &Changes) -> String {
    let names = changes.remove.iter().map(|tag| quoted(&tag.sent_name));
    format!("[{}]", names.collect::<Vec<_>>().join(","))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A JSON object in the making. Written by hand because amounts are numbers with a fixed text.
struct Object(Vec<u8>);

impl Object {
    fn open() -> Self {
        let mut bytes = Vec::with_capacity(256);
        bytes.push(b'{');
        Self(bytes)
    }

    fn name(&mut self, name: &'static str) {
        if self.0.len() > 1 {
            self.0.push(b',');
        }
        self.0.push(b'"');
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
    }

    /// `json` is written as it is.
    fn raw(&mut self, name: &'static str, json: &str) {
        self.name(name);
        self.0.extend_from_slice(json.as_bytes());
    }

    fn value<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) {
        self.name(name);
        serde_json::to_writer(&mut self.0, value).expect("plain values serialize");
    }

    fn close(mut self) -> Vec<u8> {
        self.0.push(b'}');
        self.0
    }
}
