//! The things a commit takes, and what each is answered.

use std::sync::Arc;

use bytes::Bytes;
use hookline_domain::call::{Call, CallEvent};
use hookline_domain::flow::{DialOutcome, HttpAnswer, HttpFailure, ScriptFailure};
use hookline_domain::ids::{CallId, CampaignId, NumberId, OrgId, PublisherId, RequestId, TargetId};
use hookline_domain::rate::RateState;
use hookline_domain::settings::OnUnmatched;
use hookline_domain::tags::TagSet;
use hookline_domain::time::Timestamp;
use hookline_domain::update::{Calls, Changes};
use hookline_domain::webhook::{Command, Refusal, Request};
use sha2::{Digest, Sha256};

use super::bid::BidRequest;
use crate::routing::Stand;
use crate::settings::{Org, PublishedFlow, Webhook};

/// 16 bytes of the SHA-256 of an organization and a transaction id of its.
pub type TransactionHash = [u8; 16];

/// How far a switch's clock may be ahead of ours.
pub const AHEAD_SECONDS_MAX: i64 = 300;
/// How late a call may be told of.
pub const LATE_SECONDS_MAX: i64 = 86_400;

/// One thing to do in a commit.
pub enum Work {
    Request(Box<InboundRequest>),
    Start(Box<StartCall>),
    Event(Box<CallEventReport>),
    Next(Box<NextStep>),
    Attach(Box<Attach>),
    Edit(Box<Edit>),
    Bid(Box<BidRequest>),
    /// Bids of this organization whose time is over give back what they hold.
    ReleaseBids(OrgId),
}

impl Work {
    /// What a decision is made of, if this makes one.
    pub fn decides(&self) -> Option<&'static str> {
        match self {
            Self::Start(_) => Some("start"),
            Self::Next(_) => Some("next"),
            Self::Bid(_) => Some("bid"),
            Self::Request(_) | Self::Event(_) | Self::Attach(_) | Self::Edit(_) | Self::ReleaseBids(_) => {
                None
            }
        }
    }
}

/// A request to a webhook whose key was accepted, read as far as it could be.
pub struct InboundRequest {
    pub id: RequestId,
    pub org: Arc<Org>,
    pub webhook: Arc<Webhook>,
    pub received_at: Timestamp,
    pub raw: LoggedRequest,
    pub parsed: Result<Request, Refusal>,
    /// Of the transaction id, if it has one.
    pub transaction: Option<TransactionHash>,
}

/// What the transaction id of a request is known by.
pub fn transaction_hash(org: OrgId, parsed: &Result<Request, Refusal>) -> Option<TransactionHash> {
    parsed.as_ref().ok()?.transaction_id.as_ref().map(|id| hash_of_transaction(org, id))
}

pub fn hash_of_transaction(org: OrgId, id: &str) -> TransactionHash {
    let digest = Sha256::new().chain_update(org.0.as_bytes()).chain_update(id).finalize();
    digest[..16].try_into().expect("a SHA-256 has 32 bytes")
}

impl InboundRequest {
    /// How the timeline names it.
    pub fn actor(&self) -> String {
        format!("webhook:{}", self.webhook.id)
    }

    /// Whether an update waits for its call, if that is not there.
    pub fn holds(&self) -> bool {
        self.webhook.settings.on_unmatched == OnUnmatched::Hold
    }

    /// What the request log can be searched by: the transaction id and the caller.
    pub fn log_keys(&self) -> (Option<&str>, Option<&str>) {
        let Ok(parsed) = &self.parsed else { return (None, None) };
        let caller = match &parsed.command {
            Command::CallData(data) => Some(data.caller.as_str()),
            Command::Update(update) => match &update.calls {
                Calls::Phone(caller) => Some(caller.as_str()),
                Calls::One(_) | Calls::Batch(_) => None,
            },
        };
        (parsed.transaction_id.as_deref(), caller)
    }
}

/// The request as the request log keeps it: without its key and without secret headers.
#[derive(Debug, Clone)]
pub struct LoggedRequest {
    pub method: &'static str,
    pub address: String,
    pub query: String,
    /// JSON: an array of [name, value].
    pub headers: String,
    pub body: Bytes,
}

