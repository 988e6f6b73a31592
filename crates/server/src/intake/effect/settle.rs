//! The end of a routed call, and what it was worth.

use hookline_domain::call::{Call, Change, NoPayoutReason};
use hookline_domain::ids::CallId;
use hookline_domain::routing::{EndedCall, Settled, settle_conversion};

use super::Commit;
use super::needs::{converted_since, converting};
use super::rows::Converting;
use crate::routing::{Routed, Stand};
use crate::settings::Org;

impl Commit<'_> {
    pub(super) fn ended(&mut self, org: &Org, id: CallId, mut routed: Routed, actor: &str) {
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
    fn apply_settled(&mut self, id: CallId, settled: Settled) -> Vec<Change> {
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
}

fn is_of((org, campaign, caller): &Converting, call: &Call) -> bool {
    call.org == *org && call.campaign == Some(*campaign) && call.caller == *caller
}
