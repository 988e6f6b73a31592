//! Tags: names and values on a call, where each came from, and which source wins.

use serde::{Deserialize, Serialize};

/// A tag's name in its one normal form: NFC, trimmed, lower case, every run of anything but letters
/// and digits one `_`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TagName(String);

/// Where a tag's value came from. Later wins over earlier, whatever the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TagSource {
    /// Derived from the caller's number: state, time zone.
    Number,
    Campaign,
    Publisher,
    /// Landing-page and URL parameters.
    Url,
    /// Request or SIP headers.
    Header,
    Rtb,
    CallData,
    Flow,
    UpdateTags,
}
