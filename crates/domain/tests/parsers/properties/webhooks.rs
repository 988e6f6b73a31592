//! Requests to the four inbound webhooks, whatever carries their fields.

use std::collections::{BTreeSet, HashSet};

use hookline_domain::phone::{Country, normalize};
use hookline_domain::tags::{TagName, TagSource};
use hookline_domain::update::{Calls, Update};
use hookline_domain::webhook::{
    BATCH_MAX, CallData, Command, FIELDS_MAX, Method, NAME_CHARS_MAX, RawRequest, Refusal, Request,
    TRANSACTION_ID_CHARS_MAX, VALUE_CHARS_MAX, WebhookKind, key_in_query, read, read_parameters,
    update_answer,
};

const UPDATES: [WebhookKind; 3] =
    [WebhookKind::UpdateRevenue, WebhookKind::UpdateTags, WebhookKind::UpdateFields];
pub const JSON: (&str, &[u8]) = ("content-type", b"application/json");
const FORM: (&str, &[u8]) = ("content-type", b"application/x-www-form-urlencoded");

/// Any text as a query; as a form's body it says the same.
pub fn query(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let raw =
        RawRequest { kind: WebhookKind::CallData, method: Method::Get, query: text, headers: &[], body: b"" };
    let mut taken = check(&raw).is_ok();
    if let Ok(parameters) = read_parameters(&raw) {
        assert_is_of_the_text(&parameters, text);
    }
    let has_key = key_in_query(text) != Ok(None);
    let is_form = !text.trim_start().starts_with('{') && !text.ends_with(['\r', '\n']);
    for kind in UPDATES {
        let raw = RawRequest { kind, ..raw };
        let by_query = check(&raw);
        taken |= by_query.is_ok();
        if is_form && !has_key {
            let body = RawRequest { method: Method::Post, query: "", headers: &[FORM], body: data, ..raw };
            assert_eq!(by_query, read(&body, Country::US));
        }
    }
    taken
}

/// Any bytes as a form's body, after a line that is the query.
pub fn form(data: &[u8]) -> bool {
    let line = data.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (query, body) =
        (std::str::from_utf8(&data[..line]).unwrap_or_default(), data.get(line + 1..).unwrap_or(data));
    let read = |kind| check(&RawRequest { kind, method: Method::Post, query, headers: &[FORM], body });
    WebhookKind::ALL.map(read).iter().any(Result::is_ok)
}

/// Lines of `name: value`, with the names in lower case as the server has them.
pub fn headers(data: &[u8]) -> bool {
    let lines = data.split(|byte| *byte == b'\n').filter_map(|line| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = std::str::from_utf8(&line[..colon]).ok()?;
        Some((name.to_ascii_lowercase(), line[colon + 1..].trim_ascii()))
    });
    let owned: Vec<(String, &[u8])> = lines.collect();
    let headers: Vec<(&str, &[u8])> = owned.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let query = "moja_auth_key=hk_0123456789abcdef&caller_id=%2B13105559876&kept=1";
    let raw =
        RawRequest { kind: WebhookKind::CallData, method: Method::Get, query, headers: &headers, body: b"" };
    let Ok(Request { command: Command::CallData(data), .. }) = check(&raw) else { return false };
    assert!(data.fields.iter().any(|field| field.name.as_str() == "kept"), "a header takes nothing away");
    for (name, _) in &headers {
        let last = name.rsplit('-').next().unwrap_or_default();
        if matches!(last, "authorization" | "cookie" | "password" | "secret")
            || name.starts_with("proxy-")
            || *name == "connection"
            || *name == "idempotency-key"
        {
            let tag = TagName::normalize(name);
            let tag = tag.as_ref().map_or("", TagName::as_str);
            let names = [tag, tag.strip_prefix("x_").unwrap_or(tag)];
            assert!(data.fields.iter().all(|field| !names.contains(&field.name.as_str())), "{name:?}");
        }
    }
    true
}

