//! Which request used a transaction id: the newest ids in memory, all others in a table sorted by id.
//!
//! An index would write a page of its own for nearly every request, since ids are random. Here they gather in memory until
//! many go to each page of the table, and then follow the commits into it, a few with each. After a start those in memory
//! are read again from the request log.

use std::collections::HashMap;

use bytes::Bytes;
use hookline_domain::ids::RequestId;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use uuid::Uuid;

use crate::intake::effect::{Loaded, Needs, Prior};
use crate::intake::work::TransactionHash;
use crate::storage::Result;
use crate::storage::webhooks::kind_from_text;

/// Ids that gather in memory, some 10 MB. A start reads the log of up to twice as many requests.
const GATHERED_MAX: usize = 200_000;
/// Ids that follow into the table for each that a commit uses: a merge is over well before the next.
const MERGED_PER_USED: usize = 2;

pub struct TransactionIds {
    /// The newest request's number in the log. Never used again, even when its row has expired.
    newest: i64,
    gathered: Ids,
    /// Now and then.
    merging: Option<Merging>,
    gathered_max: usize,
    /// What the open transaction adds once it is committed.
    pending: Pending,
}

/// Requests by their ids. Those whose ids begin with the same byte are kept together: a merge puts one such part in order
/// after the other, and never all at once.
struct Ids([HashMap<TransactionHash, i64>; 256]);

/// Ids on their way into the table.
struct Merging {
    ids: Ids,
    /// The first of them in order, some of which are in the table already.
    sorted: Vec<(TransactionHash, i64)>,
    /// First bytes that are among these.
    sorted_bytes: usize,
    done: usize,
    total: usize,
    /// The newest request among them.
    upto: i64,
}

#[derive(Default)]
struct Pending {
    used: Vec<(TransactionHash, i64)>,
    newest: i64,
    /// Ids that go from a merge into the table.
    merged: usize,
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
    fn get(&self, hash: &TransactionHash) -> Option<i64> {
        self.0[usize::from(hash[0])].get(hash).copied()
    }

    fn len(&self) -> usize {
        self.0.iter().map(HashMap::len).sum()
    }
}

impl Merging {
    fn of(ids: Ids, upto: i64) -> Self {
        Self { sorted: vec![], sorted_bytes: 0, done: 0, total: ids.len(), ids, upto }
    }

    /// The next ids to add to the table, at most so many.
    fn next(&mut self, count: usize) -> &[(TransactionHash, i64)] {
        let until = (self.done + count).min(self.total);
        while self.sorted.len() < until {
            let start = self.sorted.len();
            self.sorted.extend(self.ids.0[self.sorted_bytes].iter().map(|(hash, request)| (*hash, *request)));
            self.sorted[start..].sort_unstable();
            self.sorted_bytes += 1;
        }
        &self.sorted[self.done..until]
    }
}

