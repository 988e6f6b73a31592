//! A call's way: what it is told when it starts, when its switch reports, and when a tag changes.

use std::sync::Arc;

use hookline_domain::call::{Call, Change, NoPayoutReason};
use hookline_domain::flow::{self, DialOutcome, FlowState};
use hookline_domain::ids::{CallId, RequestId, TargetId};
use hookline_domain::routing::{EndedCall, settle_conversion};

use super::Commit;
use super::bid::chance;
use super::course::{Course, Go};
use super::needs::{converted_since, converting};
use super::rows::{Converting, DecisionRow};
use crate::intake::bid::HeldBid;
use crate::intake::work::{CallEventReport, News, NextStep, Outcome, Standing, StartCall};
use crate::routing::{Ask, Instruction, Leads, Routed, Stand};
use crate::settings::{CampaignRouting, Org, PublishedFlow};

const NOT_RINGING: &str =
    "the call does not ring at the `target` that you name: send the id of one that the instruction names";

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

    /// What became of those that ring. How it goes on, or what to answer if it does not.
    fn dialed(
        &mut self,
        step: &NextStep,
        routed: &mut Routed,
        outcome: DialOutcome,
        target: Option<TargetId>,
    ) -> Result<Go, Outcome> {
        if target.is_some_and(|target| routed.attempted.contains(&target)) {
            return Err(self.stands(step.call));
        }
        let at = routed.rings_at(target);
        match (outcome, at) {
            (DialOutcome::Connected, Some(at)) => {
                self.connected(&step.org, step.call, routed.clone(), at, &step.actor);
                Err(self.outcome(step.call, true))
            }
            (DialOutcome::Connected, None) => Err(Outcome::NotExpected(routed.stand.expects())),
            (_, Some(at)) if routed.dialing.len() > 1 => {
                self.gave_up(&step.org, routed, at, outcome);
                self.keep_route(step.call, routed.clone());
                self.catch_up(step);
                Err(self.outcome(step.call, true))
            }
            (_, None) if target.is_some() => Err(Outcome::NotExpected(NOT_RINGING)),
            _ => Ok(self.not_reached(&step.org, routed, outcome)),
        }
    }

    /// One of several does not take the call; the others ring on.
    fn gave_up(&mut self, org: &Org, routed: &mut Routed, at: usize, outcome: DialOutcome) {
        let gone = routed.dialing.remove(at);
        self.release(org.id, &gone, false);
        routed.attempted.push(gone.target);
        routed.outcome = Some(outcome);
        if let Stand::Told(Instruction::Dial { targets, .. }) = &mut routed.stand {
            targets.retain(|target| target.id != gone.target);
        }
    }

    /// Nobody took the call: its places are free again.
    fn not_reached(&mut self, org: &Org, routed: &mut Routed, outcome: DialOutcome) -> Go {
        for dialing in std::mem::take(&mut routed.dialing) {
            self.release(org.id, &dialing, false);
            routed.attempted.push(dialing.target);
        }
        routed.outcome = Some(outcome);
        match &routed.leads {
            Some(Leads::Plan(_)) => Go::Decide,
            Some(Leads::Targets { targets, .. })
                if !targets.iter().all(|target| routed.attempted.contains(target)) =>
            {
                Go::Decide
            }
            Some(Leads::Targets { .. }) | None => {
                // When the flow comes back to it, every target may be tried again.
                routed.leads = None;
                Go::Flow(flow::Input::Dialed(outcome))
            }
        }
    }

    /// The one at this place has the call, and those that rang beside it do not. From here on updates change
    /// the record only.
    fn connected(&mut self, org: &Org, id: CallId, mut routed: Routed, at: usize, actor: &str) {
        routed.stand = Stand::Connected;
        if at < routed.dialing.len() {
            let has_it = routed.dialing.remove(at);
            let others = std::mem::replace(&mut routed.dialing, vec![has_it]);
            for other in &others {
                self.release(org.id, other, false);
            }
            if !others.is_empty() {
                self.has_answered(id, &routed.dialing[0].name, actor);
            }
        }
        if let (Some(state), Some(current)) =
            (&routed.flow, routed.flow.as_ref().and_then(|state| org.flows.get(&state.flow)))
            && current.version == state.version
        {
            let view = self.view(org, id);
            let env = flow::Env { tags: &view, now: self.at, chance: routed.chance, round_robin: &|_| 0 };
            if let Ok(advanced) =
                flow::advance(&current.flow, state, flow::Input::Dialed(DialOutcome::Connected), env)
            {
                routed.flow = Some(advanced.state);
            }
        }
        self.keep_route(id, routed);
    }

    /// Who of several has the call is known only now.
    fn has_answered(&mut self, id: CallId, name: &str, actor: &str) {
        let call = &mut self.loaded.calls.get_mut(&id).expect("a routed call is loaded").call;
        if call.target.as_deref() == Some(name) {
            return;
        }
        let from = call.target.replace(name.to_owned());
        let change = Change { field: "target".into(), from, to: Some(name.to_owned()) };
        self.record(id, "call.routed", actor, None, vec![change]);
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

    fn ended(&mut self, org: &Org, id: CallId, mut routed: Routed, actor: &str) {
        let was_told = routed.stand == Stand::Connected;
        routed.stand = Stand::Over;
        let mut rang = std::mem::take(&mut routed.dialing);
        if rang.len() > 1 {
            // Nobody has answered.
            rang.drain(..).for_each(|dialing| self.release(org.id, &dialing, false));
        }
        let Some(dialing) = rang.pop() else {
            self.keep_route(id, routed);
            return;
        };
        let call = &self.loaded.calls[&id].call;
        // A switch may say by `next` only that a target has the call; it has used up its place then.
        let was_connected = was_told || call.answered_at.is_some();
        let ended = EndedCall {
            connected_seconds: call.connected_seconds(self.at),
            converted_before: dialing.conversion.is_some() && self.has_converted(org, call, &routed),
            caps_exceeded: false,
        };
        let settled = settle_conversion(ended, dialing.conversion.as_ref());
        self.release(org.id, &dialing, was_connected);
        routed.had = was_connected.then_some(dialing.target);
        self.keep_route(id, routed);
        let changes = self.apply_settled(id, settled);
        if !changes.is_empty() {
            self.record(id, "call.settled", actor, None, changes);
        }
    }

    /// Whether another call of the caller has converted in this campaign.
    fn has_converted(&self, org: &Org, call: &Call, routed: &Routed) -> bool {
        let Some(who) = converting(call) else { return false };
        let since = converted_since(org, routed, call);
        // Those that are changed in this very commit are as they are by now.
        let has = |other: &Call| {
            other.id != call.id && other.converted && other.started_at >= since && is_of(&who, other)
        };
        let stored = self.loaded.converted.get(&who).into_iter().flatten();
        let mut unchanged = stored.filter(|(id, _)| !self.loaded.calls.contains_key(id));
        unchanged.any(|(_, started_at)| *started_at >= since)
            || self.loaded.calls.values().any(|other| has(&other.call))
    }

    /// What a client has set stands before what the rule gives.
    fn apply_settled(&mut self, id: CallId, settled: hookline_domain::routing::Settled) -> Vec<Change> {
        let call = &mut self.loaded.calls.get_mut(&id).expect("a routed call is loaded").call;
        let mut changes = Vec::new();
        let mut note = |field: &str, from: Option<String>, to: String| {
            changes.push(Change { field: field.to_owned(), from, to: Some(to) });
        };
        if settled.converted && !call.converted {
            let at = call.ended_at.unwrap_or(self.at);
            call.converted = true;
            note("converted", Some("false".into()), "true".into());
            if call.converted_at.is_none() {
                call.converted_at = Some(at);
                note("converted_at", None, at.to_string());
            }
        }
        if let (None, Some(revenue)) = (call.revenue_paid_out, settled.revenue) {
            call.revenue_paid_out = Some(revenue);
            note("revenue_paid_out", None, revenue.to_string());
        }
        if let (None, Some(payout)) = (call.publisher_paid_out, settled.payout) {
            call.publisher_paid_out = Some(payout);
            note("publisher_paid_out", None, payout.to_string());
        }
        // Who was paid, or converted by a client's word, needs no reason for not being paid.
        let paid = call.publisher_paid_out.is_some() || (call.converted && !settled.converted);
        if let (None, Some(reason), false) = (call.no_payout_reason, settled.no_payout_reason, paid) {
            call.no_payout_reason = Some(reason);
            note("no_payout_reason", None, NoPayoutReason::as_str(reason).to_owned());
        }
        changes
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

fn is_of((org, campaign, caller): &Converting, call: &Call) -> bool {
    call.org == *org && call.campaign == Some(*campaign) && call.caller == *caller
}

/// Whether somebody waits for what comes of it.
pub(super) fn is_waited_for(cause: &Cause<'_>) -> bool {
    cause.request.is_none()
}
