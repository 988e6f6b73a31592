//! What becomes of the targets that ring.

use hookline_domain::call::Change;
use hookline_domain::flow::{self, DialOutcome};
use hookline_domain::ids::{CallId, TargetId};

use super::Commit;
use super::course::Go;
use crate::intake::work::{NextStep, Outcome};
use crate::routing::{Instruction, Leads, Routed, Stand};
use crate::settings::Org;

const NOT_RINGING: &str =
    "the call does not ring at the `target` that you name: send the id of one that the instruction names";

impl Commit<'_> {
    /// What became of those that ring. How it goes on, or what to answer if it does not.
    pub(super) fn dialed(
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
    pub(super) fn connected(&mut self, org: &Org, id: CallId, mut routed: Routed, at: usize, actor: &str) {
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
}
