//! Decisions by example and by property.

mod bids;
mod choosing;
mod exceptions;
mod limits;
mod parsing;
mod properties;
mod simulation;
mod together;

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::value::RawValue;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::ids::{PublisherId, RoutingPlanId, TargetId};
use crate::time::Timestamp;

const CALLER: &str = "+13105559876";
/// A Monday, noon in New York.
const NOON: &str = "2026-01-05T17:00:00Z";

fn id(number: u128) -> TargetId {
    TargetId(Uuid::from_u128(number))
}

fn plan_id(number: u128) -> RoutingPlanId {
    RoutingPlanId(Uuid::from_u128(1_000 + number))
}

fn publisher(number: u128) -> PublisherId {
    PublisherId(Uuid::from_u128(2_000 + number))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn raw(json: &Value) -> Box<RawValue> {
    RawValue::from_string(json.to_string()).unwrap()
}

/// A target that takes every call, changed by these fields.
fn target(number: u128, changes: Value) -> Target {
    let mut json = json!({"name": format!("t{number}"), "destination": "+13105550100"});
    json.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    Target::parse(id(number), &raw(&json)).unwrap()
}

fn plan(number: u128, mut json: Value) -> RoutingPlan {
    json["name"] = json!("plan");
    RoutingPlan::parse(plan_id(number), &raw(&json)).unwrap()
}

/// Routes to these targets: number, priority, weight.
fn routes(routes: &[(u128, u32, u32)]) -> Value {
    let route = |(target, priority, weight): &(u128, u32, u32)| json!({"target": id(*target), "priority": priority, "weight": weight});
    routes.iter().map(route).collect()
}

/// All that a decision needs; its first plan decides.
#[derive(Debug)]
struct World {
    directory: Directory,
    counters: Counters,
    now: Timestamp,
    tags: Vec<(&'static str, &'static str)>,
    publisher: Option<PublisherId>,
    previous: Vec<PreviousCall>,
    attempted: Vec<TargetId>,
    availability: Vec<(TargetId, bool)>,
    reservation: Option<Reservation>,
}

impl World {
    fn new(targets: Vec<Target>, plans: Vec<RoutingPlan>) -> Self {
        Self {
            directory: Directory::new(targets.into_iter().map(Arc::new), plans.into_iter().map(Arc::new)),
            counters: Counters::default(),
            now: at(NOON),
            tags: Vec::new(),
            publisher: None,
            previous: Vec::new(),
            attempted: Vec::new(),
            availability: Vec::new(),
            reservation: None,
        }
    }

    /// Targets 1 to `count` without limits, and a plan.
    fn plain(count: u128, plan_json: Value) -> Self {
        Self::new((1..=count).map(|number| target(number, json!({}))).collect(), vec![plan(1, plan_json)])
    }

    fn with_facts<T>(&self, then: impl FnOnce(&RoutingPlan, &Facts<'_>) -> T) -> T {
        let lookup = |name: &str| {
            let tag = self.tags.iter().find(|(known, _)| *known == name);
            tag.map(|(_, value)| Cow::Borrowed(*value))
        };
        let facts = Facts {
            lookup: &lookup,
            caller: CALLER,
            publisher: self.publisher,
            previous: &self.previous,
            attempted: &self.attempted,
            availability: &self.availability,
            reservation: self.reservation.as_ref(),
        };
        then(self.directory.plan(plan_id(1)).unwrap(), &facts)
    }

    fn decide(&self, chance: u64) -> Decision {
        self.with_facts(|plan, facts| decide(plan, &self.directory, facts, &self.counters, chance, self.now))
    }

    fn eligible(&self) -> Eligible {
        self.with_facts(|plan, facts| eligible(plan, &self.directory, facts, &self.counters, self.now))
    }

    /// The number of the target that the call goes to, or why it goes nowhere.
    fn goes_to(&self, chance: u64) -> Result<u128, RejectReason> {
        dialed(&self.decide(chance)).map(|target| target.0.as_u128())
    }

    /// The counter of a target's period has reached this.
    fn count(&mut self, target: u128, period: CapPeriod, used: u32) {
        let zone = &self.directory.target(id(target)).unwrap().time_zone;
        let key = CounterKey { target: id(target), period, start: period.start(self.now, zone) };
        self.counters.used.insert(key, used);
    }
}

fn dialed(decision: &Decision) -> Result<TargetId, RejectReason> {
    match &decision.outcome {
        Outcome::Dial { targets } => Ok(only(targets.clone()).target),
        Outcome::Reject(refusal) => Err(refusal.reason),
        Outcome::AskAvailability { .. } => panic!("asks: {decision:?}"),
    }
}

fn only(mut targets: Vec<Dialed>) -> Dialed {
    assert_eq!(targets.len(), 1, "{targets:?}");
    targets.remove(0)
}

fn verdicts(decision: &Decision) -> Vec<Verdict> {
    decision.trace.routes.iter().map(|route| route.verdict).collect()
}

/// SplitMix64: numbers drawn evenly, the same at every run.
struct Draw(u64);

impl Iterator for Draw {
    type Item = u64;
    fn next(&mut self) -> Option<u64> {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        Some(mixed ^ (mixed >> 31))
    }
}
