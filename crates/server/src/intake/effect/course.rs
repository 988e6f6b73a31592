//! One stretch of a call's way, from what happened to what is told or asked next.

use std::borrow::Cow;
use std::sync::Arc;

use hookline_domain::call::{Call, Change};
use hookline_domain::flow::{self, DialOutcome, Effect, Ending, Env, NodeId, NodeTrace, Pause};
use hookline_domain::ids::{CallId, RoutingPlanId, TargetId};
use hookline_domain::routing::{
    self, Destination, DialStrategy, Dialed, Facts, Outcome as Decided, Refusal, RejectReason, Route,
    RoutingPlan, SIMULTANEOUS_MAX, Trace,
};
use hookline_domain::tags::{self, TagName, TagSet, TagView};
use hookline_domain::template::{Place, Template};
use hookline_domain::time::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::Commit;
use crate::routing::{Ask, DialTarget, Dialing, Instruction, Leads, Routed, Stand};
use crate::settings::{Org, PublishedFlow};

/// A URL that a caller is led to, with its values in it: what browsers and servers take.
const REDIRECT_URL_BYTES_MAX: usize = 8 * 1024;

/// What is to be done next.
pub(super) enum Go {
    /// What leads the call chooses a target.
    Decide,
    Flow(flow::Input),
}

/// What happened on the stretch, for the trace and the timeline.
#[derive(Default)]
pub(super) struct Course {
    nodes: Vec<NodeTrace>,
    plans: Vec<Trace>,
    pub changes: Vec<Change>,
}

#[derive(Serialize)]
struct DecisionTrace<'a> {
    decision: u32,
    at: Timestamp,
    trigger: &'static str,
    /// Those that were read, as the call had them.
    tags: Vec<TagTrace<'a>>,
    nodes: &'a [NodeTrace],
    plans: &'a [Trace],
    result: &'a Stand,
}

#[derive(Serialize)]
struct TagTrace<'a> {
    name: &'a TagName,
    value: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<tags::TagSource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
}

impl Course {
    pub fn trace(&self, view: &TagView<'_>, routed: &Routed, trigger: &'static str, at: Timestamp) -> String {
        let seen = |name| {
            let tag = view.tags.get(TagName::as_str(name));
            TagTrace {
                name,
                value: view.lookup(name.as_str()),
                source: tag.map(|tag| tag.source),
                at: tag.map(|tag| tag.at),
            }
        };
        let trace = DecisionTrace {
            decision: routed.decision,
            at,
            trigger,
            tags: routed.tags_read.iter().map(seen).collect(),
            nodes: &self.nodes,
            plans: &self.plans,
            result: &routed.stand,
        };
        serde_json::to_string(&trace).expect("a trace has string keys and always serializes")
    }
}

