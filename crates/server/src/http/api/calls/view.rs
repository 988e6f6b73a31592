//! A call as the API shows it.

use hookline_domain::call::{Call, CallStatus, Change, NoPayoutReason};
use hookline_domain::ids::{CallId, CampaignId, PublisherId, RequestId, TargetId};
use hookline_domain::money::Money;
use hookline_domain::routing::DialStrategy;
use hookline_domain::tags::{TagName, TagSet, TagSource};
use hookline_domain::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::openapi::{CallStatusDocument, ChangeDocument, NoPayoutReasonDocument, TagSourceDocument};
use crate::intake::work::CallOutcome;
use crate::routing::{Instruction, Stand};
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
    /// Of a live call whose campaign has a routing plan or flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub routing: Option<RoutingView<'a>>,
}

/// Where a call stands on its way.
#[derive(Serialize, ToSchema)]
#[schema(as = CallRouting)]
pub struct RoutingView<'a> {
    /// Send it with what becomes of the instruction: news of an older decision changes nothing.
    pub decision: u32,
    #[serde(flatten)]
    pub instruction: InstructionView<'a>,
}

/// What the switch is to do.
#[derive(Serialize, ToSchema)]
#[schema(as = Instruction)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum InstructionView<'a> {
    /// Ring these: with the strategy `simultaneous` all at once, and the first that answers has the call.
    Dial {
        #[schema(value_type = String)]
        strategy: DialStrategy,
        targets: Vec<DialTargetView<'a>>,
    },
    /// Lead the caller to this URL.
    Redirect { url: &'a str, target: RedirectTargetView<'a> },
    /// Play the prompt and take one of these keys.
    Menu { prompt: &'a str, digits: &'a [String], timeout_seconds: u32, attempt: u32 },
    /// Let the caller wait, then send `hold_over`.
    Hold { seconds: u32 },
    /// Refuse the call, or end it.
    Reject { code: &'a str, reason: &'a str },
    /// Another system is asked; ask again in a moment.
    Wait,
    /// The call is connected; nothing is to be done.
    Connected,
    /// The call is over.
    Over,
}

#[derive(Serialize, ToSchema)]
#[schema(as = DialTarget)]
pub struct DialTargetView<'a> {
    #[schema(value_type = uuid::Uuid)]
    pub id: TargetId,
    pub name: &'a str,
    /// A number in E.164, or a SIP address.
    pub destination: &'a str,
    pub ring_seconds: u32,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RedirectTarget)]
pub struct RedirectTargetView<'a> {
    #[schema(value_type = uuid::Uuid)]
    pub id: TargetId,
    pub name: &'a str,
}

pub fn routing(decision: u32, stand: &Stand) -> RoutingView<'_> {
    RoutingView { decision, instruction: instruction(stand) }
}

pub fn instruction(stand: &Stand) -> InstructionView<'_> {
    match stand {
        Stand::Told(Instruction::Redirect { url, target, name }) => {
            InstructionView::Redirect { url, target: RedirectTargetView { id: *target, name } }
        }
        Stand::Told(Instruction::Dial { strategy, targets }) => InstructionView::Dial {
            strategy: *strategy,
            targets: targets
                .iter()
                .map(|target| DialTargetView {
                    id: target.id,
                    name: &target.name,
                    destination: &target.destination,
                    ring_seconds: target.ring_seconds,
                })
                .collect(),
        },
        Stand::Told(Instruction::Menu { prompt, digits, timeout_seconds, attempt }) => {
            InstructionView::Menu { prompt, digits, timeout_seconds: *timeout_seconds, attempt: *attempt }
        }
        Stand::Told(Instruction::Hold { seconds }) => InstructionView::Hold { seconds: *seconds },
        Stand::Told(Instruction::Reject { code, reason }) => InstructionView::Reject { code, reason },
        Stand::Asking(_) => InstructionView::Wait,
        Stand::Connected => InstructionView::Connected,
        Stand::Over => InstructionView::Over,
    }
}

/// A call as a commit left it.
pub fn outcome<'a>(org: &'a Org, outcome: &'a CallOutcome, now: Timestamp) -> WholeCallView<'a> {
    WholeCallView {
        call: call(org, &outcome.call, outcome.external_id.as_deref(), now),
        tags: tags(&outcome.tags),
        timeline: None,
        routing: outcome.routed.as_ref().map(|standing| routing(standing.decision, &standing.stand)),
    }
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