impl TransactionIds {
    pub fn read(connection: &Connection) -> Result<Self> {
        let upto: i64 =
            connection
                .query_row("SELECT upto FROM transaction_ids_merged WHERE id = 1", [], |row| row.get(0))?;
        let newest: Option<i64> =
            connection.query_row("SELECT MAX(seq) FROM requests", [], |row| row.get(0))?;
        let mut later = connection.prepare(
            "SELECT transaction_hash, seq FROM requests WHERE seq > ?1 AND transaction_hash IS NOT NULL ORDER BY seq",
        )?;
        let gathered = later
            .query_map([upto], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        Ok(Self {
            newest: newest.unwrap_or(0).max(upto),
            gathered,
            merging: None,
            gathered_max: GATHERED_MAX,
            pending: Pending::default(),
        })
    }

    /// Forgets what an earlier transaction would have added, had it been committed.
    pub fn begin(&mut self) {
        self.pending = Pending { newest: self.newest, ..Default::default() };
    }

    pub fn load(&self, tx: &Transaction<'_>, needs: &Needs, loaded: &mut Loaded) -> Result<()> {
        for hash in &needs.transactions {
            if let Some(request) = self.find(tx, hash)?
                && let Some(prior) = load_prior(tx, hash, request)?
            {
                loaded.prior.insert(*hash, prior);
            }
        }
        Ok(())
    }

    fn find(&self, tx: &Transaction<'_>, hash: &TransactionHash) -> Result<Option<i64>> {
        let merging = || self.merging.as_ref().and_then(|merging| merging.ids.get(hash));
        if let Some(request) = self.gathered.get(hash).or_else(merging) {
            return Ok(Some(request));
        }
        Ok(tx
            .prepare_cached("SELECT request FROM transaction_ids WHERE transaction_hash = ?1")?
            .query_row(params![hash.as_slice()], |row| row.get(0))
            .optional()?)
    }

    /// The number in the log of the next request, and the id that it uses, if it does.
    pub fn next(&mut self, used: Option<TransactionHash>) -> i64 {
        self.pending.newest += 1;
        self.pending.used.extend(used.map(|hash| (hash, self.pending.newest)));
        self.pending.newest
    }

    /// Adds some of the gathered ids to the table, once there are enough.
    pub fn merge(&mut self, tx: &Transaction<'_>) -> Result<()> {
        if self.merging.is_none() && self.gathered.len() >= self.gathered_max {
            self.merging = Some(Merging::of(std::mem::take(&mut self.gathered), self.newest));
        }
        let Some(merging) = &mut self.merging else { return Ok(()) };
        let mut insert = tx.prepare_cached(
            "INSERT INTO transaction_ids (transaction_hash, request) VALUES (?1, ?2)
             ON CONFLICT (transaction_hash) DO UPDATE SET request = excluded.request",
        )?;
        let ids = merging.next(self.pending.used.len() * MERGED_PER_USED);
        for (hash, request) in ids {
            insert.execute(params![hash.as_slice(), request])?;
        }
        let count = ids.len();
        self.pending.merged = count;
        if merging.done + count == merging.total {
            tx.prepare_cached("UPDATE transaction_ids_merged SET upto = ?1 WHERE id = 1")?
                .execute([merging.upto])?;
        }
        Ok(())
    }

    pub fn committed(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        self.newest = pending.newest;
        self.gathered.extend(pending.used);
        if let Some(merging) = &mut self.merging {
            merging.done += pending.merged;
            if merging.done == merging.total {
                self.merging = None;
            }
        }
    }
}

/// What the request was, unless it has expired.
fn load_prior(tx: &Transaction<'_>, hash: &TransactionHash, request: i64) -> Result<Option<Prior>> {
    let found = tx
        .prepare_cached(
            "SELECT r.id, w.kind, r.fingerprint, r.response FROM requests r JOIN webhooks w ON w.id = r.webhook_id
             WHERE r.seq = ?1 AND r.transaction_hash = ?2",
        )?
        .query_row(params![request, hash.as_slice()], |row| {
            let response: Vec<u8> = row.get(3)?;
            Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, String>(1)?, row.get::<_, [u8; 32]>(2)?, response))
        })
        .optional()?;
    let Some((request, kind, fingerprint, response)) = found else { return Ok(None) };
    Ok(Some(Prior {
        request: RequestId(Uuid::from_bytes(request)),
        kind: kind_from_text(&kind)?,
        fingerprint,
        response: Bytes::from(response),
    }))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    const GATHERED_MAX: usize = 8;

    #[derive(Debug, Clone)]
    enum Step {
        /// Requests, each with an id or without, and whether their commit succeeds.
        Commit(Vec<Option<u8>>, bool),
        Restart,
        /// The oldest of the request log.
        Expire(usize),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let commit = (
            prop::collection::vec(prop::option::weighted(0.9, any::<u8>()), 1..6),
            prop::bool::weighted(0.9),
        );
        let step = prop_oneof![
            12 => commit.prop_map(|(ids, succeeds)| Step::Commit(ids, succeeds)),
            1 => Just(Step::Restart),
            2 => (1..12_usize).prop_map(Step::Expire),
        ];
        prop::collection::vec(step, 1..60)
    }

    fn hash(id: u8) -> TransactionHash {
        // Spread as real ones are, so that a merge and the ids in memory lie among each other.
        [id.wrapping_mul(151); 16]
    }

    fn database() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                "CREATE TABLE requests (seq INTEGER NOT NULL PRIMARY KEY, transaction_hash BLOB);
                 CREATE TABLE transaction_ids (transaction_hash BLOB NOT NULL PRIMARY KEY, request BIGINT NOT NULL) WITHOUT ROWID;
                 CREATE TABLE transaction_ids_merged (id BIGINT NOT NULL PRIMARY KEY, upto BIGINT NOT NULL);
                 INSERT INTO transaction_ids_merged (id, upto) VALUES (1, 0);
                 CREATE TRIGGER requests_expired AFTER DELETE ON requests BEGIN
                     DELETE FROM transaction_ids WHERE transaction_hash = OLD.transaction_hash AND request = OLD.seq;
                 END;",
            )
            .unwrap();
        connection
    }

    fn read(connection: &Connection) -> TransactionIds {
        TransactionIds { gathered_max: GATHERED_MAX, ..TransactionIds::read(connection).unwrap() }
    }

    /// The request that used the id, if it is in the log.
    fn used(ids: &TransactionIds, tx: &Transaction<'_>, id: u8) -> Option<i64> {
        let request = ids.find(tx, &hash(id)).unwrap()?;
        let logged = "SELECT seq FROM requests WHERE seq = ?1 AND transaction_hash = ?2";
        tx.query_row(logged, params![request, hash(id)], |row| row.get(0)).optional().unwrap()
    }

    proptest! {
        #[test]
        fn an_id_is_known_from_its_commit_until_its_request_expires(steps in steps()) {
            let mut connection = database();
            let mut ids = read(&connection);
            let mut expected: HashMap<u8, i64> = HashMap::new();
            for step in steps {
                match step {
                    Step::Commit(requests, succeeds) => {
                        let tx = connection.transaction().unwrap();
                        ids.begin();
                        let mut new = HashMap::new();
                        for id in requests {
                            // As the rules do: an id that was used is not used again.
                            let id = id.filter(|id| used(&ids, &tx, *id).is_none() && !new.contains_key(id));
                            let seq = ids.next(id.map(hash));
                            let insert = "INSERT INTO requests (seq, transaction_hash) VALUES (?1, ?2)";
                            tx.execute(insert, params![seq, id.map(hash)]).unwrap();
                            new.extend(id.map(|id| (id, seq)));
                        }
                        ids.merge(&tx).unwrap();
                        if succeeds {
                            tx.commit().unwrap();
                            ids.committed();
                            expected.extend(new);
                        }
                    }
                    Step::Restart => ids = read(&connection),
                    Step::Expire(count) => {
                        let oldest = "DELETE FROM requests WHERE seq IN (SELECT seq FROM requests ORDER BY seq LIMIT ?1)";
                        connection.execute(oldest, [count as i64]).unwrap();
                        let first: Option<i64> =
                            connection.query_row("SELECT MIN(seq) FROM requests", [], |row| row.get(0)).unwrap();
                        expected.retain(|_, seq| first.is_some_and(|first| *seq >= first));
                    }
                }
                let tx = connection.transaction().unwrap();
                for id in 0..=u8::MAX {
                    prop_assert_eq!(used(&ids, &tx, id), expected.get(&id).copied());
                }
            }
        }
    }
}
