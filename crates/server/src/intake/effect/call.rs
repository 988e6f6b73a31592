//! A call that starts, and what its switch reports of it.

use hookline_domain::call::{self, Call, CallStatus, Change};
use hookline_domain::ids::{CallId, WebhookId};
use hookline_domain::matching::{self, Candidate, MatchSettings};
use hookline_domain::phone;
use hookline_domain::settings::WebhookSettings;
use hookline_domain::tags::{self, StartInput};

use super::Commit;
use super::rows::{LoadedCall, MatchedRow};
use crate::intake::work::{CallEventReport, CallOutcome, Outcome, StartCall};

impl Commit<'_> {
    pub(super) fn start(&mut self, start: &StartCall) -> Outcome {
        let org = start.org.id;
        if let Some(external) = &start.external_id {
            // The switch told us before, and perhaps didn't hear the answer.
            if let Some(&id) = self.loaded.externals.get(&(org, external.clone())) {
                return self.outcome(id, false);
            }
        }
        let matched = self.matched(start);
        let mut call = new_call(start);
        let assembled = tags::assemble(StartInput {
            facts: phone::prefix_facts(&start.caller),
            definitions: &start.org.definitions,
            campaign_defaults: start.campaign.and_then(|id| start.org.campaigns.get(&id)).map_or(&[], |one| &one.tag_defaults),
            publisher_defaults: start.publisher.and_then(|id| start.org.publishers.get(&id)).map_or(&[], |one| &one.tag_defaults),
            parameters: &start.parameters,
            headers: &start.headers,
            rtb: &[],
            call_data: &matched.iter().map(|one| (one.request, one.received_at, one.fields.as_slice())).collect::<Vec<_>>(),
            at: start.started_at,
        });
        call.state = assembled.state;
        call.zip = assembled.zip;
        let changes = started(&call, &assembled.tags);
        let id = start.id;
        self.loaded.calls.insert(id, LoadedCall { call, external_id: start.external_id.clone(), last_seq: 0 });
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
            self.mark_matched(start, one);
        }
        self.record(id, "call.started", &start.actor, None, changes);
        self.outcome(id, true)
    }

    /// The stored `call_data` that belongs to this call, in the order to apply it.
    fn matched(&self, start: &StartCall) -> Vec<Candidate> {
        let candidates = self.loaded.caller_data.get(&(start.org.id, start.caller.clone()));
        let settings = |webhook: WebhookId| {
            // A deleted webhook's data is no longer applied; a disabled one's is, its data was accepted.
            start.org.webhooks.get(&webhook).map(|webhook| match_settings(&webhook.settings))
        };
        matching::select(candidates.map_or(&[][..], Vec::as_slice), &settings, start.started_at, start.campaign)
    }

    fn mark_matched(&mut self, start: &StartCall, candidate: &Candidate) {
        let key = (start.org.id, start.caller.clone());
        let stored = self.loaded.caller_data.get_mut(&key).into_iter().flatten();
        stored.filter(|one| one.request == candidate.request).for_each(|one| one.consumed = true);
        if let Some(row) = self.writes.caller_data.iter_mut().find(|row| row.request == candidate.request) {
            row.matched_call.get_or_insert(start.id);
        } else if !candidate.consumed {
            let (org, caller) = key;
            self.writes.matched.push(MatchedRow { org, caller, request: candidate.request, call: start.id });
        }
    }

    pub(super) fn event(&mut self, report: &CallEventReport) -> Outcome {
        let Some(loaded) = self.loaded.calls.get_mut(&report.call) else { return Outcome::CallNotFound };
        if loaded.call.org != report.org.id {
            return Outcome::CallForbidden;
        }
        match call::advance(&mut loaded.call, &report.event, report.at) {
            Err(out_of_order) => Outcome::OutOfOrder(out_of_order.to_string()),
            Ok(changes) if changes.is_empty() => self.outcome(report.call, false),
            Ok(changes) => {
                self.record(report.call, kind(&report.event), &report.actor, None, changes);
                self.outcome(report.call, true)
            }
        }
    }

    fn outcome(&self, id: CallId, changed: bool) -> Outcome {
        let loaded = &self.loaded.calls[&id];
        let tags = self.loaded.tags.get(&id).cloned().unwrap_or_default();
        Outcome::Call(Box::new(CallOutcome {
            call: loaded.call.clone(),
            external_id: loaded.external_id.clone(),
            tags,
            changed,
        }))
    }
}

fn match_settings(settings: &WebhookSettings) -> MatchSettings {
    MatchSettings {
        lookback_micros: settings.lookback_seconds * hookline_domain::time::MICROS_PER_SECOND,
        policy: settings.match_policy,
        consume: settings.consume,
        campaigns: settings.campaigns.clone(),
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
        id: start.id,
        org: start.org.id,
        caller: start.caller.clone(),
        dialed: start.dialed.clone(),
        campaign: start.campaign,
        publisher: start.publisher,
        number: start.number,
        target: None,
        status: CallStatus::Ringing,
        started_at: start.started_at,
        answered_at: None,
        ended_at: None,
        converted: false,
        converted_at: None,
        revenue_paid_out: None,
        publisher_paid_out: None,
        reason: None,
        no_payout_reason: None,
        state: None,
        zip: None,
    }
}

/// The first entry of a timeline: what the call began with.
fn started(call: &Call, tags: &tags::TagSet) -> Vec<Change> {
    let set = |field: String, to: String| Change { field, from: None, to: Some(to) };
    let mut changes = vec![set("status".into(), "ringing".into())];
    changes.extend(call.state.clone().map(|state| set("state".into(), state)));
    changes.extend(call.zip.clone().map(|zip| set("zip".into(), zip)));
    changes.extend(tags.iter().map(|(name, tag)| set(format!("tag:{name}"), tag.value.clone())));
    changes
}
