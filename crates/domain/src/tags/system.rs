//! System tags: what a template can ask of every call. They are computed from the call, not kept
//! among its tags; only the places (state, ZIP, time zone) are tags, since they have a source.

use std::borrow::Cow;

use super::TagSource;
use super::definition::Definitions;
use super::name::TagName;
use super::set::TagSet;
use crate::call::{Call, Change};
use crate::time::Timestamp;

pub(crate) const STATE: &str = "state";
pub(crate) const ZIP_CODE: &str = "zip_code";
pub(crate) const TIME_ZONE: &str = "time_zone";

/// A value that every call has, or may have. Written `[CALL_ID]` in templates, in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SystemTag {
    CallId,
    CallerId,
    DialedNumber,
    CampaignId,
    CampaignName,
    PublisherId,
    PublisherName,
    TargetName,
    ZipCode,
    State,
    TimeZone,
    CallStatus,
    /// Whole seconds connected, so far if the call is live.
    CallDuration,
    CallStartedAt,
    CallAnsweredAt,
    CallEndedAt,
    Revenue,
    PublisherPaidOut,
    CallConverted,
    CallConvertedAt,
    CallReason,
    NoPayoutReason,
}

/// Every name of every system tag, in normal form; the first of a tag is its own, the others are
/// aliases. Words that clients use for tags of their own (`disposition`) are not among them.
pub const SYSTEM_TAGS: [(&str, SystemTag); 26] = [
    ("call_id", SystemTag::CallId),
    ("call_log_id", SystemTag::CallId),
    ("caller_id", SystemTag::CallerId),
    ("dialed_number", SystemTag::DialedNumber),
    ("campaign_id", SystemTag::CampaignId),
    ("campaign_name", SystemTag::CampaignName),
    ("publisher_id", SystemTag::PublisherId),
    ("publisher_name", SystemTag::PublisherName),
    ("target_name", SystemTag::TargetName),
    (ZIP_CODE, SystemTag::ZipCode),
    ("zip", SystemTag::ZipCode),
    ("caller_zip", SystemTag::ZipCode),
    (STATE, SystemTag::State),
    ("caller_state", SystemTag::State),
    (TIME_ZONE, SystemTag::TimeZone),
    ("call_status", SystemTag::CallStatus),
    ("call_duration", SystemTag::CallDuration),
    ("call_started_at", SystemTag::CallStartedAt),
    ("call_answered_at", SystemTag::CallAnsweredAt),
    ("call_ended_at", SystemTag::CallEndedAt),
    ("revenue", SystemTag::Revenue),
    ("publisher_paid_out", SystemTag::PublisherPaidOut),
    ("call_converted", SystemTag::CallConverted),
    ("call_converted_at", SystemTag::CallConvertedAt),
    ("call_reason", SystemTag::CallReason),
    ("no_payout_reason", SystemTag::NoPayoutReason),
];

impl SystemTag {
    /// By its name or an alias, in normal form.
    pub fn named(name: &str) -> Option<Self> {
        SYSTEM_TAGS.iter().find(|(known, _)| *known == name).map(|(_, tag)| *tag)
    }
}

/// A call with all that its tags can be read from.
#[derive(Debug, Clone, Copy)]
pub struct TagView<'a> {
    pub call: &'a Call,
    pub tags: &'a TagSet,
    pub defs: &'a Definitions,
    pub campaign_name: Option<&'a str>,
    pub publisher_name: Option<&'a str>,
    /// For the duration of a call that is still live.
    pub now: Timestamp,
}

