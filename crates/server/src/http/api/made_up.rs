//! Calls that are made up to try a plan or a flow.

use std::collections::BTreeMap;

use hookline_domain::call::Call;
use hookline_domain::ids::{CallId, CampaignId, PublisherId};
use hookline_domain::phone;
use hookline_domain::tags::{Tag, TagName, TagSet, TagSource};
use hookline_domain::time::Timestamp;

use super::change::invalid_field;
use crate::app::App;
use crate::problem::Problem;
use crate::settings::Org;

const TAGS_MAX: usize = 500;

pub struct MadeUp<'a> {
    pub caller: &'a str,
    pub dialed: &'a str,
    pub campaign: Option<CampaignId>,
    pub publisher: Option<PublisherId>,
}

impl MadeUp<'_> {
    pub fn call(&self, app: &App, org: &Org, at: Timestamp) -> Result<Call, Problem> {
        if self.campaign.is_some_and(|id| !org.campaigns.contains_key(&id)) {
            return Err(invalid_field("`campaign_id` names no campaign of this organization."));
        }
        if self.publisher.is_some_and(|id| !org.publishers.contains_key(&id)) {
            return Err(invalid_field("`publisher_id` names no publisher of this organization."));
        }
        let number =
            |text: &str| phone::normalize(text, org.country).unwrap_or_else(|| text.trim().to_owned());
        let (caller, dialed) = (number(self.caller), number(self.dialed));
        if caller.is_empty() {
            return Err(invalid_field("`caller` must be a phone number, or a name such as anonymous."));
        }
        let state = phone::prefix_facts(&caller).state.map(str::to_owned);
        let call = Call::ringing(CallId(app.clock.new_id()), org.id, caller, dialed, at);
        Ok(Call { campaign: self.campaign, publisher: self.publisher, state, ..call })
    }
}

/// As if `call_data` had brought them.
pub fn tags(sent: &BTreeMap<String, String>, at: Timestamp) -> Result<TagSet, Problem> {
    if sent.len() > TAGS_MAX {
        return Err(invalid_field(format!("`tags` must have at most {TAGS_MAX} names.")));
    }
    let mut tags = TagSet::new();
    for (name, value) in sent {
        let key = TagName::normalize(name)
            .ok_or_else(|| invalid_field(format!("`tags.{name}` is no tag's name.")))?;
        let source = TagSource::CallData;
        tags.set(&key, Tag { value: value.clone(), source, at, request: None, flagged: false });
    }
    Ok(tags)
}
