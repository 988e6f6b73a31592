//! What clients sent and what they were answered, and whether the server still says the same.

use std::collections::BTreeMap;

use futures_util::StreamExt;

use super::load::{Request, Told};
use crate::sums;
use crate::world::{Answer, TestWorld};

/// Requests that are sent again at the same time.
const AGAIN_AT_ONCE: usize = 32;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The id was acknowledged, and its repeat is not its replay: it was done again, or says something else.
    Lost(String),
    /// The id can't be used any more: the answer to its repeat.
    Stuck(String, String),
    /// A request was refused under load.
    Refused(String, String),
    /// What is counted, how many there are, and how many there should be.
    Effects(&'static str, i64, i64),
    /// A sum that reports read is not what the calls come to.
    Sum(String),
    /// A call's record and timeline do not fit together.
    #[cfg(feature = "failpoints")]
    Chain(String),
}

/// What is known of one transaction id.
struct Known {
    request: Request,
    /// The first answer, as long as it was 200.
    acknowledged: Option<Answer>,
    /// A request of this id was done, so that all others must be replays.
    is_done: bool,
}

/// By transaction id.
#[derive(Default)]
pub struct Heard {
    known: BTreeMap<String, Known>,
    faults: Vec<Fault>,
    /// Ids first sent in this cycle.
    fresh: Vec<String>,
    pub replays: u64,
    /// Whether servers may say that their database is away.
    pub forgives_unavailable: bool,
}

impl Heard {
    pub fn acknowledged(&self) -> usize {
        self.known.values().filter(|known| known.acknowledged.is_some()).count()
    }

    pub fn sent(&self) -> usize {
        self.known.len()
    }

    /// The requests of the cycle that ended, of which some have no answer.
    pub fn begin_cycle(&mut self) -> Vec<Request> {
        self.settle();
        let ids = std::mem::take(&mut self.fresh);
        ids.iter().map(|id| self.known[id].request.clone()).collect()
    }

    /// While twins are under way a replay may be heard before what it repeats; no longer.
    fn settle(&mut self) {
        for known in self.known.values_mut() {
            known.is_done |= known.acknowledged.is_some();
        }
    }

    pub fn hear(&mut self, told: Told) {
        let id = told.request.id.clone();
        let known = self.known.entry(id.clone()).or_insert_with(|| {
            self.fresh.push(id.clone());
            Known { request: told.request, acknowledged: None, is_done: false }
        });
        let Some(answer) = told.answer else { return };
        match answer.status {
            200 => {
                let fault = known.learn(answer, &mut self.replays);
                self.faults.extend(fault);
            }
            // Its twin is being committed at this moment.
            409 if answer.is_in_progress() => {}
            503 if self.forgives_unavailable => {}
            _ => self.faults.push(Fault::Refused(id, answer.body)),
        }
    }

    /// Sends everything again and compares.
    pub async fn faults(&mut self, world: &TestWorld) -> Vec<Fault> {
        self.settle();
        let requests: Vec<Request> = self.known.values().map(|known| known.request.clone()).collect();
        let again = requests.iter().map(async |request| world.post(request.kind, request.body.clone()).await);
        let answers: Vec<Answer> = futures_util::stream::iter(again).buffered(AGAIN_AT_ONCE).collect().await;
        let mut faults = std::mem::take(&mut self.faults);
        for (request, answer) in requests.iter().zip(answers) {
            let known = self.known.get_mut(&request.id).expect("it was sent");
            if answer.status == 200 {
                faults.extend(known.learn(answer, &mut self.replays));
            } else {
                faults.push(Fault::Stuck(request.id.clone(), answer.body));
            }
        }
        faults.extend(self.effects(world).await);
        faults.extend(sums::faults(world).await.into_iter().map(Fault::Sum));
        faults
    }

    /// Each id has as many effects as one request has.
    async fn effects(&self, world: &TestWorld) -> Vec<Fault> {
        let requests = || self.known.values().map(|known| &known.request);
        let of = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let data = requests().filter(|request| request.kind == "call_data").count();
        let expected = [
            ("changes", "SELECT COUNT(*) FROM timeline", of(requests().map(|request| request.calls).sum())),
            ("stored data", "SELECT COUNT(*) FROM caller_data", of(data)),
            (
                "ids used",
                "SELECT COUNT(DISTINCT transaction_id) FROM requests WHERE transaction_hash IS NOT NULL",
                of(self.known.len()),
            ),
            (
                "calls that one request changed twice",
                "SELECT COUNT(*) FROM (SELECT call_id FROM timeline GROUP BY request_id, call_id HAVING COUNT(*) > 1) twice",
                0,
            ),
        ];
        let mut faults = vec![];
        for (what, sql, should) in expected {
            let is = world.count(sql).await;
            if is != should {
                faults.push(Fault::Effects(what, is, should));
            }
        }
        faults
    }
}

impl Known {
    fn learn(&mut self, answer: Answer, replays: &mut u64) -> Option<Fault> {
        let is_replay = answer.header("idempotent-replayed") == Some("true");
        *replays += u64::from(is_replay);
        let id = &self.request.id;
        let fault = match &self.acknowledged {
            Some(first) if first.body != answer.body => Some(Fault::Lost(id.clone())),
            Some(_) if !is_replay && self.is_done => Some(Fault::Lost(id.clone())),
            _ => None,
        };
        self.is_done |= !is_replay;
        self.acknowledged.get_or_insert(answer);
        fault
    }
}
