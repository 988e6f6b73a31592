//! Does what a switch does with a routed call: rings whom it is told to ring, and tells what becomes of it.

use std::fmt;

use reqwest::Method;
use serde_json::{Value, json};

use super::client::Client;
use super::play::Played;
use super::script::Script;

/// More steps than a call of the demo can take.
const STEPS_MAX: usize = 20;

/// Goes on until somebody is to answer, or nobody is left. Whether the call is routed at all.
pub async fn follow(
    client: &Client,
    script: &Script,
    call: &str,
    mut stands: Value,
    played: &mut Played,
) -> Result<bool, String> {
    if stands["routing"].is_null() {
        return Ok(false);
    }
    let path = format!("/v1/calls/{call}/next");
    for _ in 0..STEPS_MAX {
        let routing = &stands["routing"];
        let mut news = match routing["action"].as_str() {
            Some("dial" | "redirect") if script.answered => break,
            Some("dial") => json!({ "outcome": "no_answer" }),
            Some("redirect") => json!({ "outcome": "failed" }),
            Some("menu") => json!({ "digits": routing["digits"][0] }),
            Some("hold") => json!({ "outcome": "hold_over" }),
            Some("wait") => json!({}),
            _ => break,
        };
        news["decision"] = routing["decision"].clone();
        stands = played.note("next", client.api(Method::POST, &path, Some(&news)).await?);
    }
    let path = format!("/v1/calls/{call}/decision");
    let decisions = played.note("decision", client.api(Method::GET, &path, None).await?);
    played.went = Some(Went::read(&stands, &decisions));
    Ok(true)
}

/// Where a call went, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Went {
    to: String,
    by: String,
    /// What the decisions read.
    tags: Vec<String>,
}

impl Went {
    fn read(stands: &Value, decisions: &Value) -> Self {
        let decisions = decisions["decisions"].as_array().map_or(&[][..], Vec::as_slice);
        let nodes = decisions.iter().filter_map(|one| one["nodes"].as_array()).flatten();
        let mut path: Vec<&str> = nodes.filter_map(|node| node["node"].as_str()).collect();
        path.dedup();
        let tags = decisions.last().and_then(|last| last["tags"].as_array());
        let routing = &stands["routing"];
        let to = match routing["action"].as_str() {
            Some("dial") => text(&routing["targets"][0]["name"]).to_owned(),
            Some("redirect") => text(&routing["target"]["name"]).to_owned(),
            Some("reject") => format!("nobody ({})", text(&routing["code"])),
            other => other.unwrap_or("nobody").to_owned(),
        };
        let by = if path.is_empty() { "plan".to_owned() } else { format!("flow {}", path.join(" > ")) };
        Self { to, by, tags: tags.into_iter().flatten().map(tag).collect() }
    }
}

impl fmt::Display for Went {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { to, by, tags } = self;
        write!(out, "to {to} by the {by} since {}", tags.join(", "))
    }
}

fn tag(tag: &Value) -> String {
    let (name, value) = (text(&tag["name"]), text(&tag["value"]));
    match tag["source"].as_str() {
        Some(source) => format!("{name} is {value} ({source})"),
        None => format!("{name} is not known"),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("none")
}