impl<'a> TagView<'a> {
    /// What `[NAME]` stands for on this call: a system tag, else a tag by name or by its custom
    /// tag's alias; `None` if the call has no such value. A tag cannot pose as a system tag.
    pub fn lookup(&self, name: &str) -> Option<Cow<'a, str>> {
        let name = TagName::normalize(name)?;
        if let Some(system) = SystemTag::named(name.as_str()) {
            return self.system(system);
        }
        let key = self.defs.key_of(&name, TagSource::Header);
        let tag = self.tags.exact(key.name).or_else(|| self.tags.get(name.as_str()))?;
        Some(Cow::Borrowed(&tag.value))
    }

    fn system(&self, tag: SystemTag) -> Option<Cow<'a, str>> {
        let call = self.call;
        let text = match tag {
            SystemTag::CallId => call.id.to_string(),
            SystemTag::CampaignId => call.campaign?.to_string(),
            SystemTag::PublisherId => call.publisher?.to_string(),
            SystemTag::CallDuration => call.connected_seconds(self.now).to_string(),
            SystemTag::CallStartedAt => call.started_at.to_string(),
            SystemTag::CallAnsweredAt => call.answered_at?.to_string(),
            SystemTag::CallEndedAt => call.ended_at?.to_string(),
            SystemTag::Revenue => call.revenue_paid_out?.to_string(),
            SystemTag::PublisherPaidOut => call.publisher_paid_out?.to_string(),
            SystemTag::CallConverted => call.converted.to_string(),
            SystemTag::CallConvertedAt => call.converted_at?.to_string(),
            SystemTag::CallerId => return Some(Cow::Borrowed(&call.caller)),
            SystemTag::DialedNumber => return Some(Cow::Borrowed(&call.dialed)),
            SystemTag::CampaignName => return self.campaign_name.map(Cow::Borrowed),
            SystemTag::PublisherName => return self.publisher_name.map(Cow::Borrowed),
            SystemTag::TargetName => return call.target.as_deref().map(Cow::Borrowed),
            SystemTag::ZipCode => return call.zip.as_deref().map(Cow::Borrowed),
            SystemTag::State => return call.state.as_deref().map(Cow::Borrowed),
            SystemTag::TimeZone => return Some(Cow::Borrowed(&self.tags.exact(TIME_ZONE)?.value)),
            SystemTag::CallStatus => return Some(Cow::Borrowed(call.status.as_str())),
            SystemTag::CallReason => return call.reason.as_deref().map(Cow::Borrowed),
            SystemTag::NoPayoutReason => return Some(Cow::Borrowed(call.no_payout_reason?.as_str())),
        };
        Some(Cow::Owned(text))
    }
}

/// The name under which a caller's state, ZIP or time zone is kept, from any of its names.
pub(crate) fn place_key(name: &str) -> Option<&'static str> {
    match name {
        "state" | "caller_state" => Some(STATE),
        "zip" | "zip_code" | "caller_zip" => Some(ZIP_CODE),
        "time_zone" => Some(TIME_ZONE),
        _ => None,
    }
}

/// A value as it is kept under a key; `None` for a place with nothing in it, which must not hide
/// what is known from another source. A state of two letters is upper case; all else is as sent,
/// places without the space around them.
pub(crate) fn kept_value<'a>(key: &str, value: &'a str) -> Option<Cow<'a, str>> {
    if place_key(key).is_none() {
        return Some(Cow::Borrowed(value));
    }
    let value = value.trim();
    if value.is_empty() {
        return None;
    }
    let is_code = value.len() == 2 && value.bytes().all(|byte| byte.is_ascii_alphabetic());
    if key == STATE && is_code {
        Some(Cow::Owned(value.to_ascii_uppercase()))
    } else {
        Some(Cow::Borrowed(value))
    }
}

/// The call's own field for a place that has one: State and ZIP stand on the record, for filters
/// and reports, beside the tag that says where they came from.
fn place_field<'a>(call: &'a mut Call, key: &str) -> Option<&'a mut Option<String>> {
    match key {
        STATE => Some(&mut call.state),
        ZIP_CODE => Some(&mut call.zip),
        _ => None,
    }
}

/// How a timeline names a tag: State and ZIP are told as the call's own fields, and only as that.
pub fn timeline_field(key: &str) -> String {
    match key {
        STATE => "state".to_owned(),
        ZIP_CODE => "zip".to_owned(),
        _ => format!("tag:{key}"),
    }
}

