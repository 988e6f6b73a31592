//! The decision: which target gets this call now.
//!
//! In this order: the overrides; what a duplicate rule says; the target that a bid was promised; the routes
//! of the lowest priority value that has a target that takes the call, shared out by weight; the fallback.
//! A target that cannot take the call (disabled, filtered, closed, capped, busy, unavailable) never gets it,
//! whatever leads to it. Failover is to decide again with what was attempted. Where a plan rings several at
//! once, only its routes do: whom an override, a duplicate rule, a bid or the fallback names rings alone.

mod check;
mod eligible;
mod outcome;
mod periods;
mod run;
mod seen;
mod trace;

use crate::condition::Lookup;
use crate::ids::{PublisherId, TargetId};
use crate::routing::destination::Destination;
use crate::routing::directory::Directory;
use crate::routing::period::{CounterKey, Counters};
use crate::routing::plan::{DialStrategy, DuplicateCounts, RoutingPlan};
use crate::time::Timestamp;
use run::{Course, Run};

pub use eligible::{Eligible, EligibleRoute, eligible};
pub use outcome::{Decision, Dialed, Outcome, Refusal, RejectReason};
pub use trace::{
    Chosen, ChosenBy, DuplicateTrace, Limit, OverrideTrace, OverrideVerdict, PlanTrace, RouteTrace, Share,
    Trace, Verdict,
};

/// What is known of the call.
pub struct Facts<'a> {
    pub lookup: &'a Lookup<'a>,
    /// In E.164, or as the switch sent it.
    pub caller: &'a str,
    pub publisher: Option<PublisherId>,
    /// Earlier calls of this caller, as far back as the plan's duplicate rule looks.
    pub previous: &'a [PreviousCall],
    /// Targets that this call was sent to already, in vain.
    pub attempted: &'a [TargetId],
    /// Answers to availability checks.
    pub availability: &'a [(TargetId, bool)],
    /// What a bid for this call holds; the counters count it as used.
    pub reservation: Option<&'a Reservation>,
}

/// A call that the caller made before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreviousCall {
    pub target: Option<TargetId>,
    pub at: Timestamp,
    pub connected: bool,
    pub converted: bool,
}

/// A place at a target that is held for a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    pub target: TargetId,
    /// The counters that were raised for it.
    pub claims: Vec<CounterKey>,
}

impl PreviousCall {
    fn counts(&self, counts: DuplicateCounts) -> bool {
        match counts {
            DuplicateCounts::Any => true,
            DuplicateCounts::Connected => self.connected,
            DuplicateCounts::Converted => self.converted,
        }
    }
}

impl Facts<'_> {
    fn answer(&self, target: TargetId) -> Option<bool> {
        self.availability.iter().find(|(asked, _)| *asked == target).map(|(_, answer)| *answer)
    }

    fn holds(&self, key: &CounterKey) -> bool {
        self.reservation.is_some_and(|held| held.claims.contains(key))
    }
}

/// Decides where a call goes. The same arguments give the same decision.
///
/// Among several routes of one priority, `chance` modulo the sum of their weights is the place on the
/// routes' weights laid end to end in the plan's order, so every 64-bit number drawn evenly gives each
/// route its part.
pub fn decide(
    plan: &RoutingPlan,
    directory: &Directory,
    facts: &Facts<'_>,
    counters: &Counters,
    chance: u64,
    now: Timestamp,
) -> Decision {
    let mut run = Run::new(plan, directory, facts, counters, now);
    let outcome = match run.overrides(plan) {
        Course::Reject(refusal) => Outcome::Reject(refusal),
        Course::Target(target) => run.send(target, None, ChosenBy::Override, None),
        Course::Plan(plan) => by_routes(&mut run, plan, chance),
    };
    Decision { outcome, trace: run.trace, tags_read: run.seen.names() }
}

fn by_routes<'a>(run: &mut Run<'a, '_>, plan: &'a RoutingPlan, chance: u64) -> Outcome {
    let same = match run.begin(plan) {
        Ok(same) => same,
        Err(reason) => return Outcome::Reject(reason.into()),
    };
    let reserved = run.facts.reservation.map(|held| held.target);
    for (preferred, by) in [(same, ChosenBy::SameTarget), (reserved, ChosenBy::Reservation)] {
        if let Some(at) = preferred.and_then(|target| run.route_to(target))
            && let (route, Some(target)) = run.route(at)
        {
            return run.send(target, route.conversion, by, None);
        }
    }
    for group in run.priorities() {
        let taking: Vec<usize> = group.filter(|at| run.check(*at)).collect();
        if plan.strategy == DialStrategy::Simultaneous {
            let drawn = draw_several(run, taking, plan.simultaneous_max as usize, chance);
            if drawn.is_empty() {
                continue;
            }
            return run.send_to_all(&drawn);
        }
        let Some((at, share)) = draw(run, &taking, chance) else { continue };
        if let (route, Some(target)) = run.route(at) {
            return run.send(target, route.conversion, ChosenBy::Weight, Some(share));
        }
    }
    if let Some(fallback) = plan.fallback {
        let trace = run.bare(fallback);
        let taken = trace.verdict == Verdict::Eligible;
        run.trace.fallback = Some(trace);
        if let Some(target) = run.directory.target(fallback).filter(|_| taken) {
            return run.send(target, None, ChosenBy::Fallback, None);
        }
    }
    Outcome::Reject(run.nearest().into())
}

/// Up to `max` of these routes, one after another by weight; no target twice. A caller can be led to one URL
/// only, and to nobody else beside it.
fn draw_several(run: &Run<'_, '_>, mut left: Vec<usize>, max: usize, chance: u64) -> Vec<(usize, Share)> {
    let leads_away = |at: usize| {
        let target = run.route(at).1;
        target.is_some_and(|target| matches!(target.destination, Destination::Url(_)))
    };
    let mut drawn = Vec::new();
    while drawn.len() < max {
        let Some((at, share)) = draw(run, &left, another(chance, drawn.len() as u64)) else { break };
        drawn.push((at, share));
        if leads_away(at) {
            break;
        }
        let target = run.route(at).0.target;
        left.retain(|other| run.route(*other).0.target != target && !leads_away(*other));
    }
    drawn
}

/// The number of a further draw (SplitMix64); the first is the call's own.
fn another(chance: u64, turn: u64) -> u64 {
    if turn == 0 {
        return chance;
    }
    let mixed = chance.wrapping_add(turn.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// One of these routes, by weight.
fn draw(run: &Run<'_, '_>, routes: &[usize], chance: u64) -> Option<(usize, Share)> {
    let weight = |at: &usize| run.route(*at).0.weight;
    let of: u32 = routes.iter().map(weight).sum();
    let mut place = chance.checked_rem(u64::from(of))?;
    for at in routes {
        let weight = weight(at);
        if place < u64::from(weight) {
            return Some((*at, Share { weight, of }));
        }
        place -= u64::from(weight);
    }
    None
}
