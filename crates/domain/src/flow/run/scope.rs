//! What the nodes of a run see: variables before tags, and what was just set before what was there.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::trace::{Read, shortened};
use super::{CallTags, NotSet};
use crate::flow::limits::{VARIABLES_BYTES_MAX, VARIABLES_MAX};
use crate::tags::{TAG_VALUE_CHARS_MAX, TagName, without_x};
use crate::template::{Place, Template};

/// A flow's variables and a call's tags have one space of names: `[NAME]` is the variable if there
/// is one. So a value that was brought by a request is read as one that came with the call.
pub(super) struct Scope<'a> {
    pub variables: BTreeMap<TagName, String>,
    tags: &'a dyn CallTags,
    /// Set in this run of `advance`, by the name under which they are kept.
    fresh: BTreeMap<TagName, String>,
    /// Of the node that is visited now.
    reads: RefCell<Vec<Read>>,
    pub tags_read: BTreeSet<TagName>,
}

impl<'a> Scope<'a> {
    pub fn new(
        variables: BTreeMap<TagName, String>,
        tags_read: BTreeSet<TagName>,
        tags: &'a dyn CallTags,
    ) -> Self {
        Self { variables, tags, fresh: BTreeMap::new(), reads: RefCell::default(), tags_read }
    }

    /// By a name in normal form. What is read is noted.
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        let variable = self.variables.get(name);
        let value = match variable {
            Some(value) => Some(Cow::Borrowed(value.as_str())),
            None => self.tag(name),
        };
        let mut reads = self.reads.borrow_mut();
        if !reads.iter().any(|read| read.name.as_str() == name) {
            reads.push(Read {
                name: TagName::from_normal(name.to_owned()),
                value: value.as_deref().map(shortened),
                variable: variable.is_some(),
            });
        }
        value
    }

    fn tag(&self, name: &str) -> Option<Cow<'_, str>> {
        if !self.fresh.is_empty() {
            let key = self.tags.key(&TagName::from_normal(name.to_owned()));
            let fresh = self.fresh.get(&key).or_else(|| self.fresh.get(without_x(key.as_str())?));
            if let Some(value) = fresh {
                return Some(Cow::Borrowed(value));
            }
        }
        self.tags.get(name)
    }

    pub fn render(&self, template: &Template, place: Place) -> String {
        template.render(&|name| self.get(name), place)
    }

    /// What was read since it was last asked.
    pub fn take_reads(&mut self) -> Vec<Read> {
        let reads = self.reads.take();
        self.tags_read.extend(reads.iter().filter(|read| !read.variable).map(|read| read.name.clone()));
        reads
    }

    pub fn set_variable(&mut self, name: &TagName, value: &str) -> Result<(), NotSet> {
        if value.chars().count() > TAG_VALUE_CHARS_MAX {
            return Err(NotSet::TooLong);
        }
        let others = || self.variables.iter().filter(|(other, _)| *other != name);
        let bytes: usize = others().map(|(other, value)| other.as_str().len() + value.len()).sum();
        if others().count() >= VARIABLES_MAX
            || bytes + name.as_str().len() + value.len() > VARIABLES_BYTES_MAX
        {
            return Err(NotSet::Full);
        }
        self.variables.insert(name.clone(), value.to_owned());
        Ok(())
    }

    /// The tag as it will be kept.
    pub fn set_tag(&mut self, name: &TagName, value: &str) -> Result<(TagName, String), NotSet> {
        let key = self.tags.key(name);
        let value = self.tags.kept(&key, value)?;
        self.fresh.insert(key.clone(), value.clone());
        Ok((key, value))
    }
}
