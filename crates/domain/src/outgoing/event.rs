//! What happens to a call that other systems can be told of.

use std::fmt::{self, Display};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::call::{CallStatus, Change};

/// Each happens to a call at most once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    Incoming,
    Connected,
    Hangup,
    Failure,
    Completed,
    Converted,
    On5SecsMark,
    On15SecsMark,
    On30SecsMark,
    On45SecsMark,
    On60SecsMark,
}

/// The text names no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no event has this name")]
pub struct NoEvent;

impl Event {
    pub const ALL: [(&'static str, Self); 11] = [
        ("call.incoming", Self::Incoming),
        ("call.connected", Self::Connected),
        ("call.hangup", Self::Hangup),
        ("call.failure", Self::Failure),
        ("call.completed", Self::Completed),
        ("call.converted", Self::Converted),
        ("call.on_5_secs_mark", Self::On5SecsMark),
        ("call.on_15_secs_mark", Self::On15SecsMark),
        ("call.on_30_secs_mark", Self::On30SecsMark),
        ("call.on_45_secs_mark", Self::On45SecsMark),
        ("call.on_60_secs_mark", Self::On60SecsMark),
    ];

    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, event)| *event == self).map_or("", |(name, _)| name)
    }

    /// For how many seconds the call must have been connected, if that is what it tells.
    pub fn mark_seconds(self) -> Option<i64> {
        match self {
            Self::On5SecsMark => Some(5),
            Self::On15SecsMark => Some(15),
            Self::On30SecsMark => Some(30),
            Self::On45SecsMark => Some(45),
            Self::On60SecsMark => Some(60),
            _ => None,
        }
    }
}

/// What an entry of a call's timeline tells, in the order in which it happened; marks come with time, not with entries.
/// By what changed and not by the entry's kind: a call can end or convert in several ways.
pub fn events_of(changes: &[Change]) -> Vec<Event> {
    let mut events = Vec::new();
    for Change { field, to, .. } in changes {
        let Some(to) = to.as_deref() else { continue };
        match field.as_str() {
            "answered_at" => events.push(Event::Connected),
            "converted" if to == "true" => events.push(Event::Converted),
            "status" if to == CallStatus::Ringing.as_str() => events.push(Event::Incoming),
            "status" if to == CallStatus::Completed.as_str() => {
                events.extend([Event::Hangup, Event::Completed]);
            }
            "status" if to == CallStatus::Failed.as_str() => events.extend([Event::Hangup, Event::Failure]),
            _ => {}
        }
    }
    events
}

impl Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Event {
    type Err = NoEvent;

    fn from_str(text: &str) -> Result<Self, NoEvent> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, event)| *event).ok_or(NoEvent)
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
