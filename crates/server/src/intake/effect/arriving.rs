//! What a call starts with, or would start with.

use std::collections::BTreeMap;

use hookline_domain::ids::{CampaignId, PublisherId, RequestId};
use hookline_domain::matching::{Candidate, match_call};
use hookline_domain::phone;
use hookline_domain::tags::{self, Assembled, StartInput};
use hookline_domain::time::Timestamp;

use super::Commit;
use crate::settings::Org;

/// A call that has come, or that a bid announces.
#[derive(Clone, Copy)]
pub(super) struct Arriving<'a> {
    pub org: &'a Org,
    pub caller: &'a str,
    pub campaign: Option<CampaignId>,
    pub publisher: Option<PublisherId>,
    pub at: Timestamp,
    pub parameters: &'a [(String, String)],
    pub headers: &'a [(String, String)],
    pub rtb: &'a [(String, String)],
}

impl Arriving<'_> {
    pub fn assemble(&self, matched: &[Candidate]) -> Assembled {
        let facts = phone::prefix_facts(self.caller);
        let none = BTreeMap::new();
        let campaign = self.campaign.and_then(|id| self.org.campaigns.get(&id));
        let publisher = self.publisher.and_then(|id| self.org.publishers.get(&id));
        tags::assemble(StartInput {
            at: self.at,
            defs: &self.org.definitions,
            number_state: facts.state,
            number_time_zone: facts.time_zone,
            campaign_defaults: campaign.map_or(&none, |one| &one.tag_defaults),
            publisher_defaults: publisher.map_or(&none, |one| &one.tag_defaults),
            params: self.parameters,
            headers: self.headers,
            rtb: self.rtb,
            call_data: &matched.iter().collect::<Vec<_>>(),
        })
    }
}

impl Commit<'_> {
    /// The stored `call_data` that belongs to this call, in the order to apply it, and which of it
    /// is used up.
    pub(super) fn matched(&self, arriving: &Arriving<'_>) -> (Vec<Candidate>, Vec<RequestId>) {
        let candidates = self.loaded.caller_data.get(&(arriving.org.id, arriving.caller.to_owned()));
        // A deleted webhook's data is no longer applied; a disabled one's is: it was accepted.
        let found = match_call(
            candidates.map_or(&[][..], Vec::as_slice),
            |webhook| arriving.org.matching.get(&webhook),
            arriving.at,
            arriving.campaign,
        );
        (found.apply.into_iter().cloned().collect(), found.consume)
    }
}
