//! Plays a history against a server and holds every answer, and what is left in the end, to the model's.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::time::{Duration, Instant};

use hookline::clock::Clock;
use hookline::demo::DemoKeys;
use hookline_domain::time::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use super::model::{CALLERS, Expected, Mistake, Model, name};
use super::op::{Key, Kind, Op, Request};
use super::wire::Wire;
use crate::world::Answer;

/// Until a request is done whose client went away.
const UNHEARD_SECONDS_MAX: u64 = 20;

/// Where a history is played, and by whom.
#[derive(Clone)]
pub struct Stage {
    pub address: String,
    pub client: reqwest::Client,
    /// When it was set up, by the true clock.
    pub base: Timestamp,
    /// Another organization's call.
    pub foreign: String,
}

/// What was expected, and what came instead.
#[derive(Debug, Clone)]
pub struct Surprise(pub String);

type Played<T = ()> = Result<T, Surprise>;

pub struct Player {
    stage: Stage,
    api_key: String,
    model: Model,
    webhooks: BTreeMap<Kind, String>,
    /// Of each webhook, the newest last.
    keys: BTreeMap<Kind, Vec<String>>,
    /// Each call's id, in the model's words.
    ids: BTreeMap<String, String>,
    /// The first answer of each transaction id.
    first: BTreeMap<u8, String>,
    hours: i64,
    /// A request of this history was left unheard.
    went_away: bool,
}

impl Player {
    pub async fn new(stage: &Stage, keys: &DemoKeys, mistake: Option<Mistake>) -> Self {
        let of_kind = |kind: Kind| (kind, vec![keys.keys[kind.name()].clone()]);
        let mut player = Self {
            stage: stage.clone(),
            api_key: keys.api_key.clone(),
            model: Model::new(mistake),
            webhooks: BTreeMap::new(),
            keys: Kind::ALL.map(of_kind).into(),
            ids: BTreeMap::from([("foreign".to_owned(), stage.foreign.clone())]),
            first: BTreeMap::new(),
            hours: 0,
            went_away: false,
        };
        let list = player.api(Method::GET, "/v1/webhooks", Value::Null).await.json();
        for kind in Kind::ALL {
            let webhooks = list["webhooks"].as_array().expect("a list");
            let webhook = webhooks.iter().find(|webhook| webhook["type"] == kind.name());
            let id = webhook.expect("one of each type")["id"].as_str().expect("an id");
            player.webhooks.insert(kind, id.to_owned());
        }
        player
    }

    /// The clock was set by whoever holds the stage.
    pub async fn play(&mut self, op: &Op) -> Played {
        self.model.tick();
        let (expected, answer) = match op {
            Op::Clock(hours) => {
                self.hours = *hours;
                self.model.set_clock(*hours);
                return Ok(());
            }
            Op::Send(request) | Op::CutShort(request) | Op::Unheard(request) | Op::Twice(request)
                if self.model.may_be_removed(request.kind, request.key) =>
            {
                return Ok(());
            }
            Op::Send(request) => return self.send(request).await,
            Op::CutShort(request) => {
                self.wire(request).cut(&self.stage.address, false).await;
                return self.send(request).await;
            }
            Op::Unheard(request) => return self.unheard(request).await,
            Op::Twice(request) => return self.twice(request).await,
            Op::Start { call, caller, hours_late, parameter } => {
                let expected = self.model.start(*call, *caller, *hours_late, *parameter);
                let answer = self.start(*call, *caller, *hours_late, *parameter).await;
                (expected, answer)
            }
            Op::Answer(call) | Op::End { call, .. } if !self.model.knows(*call) => return Ok(()),
            Op::Answer(call) => {
                (self.model.answer(*call), self.event(*call, json!({"event": "answered"})).await)
            }
            Op::End { call, failed } => {
                let event = json!({"event": "ended", "failed": failed});
                (self.model.end(*call, *failed), self.event(*call, event).await)
            }
            Op::Rotate { kind, overlap_hours } => {
                let body = json!({"overlap_hours": overlap_hours});
                let answer = self.webhook(Method::POST, *kind, "/rotate", body).await;
                if let Some(key) = answer.json()["key"].as_str() {
                    self.keys.get_mut(kind).expect("one of each type").push(key.to_owned());
                }
                (self.model.rotate(*kind, *overlap_hours), answer)
            }
            Op::Enable(kind, on) => {
                let answer = self.webhook(Method::PATCH, *kind, "", json!({"enabled": on})).await;
                (self.model.enable(*kind, *on), answer)
            }
            Op::Delete(kind) => {
                (self.model.delete(*kind), self.webhook(Method::DELETE, *kind, "", Value::Null).await)
            }
            Op::Set(kind, setting) => {
                let body = json!({"settings": setting.json()});
                (self.model.set(*kind, *setting), self.webhook(Method::PATCH, *kind, "", body).await)
            }
        };
        same(&expected, &answer.status, &answer.body)
    }

