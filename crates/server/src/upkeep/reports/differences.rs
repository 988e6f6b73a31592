//! What entries of the timeline add to the sums, and take from them.
//!
//! The entries of a call are a chain, and each has what its fields were before. So from a call as it is one goes back entry
//! by entry; an entry adds what the call counts for after it, and takes what it counted for before. Each entry is counted once,
//! in whatever order and however far the entries after it have been.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::str::FromStr;

use hookline_domain::call::Change;
use hookline_domain::ids::OrgId;
use hookline_domain::money::Money;
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use crate::storage::report_sums::{self, CountedCall, Key, Line};
use crate::storage::reports::{BUCKET, Sums};
use crate::storage::{Result, Snapshot, StorageError};

/// By organization.
#[derive(Debug, Default)]
pub struct Differences(pub BTreeMap<OrgId, BTreeMap<Key, Sums>>);

/// Entries of a call that are read at once at most, on the way to one that is wanted.
const BACK_MAX: i64 = 1_000;

impl Differences {
    /// Adds what these entries come to, so many times. Entries of calls that were removed for their age come to nothing: what they
    /// were counted for before stays.
    pub async fn add(&mut self, moment: &mut Snapshot, lines: Vec<Line>, times: i64) -> Result<()> {
        let mut walks = begin(moment, &lines).await?;
        let mut known: HashMap<i64, Line> = lines.into_iter().map(|line| (line.seq, line)).collect();
        let mut count = 1;
        loop {
            let mut missing = BTreeSet::new();
            for walk in &mut walks {
                missing.extend(walk.go_on(&known, times, self)?);
            }
            if missing.is_empty() {
                return Ok(());
            }
            let missing: Vec<i64> = missing.into_iter().collect();
            let found = report_sums::lines(moment, &missing, count).await?;
            if found.len() < missing.len() {
                return Err(StorageError::Unreadable("a call's timeline has a gap".into()));
            }
            // Entries between those that are wanted, or after them.
            known.extend(found.into_iter().map(|line| (line.seq, line)));
            count = BACK_MAX.min(count * 2);
        }
    }

    fn count(&mut self, org: OrgId, call: &CountedCall, times: i64) {
        let sums = self.0.entry(org).or_default();
        let quarter = call.started_at - call.started_at.rem_euclid(BUCKET);
        let counts = counts(call);
        for (dimension, item) in
            report_sums::items(call.campaign_id, call.publisher_id, call.target.as_deref())
        {
            sums.entry((dimension, quarter, item)).or_default().add_times(&counts, times);
        }
    }
}

/// One call on its way back.
struct Walk {
    org: OrgId,
    /// As it was after the entry `next`.
    call: CountedCall,
    next: i64,
    /// Entries to be counted that are still to come.
    wanted: BTreeSet<i64>,
}

async fn begin(moment: &mut Snapshot, lines: &[Line]) -> Result<Vec<Walk>> {
    let mut wanted: BTreeMap<Uuid, BTreeMap<Uuid, BTreeSet<i64>>> = BTreeMap::new();
    for line in lines {
        wanted.entry(line.org_id).or_default().entry(line.call_id).or_default().insert(line.seq);
    }
    let mut walks = Vec::new();
    for (org, mut wanted) in wanted {
        let ids: Vec<Uuid> = wanted.keys().copied().collect();
        for call in report_sums::calls(moment, OrgId(org), &ids).await? {
            let wanted = wanted.remove(&call.id).unwrap_or_default();
            walks.push(Walk { org: OrgId(org), next: call.last_seq, call, wanted });
        }
    }
    Ok(walks)
}

