mod again;
mod checking;
mod differences;
mod outside;
mod properties;
mod reading;
mod running;
mod setting;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::call::example::second;
use crate::ids::{FlowId, TargetId};
use crate::routing::DialStrategy;
use crate::tags::TagName;
use crate::tags::example::name;

/// A call's tags, of which `locked` ones can't be set.
#[derive(Debug, Clone, Default)]
pub(super) struct Tags(BTreeMap<String, String>);

impl Tags {
    fn of(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }
}

impl CallTags for Tags {
    fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.0.get(name).map(|value| Cow::Borrowed(value.as_str()))
    }

    fn key(&self, name: &TagName) -> TagName {
        match name.as_str() {
            "utm_source" => self::name("lead_source"),
            _ => name.clone(),
        }
    }

    fn kept(&self, key: &TagName, value: &str) -> Result<String, NotSet> {
        if key.as_str() == "locked" { Err(NotSet::Outranked) } else { Ok(value.to_owned()) }
    }
}

/// A call in a flow.
pub(super) struct Run {
    pub flow: Flow,
    pub state: FlowState,
    pub tags: Tags,
    pub at_seconds: i64,
    pub chance: u64,
    pub distributed: u64,
}

impl Run {
    pub fn of(nodes: Value, tags: &[(&str, &str)]) -> Self {
        Self {
            flow: flow(nodes),
            state: FlowState::new(FlowId(Uuid::nil()), 1),
            tags: Tags::of(tags),
            at_seconds: 100,
            chance: 7,
            distributed: 0,
        }
    }

    pub fn try_give(&mut self, input: Input) -> Result<Advanced, NotExpected> {
        let distributed = self.distributed;
        let env = Env {
            tags: &self.tags,
            now: second(self.at_seconds),
            chance: self.chance,
            round_robin: &|_| distributed,
        };
        let advanced = advance(&self.flow, &self.state, input, env)?;
        // As a server does: the state is stored, and the effects are applied.
        let stored = serde_json::to_string(&advanced.state).unwrap();
        self.state = serde_json::from_str(&stored).unwrap();
        assert_eq!(self.state, advanced.state);
        for effect in &advanced.effects {
            match effect {
                Effect::SetTag { name, value } => {
                    self.tags.0.insert(name.to_string(), value.clone());
                }
                Effect::CountRoundRobin { .. } => self.distributed += 1,
            }
        }
        Ok(advanced)
    }

    pub fn give(&mut self, input: Input) -> Advanced {
        self.try_give(input).unwrap()
    }

    pub fn begin(&mut self) -> Advanced {
        self.give(Input::Begin)
    }
}

/// A flow that starts at `s`, from its other nodes; the start goes to `a` if it isn't one of them.
pub(super) fn document(nodes: Value) -> String {
    let mut all = json!({"s": {"type": "start", "next": "a"}});
    all.as_object_mut().unwrap().extend(nodes.as_object().unwrap().clone());
    json!({"version": 1, "start": "s", "nodes": all}).to_string()
}

pub(super) fn flow(nodes: Value) -> Flow {
    let json = document(nodes);
    Flow::parse(&json).unwrap_or_else(|problems| panic!("{json}: {problems:?}"))
}

pub(super) fn target(number: u128) -> TargetId {
    TargetId(Uuid::from_u128(number))
}

pub(super) fn dial(number: u128) -> Value {
    json!({"type": "dial", "target": target(number).to_string()})
}

pub(super) fn dials(number: u128) -> Pause {
    Pause::Dial { targets: vec![target(number)], strategy: DialStrategy::Sequential }
}

pub(super) fn validate(flow: &Flow) -> Vec<Problem> {
    let known = Known { target: &|_| true, plan: &|_| true };
    flow.validate(&known, Capabilities::ALL)
}

/// The nodes of a trace, each with its way.
pub(super) fn path(trace: &[NodeTrace]) -> Vec<String> {
    let step = |node: &NodeTrace| match &node.branch {
        Some(branch) => format!("{}.{branch}", node.node),
        None => node.node.to_string(),
    };
    trace.iter().map(step).collect()
}
