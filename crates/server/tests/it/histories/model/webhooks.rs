//! What the four webhooks answer, and do.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::op::{Kind, Named, Request, Says, Spoiled, Who};
use super::call::{Source, as_tag, change, dollars};
use super::{Asked, CALLERS, Data, Expected, HOUR, Mistake, Model, Moment, name, text};

impl Model {
    /// In the order of the contract: key, rate, what can be read, idempotency, the call, the effect.
    pub fn send(&mut self, request: &Request) -> Expected {
        if !self.is_good(request.kind, request.key) {
            return refused(401, "unauthorized", None);
        }
        let count_replays = !self.is(Mistake::CountsNoReplays);
        let asked = self.asked(request);
        let is_known = request.transaction.and_then(|id| self.done.get(&id)).cloned();
        let webhook = self.webhooks.get_mut(&request.kind).expect("one of each type");
        if webhook.used >= webhook.limit {
            return refused(429, "rate_limited", Some(0));
        }
        if count_replays || is_known.is_none() {
            webhook.used += 1;
        }
        let left = webhook.used_is_certain.then(|| webhook.limit - webhook.used);
        if let Some(spoiled) = request.spoiled {
            return refused(400, code_of(spoiled, request.kind), left);
        }
        if let Some(known) = is_known {
            let mismatch = known != asked;
            if known.0 != request.kind || (mismatch && webhook.strict) {
                return refused(409, "transaction_id_reused", left);
            }
            return Expected { replayed: true, mismatch, left, ..done(None) };
        }
        let effect =
            if request.kind == Kind::CallData { Ok(self.call_data(request)) } else { self.update(request) };
        if effect.is_ok() || self.is(Mistake::KeepsRefusedIds) {
            self.done.extend(request.transaction.map(|id| (id, asked)));
        }
        match effect {
            Ok(body) => Expected { left, ..done(Some(body)) },
            Err((status, code)) => refused(status, code, left),
        }
    }

    fn call_data(&mut self, request: &Request) -> Value {
        let Who::Caller(caller) = request.who else { unreachable!("call_data names a caller") };
        let at = self.now();
        let mut is_used = false;
        for call in self.calls.values_mut().filter(|call| call.caller == caller && call.is_live()) {
            is_used = true;
            let mut lines = BTreeSet::new();
            for (name, value) in request.says.data.iter().filter_map(as_tag) {
                let source = if self.mistake == Some(Mistake::CallDataBeatsUpdates) {
                    Source::UpdateTags
                } else {
                    Source::CallData
                };
                lines.extend(call.offer(name, value, source, at));
            }
            call.record("call.data", lines);
        }
        self.data.push(Data { caller, at, fields: request.says.data.clone(), is_used });
        json!({"success": true})
    }

    fn update(&mut self, request: &Request) -> Result<Value, (u16, &'static str)> {
        let (found, failed) = self.find(request)?;
        let Says { revenue, converted, converted_at, payout, reason, no_payout, .. } = &request.says;
        let says = &request.says;
        let pays_live = self.is(Mistake::PaysLiveCalls);
        let adds_first = self.is(Mistake::AddsBeforeRemoving);
        let (mut live, mut skipped) = (vec![], BTreeSet::new());
        let at = self.now();
        for id in &found {
            let call = self.calls.get_mut(id).expect("it was found");
            let is_live = call.is_live();
            if is_live {
                live.push(name(*id));
                let only_over =
                    [("publisher_paid_out", payout.is_some()), ("no_payout_reason", no_payout.is_some())];
                skipped.extend(only_over.iter().filter(|(_, sent)| *sent).map(|(field, _)| *field));
            }
            let mut lines = call.convert(says, at);
            if !is_live || pays_live {
                lines.extend(change(&mut call.payout, payout.map(Some), "publisher_paid_out", dollars));
                lines.extend(change(&mut call.no_payout, *no_payout, "no_payout_reason", str::to_owned));
            }
            lines.extend(change(&mut call.reason, *reason, "reason", str::to_owned));
            lines.extend(call.retag(says, at, adds_first));
            call.record("call.updated", lines);
        }
        let mut body = Map::from_iter([
            ("success".to_owned(), json!(true)),
            ("call_log_ids".to_owned(), json!(found.iter().map(|id| name(*id)).collect::<Vec<_>>())),
        ]);
        let mut show = |field: &str, value: Option<Value>| {
            let all_skipped = skipped.contains(field) && live.len() == found.len();
            body.extend(value.filter(|_| !all_skipped).map(|value| (field.to_owned(), value)));
        };
        if let Who::Batch(_) = request.who {
            let named =
                |(who, code): &(Named, &str)| json!({"call_log_id": self.spelled(*who), "code": code});
            show("failed_call_log_ids", Some(failed.iter().map(|(who, _)| self.spelled(*who)).collect()));
            show("failures", (!failed.is_empty()).then(|| failed.iter().map(named).collect()));
        }
        show("revenue_paid_out", revenue.map(|cents| json!(f64::from(cents) / 100.0)));
        show("converted", converted.map(Value::from));
        show("converted_at", converted_at.map(|hours| json!(hours.map(|hours| text(hours * HOUR)))));
        show("publisher_paid_out", payout.map(|cents| json!(f64::from(cents) / 100.0)));
        show("reason", reason.map(Value::from));
        show("no_payout_reason", no_payout.map(Value::from));
        let tags = request.kind == Kind::Tags;
        // Those that a call took.
        let taken = says.add.iter().filter(|_| !found.is_empty());
        let added = taken.map(|(name, value)| json!({*name: value})).collect();
        show("added", (tags || !says.add.is_empty()).then_some(added));
        show("removed", (tags || !says.remove.is_empty()).then(|| json!(says.remove)));
        show("active_call_log_ids", (!live.is_empty()).then(|| json!(live)));
        if !skipped.is_empty() {
            body.insert("skipped_fields".to_owned(), json!(skipped));
        }
        Ok(Value::Object(body))
    }