impl Walk {
    /// Goes back as far as the entries are known; the one that has to be known next, if it is not done.
    fn go_on(
        &mut self,
        known: &HashMap<i64, Line>,
        times: i64,
        differences: &mut Differences,
    ) -> Result<Option<i64>> {
        while !self.wanted.is_empty() {
            let Some(line) = known.get(&self.next) else { return Ok(Some(self.next)) };
            let counts = self.wanted.remove(&line.seq);
            if counts {
                differences.count(self.org, &self.call, times);
            }
            if line.kind == "call.started" {
                // Before it there was no call.
                break;
            }
            take_back(&mut self.call, line)?;
            if counts {
                differences.count(self.org, &self.call, -times);
            }
            self.next = line.previous;
        }
        if self.wanted.is_empty() { Ok(None) } else { Err(unreadable(self.next)) }
    }
}

/// Makes the call what it was before the entry.
fn take_back(call: &mut CountedCall, line: &Line) -> Result<()> {
    let changes: Vec<Change> = serde_json::from_str(&line.changes).map_err(|_| unreadable(line.seq))?;
    // One that comes twice in an entry has the state between the two in both.
    for Change { field, from, to } in changes.into_iter().rev() {
        let is_as_left = match field.as_str() {
            "target" => set(&mut call.target, from, to),
            "answered_at" => set(&mut call.answered_at, time(from)?, time(to)?),
            "ended_at" => set(&mut call.ended_at, time(from)?, time(to)?),
            "revenue_paid_out" => set(&mut call.revenue, micros(from)?, micros(to)?),
            "publisher_paid_out" => set(&mut call.payout, micros(from)?, micros(to)?),
            "converted" => {
                let is = |text: Option<String>| text.as_deref() == Some("true");
                set(&mut call.converted, is(from), is(to))
            }
            _ => true,
        };
        if !is_as_left {
            return Err(unreadable(line.seq));
        }
    }
    Ok(())
}

fn set<T: PartialEq>(place: &mut T, from: T, to: T) -> bool {
    std::mem::replace(place, from) == to
}

fn read<T: FromStr>(text: Option<String>) -> Result<Option<T>> {
    let unreadable =
        || StorageError::Unreadable("a change in the timeline is not of its field's kind".into());
    text.map(|text| text.parse().map_err(|_| unreadable())).transpose()
}

fn time(text: Option<String>) -> Result<Option<i64>> {
    Ok(read::<Timestamp>(text)?.map(|at| at.0))
}

fn micros(text: Option<String>) -> Result<Option<i64>> {
    Ok(read::<Money>(text)?.map(Money::micros))
}

fn unreadable(seq: i64) -> StorageError {
    StorageError::Unreadable(format!("the timeline's entry {seq} does not lead to what its call is"))
}

