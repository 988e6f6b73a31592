//! The rows that a commit needs, those it was given, and those it writes.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use bytes::Bytes;
use hookline_domain::call::{Call, Change};
use hookline_domain::flow::NodeId;
use hookline_domain::ids::{CallId, CampaignId, FlowId, OrgId, RequestId, TargetId, WebhookId};
use hookline_domain::matching::{Candidate, HeldUpdate};
use hookline_domain::rate::RatePer;
use hookline_domain::routing::{CounterKey, Counters, PreviousCall};
use hookline_domain::tags::TagSet;
use hookline_domain::time::Timestamp;
use hookline_domain::update::Calls;
use hookline_domain::webhook::{Command, Field, WebhookKind};

use super::PHONE_MATCHES_MAX;
use crate::intake::bid::{BidRow, EndedBid, HeldBid};
use crate::intake::held::{Attaching, HeldKey, HeldRow, SettledRow};
use crate::intake::work::{Attach, InboundRequest, TransactionHash, Unmatched, Work};
use crate::routing::Routed;
use crate::settings::Org;

/// What the engine must load before the work is applied. Ordered, so that locks are taken in one order.
#[derive(Debug, Default)]
pub struct Needs {
    /// With the longest span that one of the requests counts over.
    pub webhooks: BTreeMap<WebhookId, RatePer>,
    pub transactions: BTreeSet<TransactionHash>,
    /// By the organization that asks; a call of another one is loaded too, to tell 403 from 404.
    pub calls: BTreeSet<(OrgId, CallId)>,
    /// Calls whose tags are read or written.
    pub tags: BTreeSet<CallId>,
    pub phones: Vec<PhoneQuery>,
    /// Callers whose stored `call_data` may apply to a new call.
    pub caller_data: BTreeSet<(OrgId, String)>,
    /// Callers whose calls and `call_data` must not change meanwhile: a start and a `call_data` at
    /// the same time must see each other.
    pub callers: BTreeSet<(OrgId, String)>,
    pub externals: BTreeSet<(OrgId, String)>,
    /// Whether live calls are needed with their ways.
    pub routes: bool,
    /// Organizations whose counters are read and raised: one commit at a time for each.
    pub deciding: BTreeSet<OrgId>,
    /// Those of them whose bids give back what they no longer hold.
    pub overdue: BTreeSet<OrgId>,
    /// Callers whose calls may have been announced by a bid.
    pub bids: BTreeSet<(OrgId, String)>,
    /// Names of calls that must not appear meanwhile: a start and an update that waits for its name
    /// must see each other.
    pub names: BTreeSet<(OrgId, String)>,
    /// Of these names those are looked for among the switches' own that are no id of a call.
    pub ids_or_names: BTreeSet<(OrgId, String)>,
    /// What updates may wait for that now appears.
    pub held: BTreeSet<HeldKey>,
    /// Held updates that someone attaches to a call.
    pub attaching: BTreeSet<(OrgId, RequestId)>,
}

/// A caller's calls: those that started at `since` or later, or only the live ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneQuery {
    pub org: OrgId,
    pub caller: String,
    pub since: Option<Timestamp>,
    pub with_tags: bool,
}

