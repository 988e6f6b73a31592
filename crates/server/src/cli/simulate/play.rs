//! Plays one call, and looks at what the server then has of it.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Answer, Client};
use super::route::{self, Went};
use super::script::{Script, Sent};

/// What all calls of a simulation share.
pub struct Stage {
    /// Tells this simulation's ids from another's.
    pub run: String,
    /// Of `call_data`, `update_revenue`, `update_tags`, `update_fields`.
    pub keys: [String; 4],
    /// The custom tag that `call_data` sets, if the organization has one to set.
    pub data_tag: Option<String>,
    /// In turn.
    pub dialed: Vec<String>,
    pub talk: Duration,
}

/// How a call went.
#[derive(Debug, Default)]
pub struct Played {
    pub call: Option<String>,
    pub caller: String,
    /// What was asked, the status, and the microseconds it took.
    pub answers: Vec<(&'static str, u16, u64)>,
    pub replays: u32,
    pub matched: bool,
    /// If it was routed.
    pub went: Option<Went>,
    /// What came out otherwise than it was told.
    pub differences: Vec<String>,
}

impl Played {
    pub(super) fn note(&mut self, what: &'static str, answer: Answer) -> Value {
        self.answers.push((what, answer.status, answer.micros));
        if !(200..300).contains(&answer.status) {
            self.differences.push(format!("{what} was answered {}: {}", answer.status, answer.body));
        }
        answer.body
    }

    fn expect(&mut self, call: &str, what: &str, told: &Value, found: &Value) {
        if told != found {
            self.differences.push(format!("call {call}: {what} is {found} and was told to be {told}"));
        }
    }
}

pub async fn call(client: &Client, stage: &Stage, script: &Script) -> Played {
    let mut played = Played { caller: script.caller.clone(), ..Played::default() };
    if let Err(problem) = act(client, stage, script, &mut played).await {
        played.differences.push(problem);
    }
    played
}

async fn act(client: &Client, stage: &Stage, script: &Script, played: &mut Played) -> Result<(), String> {
    let [data_key, ..] = &stage.keys;
    let value = format!("simulate {}", script.index);
    let field = stage.data_tag.as_deref().unwrap_or("simulated_by");
    match script.call_data {
        None => {}
        Some(Sent::Json) => {
            let body =
                json!({ "caller_id": script.caller, "lead_source": script.lead_source(), field: value });
            played.note("call_data", client.post("call-data", data_key, &body).await?);
        }
        Some(Sent::Get) => {
            let fields = [
                ("caller_id", script.caller.as_str()),
                ("lead_source", script.lead_source()),
                (field, value.as_str()),
            ];
            played.note("call_data by GET", client.get("call-data", data_key, &fields).await?);
        }
    }
    let new = json!({
        "caller": script.caller,
        "dialed": stage.dialed.get(script.index as usize % stage.dialed.len()),
        "external_id": format!("simulate-{}-{}", stage.run, script.index),
        "parameters": { "click_id": script.index },
    });
    let started = played.note("start", client.api(Method::POST, "/v1/calls", Some(&new)).await?);
    let Some(call) = started["call_log_id"].as_str() else { return Ok(()) };
    played.call = Some(call.to_owned());
    let is_routed = route::follow(client, script, call, started.clone(), played).await?;
    live(client, stage, script, call, is_routed, played).await?;
    if let Some(cents) = script.revenue {
        sold(client, stage, script, call, cents, played).await?;
    }
    look(client, stage, script, call, &value, played).await
}

/// It rings, is talked on or not, and ends.
async fn live(
    client: &Client,
    stage: &Stage,
    script: &Script,
    call: &str,
    is_routed: bool,
    played: &mut Played,
) -> Result<(), String> {
    let path = format!("/v1/calls/{call}/events");
    let mut events = vec![json!({ "event": "ringing" })];
    if script.answered {
        // Without a name, the target that the switch was told to ring.
        let target = if is_routed { Value::Null } else { json!("+18005550111") };
        events.push(json!({ "event": "answered", "target": target }));
    }
    for event in events {
        played.note("event", client.api(Method::POST, &path, Some(&event)).await?);
    }
    let tags = json!({ "call_log_id": call, "add": { "simulated": "live" } });
    let updated = played.note("update_tags", client.post("update-tags", &stage.keys[2], &tags).await?);
    played.expect(call, "active_call_log_ids", &json!([call]), &updated["active_call_log_ids"]);
    if script.answered {
        tokio::time::sleep(stage.talk).await;
    }
    let ended = json!({ "event": "ended", "failed": !script.answered });
    played.note("event", client.api(Method::POST, &path, Some(&ended)).await?);
    Ok(())
}

async fn sold(
    client: &Client,
    stage: &Stage,
    script: &Script,
    call: &str,
    cents: u32,
    played: &mut Played,
) -> Result<(), String> {
    let which = if script.batch { json!([call]) } else { json!(call) };
    let body = json!({
        "call_log_id": which,
        "revenue_paid_out": dollars(cents),
        "transaction_id": format!("simulate-{}-{}", stage.run, script.index),
    });
    for turn in 0..=u8::from(script.repeat) {
        let answer = client.post("update-revenue", &stage.keys[1], &body).await?;
        played.replays += u32::from(answer.replayed);
        if answer.replayed != (turn == 1) {
            played.differences.push(format!(
                "call {call}: revenue {} of 2 replayed: {}",
                turn + 1,
                answer.replayed
            ));
        }
        played.note("update_revenue", answer);
    }
    let fields =
        json!({ "call_log_id": call, "fields": { "reason": "sold" }, "tags": { "remove": "no_such_tag" } });
    played.note("update_fields", client.post("update-fields", &stage.keys[3], &fields).await?);
    Ok(())
}

/// Reads the call back.
async fn look(
    client: &Client,
    stage: &Stage,
    script: &Script,
    call: &str,
    value: &str,
    played: &mut Played,
) -> Result<(), String> {
    let found = played.note("read", client.api(Method::GET, &format!("/v1/calls/{call}"), None).await?);
    let status = if script.answered { "completed" } else { "failed" };
    played.expect(call, "status", &json!(status), &found["status"]);
    played.expect(call, "converted", &json!(script.revenue.is_some()), &found["converted"]);
    let revenue = found["revenue_paid_out"].as_f64().map(|dollars| format!("{dollars:.2}"));
    played.expect(call, "revenue_paid_out", &json!(script.revenue.map(dollars)), &json!(revenue));
    let reason = script.revenue.map(|_| "sold");
    if reason.is_some() {
        played.expect(call, "reason", &json!(reason), &found["reason"]);
    }
    let tag = |name: &str| {
        let tags = found["tags"].as_array().into_iter().flatten();
        tags.clone().find(|tag| tag["name"] == name).map_or(Value::Null, |tag| tag["value"].clone())
    };
    played.expect(call, "the tag simulated", &json!("live"), &tag("simulated"));
    played.expect(call, "the tag click_id", &json!(script.index.to_string()), &tag("click_id"));
    if let (Some(name), Some(_)) = (&stage.data_tag, script.call_data) {
        let matched = tag(name);
        played.expect(call, &format!("the tag {name}"), &json!(value), &matched);
        played.matched = matched == json!(value);
    }
    Ok(())
}

fn dollars(cents: u32) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
