//! The tags of one call.

mod storage;

use super::TagSource;
use super::name::{TagName, without_x};
use crate::ids::RequestId;
use crate::time::Timestamp;

/// Tags of one call.
pub const TAGS_MAX: usize = 500;

/// A value on a call, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// As sent; at most `TAG_VALUE_CHARS_MAX` characters.
    pub value: String,
    pub source: TagSource,
    pub at: Timestamp,
    /// The webhook request that brought it, if one did.
    pub request: Option<RequestId>,
    /// The value does not fit the type of its custom tag. It is kept as sent.
    pub flagged: bool,
}

impl Tag {
    fn rank(&self) -> (TagSource, Timestamp, Option<RequestId>) {
        (self.source, self.at, self.request)
    }
}

/// What became of a value that was offered to a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetOutcome {
    /// The value is new; `from` is the one it replaced.
    Set { from: Option<String> },
    /// The value was there already, and now has this source and time.
    Restated,
    /// The set is as it was: the tag was there already, as it is.
    Unchanged,
    /// The set is as it was: the tag has a value of a later source, or a newer one of the same.
    Outranked,
    /// The set is as it was: it has `TAGS_MAX` tags and this would be one more.
    Full,
}

impl SetOutcome {
    /// The set is not as it was, and has to be stored.
    pub fn changed(&self) -> bool {
        matches!(self, Self::Set { .. } | Self::Restated)
    }
}

/// The tags of one call, ordered by name. Sorted pairs instead of a map: a set is read from its
/// stored text, changed in a place or two and written again, all in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TagSet {
    entries: Vec<(TagName, Tag)>,
}

impl TagSet {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// By name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&TagName, &Tag)> {
        self.entries.iter().map(|(name, tag)| (name, tag))
    }

    /// The tag under this name, in any spelling of it; also with the `X-` of the header it came from.
    pub fn get(&self, name: &str) -> Option<&Tag> {
        let name = TagName::normalize(name)?;
        self.exact(name.as_str()).or_else(|| self.exact(without_x(name.as_str())?))
    }

    /// Offers a value; the later source wins, and of one source the newer value. Two values of the
    /// same source and time rank by their requests, so the order of arrival decides nothing; only
    /// without even that does the last one win.
    pub fn set(&mut self, name: &TagName, tag: Tag) -> SetOutcome {
        self.set_normal(name.as_str(), tag)
    }

    /// Sets a value whatever was there. For the source that nothing outranks: the order in which
    /// its requests were committed is the truth, not the clocks of the nodes that took them.
    pub fn overwrite(&mut self, name: &TagName, tag: Tag) -> SetOutcome {
        self.overwrite_normal(name.as_str(), tag)
    }

    /// Takes out the tag of exactly this name.
    pub fn remove(&mut self, name: &TagName) -> Option<Tag> {
        self.remove_normal(name.as_str())
    }

    pub(crate) fn exact(&self, name: &str) -> Option<&Tag> {
        self.slot(name).ok().map(|at| &self.entries[at].1)
    }

    pub(crate) fn set_normal(&mut self, name: &str, tag: Tag) -> SetOutcome {
        match self.slot(name) {
            Ok(at) if self.entries[at].1.rank() > tag.rank() => SetOutcome::Outranked,
            Ok(at) => self.replace(at, tag),
            Err(at) => self.insert(at, name, tag),
        }
    }

    pub(crate) fn overwrite_normal(&mut self, name: &str, tag: Tag) -> SetOutcome {
        match self.slot(name) {
            // Said again: the first time it was said stands, and nothing has to be stored.
            Ok(at) if self.entries[at].1.says_the_same(&tag) => SetOutcome::Unchanged,
            Ok(at) => self.replace(at, tag),
            Err(at) => self.insert(at, name, tag),
        }
    }

    pub(crate) fn remove_normal(&mut self, name: &str) -> Option<Tag> {
        self.slot(name).ok().map(|at| self.entries.remove(at).1)
    }

    /// From stored pairs, in whatever order; of a name that is there twice, the last.
    pub(crate) fn from_pairs(mut entries: Vec<(TagName, Tag)>) -> Self {
        if !entries.is_sorted_by(|a, b| a.0 < b.0) {
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            entries.reverse();
            entries.dedup_by(|a, b| a.0 == b.0);
            entries.reverse();
        }
        Self { entries }
    }

    fn slot(&self, name: &str) -> Result<usize, usize> {
        self.entries.binary_search_by(|(other, _)| other.as_str().cmp(name))
    }

    fn replace(&mut self, at: usize, tag: Tag) -> SetOutcome {
        let old = std::mem::replace(&mut self.entries[at].1, tag);
        let new = &self.entries[at].1;
        if old == *new {
            SetOutcome::Unchanged
        } else if old.value == new.value {
            SetOutcome::Restated
        } else {
            SetOutcome::Set { from: Some(old.value) }
        }
    }

    fn insert(&mut self, at: usize, name: &str, tag: Tag) -> SetOutcome {
        if self.entries.len() >= TAGS_MAX {
            return SetOutcome::Full;
        }
        self.entries.insert(at, (TagName::from_normal(name.to_owned()), tag));
        SetOutcome::Set { from: None }
    }
}

impl Tag {
    fn says_the_same(&self, other: &Self) -> bool {
        self.source == other.source && self.flagged == other.flagged && self.value == other.value
    }
}

#[cfg(test)]
mod tests;
