//! Bids: a publisher asks what a call would bring, and a place is held for that call.

use std::sync::Arc;

use hookline_domain::ids::{CallId, OrgId, RequestId, RtbEndpointId};
use hookline_domain::money::Money;
use hookline_domain::routing::{BidRefusal, EligibleRoute, Refusal};
use hookline_domain::time::Timestamp;
use serde::Serialize;

use crate::routing::Dialing;
use crate::settings::{Org, RtbEndpoint};

/// Routes that one answer shows; `total_routes` counts all.
pub const SHOWN_ROUTES_MAX: usize = 20;

/// A request to an RTB endpoint.
pub struct BidRequest {
    pub id: RequestId,
    pub org: Arc<Org>,
    pub endpoint: RtbEndpointId,
    /// In E.164.
    pub caller: Result<String, BidRefusal>,
    /// Names in normal form, each once.
    pub parameters: Vec<(String, String)>,
}

impl BidRequest {
    /// Its endpoint and caller, if these are no reason to refuse it.
    pub fn asks(&self) -> Result<(&RtbEndpoint, &str), BidRefusal> {
        let endpoint = self.org.rtb_endpoints.get(&self.endpoint).ok_or(BidRefusal::EndpointUnknown)?;
        if !endpoint.enabled {
            return Err(BidRefusal::EndpointDisabled);
        }
        let caller = self.caller.as_ref().map_err(|refusal| *refusal)?;
        Ok((endpoint, caller))
    }
}

/// Why there is no route, as the answer and the log have it.
#[derive(Debug)]
pub struct NoRoute {
    pub code: &'static str,
    pub message: String,
}

impl From<BidRefusal> for NoRoute {
    fn from(refusal: BidRefusal) -> Self {
        Self { code: refusal.code(), message: refusal.message().to_owned() }
    }
}

impl From<Refusal> for NoRoute {
    fn from(refusal: Refusal) -> Self {
        Self { code: refusal.reason.code(), message: refusal.message }
    }
}

/// A bid whose place is held.
#[derive(Debug, Clone)]
pub struct HeldBid {
    pub org: OrgId,
    pub id: RequestId,
    pub endpoint: RtbEndpointId,
    pub caller: String,
    pub expires_at: Timestamp,
    pub parameters: Vec<(String, String)>,
    /// The place, and the rule by which the call is paid there.
    pub reserved: Dialing,
}

/// A bid as the log keeps it.
#[derive(Debug)]
pub struct BidRow {
    pub org: OrgId,
    pub id: RequestId,
    pub endpoint: RtbEndpointId,
    pub caller: Option<String>,
    pub at: Timestamp,
    /// As JSON.
    pub parameters: String,
    /// The place that it got, or why it got none.
    pub outcome: Result<HeldBid, &'static str>,
    /// As JSON.
    pub answer: String,
}

impl BidRow {
    pub fn state(&self) -> &'static str {
        if self.outcome.is_ok() { "reserved" } else { "rejected" }
    }
}

/// A bid whose place is no longer held for it.
#[derive(Debug)]
pub struct EndedBid {
    pub org: OrgId,
    pub id: RequestId,
    /// The call that has it now; else it is given back.
    pub call: Option<CallId>,
}

impl EndedBid {
    pub fn state(&self) -> &'static str {
        if self.call.is_some() { "used" } else { "expired" }
    }
}

/// What a publisher's system is answered.
#[derive(Serialize)]
pub struct BidAnswer<'a> {
    success: bool,
    request_id: RequestId,
    inbound_rtb_id: RtbEndpointId,
    allocation_time_seconds: u32,
    eligible_routes: Vec<OfferedRoute<'a>>,
    total_routes: usize,
    allocated_count: usize,
    timestamp: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
}

#[derive(Serialize)]
struct OfferedRoute<'a> {
    number: &'a str,
    payout: Money,
    duration: u32,
    payout_condition: Option<&'static str>,
    payout_condition_duration: Option<u32>,
}

impl<'a> BidAnswer<'a> {
    pub fn new(
        request: &BidRequest,
        at: Timestamp,
        offer: Result<(&'a str, &[EligibleRoute]), &'a NoRoute>,
    ) -> Self {
        let endpoint = request.org.rtb_endpoints.get(&request.endpoint);
        let duration = endpoint.map_or(0, |endpoint| endpoint.settings.reservation_seconds);
        let (number, routes) = offer.unwrap_or_default();
        let offered = |route: &EligibleRoute| OfferedRoute {
            number,
            payout: route.payout.unwrap_or(Money::ZERO),
            duration,
            payout_condition: route.conversion.map(|_| "connected"),
            payout_condition_duration: route.conversion.map(|rule| rule.connected_seconds),
        };
        Self {
            success: offer.is_ok(),
            request_id: request.id,
            inbound_rtb_id: request.endpoint,
            allocation_time_seconds: duration,
            eligible_routes: routes.iter().take(SHOWN_ROUTES_MAX).map(offered).collect(),
            total_routes: routes.len(),
            allocated_count: usize::from(offer.is_ok()),
            timestamp: at,
            reason: offer.err().map(|none| none.code),
            message: offer.err().map(|none| none.message.as_str()),
        }
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("an answer has string keys and always serializes")
    }
}
