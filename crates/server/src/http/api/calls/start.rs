//! `POST /v1/calls`: a switch tells that a call has arrived.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use hookline_domain::ids::{CallId, CampaignId, PublisherId};
use hookline_domain::phone;
use hookline_domain::time::Timestamp;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::view::WholeCallView;
use super::{commit, invalid, next, storable, view};
use crate::app::App;
use crate::http::answer;
use crate::http::api::auth::ApiCaller;
use crate::http::api::read;
use crate::http::openapi::{Conflict, Refusals};
use crate::intake::work::{AHEAD_SECONDS_MAX, LATE_SECONDS_MAX, StartCall, Work};
use crate::problem::Problem;
use crate::telemetry::metric;

const NUMBER_CHARS_MAX: usize = 64;
const EXTERNAL_ID_CHARS_MAX: usize = 255;

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCall {
    /// The caller's number in any form, or a word such as `anonymous`.
    #[schema(example = "+13105559876")]
    caller: String,
    #[schema(example = "+18885550100")]
    dialed: String,
    /// The switch's own id: a repeated start is the same call.
    external_id: Option<String>,
    #[schema(value_type = Option<uuid::Uuid>)]
    campaign_id: Option<CampaignId>,
    #[schema(value_type = Option<uuid::Uuid>)]
    publisher_id: Option<PublisherId>,
    #[schema(value_type = Option<String>, format = DateTime)]
    started_at: Option<Timestamp>,
    /// Landing-page and URL parameters: text, numbers or booleans.
    #[serde(default)]
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    parameters: Members,
    /// Request or SIP headers.
    #[serde(default)]
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    headers: Members,
}

/// An object's names and values as sent. A map would keep the last of a repeated name without a word.
#[derive(Default)]
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of names and values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

#[utoipa::path(
    post,
    path = "/v1/calls",
    tag = "Calls",
    operation_id = "start_call",
    summary = "A call has arrived",
    request_body = NewCall,
    responses((status = 201, description = "The call with its tags", body = WholeCallView), (status = 200, description = "The `external_id` is known: the call as it is", body = WholeCallView), Refusals, Conflict),
    security(("api_key" = []))
)]
pub async fn start(State(app): State<Arc<App>>, caller: ApiCaller, body: Body) -> Response<Body> {
    match try_start(&app, &caller, body).await {
        Ok(response) => response,
        Err(problem) => answer::refuse(&app, &problem),
    }
}

async fn try_start(app: &App, caller: &ApiCaller, body: Body) -> Result<Response<Body>, Problem> {
    let new: NewCall = read::json(body).await?;
    let work = start_call(app, caller, new)?;
    let id = work.id.to_string();
    let outcome = commit(app, &id, Work::Start(Box::new(work))).await?;
    let is_new = outcome.changed;
    if is_new {
        metrics::counter!(metric::CALLS_STARTED).increment(1);
    }
    let outcome = next::go_on(app, caller, outcome).await?;
    let shown = view::outcome(&caller.org, &outcome, app.clock.now());
    Ok(answer::json(if is_new { 201 } else { 200 }, view::to_json(&shown)))
}

fn start_call(app: &App, caller: &ApiCaller, new: NewCall) -> Result<StartCall, Problem> {
    let org = &caller.org;
    let dialed = number("dialed", &new.dialed, org.country)?;
    let known = org.numbers.get(&dialed);
    let campaign = new.campaign_id.or(known.map(|number| number.campaign));
    if campaign.is_some_and(|id| !org.campaigns.contains_key(&id)) {
        return Err(invalid("campaign_id", "names no campaign of this organization"));
    }
    let publisher = new.publisher_id.or(known.and_then(|number| number.publisher));
    if publisher.is_some_and(|id| !org.publishers.contains_key(&id)) {
        return Err(invalid("publisher_id", "names no publisher of this organization"));
    }
    if new.external_id.as_ref().is_some_and(|id| id.is_empty() || id.chars().count() > EXTERNAL_ID_CHARS_MAX)
    {
        return Err(invalid("external_id", "must have 1 to 255 characters"));
    }
    storable("external_id", new.external_id.as_deref())?;
    Ok(StartCall {
        id: CallId(app.clock.new_id()),
        org: org.clone(),
        external_id: new.external_id,
        caller: number("caller", &new.caller, org.country)?,
        dialed,
        campaign,
        publisher,
        number: known.map(|number| number.id),
        started_at: started_at(app.clock.now(), new.started_at)?,
        parameters: texts("parameters", new.parameters)?,
        headers: texts("headers", new.headers)?,
        actor: caller.actor(),
    })
}

