//! Which request used a transaction id: the newest ids in memory, all others in runs.
//!
//! An index would write a page of its own for nearly every request, since ids are random. Here they gather in memory until
//! there are many, and then follow the commits into a run, a few with each: a part of the table to which everything is
//! appended, sorted by id. A filter for each run tells in memory that an id is not in it, so a new id is nearly never looked for.
//! When the last request of a run has expired, the run goes as a whole. After a start the ids in memory are read again from
//! the request log.

mod filter;
mod gathered;

use bytes::Bytes;
use hookline_domain::ids::RequestId;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use uuid::Uuid;

use self::filter::Filter;
use self::gathered::{Ids, Merging};
use crate::intake::effect::{Loaded, Needs, Prior};
use crate::intake::work::TransactionHash;
use crate::storage::webhooks::kind_from_text;
use crate::storage::{Db, Result, StorageError};
use crate::values;

/// Ids that gather in memory, some 10 MB, or more where there are so many that runs would be too: a new id is looked for in the
/// filter of each.
const GATHERED_MIN: usize = 200_000;
const RUNS_WANTED: u64 = 32;
/// Ids that follow into a run for each that a commit uses: it is whole well before the next has gathered.
const MERGED_PER_USED: usize = 2;

/// A run of which no request is left, nor of earlier ones: runs go in their order. The newest stays: numbers go on from it.
const EXPIRED_RUN: &str = "SELECT run FROM transaction_runs
     WHERE NOT EXISTS (SELECT 1 FROM requests WHERE seq <= upto)
         AND run < (SELECT MAX(run) FROM transaction_runs) ORDER BY run LIMIT 1";
/// Some ids of a run; all, then the run itself.
const REMOVE_IDS: &str = "DELETE FROM transaction_ids WHERE run = $1 AND transaction_hash IN (
     SELECT transaction_hash FROM transaction_ids WHERE run = $1 ORDER BY transaction_hash LIMIT $2)";
const REMOVE_RUN: &str = "DELETE FROM transaction_runs WHERE run = $1";

/// Ids removed in one step: they lie side by side.
const STEP_IDS: i64 = 2_000;

/// Removes the runs of which all requests have expired, in small steps. PostgreSQL has its ids in the requests' rows.
pub async fn remove_expired_runs(db: &Db) -> Result<()> {
    if let Db::Postgres(_) = db {
        return Ok(());
    }
    while let Some((run,)) = db.fetch_optional::<(i64,)>(EXPIRED_RUN, vec![]).await? {
        while db.execute(REMOVE_IDS, values![run, STEP_IDS]).await? > 0 {}
        db.execute(REMOVE_RUN, values![run]).await?;
    }
    Ok(())
}

pub struct TransactionIds {
    /// The newest request's number in the log, or that of a run, so that its rows' numbers are not used again.
    newest: i64,
    gathered: Ids,
    /// Now and then.
    merging: Option<Merging>,
    /// Oldest first.
    runs: Vec<Run>,
    gathered_min: usize,
    /// What the open transaction adds once it is committed.
    pending: Pending,
}

/// Ids in the table that were added together.
struct Run {
    number: i64,
    /// The newest request among those whose ids are in it or in earlier ones.
    upto: i64,
    count: u32,
    filter: Filter,
}

#[derive(Default)]
struct Pending {
    used: Vec<(TransactionHash, i64)>,
    newest: i64,
    /// Ids that go from a merge into the table.
    merged: usize,
}

impl TransactionIds {
    /// What the database has. If the log has many more ids than gather in memory, as after an upgrade, they go into runs first.
    pub fn read(connection: &mut Connection) -> Result<Self> {
        Self::read_with(connection, gathered_min())
    }

