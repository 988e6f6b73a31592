//! The rows that a commit needs, from the embedded database.

use hookline_domain::ids::{CallId, OrgId, RequestId, WebhookId};
use hookline_domain::matching::Candidate;
use hookline_domain::tags::TagSet;
use hookline_domain::time::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};
use uuid::Uuid;

use super::{held, id};
use crate::intake::effect::{Loaded, Needs, PHONE_ROWS_MAX, PhoneQuery};
use crate::storage::call_row::{CallRow, call_columns};
use crate::storage::webhooks::fields_from_text;
use crate::storage::{Result, StorageError};

pub fn load(tx: &Transaction<'_>, needs: &Needs) -> Result<Loaded> {
    let mut loaded = Loaded::default();
    for (org, external) in &needs.externals {
        held::load_external(tx, *org, external, &mut loaded)?;
    }
    for &(org, call) in &needs.calls {
        load_call(tx, org, call, &mut loaded)?;
        if needs.tags.contains(&call) {
            load_tags(tx, org, call, &mut loaded)?;
        }
    }
    for query in &needs.phones {
        load_phone(tx, query, &mut loaded)?;
    }
    for (org, caller) in &needs.caller_data {
        load_caller_data(tx, *org, caller, &mut loaded)?;
    }
    held::load_named(tx, needs, &mut loaded)?;
    held::load(tx, needs, &mut loaded)?;
    Ok(loaded)
}

/// By its organization first, which is the primary key, named as in `update_call`; else it may be another's, and is then
/// forbidden.
pub fn load_call(tx: &Transaction<'_>, org: OrgId, call: CallId, loaded: &mut Loaded) -> Result<()> {
    if loaded.calls.contains_key(&call) {
        return Ok(());
    }
    const OWN: &str = concat!(
        "SELECT ",
        call_columns!(),
        " FROM calls INDEXED BY sqlite_autoindex_calls_1 WHERE org_id = ?1 AND id = ?2"
    );
    const ANY: &str = concat!("SELECT ", call_columns!(), " FROM calls WHERE id = ?1");
    let mut found =
        tx.prepare_cached(OWN)?.query_row(params![id(&org.0), id(&call.0)], call_row).optional()?;
    if found.is_none() {
        found = tx.prepare_cached(ANY)?.query_row(params![id(&call.0)], call_row).optional()?;
    }
    if let Some(row) = found {
        loaded.calls.insert(call, row.load()?);
    }
    Ok(())
}

pub fn load_tags(tx: &Transaction<'_>, org: OrgId, call: CallId, loaded: &mut Loaded) -> Result<()> {
    if loaded.tags.contains_key(&call) {
        return Ok(());
    }
    let text: Option<String> = tx
        .prepare_cached("SELECT tags FROM call_tags WHERE org_id = ?1 AND call_id = ?2")?
        .query_row(params![id(&org.0), id(&call.0)], |row| row.get(0))
        .optional()?;
    if let Some(text) = text {
        let tags = TagSet::from_stored(&text)
            .map_err(|error| StorageError::Unreadable(format!("call_tags: {error}")))?;
        loaded.tags.insert(call, tags);
    }
    Ok(())
}

fn load_phone(tx: &Transaction<'_>, query: &PhoneQuery, loaded: &mut Loaded) -> Result<()> {
    const RECENT: &str = concat!(
        "SELECT ",
        call_columns!(),
        " FROM calls WHERE org_id = ?1 AND caller = ?2 AND started_at >= ?3 ORDER BY started_at DESC LIMIT ?4"
    );
    const LIVE: &str = concat!(
        "SELECT ",
        call_columns!(),
        " FROM calls WHERE org_id = ?1 AND caller = ?2 AND status < 2 AND ?3 = 0 ORDER BY started_at DESC LIMIT ?4"
    );
    let calls: Vec<CallId> = {
        let (sql, since) = query.since.map_or((LIVE, 0), |since| (RECENT, since.0));
        let mut statement = tx.prepare_cached(sql)?;
        let rows = statement
            .query_map(params![id(&query.org.0), query.caller, since, PHONE_ROWS_MAX as i64], call_row)?;
        let mut calls = Vec::new();
        for row in rows {
            let loaded_call = row?.load()?;
            let call = loaded_call.call.id;
            loaded.calls.entry(call).or_insert(loaded_call);
            calls.push(call);
        }
        calls
    };
    if query.with_tags {
        for &call in &calls {
            load_tags(tx, query.org, call, loaded)?;
        }
    }
    loaded.by_phone.entry((query.org, query.caller.clone())).or_default().extend(calls);
    Ok(())
}

fn load_caller_data(tx: &Transaction<'_>, org: OrgId, caller: &str, loaded: &mut Loaded) -> Result<()> {
    let mut statement = tx.prepare_cached(
        "SELECT request_id, webhook_id, received_at, fields, matched_call IS NOT NULL
         FROM caller_data WHERE org_id = ?1 AND caller = ?2 AND settled IS NOT 'dismissed' ORDER BY request_id",
    )?;
    let mut rows = statement.query(params![id(&org.0), caller])?;
    let mut candidates = Vec::new();
    while let Some(row) = rows.next()? {
        candidates.push(Candidate {
            request: RequestId(Uuid::from_bytes(row.get(0)?)),
            webhook: WebhookId(Uuid::from_bytes(row.get(1)?)),
            received_at: Timestamp(row.get(2)?),
            fields: fields_from_text(&row.get::<_, String>(3)?)?,
            consumed: row.get(4)?,
        });
    }
    loaded.caller_data.insert((org, caller.to_owned()), candidates);
    Ok(())
}

fn call_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<CallRow> {
    let uuid = |index| row.get::<_, [u8; 16]>(index).map(Uuid::from_bytes);
    let optional_uuid =
        |index| row.get::<_, Option<[u8; 16]>>(index).map(|bytes| bytes.map(Uuid::from_bytes));
    Ok(CallRow {
        org_id: uuid(0)?,
        id: uuid(1)?,
        external_id: row.get(2)?,
        caller: row.get(3)?,
        dialed: row.get(4)?,
        campaign_id: optional_uuid(5)?,
        publisher_id: optional_uuid(6)?,
        number_id: optional_uuid(7)?,
        target: row.get(8)?,
        status: row.get(9)?,
        started_at: row.get(10)?,
        answered_at: row.get(11)?,
        ended_at: row.get(12)?,
        converted: row.get(13)?,
        converted_at: row.get(14)?,
        revenue: row.get(15)?,
        payout: row.get(16)?,
        reason: row.get(17)?,
        no_payout_reason: row.get(18)?,
        state: row.get(19)?,
        zip: row.get(20)?,
        last_seq: row.get(21)?,
    })
}
