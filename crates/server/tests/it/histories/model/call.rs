//! A call, and what changes on it.

use std::collections::{BTreeMap, BTreeSet};

use super::super::op::Says;
use super::{HOUR, Moment, text};

/// Custom tags of every organization: `call_data` sets no others.
const DEFINED: [&str; 4] = ["lead_source", "ad_campaign", "age", "lead_quality"];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    Number,
    Url,
    CallData,
    UpdateTags,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    pub value: String,
    pub source: Source,
    pub at: Moment,
}

/// A field, what it was and what it became.
pub type Line = (String, Option<String>, Option<String>);

#[derive(Debug, Clone)]
pub struct Call {
    pub caller: u8,
    pub status: &'static str,
    pub started: Moment,
    pub answered: Option<Moment>,
    pub ended: Option<Moment>,
    pub converted: bool,
    pub converted_at: Option<Moment>,
    pub revenue: Option<u32>,
    pub payout: Option<u32>,
    pub reason: Option<&'static str>,
    pub no_payout: Option<&'static str>,
    pub tags: BTreeMap<&'static str, Tag>,
    pub timeline: Vec<(&'static str, BTreeSet<Line>)>,
}

impl Call {
    pub fn ringing(caller: u8, started: Moment) -> Self {
        let (answered, ended, converted, converted_at) = (None, None, false, None);
        let (revenue, payout, reason, no_payout) = (None, None, None, None);
        let (tags, timeline) = (BTreeMap::new(), vec![]);
        #[rustfmt::skip]
        let call = Self {
            caller, status: "ringing", started, answered, ended, converted, converted_at,
            revenue, payout, reason, no_payout, tags, timeline,
        };
        call
    }

    pub fn is_live(&self) -> bool {
        self.ended.is_none()
    }

    pub fn record(&mut self, event: &'static str, lines: BTreeSet<Line>) {
        if !lines.is_empty() {
            self.timeline.push((event, lines));
        }
    }

    /// The later source wins, and of one source the newer value.
    pub fn offer(&mut self, name: &'static str, value: &str, source: Source, at: Moment) -> Option<Line> {
        let was = self.tags.get(name);
        if was.is_some_and(|was| (was.source, was.at) > (source, at)) {
            return None;
        }
        self.put(name, value, source, at)
    }

    fn put(&mut self, name: &'static str, value: &str, source: Source, at: Moment) -> Option<Line> {
        let was = self.tags.insert(name, Tag { value: value.to_owned(), source, at });
        let was = was.map(|was| was.value);
        (was.as_deref() != Some(value)).then(|| line(&field_of(name), was.as_deref(), Some(value)))
    }

    /// Revenue, `converted` and `converted_at`.
    pub fn convert(&mut self, says: &Says, at: Moment) -> BTreeSet<Line> {
        let mut lines = change(&mut self.revenue, says.revenue.map(Some), "revenue_paid_out", dollars);
        let time = says.converted_at.map(|hours| hours.map(|hours| hours * HOUR));
        let implied = says.revenue.is_some() || matches!(time, Some(Some(_)));
        let converted = says.converted.unwrap_or(self.converted || implied);
        if converted != self.converted {
            lines.insert(line("converted", Some(&self.converted.to_string()), Some(&converted.to_string())));
            self.converted = converted;
        }
        let now = (says.revenue.is_some() || says.converted == Some(true)).then_some(at);
        let when = if converted { time.unwrap_or(self.converted_at.or(now)) } else { None };
        lines.extend(change(&mut self.converted_at, Some(when), "converted_at", text));
        lines
    }

    /// `remove` before `add`; what is in both gets one line.
    pub fn retag(&mut self, says: &Says, at: Moment, adds_first: bool) -> BTreeSet<Line> {
        let mut lines = BTreeSet::new();
        for name in &says.remove {
            if (adds_first || says.add.iter().all(|(added, _)| added != name))
                && let Some(was) = self.tags.remove(name)
            {
                lines.insert(line(&field_of(name), Some(&was.value), None));
            }
        }
        for (name, value) in &says.add {
            if !(adds_first && says.remove.contains(name)) {
                lines.extend(self.put(name, value, Source::UpdateTags, at));
            }
        }
        lines
    }
}

impl Source {
    pub fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Url => "url",
            Self::CallData => "call_data",
            Self::UpdateTags => "update_tags",
        }
    }
}

/// The tag that a field of `call_data` becomes.
pub fn as_tag((name, value): &(&'static str, &'static str)) -> Option<(&'static str, &'static str)> {
    match *name {
        "caller_state" => Some(("state", value)),
        "zip" => Some(("zip_code", value)),
        name => DEFINED.contains(&name).then_some((name, value)),
    }
}

/// How a timeline names a tag.
pub fn field_of(tag: &str) -> String {
    match tag {
        "state" => "state".to_owned(),
        "zip_code" => "zip".to_owned(),
        _ => format!("tag:{tag}"),
    }
}

pub fn change<T: Clone + PartialEq>(
    place: &mut Option<T>,
    sent: Option<Option<T>>,
    field: &str,
    text: impl Fn(T) -> String,
) -> BTreeSet<Line> {
    let Some(value) = sent.filter(|value| value != place) else { return BTreeSet::new() };
    let was = std::mem::replace(place, value.clone());
    BTreeSet::from([(field.to_owned(), was.map(&text), value.map(&text))])
}

pub fn line(field: &str, from: Option<&str>, to: Option<&str>) -> Line {
    (field.to_owned(), from.map(str::to_owned), to.map(str::to_owned))
}

pub fn dollars(cents: u32) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
