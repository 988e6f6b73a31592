//! Hours of operation: when a target takes calls.

mod parse;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime, Time};
use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};

use crate::time::Timestamp;
use crate::zone::Zone;

/// Intervals of one day.
pub const INTERVALS_MAX: usize = 24;
/// Dates with hours of their own.
pub const EXCEPTIONS_MAX: usize = 400;
/// Days that a search for the next opening goes ahead.
const DAYS_AHEAD_MAX: usize = 400;

/// When something is open, by the clocks of its time zone. As JSON: `{"time_zone":"America/New_York",
/// "week":{"monday":[{"from":"09:00","to":"17:30"}]},"exceptions":[{"date":"2026-12-25","closed":true},
/// {"date":"2026-12-24","intervals":[{"from":"09:00","to":"12:00"}],"name":"Christmas Eve"}]}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    pub(super) zone: Zone,
    /// From Monday on.
    pub(super) week: [Vec<Interval>; 7],
    pub(super) exceptions: BTreeMap<Date, Exception>,
}

/// From a time of the day on which it begins, to before a later time; at or before `from` it is the next
/// day's, and so is `24:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Interval {
    pub from: Time,
    /// `None` is 24:00.
    pub to: Option<Time>,
}

/// The hours of one date, instead of its weekday's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Exception {
    /// For people.
    pub name: Option<String>,
    /// None: closed.
    pub intervals: Vec<Interval>,
}

impl Interval {
    fn crosses_midnight(self) -> bool {
        self.to.is_some_and(|to| to < self.from)
    }
}

impl Hours {
    pub fn time_zone(&self) -> &Zone {
        &self.zone
    }

    /// Clocks that jump do not reopen what closed: an hour that is shown twice counts as its first pass, and
    /// one that is skipped as the moment of the jump.
    pub fn is_open(&self, at: Timestamp) -> bool {
        let today = self.zone.local(at).date();
        let holds = |date: Date, interval: Interval| {
            let (from, to) = self.moments(date, interval);
            from <= at && at < to
        };
        self.intervals(today).iter().any(|interval| holds(today, *interval))
            || today.yesterday().is_ok_and(|yesterday| {
                let mut crossing = self.intervals(yesterday).iter().filter(|one| one.crosses_midnight());
                crossing.any(|interval| holds(yesterday, *interval))
            })
    }

    /// The moment from which on it is open: `at` itself if it is open then; `None` if it stays closed for
    /// more than a year.
    pub fn next_open(&self, at: Timestamp) -> Option<Timestamp> {
        let today = self.zone.local(at).date();
        let first = today.yesterday().unwrap_or(today);
        // The first day with something left has it: no day opens before an earlier one, and what crosses
        // midnight into today is open now.
        first.series(jiff::Span::new().days(1)).take(DAYS_AHEAD_MAX).find_map(|date| {
            let moments = self.intervals(date).iter().map(|interval| self.moments(date, *interval));
            moments.filter(|(from, to)| at < *to && from < to).map(|(from, _)| from.max(at)).min()
        })
    }

    fn intervals(&self, date: Date) -> &[Interval] {
        match self.exceptions.get(&date) {
            Some(exception) => &exception.intervals,
            None => &self.week[date.weekday().to_monday_zero_offset() as usize],
        }
    }

    fn moments(&self, date: Date, interval: Interval) -> (Timestamp, Timestamp) {
        let next_day = date.tomorrow().unwrap_or(date);
        let to = match interval.to {
            Some(to) if interval.crosses_midnight() => next_day.to_datetime(to),
            Some(to) => date.to_datetime(to),
            None => DateTime::from_parts(next_day, Time::midnight()),
        };
        (self.zone.moment(date.to_datetime(interval.from)), self.zone.moment(to))
    }
}

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

fn clock(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

impl Serialize for Interval {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_struct("Interval", 2)?;
        map.serialize_field("from", &clock(self.from))?;
        map.serialize_field("to", &self.to.map_or_else(|| "24:00".to_owned(), clock))?;
        map.end()
    }
}

impl Serialize for Hours {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Week<'a>(&'a [Vec<Interval>; 7]);
        impl Serialize for Week<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let open = WEEKDAYS.iter().zip(self.0).filter(|(_, intervals)| !intervals.is_empty());
                serializer.collect_map(open)
            }
        }
        struct Dated<'a>(&'a Date, &'a Exception);
        impl Serialize for Dated<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry("date", &self.0.to_string())?;
                match self.1.intervals.as_slice() {
                    [] => map.serialize_entry("closed", &true)?,
                    intervals => map.serialize_entry("intervals", intervals)?,
                }
                if let Some(name) = &self.1.name {
                    map.serialize_entry("name", name)?;
                }
                map.end()
            }
        }
        let mut map = serializer.serialize_struct("Hours", 3)?;
        map.serialize_field("time_zone", &self.zone)?;
        map.serialize_field("week", &Week(&self.week))?;
        let exceptions: Vec<Dated<'_>> =
            self.exceptions.iter().map(|(date, exception)| Dated(date, exception)).collect();
        map.serialize_field("exceptions", &exceptions)?;
        map.end()
    }
}