/// In E.164 if it is a number; a withheld caller such as `anonymous` stays as sent.
fn number(field: &str, sent: &str, country: phone::Country) -> Result<String, Problem> {
    if let Some(number) = phone::normalize(sent, country) {
        return Ok(number);
    }
    let sent = sent.trim();
    if sent.is_empty() || sent.chars().count() > NUMBER_CHARS_MAX || sent.chars().any(char::is_control) {
        return Err(invalid(
            field,
            "must be a phone number, or a name of 1 to 64 characters such as anonymous",
        ));
    }
    Ok(sent.to_owned())
}

fn started_at(now: Timestamp, sent: Option<Timestamp>) -> Result<Timestamp, Problem> {
    let at = sent.unwrap_or(now);
    let allowed = now.plus_seconds(-LATE_SECONDS_MAX)..=now.plus_seconds(AHEAD_SECONDS_MAX);
    if allowed.contains(&at) {
        return Ok(at);
    }
    Err(invalid("started_at", "must lie within the last 24 hours; check the clock of the switch"))
}

/// A number keeps its digits as sent: a long click id must not pass through a float.
fn texts(field: &str, Members(values): Members) -> Result<Vec<(String, String)>, Problem> {
    let mut seen = HashSet::new();
    if let Some((name, _)) = values.iter().find(|(name, _)| !seen.insert(name.as_str())) {
        let message = format!("`{field}.{name}` is there twice. Send each name once.");
        return Err(Problem::bad_request("duplicate_key", message));
    }
    let wrong = |name: &str| invalid(&format!("{field}.{name}"), "must be a string, a number or a boolean");
    values
        .into_iter()
        .filter(|(_, value)| value.get() != "null")
        .map(|(name, value)| {
            let text = match value.get().as_bytes().first() {
                Some(b'"') => serde_json::from_str(value.get()).map_err(|_| wrong(&name))?,
                Some(b'[' | b'{') | None => return Err(wrong(&name)),
                Some(_) => value.get().to_owned(),
            };
            Ok((name, text))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Vec<(String, String)>, Problem> {
        texts("parameters", serde_json::from_str(json).unwrap())
    }

    #[test]
    fn a_parameter_is_the_text_that_was_sent() {
        let sent = r#"{"a": 1.50, "b": 12345678901234567890123, "c": true, "d": "x\u0041", "e": null}"#;
        let expected = [("a", "1.50"), ("b", "12345678901234567890123"), ("c", "true"), ("d", "xA")];
        assert_eq!(read(sent).unwrap(), expected.map(|(name, text)| (name.to_owned(), text.to_owned())));
    }

    #[test]
    fn a_name_that_is_there_twice_is_named_even_if_its_values_agree() {
        let problem = read(r#"{"a": 1, "b": 2, "a": 1}"#).unwrap_err();
        assert_eq!((problem.status, problem.code), (400, "duplicate_key"));
        assert!(problem.message.contains("`parameters.a`"), "{}", problem.message);
    }

    #[test]
    fn a_parameter_that_is_no_text_is_named() {
        for sent in [r#"{"deep": [1]}"#, r#"{"deep": {}}"#] {
            assert!(read(sent).unwrap_err().message.contains("`parameters.deep`"), "{sent}");
        }
    }
}
