//! From JSON to hours of operation.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};

use super::{EXCEPTIONS_MAX, Exception, Hours, INTERVALS_MAX, Interval, WEEKDAYS};
use crate::document::{Document, Problem};
use crate::routing::NAME_CHARS_MAX;

const ZONE_CHARS_MAX: usize = 64;

impl Hours {
    /// # Errors
    /// What is wrong, with its place.
    pub fn read(document: &Document<'_>) -> Result<Self, Problem> {
        let mut fields = document.fields()?;
        let zone =
            fields.require("time_zone", "an IANA name such as America/New_York")?.parsed(ZONE_CHARS_MAX)?;
        let mut week: [Vec<Interval>; 7] = Default::default();
        let mut days = fields.require("week", "the intervals of each weekday")?.fields()?;
        for (slot, name) in week.iter_mut().zip(WEEKDAYS) {
            if let Some(day) = days.take(name) {
                *slot = intervals(&day)?;
            }
        }
        days.finish()?;
        let exceptions =
            fields.take("exceptions").map_or_else(|| Ok(BTreeMap::new()), |list| exceptions(&list))?;
        fields.finish()?;
        let never = week.iter().all(Vec::is_empty) && exceptions.values().all(|one| one.intervals.is_empty());
        if never {
            return Err(document.problem("never opens; add an interval, or disable the target"));
        }
        Ok(Self { zone, week, exceptions })
    }
}

fn intervals(list: &Document<'_>) -> Result<Vec<Interval>, Problem> {
    list.items(INTERVALS_MAX)?.iter().map(interval).collect()
}

fn interval(document: &Document<'_>) -> Result<Interval, Problem> {
    const CLOCK: &str = "must be a time of the day such as 09:00";
    let mut fields = document.fields()?;
    let from = fields.require("from", "when it opens, such as 09:00")?;
    let from = clock(&from.text(5)?).ok_or_else(|| from.problem(CLOCK))?;
    let field = fields.require("to", "when it closes, such as 17:30 or 24:00")?;
    let text = field.text(5)?;
    fields.finish()?;
    let to = match text.as_str() {
        "24:00" => None,
        text => Some(clock(text).ok_or_else(|| field.problem(format!("{CLOCK}, or 24:00")))?),
    };
    if to == Some(from) {
        return Err(field.problem("is when it opens; for a whole day write 00:00 to 24:00"));
    }
    Ok(Interval { from, to })
}

fn clock(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let two = |digits: &str| {
        (digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| digits.parse().ok())?
    };
    Time::new(two(hour)?, two(minute)?, 0, 0).ok()
}

fn exceptions(list: &Document<'_>) -> Result<BTreeMap<Date, Exception>, Problem> {
    let mut exceptions = BTreeMap::new();
    for document in list.items(EXCEPTIONS_MAX)? {
        let mut fields = document.fields()?;
        let field = fields.require("date", "the day, such as 2026-12-25")?;
        let date =
            date(&field.text(10)?).ok_or_else(|| field.problem("must be a date such as 2026-12-25"))?;
        let name = fields.take("name").map(|name| name.text(NAME_CHARS_MAX)).transpose()?;
        let closed = fields.take("closed").map_or(Ok(false), |closed| closed.boolean())?;
        let intervals = fields.take("intervals").map_or_else(|| Ok(Vec::new()), |list| intervals(&list))?;
        fields.finish()?;
        if closed != intervals.is_empty() {
            return Err(document.problem("needs either \"closed\": true or at least one interval"));
        }
        if exceptions.insert(date, Exception { name, intervals }).is_some() {
            return Err(field.problem("is there twice; join the two"));
        }
    }
    Ok(exceptions)
}

fn date(text: &str) -> Option<Date> {
    // jiff also takes other ISO forms, such as 20260131, and times.
    let bytes = text.as_bytes();
    (bytes.len() == 10 && bytes[4] == b'-' && bytes[7] == b'-').then(|| text.parse().ok())?
}
