//! Admits requests against the rate limit, exactly over all nodes, in a transaction of its own.
//!
//! It does not wait for the disk: the log is flushed in order, so by the time the commit that these
//! requests belong to is on disk, their admission is too. Without that, every node would hold a
//! webhook's row through its whole commit, and one webhook's commits would run one after another.

use hookline_domain::ids::WebhookId;
use sqlx::{PgConnection, raw_sql};
use uuid::Uuid;

use super::line::{Answered, Line, execute, list};
use crate::intake::effect::Needs;
use crate::intake::work::Work;
use crate::storage::Result;
use crate::storage::rates::{self, Admitted, RateBoard, RateGrant, Tracked};

/// What `claim` executes, prepared once for each connection: most batches are of one webhook, for which
/// there is nothing to hold together.
pub const PREPARE: &str = "
    PREPARE claim_one (uuid[], bigint[], bigint[], bigint[]) AS
    WITH raised AS (
        UPDATE rate_heads SET seq = seq + 1 WHERE webhook_id = $1[1] AND seq = $2[1] - 1 RETURNING seq
    )
    INSERT INTO rate_admissions (webhook_id, seq, stamp, admitted) SELECT $1[1], seq, $3[1], $4[1] FROM raised;
    PREPARE claim (uuid[], bigint[], bigint[], bigint[]) AS
    WITH asked AS (
        SELECT * FROM UNNEST($1, $2, $3, $4) AS a (webhook_id, seq, stamp, admitted)
    ), locked AS (
        SELECT webhook_id, seq FROM rate_heads WHERE webhook_id = ANY($1) ORDER BY webhook_id FOR UPDATE
    ), current AS (
        SELECT a.* FROM asked a JOIN locked l ON l.webhook_id = a.webhook_id AND l.seq = a.seq - 1
        WHERE (SELECT COUNT(*) FROM asked a JOIN locked l ON l.webhook_id = a.webhook_id AND l.seq = a.seq - 1)
            = (SELECT COUNT(*) FROM asked)
    ), raised AS (
        UPDATE rate_heads h SET seq = c.seq FROM current c WHERE h.webhook_id = c.webhook_id
    )
    INSERT INTO rate_admissions (webhook_id, seq, stamp, admitted) SELECT * FROM current;";

/// Admits the batch by what this node knows, if it has read the windows. Whether no other node
/// admitted meanwhile is seen by the claim.
pub fn guess(board: &RateBoard, works: &[&Work], needs: &Needs) -> Option<Admitted> {
    let known = needs.webhooks.iter().all(|(&id, &per)| rates::lock(&board.tracked(id)).covers(per));
    known.then(|| rates::admit(board, works))
}

/// Statements that write the places taken if no other node took any since this one last looked: all,
/// or none. Nothing if no place was taken: a full window only empties with time.
pub fn claim(board: &RateBoard, grants: &[RateGrant]) -> String {
    if grants.is_empty() {
        return String::new();
    }
    let Columns { webhooks, seqs, stamps, counts } = Columns::of(board, grants);
    let statement = if grants.len() == 1 { "claim_one" } else { "claim" };
    let claim = execute(statement, &[list(webhooks), list(seqs), list(stamps), list(counts)]);
    format!("BEGIN; SET LOCAL synchronous_commit = off; {claim}; COMMIT; ")
}

/// Whether the places were written; takes the answers to the statements of `claim`.
pub fn claimed(answers: &mut Vec<Answered>, grants: &[RateGrant]) -> bool {
    if grants.is_empty() {
        return true;
    }
    // BEGIN, SET, the claim and COMMIT.
    let mut of_claim = answers.drain(..4);
    of_claim.nth(2).is_some_and(|written| usize::try_from(written.affected) == Ok(grants.len()))
}

/// Reads the windows under their locks and takes the places. If it fails, they are read again by the
/// next to ask.
pub async fn admit(line: &mut Line, board: &RateBoard, works: &[&Work], needs: &Needs) -> Result<Admitted> {
    let admitted = admit_under_lock(line, board, works, needs).await;
    if admitted.is_err() {
        forget(board, needs);
    }
    admitted
}

/// It is open what was written.
pub fn forget(board: &RateBoard, needs: &Needs) {
    rates::forget(board, needs.webhooks.keys().copied());
}

