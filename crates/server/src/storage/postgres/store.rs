//! Writes what a commit came to: rows go as arrays, so a statement is one, whatever their number.

use hookline_domain::call::NoPayoutReason;
use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::postgres::types::PgRecordEncoder;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgHasArrayType, PgTypeInfo};
use sqlx::{AssertSqlSafe, PgConnection, Postgres, Row, Type};
use uuid::Uuid;

use crate::intake::effect::{Loaded, LoadedCall, RequestRow, TimelineRow, Writes};
use crate::intake::work::{InboundRequest, Work};
use crate::storage::call_row::{CALL_COLUMNS, status_code};
use crate::storage::sqlite::to_json;
use crate::storage::{Result, StorageError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    All,
    /// Nothing more can be done in this transaction: a transaction id was used before.
    UsedId,
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
            return Ok(Stored::UsedId);
        }
        done => done?,
    }
    store_tags(connection, writes, loaded).await?;
    store_caller_data(connection, writes).await?;
    Ok(Stored::All)
}

/// The columns of a set of calls, each as one array.
#[derive(Default)]
struct CallColumns {
    org: Vec<Uuid>,
    id: Vec<Uuid>,
    external: Vec<Option<String>>,
    caller: Vec<String>,
    dialed: Vec<String>,
    campaign: Vec<Option<Uuid>>,
    publisher: Vec<Option<Uuid>>,
    number: Vec<Option<Uuid>>,
    target: Vec<Option<String>>,
    status: Vec<i64>,
    started_at: Vec<i64>,
    answered_at: Vec<Option<i64>>,
    ended_at: Vec<Option<i64>>,
    converted: Vec<bool>,
    converted_at: Vec<Option<i64>>,
    revenue: Vec<Option<i64>>,
    payout: Vec<Option<i64>>,
    reason: Vec<Option<String>>,
    no_payout_reason: Vec<Option<&'static str>>,
    state: Vec<Option<String>>,
    zip: Vec<Option<String>>,
    last_seq: Vec<i64>,
}

impl CallColumns {
    fn of<'c>(calls: impl Iterator<Item = &'c LoadedCall>) -> Self {
        let mut columns = Self::default();
        for loaded in calls {
            let call = &loaded.call;
            columns.org.push(call.org.0);
            columns.id.push(call.id.0);
            columns.external.push(loaded.external_id.clone());
            columns.caller.push(call.caller.clone());
            columns.dialed.push(call.dialed.clone());
            columns.campaign.push(call.campaign.map(|campaign| campaign.0));
            columns.publisher.push(call.publisher.map(|publisher| publisher.0));
            columns.number.push(call.number.map(|number| number.0));
            columns.target.push(call.target.clone());
            columns.status.push(status_code(call.status));
            columns.started_at.push(call.started_at.0);
            columns.answered_at.push(call.answered_at.map(|at| at.0));
            columns.ended_at.push(call.ended_at.map(|at| at.0));
            columns.converted.push(call.converted);
            columns.converted_at.push(call.converted_at.map(|at| at.0));
            columns.revenue.push(call.revenue_paid_out.map(|money| money.micros()));
            columns.payout.push(call.publisher_paid_out.map(|money| money.micros()));
            columns.reason.push(call.reason.clone());
            columns.no_payout_reason.push(call.no_payout_reason.map(NoPayoutReason::as_str));
            columns.state.push(call.state.clone());
            columns.zip.push(call.zip.clone());
            columns.last_seq.push(loaded.last_seq);
        }
        columns
    }
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
    let columns = CallColumns::of(calls.iter().copied());
    let sql = format!(
        "INSERT INTO calls ({CALL_COLUMNS})
         SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::uuid[],
             $8::uuid[], $9::text[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bool[],
             $15::bigint[], $16::bigint[], $17::bigint[], $18::text[], $19::text[], $20::text[], $21::text[],
             $22::bigint[])"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(&columns.org)
        .bind(&columns.id)
        .bind(&columns.external)
        .bind(&columns.caller)
        .bind(&columns.dialed)
        .bind(&columns.campaign)
        .bind(&columns.publisher)
        .bind(&columns.number)
        .bind(&columns.target)
        .bind(&columns.status)
        .bind(&columns.started_at)
        .bind(&columns.answered_at)
        .bind(&columns.ended_at)
        .bind(&columns.converted)
        .bind(&columns.converted_at)
        .bind(&columns.revenue)
        .bind(&columns.payout)
        .bind(&columns.reason)
        .bind(&columns.no_payout_reason)
        .bind(&columns.state)
        .bind(&columns.zip)
        .bind(&columns.last_seq)
        .execute(&mut *connection)
        .await?;
    Ok(())
}

