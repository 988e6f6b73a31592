//! Transaction ids in memory, and on their way into a run.

use std::collections::HashMap;

use super::Run;
use super::filter::Filter;
use crate::intake::work::TransactionHash;

/// Requests by their ids. Those whose ids begin with the same byte are kept together: a merge puts one such part in order
/// after the other, and never all at once.
pub struct Ids([HashMap<TransactionHash, i64>; 256]);

/// Ids on their way into a run.
pub struct Merging {
    ids: Ids,
    /// The first of them in order, some of which are in the table already.
    sorted: Vec<(TransactionHash, i64)>,
    /// First bytes that are among these.
    sorted_bytes: usize,
    /// Of those that are sorted.
    filter: Filter,
    done: usize,
    total: usize,
    /// The newest request when they were taken.
    upto: i64,
}

impl Default for Ids {
    fn default() -> Self {
        Self(std::array::from_fn(|_| HashMap::new()))
    }
}

impl FromIterator<(TransactionHash, i64)> for Ids {
    fn from_iter<T: IntoIterator<Item = (TransactionHash, i64)>>(ids: T) -> Self {
        let mut all = Self::default();
        all.extend(ids);
        all
    }
}

impl Extend<(TransactionHash, i64)> for Ids {
    fn extend<T: IntoIterator<Item = (TransactionHash, i64)>>(&mut self, ids: T) {
        for (hash, request) in ids {
            self.0[usize::from(hash[0])].insert(hash, request);
        }
    }
}

impl Ids {
    pub fn get(&self, hash: &TransactionHash) -> Option<i64> {
        self.0[usize::from(hash[0])].get(hash).copied()
    }

    pub fn len(&self) -> usize {
        self.0.iter().map(HashMap::len).sum()
    }
}

impl Merging {
    pub fn of(ids: Ids, upto: i64) -> Self {
        let total = ids.len();
        Self { ids, sorted: vec![], sorted_bytes: 0, filter: Filter::for_ids(total), done: 0, total, upto }
    }

    pub fn get(&self, hash: &TransactionHash) -> Option<i64> {
        self.ids.get(hash)
    }

    /// The next ids to add to the table, at most so many.
    pub fn next(&mut self, count: usize) -> &[(TransactionHash, i64)] {
        let until = self.done.saturating_add(count).min(self.total);
        while self.sorted.len() < until {
            let start = self.sorted.len();
            self.sorted.extend(self.ids.0[self.sorted_bytes].iter().map(|(hash, request)| (*hash, *request)));
            self.sorted[start..].sort_unstable();
            self.sorted[start..].iter().for_each(|(hash, _)| self.filter.insert(hash));
            self.sorted_bytes += 1;
        }
        &self.sorted[self.done..until]
    }

    /// Whether all are in the table when so many more are.
    pub fn is_last(&self, more: usize) -> bool {
        self.done + more == self.total
    }

    /// So many more are in the table; whether that is all.
    pub fn advance(&mut self, more: usize) -> bool {
        self.done += more;
        self.done == self.total
    }

    pub fn upto(&self) -> i64 {
        self.upto
    }

    pub fn count(&self) -> u32 {
        u32::try_from(self.total).expect("fewer ids are in memory")
    }

    /// Whole once all are sorted.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// What they are once all are in the table.
    pub fn into_run(self, number: i64) -> Run {
        Run { number, upto: self.upto, count: self.count(), filter: self.filter }
    }
}
