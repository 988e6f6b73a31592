//! A call as the API shows it.

use hookline_domain::call::{Call, CallStatus, Change, NoPayoutReason};
use hookline_domain::ids::{CallId, CampaignId, PublisherId, RequestId};
use hookline_domain::money::Money;
use hookline_domain::tags::{TagName, TagSet, TagSource};
use hookline_domain::time::Timestamp;
use serde::Serialize;

use crate::settings::Org;

/// Without its tags, as in lists. Money is a JSON number with its exact digits, so this is never
/// turned into a `serde_json::Value` on its way.
#[derive(Serialize)]
pub struct CallView<'a> {
    pub call_log_id: CallId,
    pub external_id: Option<&'a str>,
    pub caller: &'a str,
    pub dialed: &'a str,
    pub campaign_id: Option<CampaignId>,
    pub campaign_name: Option<&'a str>,
    pub publisher_id: Option<PublisherId>,
    pub publisher_name: Option<&'a str>,
    pub target: Option<&'a str>,
    pub status: CallStatus,
    pub started_at: Timestamp,
    pub answered_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub connected_seconds: i64,
    pub converted: bool,
    pub converted_at: Option<Timestamp>,
    pub revenue_paid_out: Option<Money>,
    pub publisher_paid_out: Option<Money>,
    pub reason: Option<&'a str>,
    pub no_payout_reason: Option<NoPayoutReason>,
    pub state: Option<&'a str>,
    pub zip: Option<&'a str>,
}

#[derive(Serialize)]
pub struct TagView<'a> {
    pub name: &'a TagName,
    pub value: &'a str,
    pub source: TagSource,
    pub at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<RequestId>,
    /// The value does not fit its custom tag's type.
    pub flagged: bool,
}

#[derive(Serialize)]
pub struct TimelineView {
    pub event: String,
    pub at: Timestamp,
    pub by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<RequestId>,
    pub changes: Vec<Change>,
}

/// With its tags and, where it was asked for, its timeline, oldest first.
#[derive(Serialize)]
pub struct WholeCallView<'a> {
    #[serde(flatten)]
    pub call: CallView<'a>,
    pub tags: Vec<TagView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeline: Option<Vec<TimelineView>>,
}

pub fn call<'a>(org: &'a Org, call: &'a Call, external_id: Option<&'a str>, now: Timestamp) -> CallView<'a> {
    CallView {
        call_log_id: call.id,
        external_id,
        caller: &call.caller,
        dialed: &call.dialed,
        campaign_id: call.campaign,
        campaign_name: call.campaign.and_then(|id| org.campaigns.get(&id)).map(|one| one.name.as_str()),
        publisher_id: call.publisher,
        publisher_name: call.publisher.and_then(|id| org.publishers.get(&id)).map(|one| one.name.as_str()),
        target: call.target.as_deref(),
        status: call.status,
        started_at: call.started_at,
        answered_at: call.answered_at,
        ended_at: call.ended_at,
        connected_seconds: call.connected_seconds(now),
        converted: call.converted,
        converted_at: call.converted_at,
        revenue_paid_out: call.revenue_paid_out,
        publisher_paid_out: call.publisher_paid_out,
        reason: call.reason.as_deref(),
        no_payout_reason: call.no_payout_reason,
        state: call.state.as_deref(),
        zip: call.zip.as_deref(),
    }
}

pub fn tags(tags: &TagSet) -> Vec<TagView<'_>> {
    tags.iter()
        .map(|(name, tag)| TagView {
            name,
            value: &tag.value,
            source: tag.source,
            at: tag.at,
            request_id: tag.request,
            flagged: tag.flagged,
        })
        .collect()
}

/// As bytes.
pub fn to_json(view: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(view).expect("a call's view has string keys and always serializes")
}