/// Most commits write to the same three tables; one statement does it, so that one answer is awaited.
const STORE: &str = "
    WITH changed AS (
        UPDATE calls c SET target = n.target, status = n.status, answered_at = n.answered_at,
            ended_at = n.ended_at, converted = n.converted, converted_at = n.converted_at, revenue = n.revenue,
            payout = n.payout, reason = n.reason, no_payout_reason = n.no_payout_reason, state = n.state,
            zip = n.zip, last_seq = n.last_seq
        FROM UNNEST($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bool[],
            $8::bigint[], $9::bigint[], $10::bigint[], $11::text[], $12::text[], $13::text[], $14::text[],
            $15::bigint[])
            AS n (org_id, id, target, status, answered_at, ended_at, converted, converted_at, revenue, payout,
                  reason, no_payout_reason, state, zip, last_seq)
        WHERE c.id = n.id
        RETURNING c.id
    ), appended AS (
        INSERT INTO timeline (org_id, seq, call_id, previous, at, kind, actor, request_id, changes)
        SELECT * FROM UNNEST($16::new_timeline[])
    ), logged AS (
        INSERT INTO requests (org_id, id, webhook_id, received_at, method, address, query, headers, body,
            transaction_id, transaction_hash, fingerprint, caller, status, code, response, replay_of, mismatch, effect)
        SELECT * FROM UNNEST($17::new_request[])
    )
    SELECT COUNT(*) FROM changed";

type Query = sqlx::query::Query<'static, Postgres, PgArguments>;

async fn store_changes(
    connection: &mut PgConnection,
    works: &[&Work],
    writes: &Writes,
    loaded: &Loaded,
) -> Result<()> {
    let query = bind_changed_calls(sqlx::query(STORE), writes, loaded);
    let query = query.bind(new_timeline(writes)).bind(new_requests(works, writes));
    let changed: i64 = query.fetch_one(connection).await?.try_get(0)?;
    if usize::try_from(changed).ok() == Some(writes.changed_calls.len()) {
        Ok(())
    } else {
        Err(StorageError::Unreadable("a locked call is gone".into()))
    }
}

fn bind_changed_calls(query: Query, writes: &Writes, loaded: &Loaded) -> Query {
    let columns = CallColumns::of(writes.changed_calls.iter().map(|id| &loaded.calls[id]));
    query
        .bind(columns.org)
        .bind(columns.id)
        .bind(columns.target)
        .bind(columns.status)
        .bind(columns.answered_at)
        .bind(columns.ended_at)
        .bind(columns.converted)
        .bind(columns.converted_at)
        .bind(columns.revenue)
        .bind(columns.payout)
        .bind(columns.reason)
        .bind(columns.no_payout_reason)
        .bind(columns.state)
        .bind(columns.zip)
        .bind(columns.last_seq)
}

fn new_timeline(writes: &Writes) -> Vec<NewTimeline<'_>> {
    writes.timeline.iter().map(NewTimeline).collect()
}

fn new_requests<'a>(works: &[&'a Work], writes: &'a Writes) -> Vec<NewRequest<'a>> {
    let of = |row: &'a RequestRow| match works[row.work] {
        Work::Request(request) => NewRequest { row, request },
        Work::Start(_) | Work::Event(_) => unreachable!("only requests have request rows"),
    };
    writes.requests.iter().map(of).collect()
}

/// A row as its composite type: one array of rows costs the database less than an array a column.
macro_rules! composite {
    ($type:ident, $name:literal, $row:ident => $($value:expr),* $(,)?) => {
        impl Type<Postgres> for $type<'_> {
            fn type_info() -> PgTypeInfo {
                PgTypeInfo::with_name($name)
            }
        }

        impl PgHasArrayType for $type<'_> {
            fn array_type_info() -> PgTypeInfo {
                PgTypeInfo::array_of($name)
            }
        }

        impl Encode<'_, Postgres> for $type<'_> {
            fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> std::result::Result<IsNull, BoxDynError> {
                let $row = self;
                let mut record = PgRecordEncoder::new(buffer);
                $(record.encode($value)?;)*
                record.finish();
                Ok(IsNull::No)
            }
        }
    };
}

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
            "UPDATE caller_data d SET matched_call = n.call_id
             FROM UNNEST($1::uuid[], $2::text[], $3::uuid[], $4::uuid[]) AS n (org_id, caller, request_id, call_id)
             WHERE d.org_id = n.org_id AND d.caller = n.caller AND d.request_id = n.request_id
               AND d.matched_call IS NULL",
        )
        .bind(rows.iter().map(|row| row.org.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.caller.clone()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.request.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.call.0).collect::<Vec<_>>())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
