//! The reference: what SPEC.md says each operation is answered and leaves behind, in the simplest way that can be read.
//! It knows nothing of the product's code, of ids, databases or time that passes. One history, one operation at a time.

mod call;
mod settings;
mod switch;
mod webhooks;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use self::call::Call;
use self::settings::Webhook;
use super::op::{Kind, Says};

/// Number, and the state and time zone that its prefix tells.
pub const CALLERS: [(&str, &str, &str); 3] = [
    ("+13105551001", "CA", "America/Los_Angeles"),
    ("+13105551002", "CA", "America/Los_Angeles"),
    ("+12125551003", "NY", "America/New_York"),
];
pub const LIMIT: u32 = 1_000_000;

/// Whole hours from the history's start, times `HOUR`, and the operation's number: enough to tell earlier from later,
/// since no history takes half an hour.
pub type Moment = i64;
pub const HOUR: Moment = 1_000_000;

/// Mistakes that the model makes on purpose, to see that histories would find them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    KeepsRefusedIds,
    AddsBeforeRemoving,
    PaysLiveCalls,
    UsesDataTwice,
    CountsNoReplays,
    KeepsOldKeys,
    StepsReopenTheLimit,
    CallDataBeatsUpdates,
}

impl Mistake {
    #[cfg(feature = "failpoints")]
    pub const ALL: [Self; 8] = [
        Self::KeepsRefusedIds,
        Self::AddsBeforeRemoving,
        Self::PaysLiveCalls,
        Self::UsesDataTwice,
        Self::CountsNoReplays,
        Self::KeepsOldKeys,
        Self::StepsReopenTheLimit,
        Self::CallDataBeatsUpdates,
    ];
}

/// What a request is answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    pub status: u16,
    pub code: Option<&'static str>,
    pub replayed: bool,
    pub mismatch: bool,
    /// Of a 200 that is no replay.
    pub body: Option<Value>,
    /// Places left in the webhook's window, where that is certain.
    pub left: Option<u32>,
}

/// A stored `call_data` request.
#[derive(Debug, Clone)]
struct Data {
    caller: u8,
    at: Moment,
    fields: Vec<(&'static str, &'static str)>,
    is_used: bool,
}

/// What makes two requests of one transaction id the same.
type Asked = (Kind, Vec<String>, Says);

#[derive(Debug, Clone)]
pub struct Model {
    mistake: Option<Mistake>,
    hours: i64,
    /// The latest that the clock has been before it was set.
    latest: Moment,
    ops: i64,
    webhooks: BTreeMap<Kind, Webhook>,
    calls: BTreeMap<u8, Call>,
    data: Vec<Data>,
    done: BTreeMap<u8, Asked>,
}

impl Model {
    pub fn new(mistake: Option<Mistake>) -> Self {
        let webhooks = Kind::ALL.map(|kind| (kind, Webhook::new(kind))).into();
        let (calls, done) = (BTreeMap::new(), BTreeMap::new());
        Self { mistake, hours: 0, latest: 0, ops: 0, webhooks, calls, data: vec![], done }
    }

    /// Another operation begins.
    pub fn tick(&mut self) {
        self.ops += 1;
    }

    pub fn set_clock(&mut self, hours: i64) {
        self.latest = self.latest.max(self.now());
        self.hours = hours;
        if self.is(Mistake::StepsReopenTheLimit) {
            self.webhooks.values_mut().for_each(|webhook| webhook.used = 0);
        }
    }

    pub fn knows(&self, call: u8) -> bool {
        self.calls.contains_key(&call)
    }

    pub fn calls(&self) -> Vec<u8> {
        self.calls.keys().copied().collect()
    }

    fn is(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    fn now(&self) -> Moment {
        self.hours * HOUR + self.ops
    }

    /// As the API shows it, with times in whole hours.
    pub fn call(&self, id: u8) -> Value {
        let call = &self.calls[&id];
        let tag = |name: &str| call.tags.get(name).map(|tag| tag.value.clone());
        json!({
            "status": call.status,
            "started_at": text(call.started),
            "answered_at": call.answered.map(text),
            "ended_at": call.ended.map(text),
            "converted": call.converted,
            "converted_at": call.converted_at.map(text),
            "revenue_paid_out": call.revenue.map(|cents| f64::from(cents) / 100.0),
            "publisher_paid_out": call.payout.map(|cents| f64::from(cents) / 100.0),
            "reason": call.reason,
            "no_payout_reason": call.no_payout,
            "state": tag("state"),
            "zip": tag("zip_code"),
            "tags": call.tags.iter().map(|(name, tag)| json!([name, tag.value, tag.source.name()])).collect::<Vec<_>>(),
            "timeline": call.timeline,
        })
    }

    /// Stored requests that no call has used.
    pub fn unused(&self) -> usize {
        self.data.iter().filter(|data| !data.is_used).count()
    }
}

pub fn text(at: Moment) -> String {
    format!("@{}", at.div_euclid(HOUR))
}

pub fn name(call: u8) -> String {
    format!("call-{call}")
}
