//! A bid: what a call would bring now, and the place that is held for it.

use std::collections::BTreeMap;

use hookline_domain::call::Call;
use hookline_domain::flow::{self, DialOutcome, Effect, Env, FlowState, NodeId, Pause};
use hookline_domain::ids::{CallId, CampaignId, FlowId, PublisherId};
use hookline_domain::routing::{self, BidRefusal, EligibleRoute, Facts, Refusal, RejectReason, RoutingPlan};
use hookline_domain::tags::{self, TagSet};

use super::Commit;
use super::arriving::Arriving;
use super::course::{plan_for, tag_view};
use crate::intake::bid::{BidAnswer, BidRequest, BidRow, EndedBid, HeldBid, NoRoute};
use crate::intake::work::{Outcome, StartCall};
use crate::routing::Dialing;
use crate::settings::{CampaignRouting, Org, RtbEndpoint};

/// Plans and targets of a flow that a bid tries, one after another.
const FLOW_WAITS_MAX: usize = 20;

/// Of a flow that would have to wait.
const WAITS: &str = "The campaign's flow asks the caller or another system before it chooses a target, and a bid can't wait for that. Choose a target first, or route the campaign by a plan.";

/// The call that a bid announces; it is never stored.
struct Announced {
    call: Call,
    tags: TagSet,
}