    /// What the history has left behind.
    pub async fn end(&self) -> Played {
        for call in self.model.calls() {
            let id = &self.ids[&name(call)];
            let answer = self.api(Method::GET, &format!("/v1/calls/{id}"), Value::Null).await;
            let shown = self.shown(&self.in_words(&answer.body));
            same(&self.model.call(call), &shown, &name(call))?;
        }
        let waiting = ["pending", "expired"];
        let mut unused = 0;
        for state in waiting {
            let path = format!("/v1/unmatched?kind=call_data&limit=200&state={state}");
            let list = self.api(Method::GET, &path, Value::Null).await.json();
            unused += list["unmatched"].as_array().expect("a list").len();
        }
        same(&self.model.unused(), &unused, "call_data that no call used")
    }

    async fn send(&mut self, request: &Request) -> Played {
        let expected = self.model.send(request);
        let answer = self.ask(request).await;
        self.compare(request, &expected, &answer)
    }

    fn compare(&mut self, request: &Request, expected: &Expected, answer: &Answer) -> Played {
        let json: Value = serde_json::from_str(&self.in_words(&answer.body)).unwrap_or_default();
        let left =
            answer.header("ratelimit").and_then(|header| header.split([';', '=']).nth(2)?.parse().ok());
        let is_new = answer.status == 200 && answer.header("idempotent-replayed").is_none();
        let came = Expected {
            status: answer.status,
            code: expected.code.filter(|code| json["code"] == *code),
            replayed: answer.header("idempotent-replayed") == Some("true"),
            mismatch: answer.header("idempotent-mismatch") == Some("true"),
            body: is_new.then(|| self.answered(json)),
            left: expected.left.and(left),
        };
        same(expected, &came, &answer.body)?;
        if let Some(id) = request.transaction.filter(|_| answer.status == 200) {
            let first = self.first.entry(id).or_insert_with(|| answer.body.clone());
            same(&*first, &answer.body, "a replay's bytes")?;
        }
        Ok(())
    }

    /// Whether the first was done nobody knows, so this one may be its replay.
    async fn unheard(&mut self, request: &Request) -> Played {
        let Some(expected) = self.would_be_done(request) else { return self.send(request).await };
        self.wire(request).cut(&self.stage.address, true).await;
        self.went_away = true;
        let answer = self.ask(request).await;
        let expected = Expected { replayed: !is_done(&answer), ..expected };
        self.compare(request, &without_body(expected), &answer)
    }

    /// What a client left unheard may be under way for a while.
    async fn ask(&self, request: &Request) -> Answer {
        let (wire, since) = (self.wire(request), Instant::now());
        loop {
            let answer = wire.send(&self.stage).await;
            let waits = self.went_away && since.elapsed() < Duration::from_secs(UNHEARD_SECONDS_MAX);
            if !(waits && answer.is_in_progress()) {
                return answer;
            }
        }
    }

    /// One is done; the other is its replay, or is told that it is under way.
    async fn twice(&mut self, request: &Request) -> Played {
        let Some(expected) = self.would_be_done(request) else { return self.send(request).await };
        let wire = self.wire(request);
        let (one, other) = tokio::join!(wire.send(&self.stage), wire.send(&self.stage));
        let done = [&one, &other].iter().filter(|answer| is_done(answer)).count();
        same(&1, &done, &format!("{} | {}", one.body, other.body))?;
        for answer in [one, other].iter().filter(|answer| !answer.is_in_progress()) {
            let expected = Expected { replayed: !is_done(answer), ..expected.clone() };
            self.compare(request, &without_body(expected), answer)?;
        }
        Ok(())
    }

    /// The answer of a request whose repeats are replays, if this is one: of another, two could be done.
    fn would_be_done(&mut self, request: &Request) -> Option<Expected> {
        let mut after = self.model.clone();
        let expected = after.send(request);
        let fits = request.transaction.is_some() && request.kind != Kind::Tags && expected.body.is_some();
        fits.then(|| {
            after.lose_count(request.kind);
            self.model = after;
            Expected { left: None, ..expected }
        })
    }

    fn wire(&self, request: &Request) -> Wire {
        let keys = &self.keys[&request.kind];
        let key = match (request.key, keys.as_slice()) {
            (Key::Missing, _) => None,
            (Key::OtherType, _) => {
                let other = if request.kind == Kind::Tags { Kind::Fields } else { Kind::Tags };
                self.keys[&other].last()
            }
            (Key::Former, [.., former, _]) => Some(former),
            (_, keys) => keys.last(),
        };
        let caller = |caller: u8| CALLERS[usize::from(caller)].0.to_owned();
        let id = |who| {
            let spelled = self.model.spelled(who);
            self.ids.get(&spelled).cloned().unwrap_or(spelled)
        };
        let at = |hours: i64| self.stage.base.plus_seconds(hours * 3_600).to_string();
        Wire::new(request, key.map(String::as_str), caller, id, at)
    }

