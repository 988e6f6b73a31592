//! Does a commit's work and stores nothing, for the benchmark: what no storage could exceed.

use std::sync::Arc;

use hookline_domain::call::{Call, CallStatus};

use super::group_commit::{WriterParts, apply_all};
use super::rates;
use crate::intake::effect::{Commit, Loaded, LoadedCall, Needs, Sequence};
use crate::intake::work::{Outcome, Work};

pub struct CeilingWriter {
    pub parts: Arc<WriterParts>,
}

struct Count(i64);

impl Sequence for Count {
    fn next(&mut self) -> i64 {
        self.0 += 1;
        self.0
    }
}

impl CeilingWriter {
    /// Every call that is named exists, and no transaction id was ever used.
    pub fn commit(&self, works: &[&Work]) -> Vec<Outcome> {
        let needs = Needs::of(works.iter().copied());
        let at = self.parts.clock.now();
        let mut loaded = Loaded::default();
        for &(org, id) in &needs.calls {
            let ringing = Call::ringing(id, org, String::new(), String::new(), at);
            let call = Call { status: CallStatus::Completed, ..ringing };
            loaded.calls.insert(id, LoadedCall { call, external_id: None, last_seq: 0, read_seq: 0 });
        }
        let admitted = rates::admit(&self.parts.board, works);
        let mut count = Count(0);
        let mut commit = Commit::new(loaded, at, &admitted.standings, &mut count);
        apply_all(&mut commit, works)
    }
}
