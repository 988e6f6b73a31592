//! A call that starts, and what its switch reports of it.

use hookline_domain::call::{self, Call, CallEvent, Change};
use hookline_domain::ids::CallId;
use hookline_domain::matching::Candidate;
use hookline_domain::tags::{TagSet, timeline_field};

use super::Commit;
use super::arriving::Arriving;
use super::rows::{LoadedCall, MatchedRow};
use crate::intake::bid::HeldBid;
use crate::intake::work::{CallEventReport, CallOutcome, Outcome, StartCall};
use crate::routing::Routed;

const WHO_ANSWERED: &str = "the call rings at several targets: say in `target` which one answered, by its id, or by its destination or name if no other that rings has the same";

impl Commit<'_> {
    pub(super) fn start(&mut self, start: &StartCall) -> Outcome {
        let org = start.org.id;
        if let Some(external) = &start.external_id {
            // The switch told us before, and perhaps didn't hear the answer.
            // By now that call may have been removed for its age.
            if let Some(&id) = self.loaded.externals.get(&(org, external.clone()))
                && self.loaded.calls.contains_key(&id)
            {
                return self.stands(id);
            }
        }
        let bid = self.take_bid(start);
        let announced_by = bid.as_ref().and_then(|bid| start.org.rtb_endpoints.get(&bid.endpoint));
        let arriving = Arriving {
            org: &start.org,
            caller: &start.caller,
            campaign: start.campaign,
            // A number of no publisher in particular: it is theirs whose bid announced the call.
            publisher: start.publisher.or(announced_by.and_then(|endpoint| endpoint.publisher)),
            at: start.started_at,
            parameters: &start.parameters,
            headers: &start.headers,
            rtb: bid.as_ref().map_or(&[], |bid| &bid.parameters),
        };
        let (matched, consumed) = self.matched(&arriving);
        let assembled = arriving.assemble(&matched);
        let mut call = new_call(start);
        call.publisher = arriving.publisher;
        call.state = assembled.state;
        call.zip = assembled.zip;
        let changes = started(&assembled.tags, bid.as_ref());
        let id = start.id;
        let external_id = start.external_id.clone();
        self.loaded.calls.insert(id, LoadedCall { call, external_id, last_seq: 0, read_seq: 0 });
        self.loaded.tags.insert(id, assembled.tags);
        if let Some(calls) = self.loaded.by_phone.get_mut(&(org, start.caller.clone())) {
            calls.push(id);
        }
        if let Some(external) = &start.external_id {
            self.loaded.externals.insert((org, external.clone()), id);
        }
        self.created.insert(id);
        self.changed_tags.insert(id);
        for one in &matched {
            self.mark_matched(start, one, consumed.contains(&one.request));
        }
        self.record(id, "call.started", &start.actor, None, changes);
        self.apply_held(start);
        self.route_start(start, bid);
        self.outcome(id, true)
    }

    fn mark_matched(&mut self, start: &StartCall, candidate: &Candidate, consumed: bool) {
        let key = (start.org.id, start.caller.clone());
        if consumed {
            let stored = self.loaded.caller_data.get_mut(&key).into_iter().flatten();
            stored.filter(|one| one.request == candidate.request).for_each(|one| one.consumed = true);
        }
        if let Some(row) = self.writes.caller_data.iter_mut().find(|row| row.request == candidate.request) {
            row.matched_call.get_or_insert(start.id);
        } else if !candidate.consumed {
            let (org, caller) = key;
            let (request, call) = (candidate.request, start.id);
            self.writes.matched.push(MatchedRow { org, caller, request, call, by_hand: false });
        }
    }

    pub(super) fn event(&mut self, report: &CallEventReport) -> Outcome {
        let Some(loaded) = self.loaded.calls.get_mut(&report.call) else { return Outcome::CallNotFound };
        if loaded.call.org != report.org.id {
            return Outcome::CallForbidden;
        }
        if report.after.is_some_and(|newest| newest != loaded.last_seq) {
            return self.outcome(report.call, false);
        }
        let Ok(event) = named(&report.event, self.loaded.routes.get(&report.call)) else {
            return Outcome::NotExpected(WHO_ANSWERED);
        };
        match call::advance(&mut loaded.call, &event, report.at) {
            Err(out_of_order) => Outcome::OutOfOrder(out_of_order.to_string()),
            Ok(changes) if changes.is_empty() => self.outcome(report.call, false),
            Ok(changes) => {
                self.record(report.call, kind(&report.event), &report.actor, None, changes);
                self.route_event(report);
                self.outcome(report.call, true)
            }
        }
    }

    pub(super) fn outcome(&self, id: CallId, changed: bool) -> Outcome {
        self.told(id, changed, changed)
    }

    pub(super) fn told(&self, id: CallId, changed: bool, has_to_ask: bool) -> Outcome {
        let loaded = &self.loaded.calls[&id];
        let tags = self.loaded.tags.get(&id).cloned().unwrap_or_default();
        Outcome::Call(Box::new(CallOutcome {
            call: loaded.call.clone(),
            external_id: loaded.external_id.clone(),
            tags,
            changed,
            routed: self.standing(id),
            has_to_ask,
        }))
    }

    /// Where a call stands, for one who brings nothing new. If whoever asked another system for it is gone,
    /// this one is to ask.
    pub(super) fn stands(&mut self, id: CallId) -> Outcome {
        let forsaken = self.loaded.routes.get(&id).is_some_and(|routed| routed.is_forsaken(self.at));
        if forsaken {
            let at = self.at;
            let mut routed = self.loaded.routes[&id].clone();
            routed.asked_at = Some(at);
            self.keep_route(id, routed);
        }
        self.told(id, false, forsaken)
    }
}

/// Of several that ring, who has the call must be said.
struct Unclear;

/// A switch that does not say who answered means the target that it was told to ring. Of several the call gets
/// the one's name.
fn named(event: &CallEvent, routed: Option<&Routed>) -> Result<CallEvent, Unclear> {
    let (CallEvent::Answered { target }, Some(routed)) = (event, routed) else { return Ok(event.clone()) };
    match (routed.dialing.as_slice(), target) {
        ([only], None) => Ok(CallEvent::Answered { target: Some(only.name.clone()) }),
        ([], _) | ([_], Some(_)) => Ok(event.clone()),
        (several, _) => {
            let at = routed.answered_by(target.as_deref()).ok_or(Unclear)?;
            Ok(CallEvent::Answered { target: Some(several[at].name.clone()) })
        }
    }
}

fn kind(event: &call::CallEvent) -> &'static str {
    match event {
        call::CallEvent::Ringing => "call.ringing",
        call::CallEvent::Answered { .. } => "call.answered",
        call::CallEvent::Ended { .. } => "call.ended",
    }
}

fn new_call(start: &StartCall) -> Call {
    Call {
        campaign: start.campaign,
        publisher: start.publisher,
        number: start.number,
        ..Call::ringing(start.id, start.org.id, start.caller.clone(), start.dialed.clone(), start.started_at)
    }
}

/// The first entry of a timeline: what the call began with.
fn started(tags: &TagSet, bid: Option<&HeldBid>) -> Vec<Change> {
    let set = |field: String, to: String| Change { field, from: None, to: Some(to) };
    let mut changes = vec![set("status".into(), "ringing".into())];
    changes.extend(bid.map(|bid| set("rtb_bid".into(), bid.id.to_string())));
    changes.extend(tags.iter().map(|(name, tag)| set(timeline_field(name.as_str()), tag.value.clone())));
    changes
}