    async fn start(
        &mut self,
        call: u8,
        caller: u8,
        hours_late: i64,
        parameter: Option<(&str, &str)>,
    ) -> Answer {
        let started = Clock::default().now().plus_seconds((self.hours - hours_late) * 3_600);
        let mut body = json!({
            "caller": CALLERS[usize::from(caller)].0,
            "dialed": "+18885550199",
            "external_id": name(call),
            "parameters": parameter.into_iter().collect::<BTreeMap<_, _>>(),
        });
        if hours_late > 0 {
            body["started_at"] = json!(started.to_string());
        }
        let answer = self.api(Method::POST, "/v1/calls", body).await;
        if let Some(id) = answer.json()["call_log_id"].as_str() {
            self.ids.insert(name(call), id.to_owned());
        }
        answer
    }

    async fn event(&self, call: u8, event: Value) -> Answer {
        self.api(Method::POST, &format!("/v1/calls/{}/events", self.ids[&name(call)]), event).await
    }

    async fn webhook(&self, method: Method, kind: Kind, verb: &str, body: Value) -> Answer {
        self.api(method, &format!("/v1/webhooks/{}{verb}", self.webhooks[&kind]), body).await
    }

    async fn api(&self, method: Method, path: &str, body: Value) -> Answer {
        let request = self.stage.client.request(method, format!("http://{}{path}", self.stage.address));
        let request = request.bearer_auth(&self.api_key);
        crate::world::answer(if body.is_null() { request } else { request.json(&body) })
            .await
            .expect("the server answers")
    }

    /// With the model's names in place of ids.
    fn in_words(&self, text: &str) -> String {
        self.ids.iter().fold(text.to_owned(), |text, (name, id)| text.replace(id, name))
    }

    /// As the model says it: without what nobody can foretell.
    fn answered(&self, mut body: Value) -> Value {
        body.as_object_mut().map(|body| body.remove("request_id"));
        if let Some(skipped) = body["skipped_fields"].as_array() {
            let fields: BTreeSet<_> = skipped.iter().map(|skip| skip["field"].as_str()).collect();
            body["skipped_fields"] = json!(fields);
        } else {
            body.as_object_mut().map(|body| body.remove("skipped_fields"));
        }
        self.in_hours(&mut body);
        body
    }

    fn shown(&self, body: &str) -> Value {
        let whole: Value = serde_json::from_str(body).unwrap_or_default();
        let tag = |tag: &Value| json!([tag["name"], tag["value"], tag["source"]]);
        let told =
            |value: &Value| value.as_str().map(|text| self.hour(text).unwrap_or_else(|| text.to_owned()));
        let line = |line: &Value| (told(&line["field"]), told(&line["from"]), told(&line["to"]));
        let entry = |entry: &Value| {
            let lines: BTreeSet<_> = entry["changes"].as_array().into_iter().flatten().map(line).collect();
            json!([entry["event"], lines])
        };
        let list = |name: &str| whole[name].as_array().cloned().unwrap_or_default();
        let mut shown = json!({
            "tags": list("tags").iter().map(tag).collect::<Vec<_>>(),
            "timeline": list("timeline").iter().map(entry).collect::<Vec<_>>(),
        });
        for field in [
            "status",
            "started_at",
            "answered_at",
            "ended_at",
            "converted",
            "converted_at",
            "revenue_paid_out",
            "publisher_paid_out",
            "reason",
            "no_payout_reason",
            "state",
            "zip",
        ] {
            shown[field] = whole[field].clone();
        }
        self.in_hours(&mut shown);
        shown
    }

    /// Times in whole hours since the stage was set up.
    fn in_hours(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(hour) = self.hour(text) {
                    *text = hour;
                }
            }
            Value::Array(values) => values.iter_mut().for_each(|value| self.in_hours(value)),
            Value::Object(members) => members.values_mut().for_each(|value| self.in_hours(value)),
            _ => {}
        }
    }

    fn hour(&self, text: &str) -> Option<String> {
        let at: Timestamp = text.parse().ok()?;
        Some(format!("@{}", at.micros_since(self.stage.base).div_euclid(3_600_000_000)))
    }
}

fn same<T: PartialEq + Debug>(expected: &T, came: &T, about: &str) -> Played {
    if expected == came {
        return Ok(());
    }
    Err(Surprise(format!("  expected {expected:?}\n  and came {came:?}\n  about    {about}")))
}

/// Of two at once it is open which of them has the body.
fn without_body(expected: Expected) -> Expected {
    Expected { body: expected.body.filter(|_| !expected.replayed), ..expected }
}

fn is_done(answer: &Answer) -> bool {
    answer.status == 200 && answer.header("idempotent-replayed").is_none()
}
