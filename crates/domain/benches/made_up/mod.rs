//! What the hot functions are given: a caller of whom much is known, a plan of many targets, a flow.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use hookline_domain::call::Call;
use hookline_domain::flow::Flow;
use hookline_domain::ids::{CallId, CustomTagId, OrgId, RequestId, RoutingPlanId, TargetId, WebhookId};
use hookline_domain::matching::Candidate;
use hookline_domain::routing::{Counters, Directory, Facts, RoutingPlan, Target};
use hookline_domain::tags::{
    Assembled, CustomTag, Definitions, StartInput, TagKind, TagName, TagSource, TagView, assemble,
};
use hookline_domain::time::Timestamp;
use hookline_domain::webhook::Field;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use uuid::Uuid;

const PARAMETERS: usize = 50;
const NODES: usize = 30;
const SOURCES: usize = 10;
const ZONES: [&str; 4] = ["UTC", "America/New_York", "America/Chicago", "America/Los_Angeles"];

pub fn id(number: usize) -> Uuid {
    Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000 + number as u128)
}

pub fn raw(json: &Value) -> Box<RawValue> {
    RawValue::from_string(json.to_string()).expect("JSON")
}

pub fn name(text: &str) -> TagName {
    TagName::normalize(text).expect("a name")
}

pub fn now() -> Timestamp {
    "2026-01-05T17:00:00Z".parse().expect("a time")
}

/// What is known of a caller, and how it is read.
pub struct World {
    pub definitions: Definitions,
    pub data: Candidate,
    pub call: Call,
    pub none: BTreeMap<TagName, String>,
}

impl World {
    pub fn new() -> Self {
        let names: Vec<String> = (0..PARAMETERS).map(|at| format!("parameter_{at}")).collect();
        let all = || names.iter().map(String::as_str).chain(["lead_source", "age"]);
        let tag = |(at, key): (usize, &str)| CustomTag {
            id: CustomTagId(id(at)),
            key: name(key),
            label: key.to_owned(),
            kind: if key == "age" { TagKind::Number } else { TagKind::Text },
            aliases: vec![],
            sources: None,
            default: None,
        };
        let field = |(at, key): (usize, &str)| Field {
            name: name(key),
            value: match key {
                "lead_source" => "source_3".to_owned(),
                "age" => "67".to_owned(),
                _ => format!("value {at}"),
            },
            source: TagSource::CallData,
        };
        let (org, call) = (OrgId(id(1)), CallId(id(2)));
        Self {
            definitions: Definitions::new(all().enumerate().map(tag).collect()),
            data: Candidate {
                request: RequestId(id(3)),
                webhook: WebhookId(id(4)),
                received_at: now().plus_seconds(-60),
                consumed: false,
                fields: all().enumerate().map(field).collect(),
            },
            call: Call::ringing(call, org, "+13105559876".into(), "+18885550100".into(), now()),
            none: BTreeMap::new(),
        }
    }

    pub fn assemble(&self) -> Assembled {
        assemble(StartInput {
            at: now(),
            defs: &self.definitions,
            number_state: Some("CA"),
            number_time_zone: Some("America/Los_Angeles"),
            campaign_defaults: &self.none,
            publisher_defaults: &self.none,
            params: &[],
            headers: &[],
            rtb: &[],
            call_data: &[&self.data],
        })
    }

    pub fn view<'a>(&'a self, assembled: &'a Assembled) -> TagView<'a> {
        TagView {
            call: &self.call,
            tags: &assembled.tags,
            defs: &self.definitions,
            campaign_name: Some("Medicare"),
            publisher_name: None,
            now: now(),
        }
    }
}

/// A tenth of the targets take a caller of one source, by several tags.
pub fn filter(at: usize) -> Value {
    json!({"all": [
        {"tag": "lead_source", "op": "equals", "value": format!("source_{}", at % SOURCES)},
        {"any": [{"tag": format!("parameter_{}", at % PARAMETERS), "op": "contains", "value": "value"},
                 {"tag": "age", "op": "greater_than", "value": 30}]},
        {"not": {"tag": "state", "op": "is_one_of", "values": ["AK", "HI"]}},
    ]})
}

pub fn directory(count: usize) -> (Directory, RoutingPlanId) {
    let target = |at: usize| {
        let json = json!({"name": format!("Buyer {at}"), "destination": "+13105550100", "concurrency": 10_000,
            "time_zone": ZONES[at % ZONES.len()], "caps": {"hour": 100_000, "day": 1_000_000},
            "conversion": {"connected_seconds": 60, "revenue": 30 + at % 50, "payout": 10 + at % 50}});
        Arc::new(Target::parse(TargetId(id(at)), &raw(&json)).expect("a target"))
    };
    let route = |at: usize| json!({"target": id(at), "weight": 1 + at % 10, "filter": filter(at)});
    let json = json!({"name": "Buyers", "routes": (0..count).map(route).collect::<Vec<_>>()});
    let plan = RoutingPlan::parse(RoutingPlanId(id(9_999)), &raw(&json)).expect("a plan");
    let of = plan.id;
    (Directory::new((0..count).map(target), [Arc::new(plan)]), of)
}

/// Each target has had calls already.
pub fn counters(directory: &Directory) -> Counters {
    let mut counters = Counters::default();
    for target in directory.targets() {
        counters.used.extend(target.counters(now()).map(|(key, _)| (key, 7)));
        counters.live.insert(target.id, 3);
    }
    counters
}

pub fn with_facts<T>(world: &World, assembled: &Assembled, then: impl FnOnce(&Facts<'_>) -> T) -> T {
    let view = world.view(assembled);
    let lookup = |name: &str| -> Option<Cow<'_, str>> { view.lookup(name) };
    then(&Facts {
        lookup: &lookup,
        caller: &world.call.caller,
        publisher: None,
        previous: &[],
        attempted: &[],
        availability: &[],
        reservation: None,
    })
}

/// Conditions, switches and tags by turns, and a target at the end.
pub fn graph() -> Flow {
    let mut nodes = serde_json::Map::new();
    nodes.insert("n0".into(), json!({"type": "start", "next": "n1"}));
    for at in 1..NODES - 1 {
        let after = format!("n{}", at + 1);
        let tag = format!("parameter_{at}");
        let node = match at % 3 {
            0 => json!({"type": "condition", "condition": filter(at), "then": after, "else": after}),
            1 => {
                json!({"type": "set_tag", "name": format!("flow_{at}"), "value": format!("[{tag}] of [lead_source]"),
                "next": after})
            }
            _ => json!({"type": "switch", "value": format!("[{tag}]"), "default": after,
                "cases": [{"op": "equals", "value": format!("value {at}"), "next": after}]}),
        };
        nodes.insert(format!("n{at}"), node);
    }
    nodes.insert(format!("n{}", NODES - 1), json!({"type": "dial", "target": id(0)}));
    let json = json!({"version": 1, "start": "n0", "nodes": nodes}).to_string();
    Flow::parse(&json).expect("a flow")
}
