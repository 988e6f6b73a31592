//! A request as its bytes.

use std::io::Write as _;

use serde_json::{Map, Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::op::{Kind, Named, Request, Setting, Spoiled, Way, Who};
use super::play::Stage;
use crate::world::Answer;

pub struct Wire {
    method: &'static str,
    /// With its query.
    path: String,
    content_type: &'static str,
    body: String,
}

impl Wire {
    pub fn new(
        request: &Request,
        key: Option<&str>,
        caller: impl Fn(u8) -> String,
        id: impl Fn(Named) -> String,
        at: impl Fn(i64) -> String,
    ) -> Self {
        let fields = fields(request, caller, id, at);
        let key: Vec<(String, String)> =
            key.map(|key| ("moja_auth_key".to_owned(), key.to_owned())).into_iter().collect();
        let form = || encoded(&parameters(&fields));
        let (method, query, content_type, body) = match request.way {
            Way::Json => ("POST", encoded(&key), "application/json", Value::Object(fields).to_string()),
            Way::Form => ("POST", encoded(&key), "application/x-www-form-urlencoded", form()),
            Way::Get => ("GET", [encoded(&key), form()].join("&"), "", String::new()),
        };
        let body = if request.spoiled == Some(Spoiled::NotJson) { body.replace(':', "=") } else { body };
        let path = format!("/{}?{query}", request.kind.name().replace('_', "-"));
        Self { method, path, content_type, body }
    }

    pub async fn send(&self, stage: &Stage) -> Answer {
        let url = format!("http://{}{}", stage.address, self.path);
        let request = if self.method == "GET" {
            stage.client.get(url)
        } else {
            stage.client.post(url).header("content-type", self.content_type).body(self.body.clone())
        };
        crate::world::answer(request).await.expect("the server answers")
    }

    /// Sends it over a connection that ends amid the body, or after all of it and without waiting for the answer.
    pub async fn cut(&self, address: &str, whole: bool) {
        let mut bytes = vec![];
        let Self { method, path, content_type, body } = self;
        write!(bytes, "{method} {path} HTTP/1.1\r\nHost: {address}\r\n").expect("into memory");
        if self.method != "GET" {
            write!(bytes, "Content-Type: {content_type}\r\nContent-Length: {}\r\n", body.len())
                .expect("into memory");
        }
        bytes.extend_from_slice(b"\r\n");
        // A request without a body ends amid its headers.
        let end = if body.is_empty() { bytes.len() - 2 } else { bytes.len() + body.len() / 2 };
        bytes.extend_from_slice(body.as_bytes());
        let sent = if whole { &bytes[..] } else { &bytes[..end] };
        let mut stream = TcpStream::connect(address).await.expect("the server takes connections");
        // The server may refuse it, and close, before it has all.
        let _ = stream.write_all(sent).await;
    }
}

impl Setting {
    pub fn json(self) -> Value {
        match self {
            Self::Strict(on) => json!({"idempotency": if on { "strict" } else { "replay" }}),
            Self::PhoneMatch(which) => json!({"phone_match": which}),
            Self::Merge(on) => json!({"match": if on { "merge" } else { "newest" }}),
            Self::Consume(on) => json!({"consume": on}),
            Self::LookbackHours(hours) => json!({"lookback_seconds": hours * 3_600}),
            Self::Limit(count) => json!({"rate_limit": {"count": count, "per": "day"}}),
        }
    }
}

fn fields(
    request: &Request,
    caller: impl Fn(u8) -> String,
    id: impl Fn(Named) -> String,
    at: impl Fn(i64) -> String,
) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| {
        fields.insert(name.to_owned(), value);
    };
    let says = &request.says;
    if request.spoiled != Some(Spoiled::NamesNoCall) {
        match &request.who {
            Who::Caller(who) if request.kind == Kind::CallData => put("caller_id", json!(caller(*who))),
            Who::Caller(who) => put("phone_number", json!(caller(*who))),
            Who::One(who) => put("call_log_id", json!(id(*who))),
            Who::Batch(who) => put("call_log_id", who.iter().map(|who| id(*who)).collect()),
        }
    }
    if request.spoiled == Some(Spoiled::TooManyCalls) {
        put("call_log_id", (0..51).map(|number| format!("call {number}")).collect());
    }
    if let Some(transaction) = request.transaction {
        put("transaction_id", json!(format!("transaction {transaction}")));
    }
    if request.spoiled != Some(Spoiled::SaysNothing) {
        let dollars = |cents: u32| match request.spoiled {
            Some(Spoiled::Negative) => json!("-1"),
            _ => json!(format!("{}.{:02}", cents / 100, cents % 100)),
        };
        says.data.iter().for_each(|(name, value)| put(name, json!(value)));
        says.revenue.into_iter().for_each(|cents| put("revenue_paid_out", dollars(cents)));
        says.payout.into_iter().for_each(|cents| put("publisher_paid_out", dollars(cents)));
        says.converted.into_iter().for_each(|converted| put("converted", json!(converted)));
        says.converted_at.into_iter().for_each(|hours| put("converted_at", json!(hours.map(&at))));
        says.reason.into_iter().for_each(|reason| put("reason", json!(reason)));
        says.no_payout.into_iter().for_each(|reason| put("no_payout_reason", json!(reason)));
        if !says.add.is_empty() {
            let add = says.add.iter().map(|(name, value)| ((*name).to_owned(), json!(value)));
            put("add", Value::Object(add.collect()));
        }
        if !says.remove.is_empty() {
            put("remove", json!(says.remove));
        }
    }
    fields
}

/// The same as parameters of a query or form, which have no null and no lists.
fn parameters(fields: &Map<String, Value>) -> Vec<(String, String)> {
    let mut parameters = vec![];
    for (name, value) in fields {
        let (name, text) = match value {
            Value::Object(tags) => {
                let tag = |(tag, value): (&String, &Value)| (format!("{name}[{tag}]"), text(value));
                parameters.extend(tags.iter().map(tag));
                continue;
            }
            Value::Array(names) => (name, names.iter().map(text).collect::<Vec<_>>().join(",")),
            value => (name, text(value)),
        };
        parameters.push((name.clone(), text));
    }
    parameters
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn encoded(parameters: &[(String, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish()
}
