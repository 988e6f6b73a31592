//! Updates that wait for their call: held, applied when it appears, or attached by hand.

use hookline_domain::call::Change;
use hookline_domain::ids::{CallId, OrgId, RequestId};
use hookline_domain::matching::{HeldState, HeldUpdate};
use hookline_domain::update::{Calls, Update};
use hookline_domain::webhook;
use serde_json::json;

use super::Commit;
use super::again::When;
use super::change::By;
use super::request::Done;
use super::route::Cause;
use super::rows::MatchedRow;
use crate::intake::held::{HeldKey, HeldRow, Settled, SettledRow};
use crate::intake::work::{Attach, InboundRequest, Outcome, StartCall, Unmatched};
use crate::settings::Org;

impl Commit<'_> {
    /// Keeps an update whose call is not there.
    pub(super) fn hold(&mut self, request: &InboundRequest, update: &Update, reason: String) -> Done {
        let org = request.org.id;
        let key =
            HeldKey::of_update(org, &update.calls).expect("a batch finds its calls or names them failed");
        let held = HeldUpdate {
            request: request.id,
            webhook: request.webhook.id,
            changes: update.changes.clone(),
            received_at: request.received_at,
            expires_at: request.received_at.plus_seconds(request.webhook.settings.lookback_seconds),
        };
        let (caller, sent_id) = match &update.calls {
            Calls::Phone(caller) => (Some(caller.clone()), None),
            Calls::One(sent_id) => (None, Some(sent_id.clone())),
            Calls::Batch(_) => (None, None),
        };
        // A call that starts later in this very commit must see it.
        self.loaded.held.entry(key).or_default().push(held.clone());
        let kind = request.webhook.kind;
        self.writes.held.push(HeldRow { org, kind, key, caller, sent_id, held, reason, settled: None });
        Done {
            body: webhook::held_answer(kind, update, request.id),
            effect: json!({ "held": true, "call_log_ids": [], "when": [When::BeforeRouting] }),
        }
    }

    /// The call that has this name by its switch. Whoever lets updates wait for a name may use it
    /// after the call has begun as well.
    pub(super) fn named(&self, request: &InboundRequest, sent_id: &str) -> Option<CallId> {
        if !request.holds() {
            return None;
        }
        let named = self.loaded.externals.get(&(request.org.id, sent_id.to_owned())).copied();
        named.filter(|id| self.loaded.calls.contains_key(id))
    }

    /// Applies what waited for a call that starts, in the order in which it came.
    pub(super) fn apply_held(&mut self, start: &StartCall) {
        let mut due = Vec::new();
        for key in HeldKey::of_start(start) {
            let Some(waiting) = self.loaded.held.get_mut(&key) else { continue };
            // A deleted webhook's updates are no longer applied; a disabled one's are: they were accepted.
            let is_due = |held: &mut HeldUpdate| {
                start.org.webhooks.contains_key(&held.webhook) && held.is_for(start.started_at)
            };
            due.extend(waiting.extract_if(.., is_due));
        }
        due.sort_by_key(HeldUpdate::arrival);
        for held in &due {
            let actor = format!("webhook:{}", held.webhook);
            // Before the call is decided for the first time.
            self.apply_waiting(&start.org, held, start.id, HeldState::Applied, &actor);
        }
    }

    fn apply_waiting(
        &mut self,
        org: &Org,
        held: &HeldUpdate,
        call: CallId,
        state: HeldState,
        actor: &str,
    ) -> Vec<Change> {
        let by = By { definitions: &org.definitions, request: Some(held.request), actor };
        let applied = self.change(call, &held.changes, &by);
        let skipped = applied.skipped;
        let settled_by = (state == HeldState::Attached).then(|| actor.to_owned());
        self.settle(org.id, held.request, Settled { state, call, at: self.at, by: settled_by, skipped });
        applied.timeline
    }

    /// From here on nothing in this commit takes the update for one that waits.
    fn settle(&mut self, org: OrgId, request: RequestId, settled: Settled) {
        for waiting in self.loaded.held.values_mut() {
            waiting.retain(|held| held.request != request);
        }
        if let Some(asked) = self.loaded.attaching.get_mut(&(org, request)) {
            (asked.state, asked.call) = (settled.state, Some(settled.call));
        }
        match self.writes.held.iter_mut().find(|row| row.held.request == request) {
            Some(row) => row.settled = Some(settled),
            None => self.writes.settled.push(SettledRow { org, request, settled }),
        }
    }

    /// Applies an unmatched request to the call that someone named.
    pub(super) fn attach(&mut self, attach: &Attach) -> Outcome {
        let attached = match &attach.what {
            Unmatched::Update => self.attach_update(attach),
            Unmatched::CallData(caller) => self.attach_call_data(attach, caller),
        };
        match attached {
            Err(refused) => refused,
            Ok(changes) => {
                let before = self.standing(attach.call).map(|standing| standing.decision);
                let cause = Cause { trigger: "attached", actor: &attach.actor, request: None };
                self.route_update(&attach.org, attach.call, &changes, &cause);
                let after = self.standing(attach.call).map(|standing| standing.decision);
                self.told(attach.call, true, before != after)
            }
        }
    }

    fn attach_update(&mut self, attach: &Attach) -> Result<Vec<Change>, Outcome> {
        let asked =
            self.loaded.attaching.get(&(attach.org.id, attach.request)).ok_or(Outcome::NoSuchUnmatched)?;
        if !asked.state.is_open() {
            let call = asked.call.map(|call| format!(" to the call {call}")).unwrap_or_default();
            return Err(Outcome::NotWaiting(format!("it was {}{call}", asked.state.as_str())));
        }
        let held = asked.held.clone();
        self.own_call(attach)?;
        Ok(self.apply_waiting(&attach.org, &held, attach.call, HeldState::Attached, &attach.actor))
    }

    fn attach_call_data(&mut self, attach: &Attach, caller: &str) -> Result<Vec<Change>, Outcome> {
        let key = (attach.org.id, caller.to_owned());
        let mut stored = self.loaded.caller_data.get(&key).into_iter().flatten();
        let found = stored.find(|one| one.request == attach.request).ok_or(Outcome::NoSuchUnmatched)?;
        if found.consumed {
            return Err(Outcome::NotWaiting("a call has used it".into()));
        }
        let fields = found.fields.clone();
        self.own_call(attach)?;
        let (definitions, actor) = (&attach.org.definitions, attach.actor.as_str());
        let by = By { definitions, request: Some(attach.request), actor };
        let changes = self.tell(attach.call, &fields, attach.request, &by);
        let stored = self.loaded.caller_data.get_mut(&key).into_iter().flatten();
        stored.filter(|one| one.request == attach.request).for_each(|one| one.consumed = true);
        let (org, caller) = key;
        let (request, call) = (attach.request, attach.call);
        self.writes.matched.push(MatchedRow { org, caller, request, call, by_hand: true });
        Ok(changes)
    }

    fn own_call(&self, attach: &Attach) -> Result<(), Outcome> {
        match self.loaded.calls.get(&attach.call) {
            None => Err(Outcome::CallNotFound),
            Some(call) if call.call.org != attach.org.id => Err(Outcome::CallForbidden),
            Some(_) => Ok(()),
        }
    }
}
