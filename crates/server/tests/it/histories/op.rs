//! What may happen in a history. An operation names what it means by itself, so that others can be left out of the
//! history and it still means the same.

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    CallData,
    Revenue,
    Tags,
    Fields,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::CallData, Self::Revenue, Self::Tags, Self::Fields];

    pub fn name(self) -> &'static str {
        match self {
            Self::CallData => "call_data",
            Self::Revenue => "update_revenue",
            Self::Tags => "update_tags",
            Self::Fields => "update_fields",
        }
    }
}

/// A call by its place in the history; or one that is nowhere, or another organization's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    Call(u8),
    Nobody,
    Foreign,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    One(Named),
    Batch(Vec<Named>),
    /// Every call of this caller.
    Caller(u8),
}

/// What a request says; each type of webhook uses its part. Amounts are cents, times are hours from the history's start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Says {
    pub data: Vec<(&'static str, &'static str)>,
    pub revenue: Option<u32>,
    pub converted: Option<bool>,
    pub converted_at: Option<Option<i64>>,
    pub payout: Option<u32>,
    pub reason: Option<Option<&'static str>>,
    pub no_payout: Option<Option<&'static str>>,
    pub remove: Vec<&'static str>,
    pub add: Vec<(&'static str, &'static str)>,
}

/// What is wrong with a request that can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoiled {
    NamesNoCall,
    SaysNothing,
    Negative,
    TooManyCalls,
    NotJson,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Newest,
    /// The one before the last rotation.
    Former,
    OtherType,
    Missing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Json,
    Form,
    Get,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub kind: Kind,
    pub key: Key,
    pub way: Way,
    pub who: Who,
    pub says: Says,
    pub transaction: Option<u8>,
    pub spoiled: Option<Spoiled>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    Strict(bool),
    PhoneMatch(&'static str),
    Merge(bool),
    Consume(bool),
    LookbackHours(i64),
    /// Requests in a day.
    Limit(u32),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    /// The wall clock is so many hours from the true time from now on.
    Clock(i64),
    /// The switch tells of a call, so many hours late; or tells again.
    Start {
        call: u8,
        caller: u8,
        hours_late: i64,
        parameter: Option<(&'static str, &'static str)>,
    },
    Answer(u8),
    End {
        call: u8,
        failed: bool,
    },
    Send(Request),
    /// The client goes away amid the request's body, and sends it whole again.
    CutShort(Request),
    /// The client goes away without waiting for the answer, and sends the request again.
    Unheard(Request),
    /// The same request twice at once.
    Twice(Request),
    Rotate {
        kind: Kind,
        overlap_hours: i64,
    },
    Enable(Kind, bool),
    Delete(Kind),
    Set(Kind, Setting),
}
