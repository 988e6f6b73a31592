//! What decisions of a commit may read, known once the calls' ways are loaded.

use std::collections::{BTreeMap, BTreeSet};

use hookline_domain::call::{Call, CallEvent};
use hookline_domain::flow::{Flow, NodeId, Task};
use hookline_domain::ids::{FlowId, OrgId, RoutingPlanId, TargetId};
use hookline_domain::routing::{PRECONVERSION_SECONDS, Target};
use hookline_domain::time::Timestamp;

use super::rows::{Converting, Loaded};
use crate::intake::work::{CallEventReport, Work};
use crate::routing::{Leads, Routed};
use crate::settings::{CampaignRouting, Org};

#[derive(Debug, Default)]
pub struct RoutingNeeds<'w> {
    /// Whose counters are read; some more than once.
    pub targets: Vec<(OrgId, &'w Target)>,
    pub turns: BTreeSet<(OrgId, FlowId, NodeId)>,
    /// Callers, with the earliest start of an earlier call that matters.
    pub previous: BTreeMap<(OrgId, String), Timestamp>,
    /// Who may convert, with the earliest start of another call that matters.
    pub converting: BTreeMap<Converting, Timestamp>,
}

/// In whose name a call converts.
pub(super) fn converting(call: &Call) -> Option<Converting> {
    Some((call.org, call.campaign?, call.caller.clone()))
}

/// The earliest start of another call that makes this one no new conversion.
pub(super) fn converted_since(org: &Org, routed: &Routed, call: &Call) -> Timestamp {
    let plan = match &routed.leads {
        Some(Leads::Plan(plan)) => org.directory.plan(*plan),
        Some(Leads::Targets { .. }) | None => None,
    };
    let window =
        plan.and_then(|plan| plan.duplicates).map_or(PRECONVERSION_SECONDS, |rule| rule.window_seconds);
    call.started_at.plus_seconds(-i64::from(window))
}

impl<'w> RoutingNeeds<'w> {
    pub fn of(works: &[&'w Work], loaded: &Loaded, at: Timestamp) -> Self {
        let mut needs = Self::default();
        for work in works {
            match work {
                Work::Start(start) => {
                    let campaign = start.campaign.and_then(|id| start.org.campaigns.get(&id));
                    if let Some(routing) = campaign.and_then(|one| one.routing) {
                        needs.add_routing(&start.org, routing);
                        needs.add_caller(&start.org, &start.caller, at);
                    }
                }
                Work::Next(step) => {
                    if let Some(routed) = loaded.routes.get(&step.call) {
                        let pinned = step.flow.as_ref().map(|flow| &flow.flow);
                        needs.add_routed(&step.org, routed, pinned);
                        needs.add_caller(&step.org, &loaded.calls[&step.call].call.caller, at);
                    }
                }
                Work::Bid(request) => {
                    if let Ok((endpoint, caller)) = request.asks() {
                        let campaign = request.org.campaigns.get(&endpoint.campaign);
                        if let Some(routing) = campaign.and_then(|one| one.routing) {
                            needs.add_routing(&request.org, routing);
                            needs.add_caller(&request.org, caller, at);
                        }
                    }
                }
                Work::Request(request) => needs.add_open(&request.org, loaded, at),
                Work::Attach(attach) => needs.add_open(&attach.org, loaded, at),
                Work::Edit(edit) => needs.add_open(&edit.org, loaded, at),
                Work::Event(report) => needs.add_ending(report, loaded),
                Work::ReleaseBids(_) => {}
            }
        }
        needs
    }

    /// Of every call of the organization that may be decided again.
    fn add_open(&mut self, org: &'w Org, loaded: &Loaded, at: Timestamp) {
        for (id, routed) in &loaded.routes {
            let call = &loaded.calls[id].call;
            if call.org == org.id && routed.is_open() {
                self.add_routed(org, routed, None);
                self.add_caller(org, &call.caller, at);
            }
        }
    }

    /// Of a call that ends and may be worth something.
    fn add_ending(&mut self, report: &CallEventReport, loaded: &Loaded) {
        let (CallEvent::Ended { .. }, Some(routed)) = (&report.event, loaded.routes.get(&report.call)) else {
            return;
        };
        let has_rule = routed.dialing.iter().any(|dialing| dialing.conversion.is_some());
        let Some((who, since)) = loaded.calls.get(&report.call).filter(|_| has_rule).and_then(|loaded| {
            Some((converting(&loaded.call)?, converted_since(&report.org, routed, &loaded.call)))
        }) else {
            return;
        };
        self.converting.entry(who).and_modify(|earliest| *earliest = since.min(*earliest)).or_insert(since);
    }

    fn add_routing(&mut self, org: &'w Org, routing: CampaignRouting) {
        match routing {
            CampaignRouting::Plan(plan) => self.add_plan(org, plan),
            CampaignRouting::Flow(id) => {
                if let Some(published) = org.flows.get(&id) {
                    self.add_flow(org, id, &published.flow);
                }
            }
        }
    }

    fn add_routed(&mut self, org: &'w Org, routed: &Routed, pinned: Option<&Flow>) {
        match &routed.leads {
            Some(Leads::Plan(plan)) => self.add_plan(org, *plan),
            Some(Leads::Targets { targets, .. }) => self.add_targets(org, targets),
            None => {}
        }
        if let Some(state) = &routed.flow
            && let Some(flow) = pinned.or_else(|| org.flows.get(&state.flow).map(|published| &published.flow))
        {
            self.add_flow(org, state.flow, flow);
        }
    }

    fn add_flow(&mut self, org: &'w Org, id: FlowId, flow: &Flow) {
        for (name, node) in flow.nodes() {
            match &node.task {
                Task::Dial { to, .. } => self.add_targets(org, to.targets()),
                Task::RoutingPlan { plan, .. } => self.add_plan(org, *plan),
                Task::Distribute { .. } => {
                    self.turns.insert((org.id, id, name.clone()));
                }
                _ => {}
            }
        }
    }

    fn add_plan(&mut self, org: &'w Org, plan: RoutingPlanId) {
        let Some(plan) = org.directory.plan(plan) else { return };
        self.targets.extend(org.directory.targets_of(plan).map(|target| (org.id, target)));
    }

    fn add_targets(&mut self, org: &'w Org, targets: &[TargetId]) {
        let known = targets.iter().filter_map(|target| org.directory.target(*target));
        self.targets.extend(known.map(|target| (org.id, target)));
    }

    fn add_caller(&mut self, org: &Org, caller: &str, at: Timestamp) {
        let rules = org.directory.plans().filter_map(|plan| plan.duplicates.as_ref());
        if let Some(window) = rules.map(|rule| rule.window_seconds).max() {
            let since = at.plus_seconds(-i64::from(window));
            self.previous.insert((org.id, caller.to_owned()), since);
        }
    }
}
