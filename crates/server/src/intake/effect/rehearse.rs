//! A call's way as it would be: the same rules as in a commit, on rows that are written nowhere.

use std::sync::Arc;

use hookline_domain::call::Call;
use hookline_domain::flow;
use hookline_domain::routing::Counters;
use hookline_domain::tags::TagSet;
use hookline_domain::time::Timestamp;

use super::course::Go;
use super::route::Cause;
use super::rows::{Loaded, LoadedCall};
use super::{Commit, Sequence};
use crate::intake::work::{News, NextStep, Outcome};
use crate::routing::{Routed, Stand};
use crate::settings::{Org, PublishedFlow};

/// News that one rehearsal takes: with less, a flow that asks in a circle would go on for ever.
pub const NEWS_MAX: usize = 200;

pub struct Rehearsal {
    pub org: Arc<Org>,
    pub call: Call,
    pub tags: TagSet,
    pub at: Timestamp,
    /// Before the way begins.
    pub routed: Routed,
    pub flow: Option<Arc<PublishedFlow>>,
    /// Empty: all targets have free places.
    pub counters: Counters,
}

pub struct Rehearsed {
    /// The JSON of each decision's trace.
    pub decisions: Vec<String>,
    pub decision: u32,
    /// Where the call stands when there is no more news.
    pub stand: Stand,
    pub tags: TagSet,
    /// What the call waited for, if the last news was of another kind.
    pub refused: Option<&'static str>,
}

struct Count(i64);

impl Sequence for Count {
    fn next(&mut self) -> i64 {
        self.0 += 1;
        self.0
    }
}

impl Rehearsal {
    /// From the start on; `news` says what becomes of each thing that the call waits for, as long as it
    /// knows. The caller has not called before.
    pub fn run(self, mut news: impl FnMut(&Routed) -> Option<News>) -> Rehearsed {
        let Self { org, call, tags, at, routed, flow, counters } = self;
        let (id, actor) = (call.id, "rehearsal".to_owned());
        let mut loaded = Loaded { counters, ..Loaded::default() };
        loaded.calls.insert(id, LoadedCall { call, external_id: None, last_seq: 0, read_seq: 0 });
        loaded.tags.insert(id, tags);
        let mut count = Count(0);
        let mut commit = Commit::new(loaded, at, &[], &mut count);
        let go = if routed.flow.is_some() { Go::Flow(flow::Input::Begin) } else { Go::Decide };
        let cause = Cause { trigger: "start", actor: &actor, request: None };
        commit.go(&org, id, routed, go, flow.as_ref(), &cause);
        let mut refused = None;
        for _ in 0..NEWS_MAX {
            let Some(routed) = commit.loaded.routes.get(&id).filter(|routed| routed.is_open()) else { break };
            let Some(news) = news(routed) else { break };
            let (org, flow, actor) = (org.clone(), flow.clone(), actor.clone());
            let step = NextStep { org, call: id, decision: None, news, flow, actor };
            if let Outcome::NotExpected(what) = commit.next(&step) {
                refused = Some(what);
                break;
            }
        }
        let (writes, mut loaded) = commit.finish();
        let routed = loaded.routes.remove(&id);
        Rehearsed {
            decisions: writes.decisions.into_iter().map(|row| row.decision).collect(),
            decision: routed.as_ref().map_or(0, |routed| routed.decision),
            stand: routed.map_or(Stand::Over, |routed| routed.stand),
            tags: loaded.tags.remove(&id).unwrap_or_default(),
            refused,
        }
    }
}