/// Writes down that a tag went from one value to another, on the call itself too if it is the
/// call's State or ZIP: those get the field's line instead of the tag's. Whether the call changed.
pub(crate) fn record_change(
    call: &mut Call,
    key: &str,
    from: Option<String>,
    to: Option<&str>,
    timeline: &mut Vec<Change>,
) -> bool {
    let to = to.map(str::to_owned);
    let field = timeline_field(key);
    let Some(place) = place_field(call, key) else {
        timeline.push(Change { field, from, to });
        return false;
    };
    let from = std::mem::replace(place, to.clone());
    if from == to {
        return false;
    }
    timeline.push(Change { field, from, to });
    true
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::example::{definitions, name, tag};
    use super::*;
    use crate::call::example::{completed_call, ringing_call, second};
    use crate::call::{CallStatus, NoPayoutReason};
    use crate::ids::{CampaignId, PublisherId};
    use crate::money::Money;

    fn view<'a>(call: &'a Call, tags: &'a TagSet, defs: &'a Definitions) -> TagView<'a> {
        let (campaign_name, publisher_name) = (Some("Medicare Q1"), None);
        TagView { call, tags, defs, campaign_name, publisher_name, now: second(1000) }
    }

    #[test]
    fn system_tags_are_read_from_the_call_in_any_case() {
        let call = Call {
            campaign: Some(CampaignId(Uuid::from_u128(3))),
            publisher: Some(PublisherId(Uuid::from_u128(4))),
            target: Some("sales".into()),
            revenue_paid_out: Money::from_micros(150_000_000),
            no_payout_reason: Some(NoPayoutReason::CapsExceeded),
            state: Some("CA".into()),
            zip: Some("02134".into()),
            ..completed_call()
        };
        let mut tags = TagSet::new();
        tags.set(&name("time_zone"), tag("America/Los_Angeles", TagSource::Number, 1));
        let defs = definitions();
        let view = view(&call, &tags, &defs);
        for (asked, value) in [
            ("CALL_ID", "00000000-0000-0000-0000-000000000001"),
            ("call_log_id", "00000000-0000-0000-0000-000000000001"),
            ("CALLER_ID", "+13105559876"),
            ("Dialed_Number", "+18005550100"),
            ("CAMPAIGN_NAME", "Medicare Q1"),
            ("PUBLISHER_ID", "00000000-0000-0000-0000-000000000004"),
            ("TARGET_NAME", "sales"),
            ("ZIP_CODE", "02134"),
            ("STATE", "CA"),
            ("CALLER_STATE", "CA"),
            ("TIME_ZONE", "America/Los_Angeles"),
            ("CALL_STATUS", "completed"),
            ("CALL_DURATION", "60"),
            ("REVENUE", "150.00"),
            ("CALL_CONVERTED", "false"),
            ("NO_PAYOUT_REASON", "Caps exceeded"),
        ] {
            assert_eq!(view.lookup(asked).as_deref(), Some(value), "{asked}");
        }
        assert_eq!(view.lookup("PUBLISHER_NAME"), None);
    }

    #[test]
    fn the_duration_of_a_live_call_runs() {
        let call = Call { status: CallStatus::InProgress, answered_at: Some(second(110)), ..ringing_call() };
        let (tags, defs) = (TagSet::new(), Definitions::default());
        assert_eq!(view(&call, &tags, &defs).lookup("CALL_DURATION").as_deref(), Some("890"));
    }

    #[test]
    fn other_names_are_tags_also_by_their_custom_tags_alias() {
        let (call, defs) = (ringing_call(), definitions());
        let mut tags = TagSet::new();
        tags.set(&name("lead_source"), tag("google", TagSource::Url, 1));
        tags.set(&name("gclid"), tag("abc", TagSource::Url, 1));
        let view = view(&call, &tags, &defs);
        for (asked, value) in [("LEAD_SOURCE", "google"), ("utm_source", "google"), ("X-GCLID", "abc")] {
            assert_eq!(view.lookup(asked).as_deref(), Some(value), "{asked}");
        }
        assert_eq!((view.lookup("nothing"), view.lookup("[]")), (None, None));
    }

    #[test]
    fn a_tag_cannot_pose_as_a_system_tag() {
        let (call, defs) = (ringing_call(), definitions());
        let mut tags = TagSet::new();
        tags.set(&name("caller_id"), tag("+1999", TagSource::UpdateTags, 1));
        tags.set(&name("revenue"), tag("1000000", TagSource::UpdateTags, 1));
        let view = view(&call, &tags, &defs);
        assert_eq!(view.lookup("CALLER_ID").as_deref(), Some("+13105559876"));
        assert_eq!(view.lookup("REVENUE"), None);
    }

    #[test]
    fn every_system_name_is_in_normal_form() {
        for (known, system) in SYSTEM_TAGS {
            assert_eq!(TagName::normalize(known).unwrap().as_str(), known);
            assert_eq!(SystemTag::named(known), Some(system));
        }
    }
}