/// What must hold of every request's reading.
pub fn check(raw: &RawRequest<'_>) -> Result<Request, Refusal> {
    let result = read(raw, Country::US);
    assert_eq!(result, read(raw, Country::US), "the same request, the same reading");
    match &result {
        Ok(request) => {
            if let Some(id) = &request.transaction_id {
                assert!((1..=TRANSACTION_ID_CHARS_MAX).contains(&id.chars().count()));
            }
            match &request.command {
                Command::CallData(data) => check_call_data(data, raw.headers.len()),
                Command::Update(update) => check_update(raw.kind, update),
            }
        }
        Err(refusal) => {
            assert!(refusal.message.chars().count() < 1_000 && !refusal.message.contains('\n'));
            assert!(refusal.code.bytes().all(|byte| byte.is_ascii_lowercase() || b"_8".contains(&byte)));
        }
    }
    assert_without_key(raw.query, &result);
    result
}

fn check_call_data(data: &CallData, headers: usize) {
    assert_eq!(normalize(&data.caller, Country::US).as_ref(), Some(&data.caller));
    assert!(data.fields.len() <= FIELDS_MAX + headers);
    let mut names = HashSet::new();
    for field in &data.fields {
        assert!(names.insert(field.name.as_str()), "{} is there twice", field.name);
        assert_eq!(TagName::normalize(field.name.as_str()).as_ref(), Some(&field.name));
        assert!(field.name.as_str().chars().count() <= NAME_CHARS_MAX);
        assert!(
            field.value.chars().count() <= VALUE_CHARS_MAX && !field.value.contains('\0'),
            "{:?}",
            field.name
        );
        assert!(matches!(field.source, TagSource::CallData | TagSource::Url | TagSource::Header));
    }
}

fn check_update(kind: WebhookKind, update: &Update) {
    match &update.calls {
        Calls::One(id) => assert!(!id.is_empty()),
        Calls::Phone(number) => assert_eq!(normalize(number, Country::US).as_ref(), Some(number)),
        Calls::Batch(ids) => {
            assert!((1..=BATCH_MAX).contains(&ids.len()));
            assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
        }
    }
    let changes = &update.changes;
    for tag in &changes.add {
        assert_eq!(TagName::normalize(&tag.sent_name).as_ref(), Some(&tag.name));
        assert!(tag.value.chars().count() <= VALUE_CHARS_MAX && !tag.value.contains('\0'));
    }
    let held = serde_json::to_string(changes).expect("an update can wait");
    let again: hookline_domain::update::Changes = serde_json::from_str(&held).expect("it can be read again");
    assert_eq!(serde_json::to_string(&again).expect("it can wait again"), held);
    let all: BTreeSet<usize> = (0..changes.add.len()).collect();
    let answer = update_answer(kind, update, &[], &all, &[], &[]);
    let answer: serde_json::Value = serde_json::from_slice(&answer).expect("an answer is JSON");
    if kind == WebhookKind::UpdateTags {
        assert_eq!(answer["added"].as_array().map(Vec::len), Some(changes.add.len()));
    }
}

/// A key like ours (letters, digits and `_`) is in nothing that is kept or said.
fn assert_without_key(query: &str, result: &Result<Request, Refusal>) {
    let Ok(Some(key)) = key_in_query(query) else { return };
    if key.len() < 16 || !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return;
    }
    let told = match result {
        Ok(request) => format!("{request:?}"),
        Err(refusal) => refusal.message.clone(),
    };
    assert!(!told.contains(&*key), "{told}");
}

/// Each parameter is one of the text as the URL standard's own parser has it.
fn assert_is_of_the_text(parameters: &[(String, String)], text: &str) {
    let pairs: Vec<_> = form_urlencoded::parse(text.as_bytes()).collect();
    assert!(pairs.len() <= FIELDS_MAX);
    assert_eq!(pairs.iter().map(|(name, _)| name).collect::<HashSet<_>>().len(), pairs.len());
    for (name, value) in parameters {
        let is_value = |sent: &str| value == sent || value.contains("[key removed]");
        let same = pairs.iter().any(|(sent, sent_value)| named(sent, name) && is_value(sent_value));
        assert!(same, "{name} is {value:?}");
    }
}

fn named(sent: &str, name: &str) -> bool {
    TagName::normalize(sent).is_some_and(|sent| sent.as_str() == name)
}

/// What is taken out of values is a matter of its own.
pub fn has_key(value: impl AsRef<str>) -> bool {
    value.as_ref().contains("auth_key")
}
