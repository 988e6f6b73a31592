//! The call's tags as a decision looks them up.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use crate::condition::Lookup;
use crate::tags::TagName;

/// Looks each tag up once: hundreds of routes ask for the same few. What was never looked up can't change the
/// decision, so this is also what the decision depends on.
pub(super) struct Seen<'a> {
    lookup: &'a Lookup<'a>,
    tags: RefCell<HashMap<TagName, Option<Cow<'a, str>>>>,
}

impl<'a> Seen<'a> {
    pub fn new(lookup: &'a Lookup<'a>) -> Self {
        Self { lookup, tags: RefCell::default() }
    }

    /// By a name in normal form.
    pub fn get(&self, name: &str) -> Option<Cow<'a, str>> {
        if let Some(value) = self.tags.borrow().get(name) {
            return value.clone();
        }
        let value = (self.lookup)(name);
        self.tags.borrow_mut().insert(TagName::from_normal(name.to_owned()), value.clone());
        value
    }

    /// Tags that are going to be read by someone else.
    pub fn note(&self, names: impl IntoIterator<Item = TagName>) {
        for name in names {
            self.get(name.as_str());
        }
    }

    pub fn names(self) -> BTreeSet<TagName> {
        self.tags.into_inner().into_keys().collect()
    }
}
