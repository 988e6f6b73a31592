//! Applies the work of one commit, in order, to the rows that the engine loaded.

mod again;
mod arriving;
mod bid;
mod call;
mod change;
mod course;
mod dialed;
mod held;
mod needs;
mod places;
mod rehearse;
mod request;
mod route;
mod rows;
mod settle;

pub use needs::RoutingNeeds;
pub use rehearse::{Rehearsal, Rehearsed};
pub use request::rate_limited;
pub use rows::*;

use std::collections::HashSet;

use hookline_domain::call::Change;
use hookline_domain::ids::{CallId, OrgId, RequestId};
use hookline_domain::rate::RateState;
use hookline_domain::time::Timestamp;

use super::work::{Outcome, Work};
use hookline_domain::tags::TagSet;

/// Calls that one update by phone number may change.
pub const PHONE_MATCHES_MAX: usize = 1_000;

/// Hands out timeline sequence numbers, each greater than the last.
pub trait Sequence {
    fn next(&mut self) -> i64;
}

/// The state of one commit while its work is applied.
pub struct Commit<'a> {
    pub loaded: Loaded,
    pub writes: Writes,
    /// The moment that this commit's effects carry.
    pub at: Timestamp,
    /// How each request stands against its webhook's limit, by its place in the commit.
    pub standings: &'a [Option<RateState>],
    pub sequence: &'a mut dyn Sequence,
    changed_calls: HashSet<CallId>,
    changed_tags: HashSet<CallId>,
    created: HashSet<CallId>,
    changed_routes: HashSet<CallId>,
    /// Calls for which another system has to be asked, and nobody waits.
    asking: Vec<CallId>,
    no_tags: TagSet,
}

impl<'a> Commit<'a> {
    pub fn new(
        loaded: Loaded,
        at: Timestamp,
        standings: &'a [Option<RateState>],
        sequence: &'a mut dyn Sequence,
    ) -> Self {
        let mut commit = Self {
            loaded,
            writes: Writes::default(),
            at,
            standings,
            sequence,
            changed_calls: HashSet::new(),
            changed_tags: HashSet::new(),
            created: HashSet::new(),
            changed_routes: HashSet::new(),
            asking: Vec::new(),
            no_tags: TagSet::new(),
        };
        commit.release_overdue();
        commit
    }

    /// Applies one thing; what it changed is visible to those after it in the same commit.
    pub fn apply(&mut self, index: usize, work: &Work) -> Outcome {
        match work {
            Work::Request(request) => Outcome::Answer(self.request(index, request)),
            Work::Start(start) => self.start(start),
            Work::Event(report) => self.event(report),
            Work::Next(step) => self.next(step),
            Work::Attach(attach) => self.attach(attach),
            Work::Edit(edit) => self.edit(edit),
            Work::Bid(request) => self.bid(request),
            // Done before the first work of a commit.
            Work::ReleaseBids(_) => Outcome::Released,
        }
    }

    /// What to write, rows sorted by id so that two commits take their locks in the same order.
    pub fn finish(mut self) -> (Writes, Loaded) {
        let sorted = |ids: HashSet<CallId>| {
            let mut ids: Vec<CallId> = ids.into_iter().collect();
            ids.sort_unstable();
            ids
        };
        self.changed_calls.retain(|id| !self.created.contains(id));
        self.writes.changed_calls = sorted(self.changed_calls);
        self.writes.changed_tags = sorted(self.changed_tags);
        self.writes.new_calls = sorted(self.created);
        self.writes.changed_routes = sorted(self.changed_routes);
        (self.writes, self.loaded)
    }

    /// Appends to a call's timeline; the call's row then points at the new entry.
    fn record(
        &mut self,
        id: CallId,
        kind: &'static str,
        actor: &str,
        request: Option<RequestId>,
        changes: Vec<Change>,
    ) {
        let call = self.loaded.calls.get_mut(&id).expect("only loaded calls are changed");
        let seq = self.sequence.next();
        self.writes.timeline.push(TimelineRow {
            org: call.call.org,
            seq,
            call: id,
            previous: call.last_seq,
            at: self.at,
            kind,
            actor: actor.to_owned(),
            request,
            changes,
        });
        call.last_seq = seq;
        self.changed_calls.insert(id);
    }

    fn live_calls_of(&self, org: OrgId, caller: &str) -> Vec<CallId> {
        let mut ids: Vec<CallId> = self
            .loaded
            .by_phone
            .get(&(org, caller.to_owned()))
            .into_iter()
            .flatten()
            .copied()
            .filter(|id| self.loaded.calls.get(id).is_some_and(|call| call.call.status.is_live()))
            .collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}
