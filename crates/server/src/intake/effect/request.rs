//! One inbound webhook request: rate, idempotency, calls, effect, answer.

use std::collections::BTreeSet;

use bytes::Bytes;
use hookline_domain::ids::{CallId, RequestId};
use hookline_domain::matching::Candidate;
use hookline_domain::rate::RateState;
use hookline_domain::settings::{IdempotencyPolicy, PhoneMatch};
use hookline_domain::update::{Calls, Update};
use hookline_domain::webhook::{self, AppliedCall, CallData, Command, FailedCall, Request, SkippedField};
use serde_json::{Value, json};

use super::again::When;
use super::change::By;
use super::route::Cause;
use super::rows::{CallerDataRow, PHONE_ROWS_MAX, Prior, RequestRow, UsedTransaction};
use super::{Commit, PHONE_MATCHES_MAX};
use crate::intake::refused::Refused;
use crate::intake::work::{Answer, InboundRequest, Replay};
use crate::problem::Problem;

/// What a request did, for its answer and for the request log.
pub(super) struct Done {
    pub body: Vec<u8>,
    pub effect: Value,
}

impl Commit<'_> {
    pub(super) fn request(&mut self, work: usize, request: &InboundRequest) -> Answer {
        let rate = self.standings[work].expect("every request is counted against its limit");
        if !rate.admitted {
            // Not logged: a flood of refusals must not become a flood of writes. A metric counts them.
            return rate_limited(request.id, rate);
        }
        let parsed = match &request.parsed {
            Ok(parsed) => parsed,
            Err(refusal) => return self.refuse(work, request, &Refused::Unreadable(refusal.clone()), rate),
        };
        if let Some(hash) = &request.transaction {
            if self.loaded.in_progress.contains(hash) {
                return self.refuse(work, request, &Refused::TransactionInProgress, rate);
            }
            if let Some(prior) = self.loaded.prior.get(hash).cloned() {
                return self.repeat(work, request, parsed, &prior, rate);
            }
        }
        let done = match &parsed.command {
            Command::CallData(data) => Ok(self.call_data(request, data)),
            Command::Update(update) => self.update(request, update),
        };
        match done {
            Ok(done) => self.succeed(work, request, parsed, done, rate),
            Err(refused) => self.refuse(work, request, &refused, rate),
        }
    }

    fn succeed(
        &mut self,
        work: usize,
        request: &InboundRequest,
        parsed: &Request,
        done: Done,
        rate: RateState,
    ) -> Answer {
        let body = Bytes::from(done.body);
        let fingerprint = parsed.fingerprint;
        if let Some(hash) = request.transaction {
            let kind = request.webhook.kind;
            let prior = Prior { request: request.id, kind, fingerprint, response: body.clone() };
            self.loaded.prior.insert(hash, prior);
        }
        self.writes.requests.push(RequestRow {
            work,
            status: 200,
            code: None,
            response: body.clone(),
            replay_of: None,
            mismatch: false,
            effect: done.effect.to_string(),
            transaction: request.transaction.map(|hash| UsedTransaction { hash, fingerprint }),
        });
        let asking = std::mem::take(&mut self.asking);
        let asking = asking.into_iter().filter_map(|id| Some((id, self.standing(id)?))).collect();
        Answer { status: 200, body, replay: None, rate, asking }
    }

    /// Answers a transaction id that was used before.
    fn repeat(
        &mut self,
        work: usize,
        request: &InboundRequest,
        parsed: &Request,
        prior: &Prior,
        rate: RateState,
    ) -> Answer {
        let mismatch = prior.fingerprint != parsed.fingerprint;
        let strict = request.webhook.settings.idempotency == IdempotencyPolicy::Strict;
        if prior.kind != request.webhook.kind || (mismatch && strict) {
            return self.refuse(work, request, &Refused::TransactionReused, rate);
        }
        self.writes.requests.push(RequestRow {
            work,
            status: 200,
            code: None,
            response: Bytes::new(),
            replay_of: Some(prior.request),
            mismatch,
            effect: "{}".to_owned(),
            transaction: None,
        });
        Answer {
            status: 200,
            body: prior.response.clone(),
            replay: Some(Replay { mismatch }),
            rate,
            asking: vec![],
        }
    }

    fn refuse(
        &mut self,
        work: usize,
        request: &InboundRequest,
        refused: &Refused,
        rate: RateState,
    ) -> Answer {
        let problem = Problem::from(refused);
        let body = Bytes::from(problem.body(request.id));
        self.writes.requests.push(RequestRow {
            work,
            status: problem.status,
            code: Some(problem.code),
            response: body.clone(),
            replay_of: None,
            mismatch: false,
            effect: "{}".to_owned(),
            transaction: None,
        });
        Answer { status: problem.status, body, replay: None, rate, asking: vec![] }
    }

    /// Keeps what is known of a caller, and gives it to their live calls at once.
    fn call_data(&mut self, request: &InboundRequest, data: &CallData) -> Done {
        let matching = request.webhook.settings.matching();
        let live: Vec<CallId> = self
            .live_calls_of(request.org.id, &data.caller)
            .into_iter()
            .filter(|id| matching.serves(self.loaded.calls[id].call.campaign))
            .collect();
        let actor = request.actor();
        let by = By { definitions: &request.org.definitions, request: Some(request.id), actor: &actor };
        let mut when = BTreeSet::new();
        for &id in &live {
            let changes = self.tell(id, &data.fields, request.id, &by);
            when.insert(self.route_update(&request.org, id, &changes, &cause(&actor, request)));
        }
        if live.is_empty() {
            when.insert(When::BeforeRouting);
        }
        let row = CallerDataRow {
            org: request.org.id,
            caller: data.caller.clone(),
            request: request.id,
            webhook: request.webhook.id,
            received_at: request.received_at,
            fields: data.fields.clone(),
            matched_call: live.first().copied(),
        };
        if let Some(candidates) = self.loaded.caller_data.get_mut(&(row.org, row.caller.clone())) {
            // A call that starts later in this very commit must see it.
            candidates.push(Candidate {
                request: row.request,
                webhook: row.webhook,
                received_at: row.received_at,
                consumed: row.matched_call.is_some(),
                fields: row.fields.clone(),
            });
        }
        self.writes.caller_data.push(row);
        Done {
            body: webhook::call_data_answer(request.id),
            effect: json!({ "live_call_log_ids": texts(&live), "when": when }),
        }
    }

    fn update(&mut self, request: &InboundRequest, update: &Update) -> Result<Done, Refused> {
        let (ids, failed) = match self.find(request, update) {
            Err(Refused::CallNotFound(reason)) if request.holds() => {
                return Ok(self.hold(request, update, reason));
            }
            found => found?,
        };
        let actor = request.actor();
        let by = By { definitions: &request.org.definitions, request: Some(request.id), actor: &actor };
        let mut applied = Vec::with_capacity(ids.len());
        let mut when = BTreeSet::new();
        let mut added = BTreeSet::new();
        let mut skipped: Vec<SkippedField> = Vec::new();
        for &id in &ids {
            let done = self.change(id, &update.changes, &by);
            when.insert(self.route_update(&request.org, id, &done.timeline, &cause(&actor, request)));
            applied.push(AppliedCall { id, live: done.live });
            added.extend(done.added);
            for field in done.skipped {
                if !skipped.contains(&field) {
                    skipped.push(field);
                }
            }
        }
        let kind = request.webhook.kind;
        let body = webhook::update_answer(kind, update, &applied, &added, &failed, &skipped);
        Ok(Done { body, effect: json!({ "call_log_ids": texts(&ids), "when": when }) })
    }

    /// The calls that an update is for; those of a batch that can't be are named beside them.
    fn find(
        &self,
        request: &InboundRequest,
        update: &Update,
    ) -> Result<(Vec<CallId>, Vec<FailedCall>), Refused> {
        match &update.calls {
            Calls::One(sent_id) => {
                let found = match self.find_one(request, sent_id) {
                    Err(Refused::CallNotFound(why)) => {
                        self.named(request, sent_id).ok_or(Refused::CallNotFound(why))
                    }
                    found => found,
                };
                found.map(|id| (vec![id], vec![]))
            }
            Calls::Batch(ids) => {
                let mut found = Vec::with_capacity(ids.len());
                let mut failed = Vec::new();
                for sent_id in ids {
                    match self.find_one(request, sent_id) {
                        Ok(id) => found.push(id),
                        Err(refused) => {
                            failed.push(FailedCall {
                                sent_id: sent_id.clone(),
                                code: Problem::from(&refused).code,
                            });
                        }
                    }
                }
                Ok((found, failed))
            }
            Calls::Phone(caller) => self.find_by_phone(request, caller).map(|ids| (ids, vec![])),
        }
    }

    fn find_one(&self, request: &InboundRequest, sent_id: &str) -> Result<CallId, Refused> {
        let not_found = || Refused::CallNotFound(format!("no call has the id {sent_id}"));
        let id: CallId = sent_id.parse().map_err(|_| not_found())?;
        let call = self.loaded.calls.get(&id).ok_or_else(not_found)?;
        if call.call.org == request.org.id { Ok(id) } else { Err(Refused::CallForbidden(sent_id.to_owned())) }
    }

    fn find_by_phone(&self, request: &InboundRequest, caller: &str) -> Result<Vec<CallId>, Refused> {
        let since = super::rows::lookback_start(request);
        let mut calls: Vec<_> = self
            .loaded
            .by_phone
            .get(&(request.org.id, caller.to_owned()))
            .into_iter()
            .flatten()
            .filter_map(|id| self.loaded.calls.get(id))
            .filter(|call| call.call.started_at >= since)
            .map(|call| (call.call.started_at, call.call.id))
            .collect();
        calls.sort_unstable();
        calls.dedup();
        let ids: Vec<CallId> = calls.into_iter().map(|(_, id)| id).collect();
        match (request.webhook.settings.phone_match, ids.as_slice()) {
            (_, []) => Err(Refused::CallNotFound(format!(
                "no call from {caller} started in the last {} days",
                request.webhook.settings.lookback_seconds / 86_400
            ))),
            (PhoneMatch::Latest, [.., latest]) => Ok(vec![*latest]),
            (PhoneMatch::Only, [_, _, ..]) => {
                Err(Refused::AmbiguousCall(ids.into_iter().rev().take(50).collect()))
            }
            (PhoneMatch::All, many) if many.len() >= PHONE_ROWS_MAX => {
                Err(Refused::TooManyCalls(PHONE_MATCHES_MAX))
            }
            (PhoneMatch::All | PhoneMatch::Only, _) => Ok(ids),
        }
    }
}

/// The answer over the limit; shared with the check before the body is read.
pub fn rate_limited(request: RequestId, rate: RateState) -> Answer {
    let problem = Problem::new(
        429,
        "rate_limited",
        format!(
            "This webhook takes {} requests per {}. Wait {} s (see Retry-After), send several calls in one request with a call_log_id array, or raise the webhook's rate limit.",
            rate.limit.count,
            match rate.limit.per {
                hookline_domain::rate::RatePer::Minute => "minute",
                hookline_domain::rate::RatePer::Hour => "hour",
                hookline_domain::rate::RatePer::Day => "day",
            },
            rate.reset_seconds,
        ),
    );
    Answer { status: 429, body: problem.body(request).into(), replay: None, rate, asking: vec![] }
}

fn cause<'a>(actor: &'a str, request: &InboundRequest) -> Cause<'a> {
    Cause { trigger: "update", actor, request: Some(request.id) }
}

fn texts(ids: &[CallId]) -> Vec<String> {
    ids.iter().map(CallId::to_string).collect()
}
