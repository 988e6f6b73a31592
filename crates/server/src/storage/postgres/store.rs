//! Writes what a commit came to: rows go as arrays, so a statement is one, whatever their number.

use hookline_domain::call::NoPayoutReason;
use sqlx::postgres::PgArguments;
use sqlx::{AssertSqlSafe, PgConnection, Postgres, Row};
use uuid::Uuid;

use crate::intake::effect::{Loaded, LoadedCall, Writes};
use crate::intake::work::Work;
use crate::storage::call_row::{CALL_COLUMNS, status_code};
use crate::storage::sqlite::to_json;
use crate::storage::{Result, StorageError};

/// Writes all of it.
pub async fn store(
    connection: &mut PgConnection,
    works: &[&Work],
    writes: &Writes,
    loaded: &Loaded,
) -> Result<()> {
    let new: Vec<&LoadedCall> = writes.new_calls.iter().map(|id| &loaded.calls[id]).collect();
    insert_calls(connection, &new).await?;
    store_changes(connection, works, writes, loaded).await?;
    store_tags(connection, writes, loaded).await?;
    store_caller_data(connection, writes).await
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
        WHERE c.org_id = n.org_id AND c.id = n.id
        RETURNING c.id
    ), appended AS (
        INSERT INTO timeline (org_id, seq, call_id, previous, at, kind, actor, request_id, changes)
        SELECT * FROM UNNEST($16::uuid[], $17::bigint[], $18::uuid[], $19::bigint[], $20::bigint[], $21::text[],
            $22::text[], $23::uuid[], $24::text[])
    ), logged AS (
        INSERT INTO requests (org_id, id, webhook_id, received_at, method, address, query, headers, body,
            transaction_id, caller, status, code, response, replay_of, mismatch, effect, transaction_hash,
            fingerprint)
        SELECT * FROM UNNEST($25::uuid[], $26::uuid[], $27::uuid[], $28::bigint[], $29::text[], $30::text[],
            $31::text[], $32::text[], $33::bytea[], $34::text[], $35::text[], $36::bigint[], $37::text[],
            $38::bytea[], $39::uuid[], $40::bool[], $41::text[], $42::bytea[], $43::bytea[])
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
    let query = bind_timeline(query, writes);
    let query = bind_requests(query, works, writes);
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

fn bind_timeline(query: Query, writes: &Writes) -> Query {
    let rows = &writes.timeline;
    query
        .bind(rows.iter().map(|row| row.org.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.seq).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.call.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.previous).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.at.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.kind).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.actor.clone()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.request.map(|request| request.0)).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| to_json(&row.changes)).collect::<Vec<_>>())
}

fn bind_requests(query: Query, works: &[&Work], writes: &Writes) -> Query {
    let rows: Vec<_> = writes
        .requests
        .iter()
        .filter_map(|row| match works[row.work] {
            Work::Request(request) => Some((row, request)),
            Work::Start(_) | Work::Event(_) => None,
        })
        .collect();
    query
        .bind(rows.iter().map(|(_, request)| request.org.id.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|(_, request)| request.id.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|(_, request)| request.webhook.id.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|(_, request)| request.received_at.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|(_, request)| request.raw.method).collect::<Vec<_>>())
        .bind(rows.iter().map(|(_, request)| request.raw.address.clone()).collect::<Vec<_>>())
        .bind(rows.iter().map(|(_, request)| request.raw.query.clone()).collect::<Vec<_>>())
        .bind(rows.iter().map(|(_, request)| request.raw.headers.clone()).collect::<Vec<_>>())
        .bind(rows.iter().map(|(_, request)| request.raw.body.to_vec()).collect::<Vec<_>>())
        .bind(rows.iter().map(|(_, request)| request.log_keys().0.map(str::to_owned)).collect::<Vec<_>>())
        .bind(rows.iter().map(|(_, request)| request.log_keys().1.map(str::to_owned)).collect::<Vec<_>>())
        .bind(rows.iter().map(|(row, _)| i64::from(row.status)).collect::<Vec<_>>())
        .bind(rows.iter().map(|(row, _)| row.code).collect::<Vec<_>>())
        .bind(rows.iter().map(|(row, _)| row.response.to_vec()).collect::<Vec<_>>())
        .bind(rows.iter().map(|(row, _)| row.replay_of.map(|original| original.0)).collect::<Vec<_>>())
        .bind(rows.iter().map(|(row, _)| row.mismatch).collect::<Vec<_>>())
        .bind(rows.iter().map(|(row, _)| row.effect.clone()).collect::<Vec<_>>())
        .bind(
            rows.iter()
                .map(|(row, _)| row.transaction.as_ref().map(|used| used.hash.to_vec()))
                .collect::<Vec<_>>(),
        )
        .bind(
            rows.iter()
                .map(|(row, _)| row.transaction.as_ref().map(|used| used.fingerprint.to_vec()))
                .collect::<Vec<_>>(),
        )
}

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
