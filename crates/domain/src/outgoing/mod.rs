//! Outgoing webhooks: which events of a call are told to another system, and in which words.
//!
//! What is here decides and renders; sending, signing and keeping secrets is the server's.

mod event;
mod read;
mod render;
mod retry;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::flow::Method;
use crate::ids::CampaignId;
use crate::template::Template;

pub use event::{Event, NoEvent, events_of};
pub use read::{SealHeader, SecretHeader};
pub use render::{Occasion, Rendered, RenderedHeader, TooLarge, render};
pub use retry::{RETRY_AFTER_SECONDS_MAX, retry_micros};

/// Campaigns that one outgoing webhook may be limited to.
pub const CAMPAIGNS_MAX: usize = 1_000;
/// Headers of one outgoing webhook.
pub const HEADERS_MAX: usize = 30;
/// Fields of one form.
pub const FORM_FIELDS_MAX: usize = 200;
pub const FORM_NAME_CHARS_MAX: usize = 256;
pub const CONTENT_TYPE_CHARS_MAX: usize = 128;
/// A request with the values of its tags: URL, headers and body.
pub const RENDERED_BYTES_MAX: usize = 256 * 1024;
/// Characters of a secret header's value.
pub const SECRET_CHARS_MAX: usize = 2_048;
pub const ATTEMPTS_MAX: u32 = 20;
pub const ATTEMPTS_DEFAULT: u32 = 8;
/// For one attempt, from looking up the name to the last byte.
pub const TIMEOUT_SECONDS_MAX: u32 = 30;
pub const TIMEOUT_SECONDS_DEFAULT: u32 = 10;

/// What an outgoing webhook without a body of its own sends.
pub const DEFAULT_BODY: &str = concat!(
    "{\"event\":\"[EVENT]\",\"event_at\":\"[EVENT_AT]\",\"call_log_id\":\"[CALL_ID]\",\"caller_id\":\"[CALLER_ID]\",",
    "\"dialed_number\":\"[DIALED_NUMBER]\",\"status\":\"[CALL_STATUS]\",\"campaign_id\":\"[CAMPAIGN_ID]\",",
    "\"campaign_name\":\"[CAMPAIGN_NAME]\",\"publisher_id\":\"[PUBLISHER_ID]\",\"publisher_name\":\"[PUBLISHER_NAME]\",",
    "\"target_name\":\"[TARGET_NAME]\",\"started_at\":\"[CALL_STARTED_AT]\",\"answered_at\":[CALL_ANSWERED_AT],",
    "\"ended_at\":[CALL_ENDED_AT],\"connected_seconds\":[CALL_DURATION],\"converted\":[CALL_CONVERTED],",
    "\"converted_at\":[CALL_CONVERTED_AT],\"revenue_paid_out\":[REVENUE],\"publisher_paid_out\":[PUBLISHER_PAID_OUT],",
    "\"state\":\"[STATE]\",\"zip_code\":\"[ZIP_CODE]\"}"
);

/// What may be set of an outgoing webhook. Its JSON is how it is stored: a secret is in it only sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// In the order in which they were named.
    pub events: Vec<Event>,
    /// Empty: calls of any campaign, and of none.
    pub campaigns: Vec<CampaignId>,
    pub method: Method,
    pub url: Template,
    pub headers: Vec<Header>,
    pub body: Body,
    pub attempts_max: u32,
    pub timeout_seconds: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    pub name: String,
    #[serde(flatten)]
    pub value: HeaderValue,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeaderValue {
    Value(Template),
    /// A text without tags that only the server can read.
    Sealed(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Body {
    None,
    Json { template: Template },
    Form { fields: Vec<FormField> },
    Raw { content_type: String, template: Template },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormField {
    pub name: String,
    pub value: Template,
}

impl Settings {
    /// Whether it wants to hear of this event of a call in this campaign.
    pub fn listens(&self, event: Event, campaign: Option<CampaignId>) -> bool {
        self.events.contains(&event)
            && (self.campaigns.is_empty() || campaign.is_some_and(|id| self.campaigns.contains(&id)))
    }

    /// The marks of seconds that it wants to hear of.
    pub fn marks(&self) -> impl Iterator<Item = (Event, i64)> + '_ {
        self.events.iter().filter_map(|event| Some((*event, event.mark_seconds()?)))
    }
}