/// What one call adds to each sum that it is in; as `reports::SUMS` has it.
fn counts(call: &CountedCall) -> Sums {
    let talked = match (call.answered_at, call.ended_at) {
        (Some(answered_at), Some(ended_at)) => ended_at - answered_at,
        _ => 0,
    };
    Sums {
        calls: 1,
        connected: i64::from(call.answered_at.is_some()),
        converted: i64::from(call.converted),
        revenue: call.revenue.unwrap_or(0),
        payout: call.payout.unwrap_or(0),
        talked,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CALL: Uuid = Uuid::from_u128(7);

    fn started() -> CountedCall {
        CountedCall {
            id: CALL,
            campaign_id: Some(Uuid::from_u128(1)),
            publisher_id: None,
            target: None,
            started_at: 3 * BUCKET + 5,
            answered_at: None,
            ended_at: None,
            converted: false,
            revenue: None,
            payout: None,
            last_seq: 0,
        }
    }

    /// Sets one field, and says so as the timeline does.
    fn change(call: &mut CountedCall, (field, value): (u8, Option<u8>)) -> Change {
        let amount = value.map(|value| i64::from(value) * 1_234_567);
        let at = value.map(|value| call.started_at + i64::from(value));
        let micros = |micros: i64| Money::from_micros(micros).unwrap().to_string();
        let time = |at: i64| Timestamp(at).to_string();
        let (field, from, to) = match field {
            0 => {
                let name = value.map(|value| format!("Target {}", value % 3));
                ("target", std::mem::replace(&mut call.target, name.clone()), name)
            }
            1 => ("answered_at", std::mem::replace(&mut call.answered_at, at).map(time), at.map(time)),
            2 => ("ended_at", std::mem::replace(&mut call.ended_at, at).map(time), at.map(time)),
            3 => (
                "revenue_paid_out",
                std::mem::replace(&mut call.revenue, amount).map(micros),
                amount.map(micros),
            ),
            4 => (
                "publisher_paid_out",
                std::mem::replace(&mut call.payout, amount).map(micros),
                amount.map(micros),
            ),
            5 => {
                let converted = value.is_some();
                let from = std::mem::replace(&mut call.converted, converted);
                ("converted", Some(from.to_string()), Some(converted.to_string()))
            }
            _ => ("tag:quality", None, Some("good".to_owned())),
        };
        Change { field: field.to_owned(), from, to }
    }

    /// The call in the end, and its entries, the first of which tells of its start.
    fn life(entries: &[Vec<(u8, Option<u8>)>]) -> (CountedCall, HashMap<i64, Line>) {
        let (mut call, mut lines) = (started(), HashMap::new());
        for changes in entries {
            let (seq, previous) = (call.last_seq + 10, call.last_seq);
            let changes: Vec<Change> = changes.iter().map(|one| change(&mut call, *one)).collect();
            let kind = if previous == 0 { "call.started" } else { "call.updated" };
            let changes = serde_json::to_string(&changes).unwrap();
            let (org_id, kind) = (Uuid::nil(), kind.to_owned());
            lines.insert(seq, Line { tx: 0, seq, org_id, call_id: CALL, previous, kind, changes });
            call.last_seq = seq;
        }
        (call, lines)
    }

    fn walk(call: &CountedCall, wanted: BTreeSet<i64>) -> Walk {
        Walk { org: OrgId(Uuid::nil()), call: call.clone(), next: call.last_seq, wanted }
    }

    proptest! {
        #[test]
        fn entries_in_any_parts_add_up_to_what_the_call_counts_for(
            entries in prop::collection::vec(
                (prop::collection::vec((0_u8..7, prop::option::of(0_u8..9)), 0..4), 0_usize..4),
                1..12,
            )
        ) {
            let (changes, parts): (Vec<_>, Vec<usize>) = entries.into_iter().unzip();
            let (call, lines) = life(&changes);
            let mut sums = Differences::default();
            for part in 0..4 {
                let of_part = |at: &usize| parts[*at] == part;
                let wanted = (0..parts.len()).filter(of_part).map(|at| (at as i64 + 1) * 10).collect();
                prop_assert_eq!(walk(&call, wanted).go_on(&lines, 1, &mut sums).unwrap(), None);
            }
            let mut once = Differences::default();
            once.count(OrgId(Uuid::nil()), &call, 1);
            let sums = sums.0.into_values().flatten().filter(|(_, sums)| *sums != Sums::default());
            let once = once.0.into_values().flatten();
            prop_assert_eq!(sums.collect::<BTreeMap<_, _>>(), once.collect::<BTreeMap<_, _>>());
        }
    }

    #[test]
    fn an_entry_that_is_not_there_is_asked_for_and_one_that_does_not_fit_is_refused() {
        let (call, mut lines) = life(&[vec![], vec![(3, Some(1))], vec![(3, Some(2))]]);
        let mut sums = Differences::default();
        let missing = lines.remove(&20).unwrap();
        let mut asks = walk(&call, [10].into());
        assert_eq!(asks.go_on(&lines, 1, &mut sums).unwrap(), Some(20));
        lines.insert(20, missing);
        assert_eq!(asks.go_on(&lines, 1, &mut sums).unwrap(), None);
        for (changed, wanted) in [(CountedCall { revenue: None, ..call.clone() }, 20), (call, 5)] {
            let mut refused = walk(&changed, [wanted].into());
            assert!(matches!(refused.go_on(&lines, 1, &mut sums), Err(StorageError::Unreadable(_))));
        }
    }
}