/// A call that a switch tells us has begun.
pub struct StartCall {
    pub id: CallId,
    pub org: Arc<Org>,
    pub external_id: Option<String>,
    pub caller: String,
    pub dialed: String,
    pub campaign: Option<CampaignId>,
    pub publisher: Option<PublisherId>,
    pub number: Option<NumberId>,
    pub started_at: Timestamp,
    pub parameters: Vec<(String, String)>,
    pub headers: Vec<(String, String)>,
    /// Who says so, for the timeline: `api_key:<id>`.
    pub actor: String,
}

/// What a switch reports of a call that has begun.
pub struct CallEventReport {
    pub org: Arc<Org>,
    pub call: CallId,
    pub event: CallEvent,
    pub at: Timestamp,
    pub actor: String,
    /// Counts only as long as this is the call's newest timeline entry.
    pub after: Option<i64>,
}

/// What became of what a routed call waited for.
pub struct NextStep {
    pub org: Arc<Org>,
    pub call: CallId,
    /// The decision that this is about; of another one, nothing comes of it. `None`: the newest.
    pub decision: Option<u32>,
    pub news: News,
    /// The version of its flow that the call began with, if it is not the published one.
    pub flow: Option<Arc<PublishedFlow>>,
    pub actor: String,
}

#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// Nothing: the switch asks where the call stands.
    None,
    /// Of this target; `None`: of the one that rings, or of all of them.
    Dialed(DialOutcome, Option<TargetId>),
    Digits(String),
    NoInput,
    HoldOver,
    Available(bool),
    Http(Result<HttpAnswer, HttpFailure>),
    Script(Result<serde_json::Value, ScriptFailure>),
}

impl News {
    /// What brought a decision about, for its trace.
    pub fn trigger(&self) -> &'static str {
        match self {
            Self::None => "asked",
            Self::Dialed(outcome, _) => outcome.as_str(),
            Self::Digits(_) => "digits",
            Self::NoInput => "no_input",
            Self::HoldOver => "hold_over",
            Self::Available(_) => "availability",
            Self::Http(_) => "http_request",
            Self::Script(_) => "javascript",
        }
    }
}

/// Someone changes a call by hand.
pub struct Edit {
    pub org: Arc<Org>,
    pub call: CallId,
    pub changes: Changes,
    pub actor: String,
}

/// Someone says which call an unmatched request is for.
pub struct Attach {
    pub org: Arc<Org>,
    pub request: RequestId,
    pub what: Unmatched,
    pub call: CallId,
    pub actor: String,
}

/// A request whose call was not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unmatched {
    Update,
    /// Of this caller.
    CallData(String),
}

/// What the thing came to, known once it is committed.
#[derive(Debug)]
pub enum Outcome {
    Answer(Answer),
    /// A bid's answer, as JSON.
    Bid(String),
    Released,
    Call(Box<CallOutcome>),
    CallNotFound,
    /// What is to be set is for calls that have ended.
    StillLive,
    CallForbidden,
    /// Nothing here decides where the call goes.
    NotRouted,
    /// The call waits for something else; the text says for what.
    NotExpected(&'static str),
    /// The event can't follow what is already known of the call; the text says why.
    OutOfOrder(String),
    /// No request of this id is or was unmatched.
    NoSuchUnmatched,
    /// The request is no longer for anyone to attach; the text says what became of it.
    NotWaiting(String),
}

#[derive(Debug)]
pub struct CallOutcome {
    pub call: Call,
    pub external_id: Option<String>,
    pub tags: TagSet,
    /// False when a repeated start or event changed nothing.
    pub changed: bool,
    /// Of a call that is routed here.
    pub routed: Option<Standing>,
    /// Whether the one who hears this has to ask the other system that the call waits for; else another
    /// one does.
    pub has_to_ask: bool,
}

/// Where a routed call stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub decision: u32,
    pub stand: Stand,
}

/// The answer to a webhook request.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub body: Bytes,
    /// Whether this is the stored answer of an earlier request.
    pub replay: Option<Replay>,
    pub rate: RateState,
    /// Calls that were decided again and need another system's answer, which nobody waits for.
    pub asking: Vec<(CallId, Standing)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replay {
    /// The repeat carried another payload than the original.
    pub mismatch: bool,
}