    fn read_with(connection: &mut Connection, gathered_min: usize) -> Result<Self> {
        let newest: Option<i64> =
            connection.query_row("SELECT MAX(seq) FROM requests", [], |row| row.get(0))?;
        let mut ids = Self {
            newest: 0,
            gathered: Ids::default(),
            merging: None,
            runs: read_runs(connection)?,
            gathered_min,
            pending: Pending::default(),
        };
        loop {
            // Twice as many are in memory while they go into a run.
            let limit = ids.gathered_max() * 2;
            let mut later = later_ids(connection, ids.upto(), limit)?;
            if later.len() < limit {
                ids.gathered = later.into_iter().collect();
                break;
            }
            later.truncate(ids.gathered_max());
            tracing::info!(
                ids = later.len(),
                "sorting transaction ids of the request log, as once after an upgrade"
            );
            ids.add_run(connection, later)?;
        }
        ids.newest = newest.unwrap_or(0).max(ids.upto());
        Ok(ids)
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
        let merging = || self.merging.as_ref().and_then(|merging| merging.get(hash));
        if let Some(request) = self.gathered.get(hash).or_else(merging) {
            return Ok(Some(request));
        }
        // An id that was used again after its request had expired is in two.
        for run in self.runs.iter().rev().filter(|run| run.filter.may_have(hash)) {
            let found = tx
                .prepare_cached(
                    "SELECT request FROM transaction_ids WHERE run = ?1 AND transaction_hash = ?2",
                )?
                .query_row(params![run.number, hash.as_slice()], |row| row.get(0))
                .optional()?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The number in the log of the next request, and the id that it uses, if it does.
    pub fn next(&mut self, used: Option<TransactionHash>) -> i64 {
        self.pending.newest += 1;
        self.pending.used.extend(used.map(|hash| (hash, self.pending.newest)));
        self.pending.newest
    }

    /// Adds some of the gathered ids to a run, once there are enough.
    pub fn merge(&mut self, tx: &Transaction<'_>) -> Result<()> {
        if self.merging.is_none() && self.gathered.len() >= self.gathered_max() {
            self.forget_removed(tx)?;
            self.merging = Some(Merging::of(std::mem::take(&mut self.gathered), self.newest));
        }
        let number = self.next_run();
        let Some(merging) = &mut self.merging else { return Ok(()) };
        let ids = merging.next(self.pending.used.len() * MERGED_PER_USED);
        insert_ids(tx, number, ids)?;
        self.pending.merged = ids.len();
        if merging.is_last(self.pending.merged) {
            insert_run(tx, number, merging)?;
        }
        Ok(())
    }

    pub fn committed(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        self.newest = pending.newest;
        self.gathered.extend(pending.used);
        if let Some(whole) = self.merging.take_if(|merging| merging.advance(pending.merged)) {
            self.runs.push(whole.into_run(self.next_run()));
        }
    }

    fn gathered_max(&self) -> usize {
        let in_runs: u64 = self.runs.iter().map(|run| u64::from(run.count)).sum();
        self.gathered_min.max(usize::try_from(in_runs / RUNS_WANTED).unwrap_or(usize::MAX))
    }

    fn upto(&self) -> i64 {
        self.runs.last().map_or(0, |run| run.upto)
    }

    fn next_run(&self) -> i64 {
        self.runs.last().map_or(1, |run| run.number + 1)
    }

    /// Runs that the upkeep has removed.
    fn forget_removed(&mut self, tx: &Transaction<'_>) -> Result<()> {
        let oldest: Option<i64> =
            tx.query_row("SELECT MIN(run) FROM transaction_runs", [], |row| row.get(0))?;
        self.runs.retain(|run| oldest.is_some_and(|oldest| run.number >= oldest));
        Ok(())
    }

    fn add_run(&mut self, connection: &mut Connection, ids: Vec<(TransactionHash, i64)>) -> Result<()> {
        let Some(&(_, upto)) = ids.last() else { return Ok(()) };
        let mut merging = Merging::of(ids.into_iter().collect(), upto);
        let number = self.next_run();
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        insert_ids(&tx, number, merging.next(usize::MAX))?;
        insert_run(&tx, number, &merging)?;
        tx.commit()?;
        self.runs.push(merging.into_run(number));
        Ok(())
    }
}

/// Tests want runs long before there are so many ids.
fn gathered_min() -> usize {
    let fewer = || std::env::var("HOOKLINE_TEST_GATHERED_IDS").ok()?.parse().ok().filter(|ids| *ids > 0);
    if cfg!(debug_assertions) { fewer().unwrap_or(GATHERED_MIN) } else { GATHERED_MIN }
}

fn read_runs(connection: &Connection) -> Result<Vec<Run>> {
    let mut statement =
        connection.prepare("SELECT run, upto, ids, filter FROM transaction_runs ORDER BY run")?;
    let mut rows = statement.query([])?;
    let mut runs = Vec::new();
    while let Some(row) = rows.next()? {
        let number = row.get(0)?;
        let unreadable = || StorageError::Unreadable(format!("transaction_runs: the filter of run {number}"));
        let count: u32 = row.get(2)?;
        let stored = row.get_ref(3)?.as_blob().map_err(|_| unreadable())?;
        let filter = Filter::from_bytes(count as usize, stored).ok_or_else(unreadable)?;
        runs.push(Run { number, upto: row.get(1)?, count, filter });
    }
    Ok(runs)
}

/// The ids of the log's requests after this one.
fn later_ids(connection: &Connection, upto: i64, limit: usize) -> Result<Vec<(TransactionHash, i64)>> {
    let mut later = connection.prepare(
        "SELECT transaction_hash, seq FROM requests WHERE seq > ?1 AND transaction_hash IS NOT NULL
         ORDER BY seq LIMIT ?2",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let ids = later.query_map(params![upto, limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// Some may be there already, of a merge that was cut off. Those of it that have expired since are in no filter, and go with the run.
fn insert_ids(tx: &Transaction<'_>, run: i64, ids: &[(TransactionHash, i64)]) -> Result<()> {
    let mut insert = tx.prepare_cached(
        "INSERT INTO transaction_ids (run, transaction_hash, request) VALUES (?1, ?2, ?3)
         ON CONFLICT (run, transaction_hash) DO UPDATE SET request = excluded.request",
    )?;
    for (hash, request) in ids {
        insert.execute(params![run, hash.as_slice(), request])?;
    }
    Ok(())
}

fn insert_run(tx: &Transaction<'_>, number: i64, ids: &Merging) -> Result<()> {
    tx.prepare_cached("INSERT INTO transaction_runs (run, upto, ids, filter) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![number, ids.upto(), ids.count(), ids.filter().to_bytes()])?;
    Ok(())
}

/// What the request was, unless it has expired. Its number alone may be another's by then.
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

    const GATHERED_MIN: usize = 8;

    #[derive(Debug, Clone)]
    enum Step {
        /// Requests, each with an id or without, and whether their commit succeeds.
        Commit(Vec<Option<u8>>, bool),
        Restart,
        /// The oldest of the request log.
        Expire(usize),
        /// Runs of which no request is left.
        Remove,
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
            1 => Just(Step::Remove),
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
                 CREATE TABLE transaction_runs (run INTEGER NOT NULL PRIMARY KEY, upto BIGINT NOT NULL,
                     ids BIGINT NOT NULL, filter BLOB NOT NULL);
                 CREATE TABLE transaction_ids (run BIGINT NOT NULL, transaction_hash BLOB NOT NULL,
                     request BIGINT NOT NULL, PRIMARY KEY (run, transaction_hash)) WITHOUT ROWID;",
            )
            .unwrap();
        connection
    }

    fn read(connection: &mut Connection) -> TransactionIds {
        TransactionIds::read_with(connection, GATHERED_MIN).unwrap()
    }

    fn remove_expired(connection: &Connection) {
        let next = || connection.query_row(EXPIRED_RUN, [], |row| row.get::<_, i64>(0)).optional().unwrap();
        while let Some(run) = next() {
            while connection.execute(REMOVE_IDS, [run, 3]).unwrap() > 0 {}
            connection.execute(REMOVE_RUN, [run]).unwrap();
        }
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
            let mut ids = read(&mut connection);
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
                    Step::Restart => ids = read(&mut connection),
                    Step::Remove => remove_expired(&connection),
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

    #[test]
    fn a_log_that_was_filled_by_others_goes_into_runs() {
        let mut connection = database();
        for seq in 1..=100_u8 {
            let insert = "INSERT INTO requests (seq, transaction_hash) VALUES (?1, ?2)";
            connection.execute(insert, params![seq, hash(seq)]).unwrap();
        }
        let ids = read(&mut connection);
        assert_eq!((ids.runs.len(), ids.gathered.len()), (11, 12));
        assert_eq!(ids.newest, 100);
        let again = read(&mut connection);
        assert_eq!((again.runs.len(), again.gathered.len()), (11, 12), "once");
        let tx = connection.transaction().unwrap();
        assert!((1..=100).all(|id| used(&again, &tx, id) == Some(i64::from(id))));
    }

    #[test]
    fn a_run_goes_when_its_last_request_has_expired() {
        let mut connection = database();
        let insert = "INSERT INTO requests (seq, transaction_hash) VALUES (?1, ?2)";
        for seq in 1..=50_u8 {
            connection.execute(insert, params![seq, hash(seq)]).unwrap();
        }
        let mut ids = read(&mut connection);
        let runs = |connection: &Connection| -> i64 {
            connection
                .query_row("SELECT COUNT(DISTINCT run) FROM transaction_ids", [], |row| row.get(0))
                .unwrap()
        };
        assert_eq!((ids.runs.len(), runs(&connection)), (5, 5));
        connection.execute("DELETE FROM requests WHERE seq < 32", []).unwrap();
        remove_expired(&connection);
        assert_eq!(runs(&connection), 2, "one request of the fourth is left");
        connection.execute("DELETE FROM requests", []).unwrap();
        remove_expired(&connection);
        assert_eq!(runs(&connection), 1, "the newest stays");
        let tx = connection.transaction().unwrap();
        ids.forget_removed(&tx).unwrap();
        assert_eq!(ids.runs.len(), 1);
        drop(tx);
        assert_eq!(read(&mut connection).newest, 40, "numbers go on");
    }
}
