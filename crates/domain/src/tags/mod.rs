//! Tags: names and values on a call, where each came from, and which source wins.

mod assembly;
mod call_data;
mod definition;
#[cfg(test)]
pub(crate) mod example;
mod flow;
mod header;
mod name;
mod set;
mod system;
mod value;

use serde::{Deserialize, Serialize};

pub use assembly::{Assembled, StartInput, assemble};
pub use call_data::{CallDataEffect, apply_call_data};
pub(crate) use definition::TagKey;
pub use definition::{CustomTag, DefinitionProblem, Definitions, TAG_LABEL_CHARS_MAX};
pub use flow::apply_flow_tag;
pub use header::{carries_key, is_key_parameter};
pub(crate) use name::without_x;
pub use name::{NotATagName, TAG_NAME_CHARS_MAX, TAG_VALUE_CHARS_MAX, TagName};
pub use set::{SetOutcome, TAGS_MAX, Tag, TagSet};
pub use system::{SYSTEM_TAGS, SystemTag, TagView, timeline_field};
pub(crate) use system::{kept_value, place_key, record_change};
pub(crate) use value::is_json_number;
pub use value::{JsonTags, TagKind};

/// Where a tag's value came from. Later wins over earlier, whatever the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TagSource {
    /// The default in a custom tag's definition: for want of anything better.
    Default,
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