impl Needs {
    pub fn of<'w>(works: impl Iterator<Item = &'w Work>) -> Self {
        let mut needs = Self::default();
        for work in works {
            match work {
                Work::Request(request) => needs.add_request(request),
                Work::Start(start) => {
                    needs.caller_data.insert((start.org.id, start.caller.clone()));
                    needs.callers.insert((start.org.id, start.caller.clone()));
                    needs.held.extend(HeldKey::of_start(start));
                    if let Some(external) = &start.external_id {
                        needs.externals.insert((start.org.id, external.clone()));
                        needs.names.insert((start.org.id, external.clone()));
                        needs.routes = true;
                    }
                    if !start.org.rtb_endpoints.is_empty() {
                        needs.bids.insert((start.org.id, start.caller.clone()));
                        needs.decide(&start.org);
                    } else if start.org.routes_calls() {
                        needs.decide(&start.org);
                    }
                }
                Work::Event(report) => {
                    needs.calls.insert((report.org.id, report.call));
                    needs.tags.insert(report.call);
                    needs.routes = true;
                }
                Work::Next(step) => {
                    needs.calls.insert((step.org.id, step.call));
                    needs.tags.insert(step.call);
                    needs.routes = true;
                    needs.decide(&step.org);
                }
                Work::Attach(attach) => needs.add_attach(attach),
                Work::Edit(edit) => {
                    needs.calls.insert((edit.org.id, edit.call));
                    needs.tags.insert(edit.call);
                    if edit.changes.touches_tags() && edit.org.routes_calls() {
                        needs.routes = true;
                        needs.decide(&edit.org);
                    }
                }
                Work::Bid(request) => {
                    if let Ok((_, caller)) = request.asks() {
                        needs.caller_data.insert((request.org.id, caller.to_owned()));
                        needs.decide(&request.org);
                    }
                }
                Work::ReleaseBids(org) => {
                    needs.deciding.insert(*org);
                    needs.overdue.insert(*org);
                }
            }
        }
        needs
    }

    fn decide(&mut self, org: &Org) {
        self.deciding.insert(org.id);
        if !org.rtb_endpoints.is_empty() {
            self.overdue.insert(org.id);
        }
    }

    fn add_request(&mut self, request: &InboundRequest) {
        let org = request.org.id;
        let per = request.webhook.settings.rate_limit.per;
        self.webhooks
            .entry(request.webhook.id)
            .and_modify(|longest| *longest = per.max(*longest))
            .or_insert(per);
        self.transactions.extend(request.transaction);
        let Ok(parsed) = &request.parsed else { return };
        let touches_tags = match &parsed.command {
            Command::CallData(_) => true,
            Command::Update(update) => update.changes.touches_tags(),
        };
        if touches_tags && request.org.routes_calls() {
            self.routes = true;
            self.decide(&request.org);
        }
        match &parsed.command {
            Command::CallData(data) => {
                self.callers.insert((org, data.caller.clone()));
                self.phones.push(PhoneQuery {
                    org,
                    caller: data.caller.clone(),
                    since: None,
                    with_tags: true,
                });
            }
            Command::Update(update) => {
                let with_tags = update.changes.touches_tags();
                match &update.calls {
                    Calls::One(id) => {
                        self.add_call(org, id, with_tags);
                        if request.holds() {
                            self.names.insert((org, id.clone()));
                            self.ids_or_names.insert((org, id.clone()));
                        }
                    }
                    Calls::Batch(ids) => ids.iter().for_each(|id| self.add_call(org, id, with_tags)),
                    Calls::Phone(caller) => {
                        if request.holds() {
                            self.callers.insert((org, caller.clone()));
                        }
                        self.phones.push(PhoneQuery {
                            org,
                            caller: caller.clone(),
                            since: Some(lookback_start(request)),
                            with_tags,
                        });
                    }
                }
            }
        }
    }

    fn add_attach(&mut self, attach: &Attach) {
        let org = attach.org.id;
        self.calls.insert((org, attach.call));
        self.tags.insert(attach.call);
        if attach.org.routes_calls() {
            self.routes = true;
            self.decide(&attach.org);
        }
        match &attach.what {
            Unmatched::Update => {
                self.attaching.insert((org, attach.request));
            }
            Unmatched::CallData(caller) => {
                self.callers.insert((org, caller.clone()));
                self.caller_data.insert((org, caller.clone()));
            }
        }
    }

    /// What was sent for an id, may wait, and is no id of a call that was found.
    pub fn names_to_find(&self, loaded: &Loaded) -> BTreeSet<(OrgId, String)> {
        let is_found = |sent: &str| sent.parse().is_ok_and(|id: CallId| loaded.calls.contains_key(&id));
        self.ids_or_names.iter().filter(|(_, sent)| !is_found(sent)).cloned().collect()
    }

    fn add_call(&mut self, org: OrgId, id: &str, with_tags: bool) {
        // Text that is no id of ours names no call; the effect answers "not found".
        if let Ok(id) = id.parse::<CallId>() {
            self.calls.insert((org, id));
            if with_tags {
                self.tags.insert(id);
            }
        }
    }
}

/// The earliest start of a call that this request may reach by phone number.
pub fn lookback_start(request: &InboundRequest) -> Timestamp {
    request.received_at.plus_seconds(-request.webhook.settings.lookback_seconds)
}

/// How many rows a phone query asks for: one more than is allowed, to see that there are too many.
pub const PHONE_ROWS_MAX: usize = PHONE_MATCHES_MAX + 1;

/// A transaction id that was used before, and what it was answered.
#[derive(Debug, Clone)]
pub struct Prior {
    pub request: RequestId,
    pub kind: WebhookKind,
    pub fingerprint: [u8; 32],
    pub response: Bytes,
}

#[derive(Debug, Clone)]
pub struct LoadedCall {
    pub call: Call,
    pub external_id: Option<String>,
    pub last_seq: i64,
    /// `last_seq` as it was read. Every change of a call appends to its timeline, so a call whose row
    /// still has it has not changed meanwhile.
    pub read_seq: i64,
}