impl Commit<'_> {
    pub(super) fn view<'v>(&'v self, org: &'v Org, id: CallId) -> TagView<'v> {
        let tags = self.loaded.tags.get(&id).unwrap_or(&self.no_tags);
        tag_view(org, &self.loaded.calls[&id].call, tags, self.at)
    }

    /// Goes on to the next thing that the switch or another system has to do. False, and nothing done, if
    /// the flow does not wait for this.
    pub(super) fn run(
        &mut self,
        org: &Arc<Org>,
        id: CallId,
        routed: &mut Routed,
        go: Go,
        flow: Option<&Arc<PublishedFlow>>,
        course: &mut Course,
    ) -> bool {
        let rang = self.set_aside(org.id, routed);
        let done = self.go_on(org, id, routed, go, flow, course);
        if !done || matches!(routed.stand, Stand::Asking(_)) {
            self.ring_on(org.id, routed, rang);
        }
        done
    }

    fn go_on(
        &mut self,
        org: &Arc<Org>,
        id: CallId,
        routed: &mut Routed,
        mut go: Go,
        flow: Option<&Arc<PublishedFlow>>,
        course: &mut Course,
    ) -> bool {
        loop {
            let next = match go {
                Go::Decide => self.choose(org, id, routed, course),
                Go::Flow(input) => match self.walk(org, id, routed, input, flow, course) {
                    Some(next) => next,
                    None => return false,
                },
            };
            match next {
                Next::Stand(stand) => {
                    routed.stand = stand;
                    return true;
                }
                Next::Go(on) => go = on,
            }
        }
    }

    /// What leads the call chooses a target, and takes a place there.
    fn choose(&mut self, org: &Arc<Org>, id: CallId, routed: &mut Routed, course: &mut Course) -> Next {
        let decision = {
            let Some(plan) = plan_of(org, routed) else {
                return refused(routed, &RejectReason::PlanMissing.into());
            };
            let view = self.view(org, id);
            let lookup = |name: &str| view.lookup(name);
            let key = (org.id, view.call.caller.clone());
            let reservation = routed.reserved.as_ref().map(Dialing::reservation);
            let facts = Facts {
                lookup: &lookup,
                caller: &view.call.caller,
                publisher: view.call.publisher,
                previous: self.loaded.previous.get(&key).map_or(&[], Vec::as_slice),
                attempted: &routed.attempted,
                availability: &routed.availability,
                reservation: reservation.as_ref(),
            };
            routing::decide(&plan, &org.directory, &facts, &self.loaded.counters, routed.chance, self.at)
        };
        routed.tags_read.extend(decision.tags_read);
        course.plans.push(decision.trace);
        match decision.outcome {
            Decided::Dial { targets } => self.send(org, id, routed, targets),
            Decided::AskAvailability { target, url, timeout_ms, .. } => {
                let url = filled_in(&url, &self.view(org, id));
                Next::Stand(Stand::Asking(Ask::Availability { target, url, timeout_ms }))
            }
            Decided::Reject(refusal) => refused(routed, &refusal),
        }
    }

    /// Takes the places at those that get the call, and tells the switch.
    fn send(&mut self, org: &Org, id: CallId, routed: &mut Routed, dialed: Vec<Dialed>) -> Next {
        let mut led_to = None;
        if let [Dialed { target, name, destination: Destination::Url(url), .. }] = dialed.as_slice() {
            let url = filled_in(url, &self.view(org, id));
            if url.len() > REDIRECT_URL_BYTES_MAX {
                // No browser or server would take it. It was not told, so nothing is counted.
                routed.attempted.push(*target);
                return Next::Go(Go::Decide);
            }
            led_to = Some(Instruction::Redirect { url, target: *target, name: name.clone() });
        }
        let strategy = if dialed.len() > 1 { DialStrategy::Simultaneous } else { DialStrategy::Sequential };
        let mut targets = Vec::new();
        for Dialed { target, name, destination, ring_seconds, claims, conversion } in dialed {
            let dialing = Dialing { target, name: name.clone(), claims, conversion };
            let held = routed.reserved.take_if(|held| held.target == target);
            routed.dialing.push(self.take_places(org, held, dialing));
            targets.push(DialTarget { id: target, name, destination: destination.to_string(), ring_seconds });
        }
        // What a bid holds elsewhere is given back.
        if let Some(held) = routed.reserved.take() {
            self.release(org.id, &held, false);
        }
        Next::Stand(Stand::Told(led_to.unwrap_or(Instruction::Dial { strategy, targets })))
    }

    /// The flow goes on to its next wait.
    fn walk(
        &mut self,
        org: &Arc<Org>,
        id: CallId,
        routed: &mut Routed,
        input: flow::Input,
        pinned: Option<&Arc<PublishedFlow>>,
        course: &mut Course,
    ) -> Option<Next> {
        let state = routed.flow.as_ref()?;
        let is_it = |flow: &&Arc<PublishedFlow>| flow.id == state.flow && flow.version == state.version;
        let Some(flow) = pinned.filter(is_it).or_else(|| org.flows.get(&state.flow).filter(is_it)).cloned()
        else {
            return Some(Next::Stand(reject("flow_missing", "The flow is not published, or can't be read.")));
        };
        let advanced = {
            let view = self.view(org, id);
            let turns = |node: &NodeId| self.loaded.turns.get(&(flow.id, node.clone())).copied().unwrap_or(0);
            let env = Env { tags: &view, now: self.at, chance: routed.chance, round_robin: &turns };
            flow::advance(&flow.flow, state, input, env).ok()?
        };
        for effect in advanced.effects {
            self.apply_effect(org, id, &flow, effect, course);
        }
        routed.tags_read.extend(advanced.state.tags_read().iter().cloned());
        routed.flow = Some(advanced.state);
        course.nodes.extend(advanced.trace);
        Some(match advanced.pause {
            Pause::Dial { targets, strategy } => lead(routed, Leads::Targets { targets, strategy }),
            Pause::Plan { plan } => lead(routed, Leads::Plan(plan)),
            Pause::Menu { prompt, digits, timeout_seconds, attempt } => {
                Next::Stand(Stand::Told(Instruction::Menu { prompt, digits, timeout_seconds, attempt }))
            }
            Pause::Hold { seconds } => Next::Stand(Stand::Told(Instruction::Hold { seconds })),
            Pause::Http(request) => Next::Stand(Stand::Asking(Ask::Http(request))),
            Pause::Script { source, input, timeout_ms } => {
                Next::Stand(Stand::Asking(Ask::Script { source, input, timeout_ms }))
            }
            Pause::Reject { reason } => Next::Stand(reject("rejected", &reason)),
            Pause::End(Ending::Connected) => Next::Stand(Stand::Connected),
            Pause::End(Ending::NotReached { outcome }) => {
                Next::Stand(reject(outcome.as_str(), "No target took the call."))
            }
            Pause::End(Ending::NoRoute { reason }) => Next::Stand(reject("no_route", &reason)),
            Pause::End(Ending::Failed { failure }) => {
                Next::Stand(reject("flow_failed", &failure.to_string()))
            }
        })
    }

    fn apply_effect(
        &mut self,
        org: &Org,
        id: CallId,
        flow: &PublishedFlow,
        effect: Effect,
        course: &mut Course,
    ) {
        match effect {
            Effect::SetTag { name, value } => {
                let call = &mut self.loaded.calls.get_mut(&id).expect("a routed call is loaded").call;
                let tags = self.loaded.tags.entry(id).or_default();
                let done = tags::apply_flow_tag(call, tags, &org.definitions, &name, &value, self.at);
                if done.tags_changed {
                    self.changed_tags.insert(id);
                }
                course.changes.extend(done.timeline);
            }
            Effect::CountRoundRobin { node } => {
                *self.loaded.turns.entry((flow.id, node.clone())).or_default() += 1;
                *self.writes.turns.entry((org.id, flow.id, node)).or_default() += 1;
            }
        }
    }
}