async fn admit_under_lock(
    line: &mut Line,
    board: &RateBoard,
    works: &[&Work],
    needs: &Needs,
) -> Result<Admitted> {
    let (mut connection, _) = line.begin("BEGIN").await?;
    lock_windows(&mut connection, board, needs).await?;
    let admitted = rates::admit(board, works);
    record(&mut connection, board, &admitted.grants).await?;
    raw_sql("COMMIT").execute(&mut connection).await?;
    line.give_back(connection);
    raise(board, &admitted.grants);
    Ok(admitted)
}

/// Locks the windows of these webhooks, and reads what other nodes admitted meanwhile.
async fn lock_windows(connection: &mut PgConnection, board: &RateBoard, needs: &Needs) -> Result<()> {
    let ids: Vec<Uuid> = needs.webhooks.keys().map(|webhook| webhook.0).collect();
    const LOCK: &str =
        "SELECT webhook_id, seq FROM rate_heads WHERE webhook_id = ANY($1) ORDER BY webhook_id FOR UPDATE";
    let mut heads: Vec<(Uuid, i64)> = sqlx::query_as(LOCK).bind(&ids).fetch_all(&mut *connection).await?;
    if heads.len() < ids.len() {
        sqlx::query(
            "INSERT INTO rate_heads (webhook_id, seq) SELECT id, 0 FROM UNNEST($1::uuid[]) AS id ORDER BY id
             ON CONFLICT (webhook_id) DO NOTHING",
        )
        .bind(&ids)
        .execute(&mut *connection)
        .await?;
        heads = sqlx::query_as(LOCK).bind(&ids).fetch_all(&mut *connection).await?;
    }
    for (webhook, head) in heads {
        let webhook = WebhookId(webhook);
        let per = needs.webhooks[&webhook];
        let (known_seq, complete) = {
            let tracked = board.tracked(webhook);
            let tracked = rates::lock(&tracked);
            (tracked.seq, tracked.covers(per))
        };
        if complete && known_seq == head {
            continue;
        }
        let since_seq = if complete { known_seq } else { 0 };
        let since = board.steady.now() - per.micros();
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT stamp, admitted FROM rate_admissions WHERE webhook_id = $1 AND seq > $2 AND stamp > $3 ORDER BY seq",
        )
        .bind(webhook.0)
        .bind(since_seq)
        .bind(since)
        .fetch_all(&mut *connection)
        .await?;
        let tracked = board.tracked(webhook);
        let mut tracked = rates::lock(&tracked);
        if !complete {
            *tracked = Tracked { read_for: Some(per), ..Default::default() };
        }
        for (stamp, admitted) in rows {
            tracked.window.record(stamp, u32::try_from(admitted).unwrap_or(u32::MAX));
        }
        tracked.seq = head;
    }
    Ok(())
}

/// Writes the places taken, under the lock.
async fn record(connection: &mut PgConnection, board: &RateBoard, grants: &[RateGrant]) -> Result<()> {
    if grants.is_empty() {
        return Ok(());
    }
    let columns = Columns::of(board, grants);
    sqlx::query(
        "WITH granted AS (
             INSERT INTO rate_admissions (webhook_id, seq, stamp, admitted)
             SELECT * FROM UNNEST($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[])
             RETURNING webhook_id, seq
         )
         UPDATE rate_heads h SET seq = g.seq FROM granted g WHERE h.webhook_id = g.webhook_id",
    )
    .bind(&columns.webhooks)
    .bind(&columns.seqs)
    .bind(&columns.stamps)
    .bind(&columns.counts)
    .execute(&mut *connection)
    .await?;
    Ok(())
}

/// What was written is known from here on.
pub fn raise(board: &RateBoard, grants: &[RateGrant]) {
    for grant in grants {
        rates::lock(&board.tracked(grant.webhook)).seq += 1;
    }
}

struct Columns {
    webhooks: Vec<Uuid>,
    seqs: Vec<i64>,
    stamps: Vec<i64>,
    counts: Vec<i64>,
}

impl Columns {
    fn of(board: &RateBoard, grants: &[RateGrant]) -> Self {
        Self {
            webhooks: grants.iter().map(|grant| grant.webhook.0).collect(),
            seqs: grants.iter().map(|grant| rates::lock(&board.tracked(grant.webhook)).seq + 1).collect(),
            stamps: grants.iter().map(|grant| grant.stamp).collect(),
            counts: grants.iter().map(|grant| i64::from(grant.count)).collect(),
        }
    }
}
