//! Writes what a commit came to: rows go as arrays, so a statement is one, whatever their number.

use hookline_domain::call::NoPayoutReason;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use super::composite::composite;
use super::{bids, held};
use crate::intake::effect::{Loaded, LoadedCall, RequestRow, TimelineRow, Writes};
use crate::intake::work::{InboundRequest, Work};
use crate::storage::call_row::{call_columns, status_code};
use crate::storage::sqlite::to_json;
use crate::storage::{Result, StorageError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    All,
    /// Nothing more can be done in this transaction: a transaction id was used before, or another commit
    /// changed a call meanwhile.
    Refused,
}

/// Writes all of it.
pub async fn store(
    connection: &mut PgConnection,
    works: &[&Work],
    writes: &Writes,
    loaded: &Loaded,
) -> Result<Stored> {
    let new: Vec<&LoadedCall> = writes.new_calls.iter().map(|id| &loaded.calls[id]).collect();
    insert_calls(connection, &new).await?;
    match store_changes(connection, works, writes, loaded).await {
        Err(StorageError::Database(sqlx::Error::Database(error)))
            if error.constraint() == Some("requests_transaction") =>
        {
            return Ok(Stored::Refused);
        }
        Err(error) => return Err(error),
        Ok(Stored::Refused) => return Ok(Stored::Refused),
        Ok(Stored::All) => {}
    }
    store_tags(connection, writes, loaded).await?;
    store_caller_data(connection, writes).await?;
    super::routing::store(connection, writes, loaded).await?;
    held::store(connection, writes).await?;
    bids::store(connection, writes).await?;
    Ok(Stored::All)
}

async fn store_tags(connection: &mut PgConnection, writes: &Writes, loaded: &Loaded) -> Result<()> {
    if writes.changed_tags.is_empty() {
        return Ok(());
    }
    let orgs: Vec<Uuid> = writes.changed_tags.iter().map(|id| loaded.calls[id].call.org.0).collect();
    let ids: Vec<Uuid> = writes.changed_tags.iter().map(|id| id.0).collect();
    let tags: Vec<String> = writes.changed_tags.iter().map(|id| loaded.tags[id].to_stored()).collect();
    sqlx::query(
        "INSERT INTO call_tags (org_id, call_id, tags) SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::text[])
         ON CONFLICT (org_id, call_id) DO UPDATE SET tags = excluded.tags",
    )
    .bind(&orgs)
    .bind(&ids)
    .bind(&tags)
    .execute(&mut *connection)
    .await?;
    Ok(())
}

pub async fn insert_calls(connection: &mut PgConnection, calls: &[&LoadedCall]) -> Result<()> {
    if calls.is_empty() {
        return Ok(());
    }
    const INSERT: &str =
        concat!("INSERT INTO calls (", call_columns!(), ") SELECT * FROM UNNEST($1::new_call[])");
    let rows: Vec<NewCall<'_>> = calls.iter().copied().map(NewCall).collect();
    sqlx::query(INSERT).bind(rows).execute(&mut *connection).await?;
    Ok(())
}

/// Most commits write to the same three tables; one statement does it, so that one answer is awaited.
const STORE: &str = "
    WITH changed AS (
        UPDATE calls c SET target = n.target, status = n.status, answered_at = n.answered_at,
            ended_at = n.ended_at, converted = n.converted, converted_at = n.converted_at, revenue = n.revenue,
            payout = n.payout, reason = n.reason, no_payout_reason = n.no_payout_reason, state = n.state,
            zip = n.zip, last_seq = n.last_seq
        FROM UNNEST($1::changed_call[]) AS n
        WHERE c.id = n.id AND c.last_seq = n.read_seq
        RETURNING c.id
    ), appended AS (
        INSERT INTO timeline (org_id, seq, call_id, previous, at, kind, actor, request_id, changes)
        SELECT * FROM UNNEST($2::new_timeline[])
    ), logged AS (
        INSERT INTO requests (org_id, id, webhook_id, received_at, method, address, query, headers, body,
            transaction_id, transaction_hash, fingerprint, caller, status, code, response, replay_of, mismatch, effect)
        SELECT * FROM UNNEST($3::new_request[])
    )
    SELECT COUNT(*) FROM changed";

async fn store_changes(
    connection: &mut PgConnection,
    works: &[&Work],
    writes: &Writes,
    loaded: &Loaded,
) -> Result<Stored> {
    let changed_calls: Vec<ChangedCall<'_>> =
        writes.changed_calls.iter().map(|id| ChangedCall(&loaded.calls[id])).collect();
    let new_timeline: Vec<NewTimeline<'_>> = writes.timeline.iter().map(NewTimeline).collect();
    let query = sqlx::query(STORE).bind(changed_calls).bind(new_timeline).bind(new_requests(works, writes));
    let changed: i64 = query.fetch_one(connection).await?.try_get(0)?;
    let all = usize::try_from(changed).ok() == Some(writes.changed_calls.len());
    Ok(if all { Stored::All } else { Stored::Refused })
}