pub(super) fn tag_view<'v>(org: &'v Org, call: &'v Call, tags: &'v TagSet, now: Timestamp) -> TagView<'v> {
    TagView {
        call,
        tags,
        defs: &org.definitions,
        campaign_name: call.campaign.and_then(|id| org.campaigns.get(&id)).map(|one| one.name.as_str()),
        publisher_name: call.publisher.and_then(|id| org.publishers.get(&id)).map(|one| one.name.as_str()),
        now,
    }
}

/// A target's URL with the call's tags in it.
fn filled_in(url: &str, view: &TagView<'_>) -> String {
    Template::parse(url)
        .map_or_else(|_| url.to_owned(), |url| url.render(&|name: &str| view.lookup(name), Place::Url))
}

pub(super) enum Next {
    Stand(Stand),
    Go(Go),
}

/// Something else leads the call from here on: what was tried before does not count.
fn lead(routed: &mut Routed, leads: Leads) -> Next {
    if routed.leads.as_ref() != Some(&leads) {
        routed.leads = Some(leads);
        routed.attempted.clear();
        routed.outcome = None;
    }
    Next::Go(Go::Decide)
}

fn reject(code: &str, reason: &str) -> Stand {
    Stand::Told(Instruction::Reject { code: code.to_owned(), reason: reason.to_owned() })
}

/// No target takes the call: a flow goes on by its branch for that.
fn refused(routed: &mut Routed, refusal: &Refusal) -> Next {
    if routed.flow.is_none() {
        return Next::Stand(reject(refusal.reason.code(), &refusal.message));
    }
    // When the flow comes back to it, every target may be tried again.
    routed.attempted.clear();
    routed.availability.clear();
    match routed.leads.take() {
        Some(Leads::Targets { .. }) => {
            let outcome = match refusal.reason {
                RejectReason::AllTried => routed.outcome.unwrap_or(DialOutcome::Failed),
                RejectReason::AllBusy => DialOutcome::Busy,
                _ => DialOutcome::Failed,
            };
            Next::Go(Go::Flow(flow::Input::Dialed(outcome)))
        }
        Some(Leads::Plan(_)) | None => Next::Go(Go::Flow(flow::Input::PlanNoRoute(refusal.message.clone()))),
    }
}

/// The plan that leads the call. A flow's own choice of a target goes through the same checks as a route.
fn plan_of<'o>(org: &'o Org, routed: &Routed) -> Option<Cow<'o, RoutingPlan>> {
    Some(match routed.leads.as_ref()? {
        Leads::Plan(id) => Cow::Borrowed(org.directory.plan(*id)?),
        Leads::Targets { targets, strategy } => Cow::Owned(plan_for(targets, *strategy)),
    })
}

/// In the order in which a flow names them, or all at once.
pub(super) fn plan_for(targets: &[TargetId], strategy: DialStrategy) -> RoutingPlan {
    let route = |(at, target): (u32, &TargetId)| Route {
        target: *target,
        priority: if strategy == DialStrategy::Sequential { at } else { 1 },
        weight: 1,
        filter: None,
        enabled: true,
        conversion: None,
    };
    RoutingPlan {
        id: RoutingPlanId(Uuid::nil()),
        name: String::new(),
        routes: (1..).zip(targets).map(route).collect(),
        strategy,
        simultaneous_max: SIMULTANEOUS_MAX,
        duplicates: None,
        overrides: Vec::new(),
        fallback: None,
    }
}
