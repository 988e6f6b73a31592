//! One decision under way: what it looks at, and what it writes down of it.

use super::periods::Periods;
use super::seen::Seen;
use super::trace::{
    Chosen, ChosenBy, DuplicateTrace, OverrideTrace, OverrideVerdict, PlanTrace, RouteTrace, Share, Trace,
    Verdict,
};
use super::{Dialed, Facts, Outcome, Refusal, RejectReason};
use crate::condition::Explained;
use crate::ids::TargetId;
use crate::routing::destination::Destination;
use crate::routing::directory::Directory;
use crate::routing::period::{CounterKey, Counters};
use crate::routing::plan::{DuplicateAction, Override, OverrideAction, Route, RoutingPlan};
use crate::routing::target::{Conversion, Target};
use crate::routing::url;
use crate::time::Timestamp;

pub(super) struct Run<'a, 'f> {
    pub directory: &'a Directory,
    pub facts: &'a Facts<'f>,
    pub counters: &'a Counters,
    pub now: Timestamp,
    pub trace: Trace,
    pub seen: Seen<'f>,
    pub periods: Periods<'a>,
    /// Targets that are not to get this duplicate.
    pub spent: Vec<TargetId>,
    /// The plan's routes in the order in which they are looked at, as the trace has them.
    routes: Vec<&'a Route>,
    /// Comparisons that were explained.
    pub explained: usize,
}