impl Commit<'_> {
    pub(super) fn bid(&mut self, request: &BidRequest) -> Outcome {
        let offer = self.offer(request);
        let answer = {
            let shown = offer.as_ref().map(|(endpoint, routes)| (number(endpoint), routes.as_slice()));
            BidAnswer::new(request, self.at, shown).to_json()
        };
        let outcome = match offer {
            Ok((endpoint, routes)) => Ok(self.reserve(request, endpoint, &routes[0])),
            Err(none) => Err(none.code),
        };
        let parameters: BTreeMap<&str, &str> =
            request.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.writes.bids.push(BidRow {
            org: request.org.id,
            id: request.id,
            endpoint: request.endpoint,
            caller: request.caller.clone().ok(),
            at: self.at,
            parameters: serde_json::to_string(&parameters).expect("texts are JSON"),
            outcome,
            answer: answer.clone(),
        });
        Outcome::Bid(answer)
    }

    /// The routes that would take the call, the best paid first; at least one.
    fn offer<'r>(&self, request: &'r BidRequest) -> Result<(&'r RtbEndpoint, Vec<EligibleRoute>), NoRoute> {
        let (endpoint, caller) = request.asks()?;
        let mut routes = self.open_routes(request, endpoint, caller)?;
        // Nobody has time to ask whether a target is available: the publisher waits for the answer.
        routes.retain(|route| !route.must_ask);
        if routes.is_empty() {
            return Err(BidRefusal::TimedOut.into());
        }
        routes.retain(|route| {
            route.payout.unwrap_or_default() >= endpoint.settings.payout_min.unwrap_or_default()
        });
        if routes.is_empty() {
            return Err(BidRefusal::PayoutTooLow.into());
        }
        if endpoint.offered.is_empty() {
            return Err(BidRefusal::NumberMissing.into());
        }
        Ok((endpoint, routes))
    }

    fn open_routes(
        &self,
        request: &BidRequest,
        endpoint: &RtbEndpoint,
        caller: &str,
    ) -> Result<Vec<EligibleRoute>, NoRoute> {
        let org = &*request.org;
        let mut announced = self.announced(request, endpoint, caller);
        let routing = org.campaigns.get(&endpoint.campaign).and_then(|campaign| campaign.routing);
        match routing {
            Some(CampaignRouting::Plan(id)) => {
                let plan = org.directory.plan(id).ok_or(plan_missing())?;
                Ok(self.eligible(org, &announced, plan)?)
            }
            Some(CampaignRouting::Flow(id)) => self.eligible_by_flow(request, id, &mut announced),
            None => Err(plan_missing().into()),
        }
    }

    fn announced(&self, request: &BidRequest, endpoint: &RtbEndpoint, caller: &str) -> Announced {
        let arriving = Arriving {
            org: &request.org,
            caller,
            campaign: Some(endpoint.campaign),
            publisher: endpoint.publisher,
            at: self.at,
            parameters: &[],
            headers: &[],
            rtb: &request.parameters,
        };
        let assembled = arriving.assemble(&self.matched(&arriving).0);
        let (id, dialed) = (CallId(request.id.0), number(endpoint).to_owned());
        let call = Call {
            campaign: arriving.campaign,
            publisher: arriving.publisher,
            state: assembled.state,
            zip: assembled.zip,
            ..Call::ringing(id, request.org.id, caller.to_owned(), dialed, self.at)
        };
        Announced { call, tags: assembled.tags }
    }

    fn eligible(
        &self,
        org: &Org,
        announced: &Announced,
        plan: &RoutingPlan,
    ) -> Result<Vec<EligibleRoute>, Refusal> {
        let view = tag_view(org, &announced.call, &announced.tags, self.at);
        let lookup = |name: &str| view.lookup(name);
        let key = (org.id, announced.call.caller.clone());
        let facts = Facts {
            lookup: &lookup,
            caller: &announced.call.caller,
            publisher: announced.call.publisher,
            previous: self.loaded.previous.get(&key).map_or(&[], Vec::as_slice),
            attempted: &[],
            availability: &[],
            reservation: None,
        };
        let found = routing::eligible(plan, &org.directory, &facts, &self.loaded.counters, self.at);
        match found.refusal {
            Some(refusal) => Err(refusal),
            None if found.routes.is_empty() => Err(RejectReason::NoRoute.into()),
            None => Ok(found.routes),
        }
    }

    /// What the flow leads to before it would have to wait for the caller or another system. Where no target
    /// takes the call it goes on, as it would with the call itself.
    fn eligible_by_flow(
        &self,
        request: &BidRequest,
        id: FlowId,
        announced: &mut Announced,
    ) -> Result<Vec<EligibleRoute>, NoRoute> {
        let org = &*request.org;
        let published = org.flows.get(&id).ok_or(plan_missing())?;
        let chance = chance(request.id.0);
        let mut state = FlowState::new(id, published.version);
        let mut input = flow::Input::Begin;
        let mut first: Option<NoRoute> = None;
        for _ in 0..FLOW_WAITS_MAX {
            let turns = |node: &NodeId| self.loaded.turns.get(&(id, node.clone())).copied().unwrap_or(0);
            let advanced = {
                let view = tag_view(org, &announced.call, &announced.tags, self.at);
                let env = Env { tags: &view, now: self.at, chance, round_robin: &turns };
                flow::advance(&published.flow, &state, input, env)
            };
            let Ok(advanced) = advanced else { break };
            for effect in advanced.effects {
                // Whose turn it is counts by calls, not by bids.
                if let Effect::SetTag { name, value } = effect {
                    let Announced { call, tags } = announced;
                    tags::apply_flow_tag(call, tags, &org.definitions, &name, &value, self.at);
                }
            }
            state = advanced.state;
            let refusal = match advanced.pause {
                Pause::Dial { targets, strategy } => {
                    match self.eligible(org, announced, &plan_for(&targets, strategy)) {
                        Ok(routes) => return Ok(routes),
                        Err(refusal) => {
                            let is_busy = refusal.reason == RejectReason::AllBusy;
                            let outcome = if is_busy { DialOutcome::Busy } else { DialOutcome::Failed };
                            input = flow::Input::Dialed(outcome);
                            refusal
                        }
                    }
                }
                Pause::Plan { plan } => {
                    let plan = org.directory.plan(plan).ok_or(plan_missing());
                    match plan.and_then(|plan| self.eligible(org, announced, plan)) {
                        Ok(routes) => return Ok(routes),
                        Err(refusal) => {
                            input = flow::Input::PlanNoRoute(refusal.message.clone());
                            refusal
                        }
                    }
                }
                Pause::Menu { .. } | Pause::Hold { .. } | Pause::Http(_) | Pause::Script { .. } => {
                    return Err(first.unwrap_or_else(|| NoRoute {
                        code: BidRefusal::TimedOut.code(),
                        message: WAITS.to_owned(),
                    }));
                }
                Pause::Reject { .. } | Pause::End(_) => break,
            };
            first.get_or_insert(refusal.into());
        }
        Err(first.unwrap_or_else(|| BidRefusal::Routing(RejectReason::NoRoute).into()))
    }

    /// Holds a place for the call; what it takes is taken from everyone else.
    fn reserve(&mut self, request: &BidRequest, endpoint: &RtbEndpoint, best: &EligibleRoute) -> HeldBid {
        let reserved = Dialing {
            target: best.target,
            name: best.name.clone(),
            claims: best.claims.clone(),
            conversion: best.conversion,
        };
        self.claim(request.org.id, &reserved);
        let held = HeldBid {
            org: request.org.id,
            id: request.id,
            endpoint: endpoint.id,
            caller: request.caller.clone().unwrap_or_default(),
            expires_at: self.at.plus_seconds(i64::from(endpoint.settings.reservation_seconds)),
            parameters: request.parameters.clone(),
            reserved,
        };
        // A call that starts later in this very commit must see it.
        self.loaded.bids.entry((held.org, held.caller.clone())).or_default().push(held.clone());
        held
    }

    /// The bid that announced this call, the newest if there are several; it is the call's from now on.
    pub(super) fn take_bid(&mut self, start: &StartCall) -> Option<HeldBid> {
        let bids = self.loaded.bids.get_mut(&(start.org.id, start.caller.clone()))?;
        let announced =
            bids.iter().enumerate().filter(|(_, bid)| announces(bid, start) && self.at < bid.expires_at);
        let newest = announced.max_by_key(|(_, bid)| bid.id).map(|(at, _)| at)?;
        let bid = bids.swap_remove(newest);
        self.writes.ended_bids.push(EndedBid { org: bid.org, id: bid.id, call: Some(start.id) });
        Some(bid)
    }

    /// Gives back what was held for calls that did not come. They were read under the organization's lock.
    pub(super) fn release_overdue(&mut self) {
        for bid in std::mem::take(&mut self.loaded.overdue) {
            self.release(bid.org, &bid.reserved, false);
            self.writes.ended_bids.push(EndedBid { org: bid.org, id: bid.id, call: None });
        }
    }
}

/// Of several endpoints that share a number, each call is of the one whose bid announced it.
fn announces(bid: &HeldBid, start: &StartCall) -> bool {
    let is_its = |campaign: CampaignId, publisher: Option<PublisherId>| {
        start.campaign == Some(campaign) && (start.publisher.is_none() || start.publisher == publisher)
    };
    start.org.rtb_endpoints.get(&bid.endpoint).is_some_and(|endpoint| {
        endpoint.offered.contains(&start.dialed) && is_its(endpoint.campaign, endpoint.publisher)
    })
}

/// The number that its answers announce; empty if it has none.
fn number(endpoint: &RtbEndpoint) -> &str {
    endpoint.offered.first().map_or("", String::as_str)
}

/// The random half of an id: drawn with it, and known for as long as it is. A call that uses a bid has the
/// bid's, so that its flow goes the same way.
pub(super) fn chance(id: uuid::Uuid) -> u64 {
    id.as_u64_pair().1
}

fn plan_missing() -> Refusal {
    RejectReason::PlanMissing.into()
}
