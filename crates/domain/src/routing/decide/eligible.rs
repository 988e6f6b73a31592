//! Every route that would take a call now, for bids.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde::Serialize;

use super::check::EXPLAINED_MAX;
use super::run::{Course, Run};
use super::trace::Verdict;
use super::{Facts, Refusal};
use crate::ids::TargetId;
use crate::money::Money;
use crate::routing::directory::Directory;
use crate::routing::period::{CounterKey, Counters};
use crate::routing::plan::RoutingPlan;
use crate::routing::target::{Conversion, Target};
use crate::time::Timestamp;

/// What a bid request can be answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eligible {
    /// The best paid first, then by priority; every target once.
    pub routes: Vec<EligibleRoute>,
    /// Why there are none.
    pub refusal: Option<Refusal>,
}

/// A route that would take the call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EligibleRoute {
    pub target: TargetId,
    pub name: String,
    /// `None` outside of the plan's routes: by an override or as the fallback.
    pub priority: Option<u32>,
    /// What the publisher gets if the call converts.
    pub payout: Option<Money>,
    pub conversion: Option<Conversion>,
    /// Its availability is still to be asked.
    pub must_ask: bool,
    /// The counters to raise for a reservation.
    pub claims: Vec<CounterKey>,
}

/// The routes that would take this call now: the same checks as a decision's, whatever the weights.
pub fn eligible(
    plan: &RoutingPlan,
    directory: &Directory,
    facts: &Facts<'_>,
    counters: &Counters,
    now: Timestamp,
) -> Eligible {
    let mut run = Run::new(plan, directory, facts, counters, now);
    // Nobody is shown why.
    run.explained = EXPLAINED_MAX;
    let (mut routes, refusal) = match run.overrides(plan) {
        Course::Reject(refusal) => (Vec::new(), Some(refusal)),
        Course::Target(target) => (vec![offer(&mut run, target, None, None)], None),
        Course::Plan(plan) => match by_routes(&mut run, plan) {
            Ok(routes) => (routes, None),
            Err(refusal) => (Vec::new(), Some(refusal)),
        },
    };
    // Stable: the plan's own order is the last resort.
    routes.sort_by_key(|route| (Reverse(route.payout), route.priority));
    let mut seen = BTreeSet::new();
    routes.retain(|route| seen.insert(route.target));
    Eligible { routes, refusal }
}

fn by_routes<'a>(run: &mut Run<'a, '_>, plan: &'a RoutingPlan) -> Result<Vec<EligibleRoute>, Refusal> {
    let offer_at = |run: &mut Run<'a, '_>, at: usize| {
        let (route, target) = run.route(at);
        target.map(|target| offer(run, target, route.conversion, Some(route.priority)))
    };
    if let Some(same) = run.begin(plan)?
        && let Some(only) = run.route_to(same).and_then(|at| offer_at(run, at))
    {
        return Ok(vec![only]);
    }
    let all = 0..run.trace.routes.len();
    let routes: Vec<EligibleRoute> =
        all.filter_map(|at| run.check(at).then(|| offer_at(run, at)).flatten()).collect();
    if !routes.is_empty() {
        return Ok(routes);
    }
    if let Some(fallback) = plan.fallback {
        let trace = run.bare(fallback);
        let taken = trace.verdict == Verdict::Eligible;
        run.trace.fallback = Some(trace);
        if let Some(target) = run.directory.target(fallback).filter(|_| taken) {
            return Ok(vec![offer(run, target, None, None)]);
        }
    }
    Err(run.nearest().into())
}

fn offer<'a>(
    run: &mut Run<'a, '_>,
    target: &'a Target,
    conversion: Option<Conversion>,
    priority: Option<u32>,
) -> EligibleRoute {
    let conversion = conversion.or(target.conversion);
    EligibleRoute {
        target: target.id,
        name: target.name.clone(),
        priority,
        payout: conversion.and_then(|conversion| conversion.payout),
        conversion,
        must_ask: target.availability.is_some() && run.facts.answer(target.id).is_none(),
        claims: run.claims(target),
    }
}
