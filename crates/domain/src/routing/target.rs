//! A target: where calls go, when, how many, and what a call there is worth.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::destination::Destination;
use super::hours::Hours;
use super::period::{CapPeriod, CounterKey};
use super::url;
use crate::document::{Document, Fields, Problem};
use crate::ids::TargetId;
use crate::money::Money;
use crate::time::Timestamp;
use crate::zone::Zone;

/// The greatest cap.
pub const CAP_MAX: u32 = 1_000_000_000;
pub const CONCURRENCY_MAX: u32 = 100_000;
/// Seconds that a target may ring; 30 if unset.
pub const RING_SECONDS_MAX: u32 = 600;
pub const RING_SECONDS_DEFAULT: u32 = 30;
/// Seconds that a call may have to be connected to convert: a day.
pub const CONNECTED_SECONDS_MAX: u32 = 86_400;
/// Milliseconds that an availability check may take; 1,000 if unset.
pub const AVAILABILITY_MS_MIN: u32 = 100;
pub const AVAILABILITY_MS_MAX: u32 = 5_000;
pub const AVAILABILITY_MS_DEFAULT: u32 = 1_000;
/// Characters of a URL, before its tags are filled in.
pub const URL_CHARS_MAX: usize = 2_048;

/// Where calls go. Its JSON has the fields' names; what is `None` is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Target {
    pub id: TargetId,
    /// For people, and the tag TARGET_NAME.
    pub name: String,
    pub destination: Destination,
    pub enabled: bool,
    /// Rings no longer than this; then the next target is tried.
    pub ring_seconds: u32,
    /// By whose clocks the caps count.
    pub time_zone: Zone,
    /// `None`: always open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    pub caps: Caps,
    /// Calls at a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversion: Option<Conversion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability: Option<Availability>,
}

/// How many calls a target gets in each period; without a number, any. A cap counts from when it is set:
/// periods without one are not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Caps {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hour: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub month: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u32>,
}

/// When a call converts, and what it is worth then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversion {
    /// Connected at least this long.
    pub connected_seconds: u32,
    /// What the target pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revenue: Option<Money>,
    /// What the publisher gets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payout: Option<Money>,
}

/// A question over HTTP whether the target takes this call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Availability {
    /// With `[TAG]`s in its path and query.
    pub url: String,
    pub timeout_ms: u32,
}

impl Availability {
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(u64::from(self.timeout_ms))
    }
}

impl Caps {
    pub fn of(&self, period: CapPeriod) -> Option<u32> {
        match period {
            CapPeriod::Hour => self.hour,
            CapPeriod::Day => self.day,
            CapPeriod::Month => self.month,
            CapPeriod::Total => self.total,
        }
    }
}

impl Target {
    /// The target of this JSON; an `id` in it must be this one.
    ///
    /// # Errors
    /// What is wrong, with its place.
    pub fn parse(id: TargetId, raw: &RawValue) -> Result<Self, Problem> {
        let mut fields = Document::new(raw, "").fields()?;
        super::check_id(&mut fields, &id)?;
        let target = Self {
            id,
            name: super::name(&mut fields)?,
            destination: fields
                .require("destination", "a phone number such as +13105550100, sip:user@host, or a URL")?
                .parsed(URL_CHARS_MAX)?,
            enabled: super::flag(&mut fields, "enabled", true)?,
            ring_seconds: optional(&mut fields, "ring_seconds", 1..=RING_SECONDS_MAX)?
                .unwrap_or(RING_SECONDS_DEFAULT),
            time_zone: fields.take("time_zone").map_or(Ok(Zone::UTC), |zone| zone.parsed(64))?,
            hours: fields.take("hours").map(|hours| Hours::read(&hours)).transpose()?,
            caps: fields.take("caps").map_or(Ok(Caps::default()), |caps| Caps::read(&caps))?,
            concurrency: optional(&mut fields, "concurrency", 1..=CONCURRENCY_MAX)?,
            conversion: Conversion::take(&mut fields)?,
            availability: fields.take("availability").map(|one| Availability::read(&one)).transpose()?,
        };
        fields.finish()?;
        Ok(target)
    }

    /// The counters that a call sent here at `now` is counted by: one for each cap.
    pub fn counters(&self, now: Timestamp) -> impl Iterator<Item = (CounterKey, u32)> {
        CapPeriod::ALL.into_iter().filter_map(move |period| {
            let cap = self.caps.of(period)?;
            let start = period.start(now, &self.time_zone);
            Some((CounterKey { target: self.id, period, start }, cap))
        })
    }
}

impl Caps {
    fn read(document: &Document<'_>) -> Result<Self, Problem> {
        let mut fields = document.fields()?;
        let mut cap = |name| optional(&mut fields, name, 1..=CAP_MAX);
        let caps = Self { hour: cap("hour")?, day: cap("day")?, month: cap("month")?, total: cap("total")? };
        fields.finish()?;
        Ok(caps)
    }
}

impl Conversion {
    pub(super) fn take(fields: &mut Fields<'_>) -> Result<Option<Self>, Problem> {
        let Some(document) = fields.take("conversion") else { return Ok(None) };
        let mut fields = document.fields()?;
        let connected_seconds = fields
            .require("connected_seconds", "how long a call has to be connected to convert")?
            .whole_number(1..=CONNECTED_SECONDS_MAX)?;
        let mut money = |name| fields.take(name).map(|amount| amount.value::<Money>()).transpose();
        let conversion = Self { connected_seconds, revenue: money("revenue")?, payout: money("payout")? };
        fields.finish()?;
        Ok(Some(conversion))
    }
}

impl Availability {
    fn read(document: &Document<'_>) -> Result<Self, Problem> {
        let mut fields = document.fields()?;
        let field =
            fields.require("url", "where to ask, such as https://buyer.example/open?zip=[ZIP_CODE]")?;
        let url = field.text(URL_CHARS_MAX)?;
        url::check_url(&url).map_err(|message| field.problem(message))?;
        let range = AVAILABILITY_MS_MIN..=AVAILABILITY_MS_MAX;
        let timeout_ms = optional(&mut fields, "timeout_ms", range)?.unwrap_or(AVAILABILITY_MS_DEFAULT);
        fields.finish()?;
        Ok(Self { url, timeout_ms })
    }
}

fn optional(
    fields: &mut Fields<'_>,
    name: &'static str,
    range: std::ops::RangeInclusive<u32>,
) -> Result<Option<u32>, Problem> {
    fields.take(name).map(|number| number.whole_number(range)).transpose()
}
