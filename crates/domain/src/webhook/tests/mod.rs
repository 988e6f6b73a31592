//! The contract, line by line: one module a section, one test a rule.

mod answers;
mod keys;
mod parameters;
mod properties;
mod spec_1_0;
mod spec_1_1;
mod spec_1_2;
mod spec_1_3;
mod spec_1_4;
mod spec_1_5;
mod spec_1_6;
mod spec_1_7;
mod spec_1_9;

use super::*;
use crate::phone::Country;
use crate::update::{Calls, Changes};

pub(super) const KEY: &str = "hlk_0123456789abcdef0123456789abcdef";
pub(super) const JSON: (&str, &[u8]) = ("content-type", b"application/json");
pub(super) const FORM: (&str, &[u8]) = ("content-type", b"application/x-www-form-urlencoded");

fn us() -> Country {
    "US".parse().unwrap()
}

fn read_raw(
    kind: WebhookKind,
    method: Method,
    query: &str,
    headers: &[(&str, &[u8])],
    body: &[u8],
) -> Result<Request, Refusal> {
    let query = format!("moja_auth_key={KEY}&{query}");
    read(&RawRequest { kind, method, query: &query, headers, body }, us())
}

fn post(kind: WebhookKind, query: &str, body: &str) -> Result<Request, Refusal> {
    read_raw(kind, Method::Post, query, &[JSON], body.as_bytes())
}

fn json(kind: WebhookKind, body: &str) -> Result<Request, Refusal> {
    post(kind, "", body)
}

fn form(kind: WebhookKind, body: &str) -> Result<Request, Refusal> {
    read_raw(kind, Method::Post, "", &[FORM], body.as_bytes())
}

fn get(kind: WebhookKind, query: &str) -> Result<Request, Refusal> {
    read_raw(kind, Method::Get, query, &[], b"")
}

#[track_caller]
fn update(request: Result<Request, Refusal>) -> Update {
    match request.unwrap().command {
        Command::Update(update) => update,
        Command::CallData(_) => panic!("an update was expected"),
    }
}

#[track_caller]
fn call_data(request: Result<Request, Refusal>) -> CallData {
    match request.unwrap().command {
        Command::CallData(data) => data,
        Command::Update(_) => panic!("call data was expected"),
    }
}

/// Fields as `name=value`, in order.
fn pairs(data: &CallData) -> Vec<String> {
    data.fields.iter().map(|field| format!("{}={}", field.name.as_str(), field.value)).collect()
}

/// Tags to add as `name=value`, in order.
fn added(update: &Update) -> Vec<String> {
    update.changes.add.iter().map(|tag| format!("{}={}", tag.name.as_str(), tag.value)).collect()
}

fn removed(update: &Update) -> Vec<&str> {
    update.changes.remove.iter().map(|tag| tag.name.as_str()).collect()
}

/// The refusal has this code, and its message names `field`.
#[track_caller]
fn refused(request: Result<Request, Refusal>, code: &str, field: &str) -> Refusal {
    let refusal = request.expect_err("the request should be refused");
    assert_eq!(refusal.code, code, "{}", refusal.message);
    assert!(refusal.message.contains(field), "{field:?} is not in {:?}", refusal.message);
    assert!(!refusal.message.contains(KEY), "{}", refusal.message);
    refusal
}
