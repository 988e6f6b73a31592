//! A call as the API shows it.

use hookline_domain::call::{Call, CallStatus, Change, NoPayoutReason};
use hookline_domain::ids::{CallId, CampaignId, PublisherId, RequestId};
use hookline_domain::money::Money;
use hookline_domain::tags::{TagName, TagSet, TagSource};
use hookline_domain::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::openapi::{CallStatusDocument, ChangeDocument, NoPayoutReasonDocument, TagSourceDocument};
use crate::settings::Org;

/// Without its tags, as in lists. Money is a JSON number with its exact digits, so this is never
/// turned into a `serde_json::Value` on its way.
#[derive(Serialize, ToSchema)]
#[schema(as = Call)]
pub struct CallView<'a> {
    #[schema(value_type = uuid::Uuid)]
    pub call_log_id: CallId,
    pub external_id: Option<&'a str>,
    pub caller: &'a str,
    pub dialed: &'a str,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub campaign_id: Option<CampaignId>,
    pub campaign_name: Option<&'a str>,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub publisher_id: Option<PublisherId>,
    pub publisher_name: Option<&'a str>,
    pub target: Option<&'a str>,
    #[schema(value_type = CallStatusDocument)]
    pub status: CallStatus,
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub answered_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    pub connected_seconds: i64,
    pub converted: bool,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub converted_at: Option<Timestamp>,
    #[schema(value_type = Option<f64>, example = json!(150.00))]
    pub revenue_paid_out: Option<Money>,
    #[schema(value_type = Option<f64>, example = json!(150.00))]
    pub publisher_paid_out: Option<Money>,
    pub reason: Option<&'a str>,
    #[schema(value_type = Option<NoPayoutReasonDocument>)]
    pub no_payout_reason: Option<NoPayoutReason>,
    pub state: Option<&'a str>,
    pub zip: Option<&'a str>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Tag)]
pub struct TagView<'a> {
    #[schema(value_type = String)]
    pub name: &'a TagName,
    pub value: &'a str,
    #[schema(value_type = TagSourceDocument)]
    pub source: TagSource,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub request_id: Option<RequestId>,
    /// The value does not fit its custom tag's type.
    pub flagged: bool,
}

#[derive(Serialize, ToSchema)]
#[schema(as = TimelineEntry)]
pub struct TimelineView {
    pub event: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub request_id: Option<RequestId>,
    #[schema(value_type = Vec<ChangeDocument>)]
    pub changes: Vec<Change>,
}

/// With its tags and, where it was asked for, its timeline, oldest first.
#[derive(Serialize, ToSchema)]
#[schema(as = WholeCall)]
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
