//! A call's way: what it is told when it starts, when its switch reports, and when a tag changes.

use std::sync::Arc;

use hookline_domain::call::Change;
use hookline_domain::flow::{self, FlowState};
use hookline_domain::ids::{CallId, RequestId};

use super::Commit;
use super::bid::chance;
use super::course::{Course, Go};
use super::rows::DecisionRow;
use crate::intake::bid::HeldBid;
use crate::intake::work::{CallEventReport, News, NextStep, Outcome, Standing, StartCall};
use crate::routing::{Ask, Instruction, Leads, Routed, Stand};
use crate::settings::{CampaignRouting, Org, PublishedFlow};

/// Who caused a decision, for the timeline.
pub(super) struct Cause<'a> {
    pub trigger: &'static str,
    pub actor: &'a str,
    pub request: Option<RequestId>,
}

impl Commit<'_> {
    /// The way of a call that has just started, if its campaign has one.
    pub(super) fn route_start(&mut self, start: &StartCall, bid: Option<HeldBid>) {
        let routing = start.campaign.and_then(|id| start.org.campaigns.get(&id)).and_then(|one| one.routing);
        let Some(routing) = routing else {
            if let Some(bid) = bid {
                self.release(bid.org, &bid.reserved, false);
            }
            return;
        };
        let (leads, flow) = match routing {
            CampaignRouting::Plan(plan) => (Some(Leads::Plan(plan)), None),
            CampaignRouting::Flow(id) => {
                let version = start.org.flows.get(&id).map_or(0, |flow| flow.version);
                (None, Some(FlowState::new(id, version)))
            }
        };
        let chance = chance(bid.as_ref().map_or(start.id.0, |bid| bid.id.0));
        let go = if flow.is_some() { Go::Flow(flow::Input::Begin) } else { Go::Decide };
        let mut routed = Routed::new(chance, leads, flow);
        routed.reserved = bid.map(|bid| bid.reserved);
        routed.promised = routed.reserved.as_ref().map(|held| held.target);
        let cause = Cause { trigger: "start", actor: &start.actor, request: None };
        self.go(&start.org, start.id, routed, go, None, &cause);
    }

    pub(super) fn next(&mut self, step: &NextStep) -> Outcome {
        let Some(loaded) = self.loaded.calls.get(&step.call) else { return Outcome::CallNotFound };
        if loaded.call.org != step.org.id {
            return Outcome::CallForbidden;
        }
        if !loaded.call.status.is_live() {
            return Outcome::NotExpected(Stand::Over.expects());
        }
        let Some(mut routed) = self.loaded.routes.get(&step.call).cloned() else {
            return Outcome::NotRouted;
        };
        // Told again, or too late: the switch hears where the call stands.
        if step.decision.is_some_and(|number| number != routed.decision) || !routed.is_open() {
            return self.stands(step.call);
        }
        let go = match (&step.news, &routed.stand) {
            (News::None, _) => {
                let caught_up = self.catch_up(step);
                return if caught_up { self.outcome(step.call, true) } else { self.stands(step.call) };
            }
            (
                News::Dialed(outcome, target),
                Stand::Told(Instruction::Dial { .. } | Instruction::Redirect { .. }),
            ) => match self.dialed(step, &mut routed, *outcome, *target) {
                Ok(go) => go,
                Err(outcome) => return outcome,
            },
            (News::Digits(digits), Stand::Told(Instruction::Menu { .. })) => {
                Go::Flow(flow::Input::Digits(digits.clone()))
            }
            (News::NoInput, Stand::Told(Instruction::Menu { .. })) => Go::Flow(flow::Input::NoInput),
            (News::HoldOver, Stand::Told(Instruction::Hold { .. })) => Go::Flow(flow::Input::HoldOver),
            (News::Available(answer), Stand::Asking(Ask::Availability { target, .. })) => {
                routed.availability.push((*target, *answer));
                Go::Decide
            }
            (News::Http(answer), Stand::Asking(Ask::Http(_))) => {
                Go::Flow(flow::Input::HttpDone(answer.clone()))
            }
            (News::Script(answer), Stand::Asking(Ask::Script { .. })) => {
                Go::Flow(flow::Input::ScriptDone(answer.clone()))
            }
            _ => return Outcome::NotExpected(routed.stand.expects()),
        };
        let cause = Cause { trigger: step.news.trigger(), actor: &step.actor, request: None };
        self.go(&step.org, step.call, routed, go, step.flow.as_ref(), &cause);
        self.catch_up(step);
        self.outcome(step.call, true)
    }

    /// What a switch's report means for the call's way; after the report changed the call.
    pub(super) fn route_event(&mut self, report: &CallEventReport) {
        use hookline_domain::call::CallEvent;
        let Some(routed) = self.loaded.routes.get(&report.call).cloned() else { return };
        match report.event {
            CallEvent::Ringing => {}
            CallEvent::Answered { ref target } => {
                if routed.is_open() {
                    let at = routed.answered_by(target.as_deref()).unwrap_or(routed.dialing.len());
                    self.connected(&report.org, report.call, routed, at, &report.actor);
                }
            }
            CallEvent::Ended { .. } => self.ended(&report.org, report.call, routed, &report.actor),
        }
    }

    pub(super) fn go(
        &mut self,
        org: &Arc<Org>,
        id: CallId,
        mut routed: Routed,
        go: Go,
        flow: Option<&Arc<PublishedFlow>>,
        cause: &Cause<'_>,
    ) {
        let mut course = Course::default();
        if self.run(org, id, &mut routed, go, flow, &mut course) {
            self.decided(org, id, routed, course, cause);
        }
    }

    /// Writes down a decision: its trace, the timeline's line, the call's state.
    pub(super) fn decided(
        &mut self,
        org: &Org,
        id: CallId,
        mut routed: Routed,
        mut course: Course,
        cause: &Cause<'_>,
    ) {
        routed.decision += 1;
        routed.asked_at = matches!(routed.stand, Stand::Asking(_)).then_some(self.at);
        let mut changes = std::mem::take(&mut course.changes);
        if let Stand::Told(instruction) = &routed.stand {
            changes.push(Change { field: "routing".into(), from: None, to: Some(instruction.summary()) });
            // Of several it is not known yet who gets it.
            let target = match routed.dialing.as_slice() {
                [only] => Some(only.name.clone()),
                _ => None,
            };
            let call = &mut self.loaded.calls.get_mut(&id).expect("a routed call is loaded").call;
            if !routed.dialing.is_empty() && call.target != target {
                let from = std::mem::replace(&mut call.target, target.clone());
                changes.push(Change { field: "target".into(), from, to: target });
            }
        }
        let trace = course.trace(&self.view(org, id), &routed, cause.trigger, self.at);
        self.writes.decisions.push(DecisionRow {
            org: org.id,
            call: id,
            number: i64::from(routed.decision),
            at: self.at,
            decision: trace,
        });
        if matches!(routed.stand, Stand::Asking(_)) && !is_waited_for(cause) {
            self.asking.push(id);
        }
        self.keep_route(id, routed);
        if !changes.is_empty() {
            self.record(id, "call.routed", cause.actor, cause.request, changes);
        }
    }

    pub(super) fn keep_route(&mut self, id: CallId, mut routed: Routed) {
        if !routed.is_open()
            && let Some(held) = routed.reserved.take()
        {
            let org = self.loaded.calls[&id].call.org;
            self.release(org, &held, false);
        }
        self.loaded.routes.insert(id, routed);
        self.changed_routes.insert(id);
    }

    pub(super) fn standing(&self, id: CallId) -> Option<Standing> {
        let routed = self.loaded.routes.get(&id)?;
        Some(Standing { decision: routed.decision, stand: routed.stand.clone() })
    }
}

/// Whether somebody waits for what comes of it.
pub(super) fn is_waited_for(cause: &Cause<'_>) -> bool {
    cause.request.is_none()
}