    fn asked(&self, request: &Request) -> Asked {
        let mut says = request.says.clone();
        says.data.sort_unstable();
        says.add.sort_unstable();
        says.remove.sort_unstable();
        let calls = match &request.who {
            Who::One(who) => vec![self.spelled(*who)],
            Who::Batch(names) => {
                let ids: BTreeSet<String> = names.iter().map(|who| self.spelled(*who)).collect();
                [vec!["batch".to_owned()], ids.into_iter().collect()].concat()
            }
            Who::Caller(caller) => vec![CALLERS[usize::from(*caller)].0.to_owned()],
        };
        (request.kind, calls, says)
    }

    /// The id that a client sends; of a call that has not started yet, it can't be the one that it will have.
    pub fn spelled(&self, who: Named) -> String {
        match who {
            Named::Call(id) if self.knows(id) => name(id),
            Named::Call(id) => format!("not-yet-{id}"),
            Named::Nobody => "nobody".to_owned(),
            Named::Foreign => "foreign".to_owned(),
        }
    }

    /// The calls that an update reaches, and those of a batch that are not there.
    #[expect(clippy::type_complexity, reason = "calls, and why others are not reached")]
    fn find(&self, request: &Request) -> Result<(Vec<u8>, Vec<(Named, &'static str)>), (u16, &'static str)> {
        let find = |who: Named| match who {
            Named::Call(id) if self.knows(id) => Ok(id),
            Named::Call(_) | Named::Nobody => Err((404, "call_not_found")),
            Named::Foreign => Err((403, "call_forbidden")),
        };
        match &request.who {
            Who::One(who) => Ok((vec![find(*who)?], vec![])),
            Who::Batch(names) => {
                let (mut found, mut failed) = (vec![], vec![]);
                for who in names {
                    match find(*who) {
                        Ok(id) if !found.contains(&id) => found.push(id),
                        Err((_, code)) if !failed.contains(&(*who, code)) => failed.push((*who, code)),
                        _ => {}
                    }
                }
                Ok((found, failed))
            }
            Who::Caller(caller) => {
                let webhook = &self.webhooks[&request.kind];
                let since = self.now() - webhook.lookback;
                let of_caller = self.calls.iter().filter(|(_, call)| call.caller == *caller);
                let mut found: Vec<(Moment, u8)> =
                    of_caller.map(|(id, call)| (call.started, *id)).filter(|(at, _)| *at >= since).collect();
                found.sort_unstable();
                let ids: Vec<u8> = found.into_iter().map(|(_, id)| id).collect();
                match (webhook.phone_match, ids.as_slice()) {
                    (_, []) => Err((404, "call_not_found")),
                    ("latest", [.., latest]) => Ok((vec![*latest], vec![])),
                    ("only", [_, _, ..]) => Err((409, "ambiguous_call")),
                    _ => Ok((ids, vec![])),
                }
            }
        }
    }
}

fn done(body: Option<Value>) -> Expected {
    Expected { status: 200, code: None, replayed: false, mismatch: false, body, left: None }
}

fn refused(status: u16, code: &'static str, left: Option<u32>) -> Expected {
    Expected { status, code: Some(code), replayed: false, mismatch: false, body: None, left }
}

fn code_of(spoiled: Spoiled, kind: Kind) -> &'static str {
    match (spoiled, kind) {
        (Spoiled::NamesNoCall, Kind::CallData) => "missing_caller_id",
        (Spoiled::NamesNoCall, _) => "missing_call",
        (Spoiled::SaysNothing, Kind::Revenue) => "missing_revenue_paid_out",
        (Spoiled::SaysNothing, Kind::Tags) => "missing_tags",
        (Spoiled::SaysNothing, _) => "missing_fields",
        (Spoiled::Negative, _) => "invalid_amount",
        (Spoiled::TooManyCalls, _) => "invalid_batch",
        (Spoiled::NotJson, _) => "invalid_json",
    }
}