fn new_requests<'a>(works: &[&'a Work], writes: &'a Writes) -> Vec<NewRequest<'a>> {
    let of = |row: &'a RequestRow| match works[row.work] {
        Work::Request(request) => NewRequest { row, request },
        Work::Start(_)
        | Work::Event(_)
        | Work::Next(_)
        | Work::Attach(_)
        | Work::Edit(_)
        | Work::Bid(_)
        | Work::ReleaseBids(_) => {
            unreachable!("only requests have request rows")
        }
    };
    writes.requests.iter().map(of).collect()
}

struct NewCall<'a>(&'a LoadedCall);

composite!(NewCall, "new_call", new =>
    new.0.call.org.0,
    new.0.call.id.0,
    new.0.external_id.as_deref(),
    new.0.call.caller.as_str(),
    new.0.call.dialed.as_str(),
    new.0.call.campaign.map(|campaign| campaign.0),
    new.0.call.publisher.map(|publisher| publisher.0),
    new.0.call.number.map(|number| number.0),
    new.0.call.target.as_deref(),
    status_code(new.0.call.status),
    new.0.call.started_at.0,
    new.0.call.answered_at.map(|at| at.0),
    new.0.call.ended_at.map(|at| at.0),
    new.0.call.converted,
    new.0.call.converted_at.map(|at| at.0),
    new.0.call.revenue_paid_out.map(|money| money.micros()),
    new.0.call.publisher_paid_out.map(|money| money.micros()),
    new.0.call.reason.as_deref(),
    new.0.call.no_payout_reason.map(NoPayoutReason::as_str),
    new.0.call.state.as_deref(),
    new.0.call.zip.as_deref(),
    new.0.last_seq,
);

struct ChangedCall<'a>(&'a LoadedCall);

composite!(ChangedCall, "changed_call", changed =>
    changed.0.call.id.0,
    changed.0.call.target.as_deref(),
    status_code(changed.0.call.status),
    changed.0.call.answered_at.map(|at| at.0),
    changed.0.call.ended_at.map(|at| at.0),
    changed.0.call.converted,
    changed.0.call.converted_at.map(|at| at.0),
    changed.0.call.revenue_paid_out.map(|money| money.micros()),
    changed.0.call.publisher_paid_out.map(|money| money.micros()),
    changed.0.call.reason.as_deref(),
    changed.0.call.no_payout_reason.map(NoPayoutReason::as_str),
    changed.0.call.state.as_deref(),
    changed.0.call.zip.as_deref(),
    changed.0.last_seq,
    changed.0.read_seq,
);

struct NewTimeline<'a>(&'a TimelineRow);

composite!(NewTimeline, "new_timeline", new =>
    new.0.org.0,
    new.0.seq,
    new.0.call.0,
    new.0.previous,
    new.0.at.0,
    new.0.kind,
    new.0.actor.as_str(),
    new.0.request.map(|request| request.0),
    to_json(&new.0.changes),
);

struct NewRequest<'a> {
    row: &'a RequestRow,
    request: &'a InboundRequest,
}

composite!(NewRequest, "new_request", new =>
    new.request.org.id.0,
    new.request.id.0,
    new.request.webhook.id.0,
    new.request.received_at.0,
    new.request.raw.method,
    new.request.raw.address.as_str(),
    new.request.raw.query.as_str(),
    new.request.raw.headers.as_str(),
    new.request.raw.body.as_ref(),
    new.request.log_keys().0,
    new.row.transaction.as_ref().map(|used| Uuid::from_bytes(used.hash)),
    new.row.transaction.as_ref().map(|used| used.fingerprint.as_slice()),
    new.request.log_keys().1,
    i64::from(new.row.status),
    new.row.code,
    new.row.response.as_ref(),
    new.row.replay_of.map(|original| original.0),
    new.row.mismatch,
    new.row.effect.as_str(),
);

async fn store_caller_data(connection: &mut PgConnection, writes: &Writes) -> Result<()> {
    let rows = &writes.caller_data;
    if !rows.is_empty() {
        sqlx::query(
            "INSERT INTO caller_data (org_id, caller, request_id, webhook_id, received_at, fields, matched_call)
             SELECT * FROM UNNEST($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::bigint[], $6::text[], $7::uuid[])",
        )
        .bind(rows.iter().map(|row| row.org.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.caller.clone()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.request.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.webhook.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.received_at.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| to_json(&row.fields)).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.matched_call.map(|call| call.0)).collect::<Vec<_>>())
        .execute(&mut *connection)
        .await?;
    }
    let rows = &writes.matched;
    if !rows.is_empty() {
        sqlx::query(
            "UPDATE caller_data d SET matched_call = n.call_id, settled = n.settled
             FROM UNNEST($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[])
                 AS n (org_id, caller, request_id, call_id, settled)
             WHERE d.org_id = n.org_id AND d.caller = n.caller AND d.request_id = n.request_id
               AND d.matched_call IS NULL",
        )
        .bind(rows.iter().map(|row| row.org.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.caller.clone()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.request.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.call.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.by_hand.then_some("attached")).collect::<Vec<_>>())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