/// What the engine found, and, as work is applied, what it will be.
#[derive(Debug, Default)]
pub struct Loaded {
    pub prior: HashMap<TransactionHash, Prior>,
    /// Transaction ids that another commit is working on at this moment.
    pub in_progress: HashSet<TransactionHash>,
    pub calls: HashMap<CallId, LoadedCall>,
    pub by_phone: HashMap<(OrgId, String), Vec<CallId>>,
    pub tags: HashMap<CallId, TagSet>,
    pub caller_data: HashMap<(OrgId, String), Vec<Candidate>>,
    pub externals: HashMap<(OrgId, String), CallId>,
    pub routes: HashMap<CallId, Routed>,
    pub counters: Counters,
    pub turns: HashMap<(FlowId, NodeId), u64>,
    /// A caller's earlier calls, as far back as a duplicate rule looks.
    pub previous: HashMap<(OrgId, String), Vec<PreviousCall>>,
    /// Calls of a caller in a campaign that have converted, with their starts, as far back as one that ends looks.
    pub converted: HashMap<Converting, Vec<(CallId, Timestamp)>>,
    /// Updates that wait for what appears in this commit; at most `HELD_MAX` of each.
    pub held: HashMap<HeldKey, Vec<HeldUpdate>>,
    pub attaching: HashMap<(OrgId, RequestId), Attaching>,
    /// Bids whose place is held, by their caller.
    pub bids: HashMap<(OrgId, String), Vec<HeldBid>>,
    /// Bids whose call has not come in time.
    pub overdue: Vec<HeldBid>,
}

/// In a campaign a caller converts; of two calls that end at once the second must see the first.
pub type Converting = (OrgId, CampaignId, String);

#[derive(Debug)]
pub struct TimelineRow {
    pub org: OrgId,
    pub seq: i64,
    pub call: CallId,
    pub previous: i64,
    pub at: Timestamp,
    pub kind: &'static str,
    pub actor: String,
    pub request: Option<RequestId>,
    pub changes: Vec<Change>,
}

/// How an inbound request ended, beside what `InboundRequest` itself says; `work` is its place in the commit.
#[derive(Debug)]
pub struct RequestRow {
    pub work: usize,
    pub status: u16,
    pub code: Option<&'static str>,
    pub response: Bytes,
    pub replay_of: Option<RequestId>,
    pub mismatch: bool,
    pub effect: String,
    /// What a repeat is told by; a refused request and a repeat use none.
    pub transaction: Option<UsedTransaction>,
}

/// The transaction id that a request used.
#[derive(Debug)]
pub struct UsedTransaction {
    pub hash: TransactionHash,
    pub fingerprint: [u8; 32],
}

#[derive(Debug)]
pub struct CallerDataRow {
    pub org: OrgId,
    pub caller: String,
    pub request: RequestId,
    pub webhook: WebhookId,
    pub received_at: Timestamp,
    pub fields: Vec<Field>,
    pub matched_call: Option<CallId>,
}

/// A stored `call_data` request that now belongs to a call.
#[derive(Debug)]
pub struct MatchedRow {
    pub org: OrgId,
    pub caller: String,
    pub request: RequestId,
    pub call: CallId,
    /// Someone said so.
    pub by_hand: bool,
}

/// A decision of a call's way, with its trace as JSON.
#[derive(Debug)]
pub struct DecisionRow {
    pub org: OrgId,
    pub call: CallId,
    pub number: i64,
    pub at: Timestamp,
    pub decision: String,
}

/// The rows to write, all in one transaction.
#[derive(Debug, Default)]
pub struct Writes {
    pub new_calls: Vec<CallId>,
    pub changed_calls: Vec<CallId>,
    pub changed_tags: Vec<CallId>,
    pub timeline: Vec<TimelineRow>,
    pub requests: Vec<RequestRow>,
    pub caller_data: Vec<CallerDataRow>,
    pub matched: Vec<MatchedRow>,
    pub changed_routes: Vec<CallId>,
    pub decisions: Vec<DecisionRow>,
    /// By how much counters rise or fall.
    pub used: BTreeMap<(OrgId, CounterKey), i64>,
    pub live: BTreeMap<(OrgId, TargetId), i64>,
    pub turns: BTreeMap<(OrgId, FlowId, NodeId), i64>,
    pub held: Vec<HeldRow>,
    pub settled: Vec<SettledRow>,
    pub bids: Vec<BidRow>,
    pub ended_bids: Vec<EndedBid>,
}