/// Where the overrides lead.
pub(super) enum Course<'a> {
    Plan(&'a RoutingPlan),
    Target(&'a Target),
    Reject(Refusal),
}

impl<'a, 'f> Run<'a, 'f> {
    pub fn new(
        plan: &RoutingPlan,
        directory: &'a Directory,
        facts: &'a Facts<'f>,
        counters: &'a Counters,
        now: Timestamp,
    ) -> Self {
        let trace = Trace {
            plan: named(plan),
            overrides: Vec::new(),
            led_to: None,
            duplicate: None,
            routes: Vec::new(),
            fallback: None,
            chosen: None,
            together_with: Vec::new(),
        };
        let (seen, periods) = (Seen::new(facts.lookup), Periods::new(now));
        let (spent, routes) = Default::default();
        Self { directory, facts, counters, now, trace, seen, periods, spent, routes, explained: 0 }
    }

    pub fn overrides(&mut self, plan: &'a RoutingPlan) -> Course<'a> {
        for exception in &plan.overrides {
            let (mut verdict, filter) = self.concerns(exception);
            let mut trace = OverrideTrace { order: exception.order, verdict, filter, target: None };
            let mut course = None;
            if verdict == OverrideVerdict::Applied {
                (course, trace.target) = self.follow(&exception.then);
                verdict = if course.is_some() { verdict } else { OverrideVerdict::TargetCannot };
            }
            self.trace.overrides.push(OverrideTrace { verdict, ..trace });
            if let Some(course) = course {
                return course;
            }
        }
        Course::Plan(plan)
    }

    fn concerns(&mut self, exception: &Override) -> (OverrideVerdict, Option<Explained>) {
        if exception.publisher.is_some_and(|publisher| self.facts.publisher != Some(publisher)) {
            return (OverrideVerdict::Publisher, None);
        }
        if exception.caller.as_ref().is_some_and(|caller| !caller.matches(self.facts.caller)) {
            return (OverrideVerdict::Caller, None);
        }
        match exception.filter.as_ref() {
            Some(filter) if !self.passes(filter) => (OverrideVerdict::Filter, self.explain(filter)),
            _ => (OverrideVerdict::Applied, None),
        }
    }

    fn follow(&mut self, action: &OverrideAction) -> (Option<Course<'a>>, Option<RouteTrace>) {
        match action {
            OverrideAction::Reject(reason) => {
                let refusal = Refusal { reason: RejectReason::OverrideReject, message: reason.clone() };
                (Some(Course::Reject(refusal)), None)
            }
            OverrideAction::Plan(id) => match self.directory.plan(*id) {
                Some(plan) => {
                    self.trace.led_to = Some(named(plan));
                    (Some(Course::Plan(plan)), None)
                }
                None => (Some(Course::Reject(RejectReason::PlanMissing.into())), None),
            },
            OverrideAction::Target(id) => {
                let trace = self.bare(*id);
                match self.directory.target(*id).filter(|_| trace.verdict == Verdict::Eligible) {
                    Some(target) => (Some(Course::Target(target)), None),
                    None => (None, Some(trace)),
                }
            }
        }
    }

    /// Begins with a plan's routes. Of a duplicate that is sent back to a target, which one.
    ///
    /// # Errors
    /// The plan takes no duplicates, and this is one.
    pub fn begin(&mut self, plan: &'a RoutingPlan) -> Result<Option<TargetId>, RejectReason> {
        self.routes = plan.routes.iter().collect();
        self.routes.sort_by_key(|route| route.priority);
        let directory = self.directory;
        self.trace.routes = self.routes.iter().map(|route| untouched(directory, route)).collect();
        let Some(rule) = plan.duplicates else { return Ok(None) };
        let since = self.now.plus_seconds(-i64::from(rule.window_seconds));
        let earlier = self.facts.previous.iter().filter(|call| call.at >= since && call.counts(rule.counts));
        let Some(newest) = earlier.clone().max_by_key(|call| call.at) else { return Ok(None) };
        self.trace.duplicate =
            Some(DuplicateTrace { previous_at: newest.at, previous_target: newest.target, then: rule.then });
        match rule.then {
            DuplicateAction::Reject => return Err(RejectReason::Duplicate),
            DuplicateAction::SameTarget => return Ok(newest.target),
            DuplicateAction::OtherTarget => self.spent = earlier.filter_map(|call| call.target).collect(),
            DuplicateAction::RouteNormally => {}
        }
        Ok(None)
    }

    /// The routes by priority: the first place of each, and the first after it.
    pub fn priorities(&self) -> Vec<std::ops::Range<usize>> {
        let mut start = 0;
        let groups = self.routes.chunk_by(|a, b| a.priority == b.priority);
        groups
            .map(|group| {
                let range = start..start + group.len();
                start = range.end;
                range
            })
            .collect()
    }

    /// The first route to this target that takes the call.
    pub fn route_to(&mut self, target: TargetId) -> Option<usize> {
        (0..self.routes.len()).find(|at| self.routes[*at].target == target && self.check(*at))
    }

    pub fn route(&self, at: usize) -> (&'a Route, Option<&'a Target>) {
        let route = self.routes[at];
        (route, self.directory.target(route.target))
    }

    /// Whether the route at this place takes the call; looked at once.
    pub fn check(&mut self, at: usize) -> bool {
        if self.trace.routes[at].verdict == Verdict::NotReached {
            let (route, target) = self.route(at);
            let (verdict, limit) = self.verdict(target, route.enabled, route.filter.as_ref());
            let failed = route.filter.as_ref().filter(|_| verdict == Verdict::Filter);
            let filter = failed.and_then(|filter| self.explain(filter));
            let trace = &mut self.trace.routes[at];
            (trace.verdict, trace.limit, trace.filter) = (verdict, limit, filter);
        }
        self.trace.routes[at].verdict == Verdict::Eligible
    }

    /// A target outside of any route.
    pub fn bare(&mut self, id: TargetId) -> RouteTrace {
        let target = self.directory.target(id);
        let (verdict, limit) = self.verdict(target, true, None);
        let name = target.map(|target| target.name.clone());
        RouteTrace { target: id, name, priority: None, weight: None, verdict, filter: None, limit }
    }

    /// Sends the call to a target that takes it.
    pub fn send(
        &mut self,
        target: &'a Target,
        conversion: Option<Conversion>,
        by: ChosenBy,
        share: Option<Share>,
    ) -> Outcome {
        self.trace.chosen = Some(chosen(target, by, share));
        match self.question(target) {
            Some(asks) => asks,
            None => Outcome::Dial { targets: vec![self.dialed(target, conversion)] },
        }
    }

    /// Sends the call to several targets that take it, as they were drawn.
    pub fn send_to_all(&mut self, drawn: &[(usize, Share)]) -> Outcome {
        let (mut targets, mut asks) = (Vec::new(), None);
        for (at, share) in drawn {
            let (route, Some(target)) = self.route(*at) else { continue };
            let chosen = chosen(target, ChosenBy::Weight, Some(*share));
            match self.trace.chosen {
                None => self.trace.chosen = Some(chosen),
                Some(_) => self.trace.together_with.push(chosen),
            }
            asks = asks.or_else(|| self.question(target));
            targets.push(self.dialed(target, route.conversion));
        }
        asks.unwrap_or(Outcome::Dial { targets })
    }

    /// What has to be asked before the target can get the call.
    fn question(&self, target: &Target) -> Option<Outcome> {
        let availability = target.availability.as_ref()?;
        self.seen.note(url::tags(&availability.url));
        if self.facts.answer(target.id).is_some() {
            return None;
        }
        let (url, timeout_ms) = (availability.url.clone(), availability.timeout_ms);
        Some(Outcome::AskAvailability { target: target.id, name: target.name.clone(), url, timeout_ms })
    }

    fn dialed(&mut self, target: &'a Target, conversion: Option<Conversion>) -> Dialed {
        if let Destination::Url(url) = &target.destination {
            self.seen.note(url::tags(url));
        }
        Dialed {
            target: target.id,
            name: target.name.clone(),
            destination: target.destination.clone(),
            ring_seconds: target.ring_seconds,
            claims: self.claims(target),
            conversion: conversion.or(target.conversion),
        }
    }

    /// What a call to this target raises, beyond what its reservation has raised already.
    pub fn claims(&mut self, target: &'a Target) -> Vec<CounterKey> {
        let facts = self.facts;
        self.periods.counters(target).map(|(key, _)| key).filter(|key| !facts.holds(key)).collect()
    }

    /// What was in the way of the target that was nearest to getting the call.
    pub fn nearest(&self) -> RejectReason {
        let looked_at = self.trace.routes.iter().chain(&self.trace.fallback);
        match looked_at.map(|route| route.verdict).max() {
            None | Some(Verdict::NotReached | Verdict::Missing | Verdict::Disabled | Verdict::Eligible) => {
                RejectReason::NoRoute
            }
            Some(Verdict::Duplicate) => RejectReason::Duplicate,
            Some(Verdict::Filter) => RejectReason::Filtered,
            Some(Verdict::Closed) => RejectReason::AllClosed,
            Some(Verdict::CapHour | Verdict::CapDay | Verdict::CapMonth | Verdict::CapTotal) => {
                RejectReason::AllCapped
            }
            Some(Verdict::Concurrency) => RejectReason::AllBusy,
            Some(Verdict::Unavailable) => RejectReason::AllUnavailable,
            Some(Verdict::Attempted) => RejectReason::AllTried,
        }
    }
}

fn chosen(target: &Target, by: ChosenBy, share: Option<Share>) -> Chosen {
    Chosen { target: target.id, name: target.name.clone(), by, share }
}

fn named(plan: &RoutingPlan) -> PlanTrace {
    PlanTrace { id: plan.id, name: plan.name.clone() }
}

fn untouched(directory: &Directory, route: &Route) -> RouteTrace {
    RouteTrace {
        target: route.target,
        name: directory.target(route.target).map(|target| target.name.clone()),
        priority: Some(route.priority),
        weight: Some(route.weight),
        verdict: Verdict::NotReached,
        filter: None,
        limit: None,
    }
}
