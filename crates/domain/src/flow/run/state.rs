//! What a run has to remember while it waits.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::CallTags;
use super::answers::Answers;
use crate::flow::NodeId;
use crate::ids::FlowId;
use crate::tags::{TagName, without_x};
use crate::time::Timestamp;

/// A run at a wait, stored with the call as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowState {
    pub flow: FlowId,
    /// The version of the flow that the call began with, and stays with.
    pub version: u32,
    pub(super) at: Whereabouts,
    /// When it came to the node where it waits.
    pub(super) since: Timestamp,
    pub(super) variables: BTreeMap<TagName, String>,
    /// Nodes passed, since it was last decided from the start.
    pub(super) steps: u32,
    /// Numbers drawn, likewise.
    pub(super) draws: u32,
    /// How often the menu where it waits has asked.
    pub(super) menu_attempts: u32,
    /// A fingerprint of what it waits for an answer to.
    pub(super) asked: u64,
    pub(super) answers: Answers,
    pub(super) tags_read: BTreeSet<TagName>,
    /// What the run has set, each with its value's fingerprint.
    #[serde(default)]
    pub(super) tags_set: BTreeMap<TagName, u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Whereabouts {
    Before,
    Waiting(NodeId),
    Over,
}

impl FlowState {
    /// Before the run.
    pub fn new(flow: FlowId, version: u32) -> Self {
        Self {
            flow,
            version,
            at: Whereabouts::Before,
            since: Timestamp::default(),
            variables: BTreeMap::new(),
            steps: 0,
            draws: 0,
            menu_attempts: 0,
            asked: 0,
            answers: Answers::default(),
            tags_read: BTreeSet::new(),
            tags_set: BTreeMap::new(),
        }
    }

    /// Before the run, with all that was answered to another run on the same call: what is asked again is
    /// answered by that.
    #[must_use]
    pub fn with_answers_of(mut self, other: &Self) -> Self {
        self.answers = other.answers.clone();
        self.answers.decide_again();
        self
    }

    /// The node where the call waits.
    pub fn waiting_at(&self) -> Option<&NodeId> {
        match &self.at {
            Whereabouts::Waiting(node) => Some(node),
            Whereabouts::Before | Whereabouts::Over => None,
        }
    }

    pub fn is_over(&self) -> bool {
        self.at == Whereabouts::Over
    }

    /// What the flow's nodes have set, by name.
    pub fn variables(&self) -> &BTreeMap<TagName, String> {
        &self.variables
    }

    /// The tags that decided how the call came here, as the flow calls them: an alias is not yet its
    /// custom tag's key.
    pub fn tags_read(&self) -> &BTreeSet<TagName> {
        &self.tags_read
    }

    /// Whether a tag, by the name under which it is kept, is one of those: when it changes from
    /// outside, give [`super::Input::TagsChanged`].
    pub fn has_read(&self, key: &TagName, tags: &dyn CallTags) -> bool {
        self.tags_read
            .iter()
            .map(|name| tags.key(name))
            .any(|read| read == *key || without_x(read.as_str()).is_some_and(|bare| bare == key.as_str()))
    }

    /// Nodes passed since the call was last decided from the start.
    pub fn steps(&self) -> u32 {
        self.steps
    }
}
