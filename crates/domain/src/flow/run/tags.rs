//! A call's tags, as a run reads and sets them.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::flow::check::is_read_only;
use crate::tags::{TAG_VALUE_CHARS_MAX, TAGS_MAX, TagName, TagSource, TagView, carries_key, kept_value};

/// The tags of a call. A run sets none itself; but what it sets has to be seen by its next node as
/// the call will have it, so it asks how a tag would be kept.
pub trait CallTags {
    /// By a name in normal form: a system tag, or a tag by its name or alias.
    fn get(&self, name: &str) -> Option<Cow<'_, str>>;

    /// The name under which a tag is kept, such as the one that an alias stands for.
    fn key(&self, name: &TagName) -> TagName;

    /// The value as it would be kept.
    ///
    /// # Errors
    /// Why the flow can't set it.
    fn kept(&self, key: &TagName, value: &str) -> Result<String, NotSet>;
}

/// Why a tag or variable was not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum NotSet {
    #[error("the call itself says what it is")]
    ReadOnly,
    #[error("its custom tag takes no value from a flow")]
    SourceNotAllowed,
    #[error("it has a value from update_tags, which goes before the flow's")]
    Outranked,
    #[error("there is nothing to set")]
    Empty,
    #[error("the value has more than {TAG_VALUE_CHARS_MAX} characters")]
    TooLong,
    #[error("the value holds a webhook's key")]
    CarriesKey,
    #[error("there are too many already")]
    Full,
}

impl CallTags for TagView<'_> {
    fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.lookup(name)
    }

    fn key(&self, name: &TagName) -> TagName {
        TagName::from_normal(self.defs.key_of(name, TagSource::Flow).name.to_owned())
    }

    fn kept(&self, key: &TagName, value: &str) -> Result<String, NotSet> {
        if is_read_only(key.as_str()) {
            return Err(NotSet::ReadOnly);
        }
        if !self.defs.key_of(key, TagSource::Flow).allows(TagSource::Flow) {
            return Err(NotSet::SourceNotAllowed);
        }
        match self.tags.exact(key.as_str()) {
            Some(tag) if tag.source > TagSource::Flow => return Err(NotSet::Outranked),
            None if self.tags.len() >= TAGS_MAX => return Err(NotSet::Full),
            _ => {}
        }
        if value.chars().count() > TAG_VALUE_CHARS_MAX {
            return Err(NotSet::TooLong);
        }
        if carries_key(value) {
            return Err(NotSet::CarriesKey);
        }
        kept_value(key.as_str(), value).map(Cow::into_owned).ok_or(NotSet::Empty)
    }
}
