//! The request log of the last weeks, as a client makes it that tells the revenue of each call: a request, its transaction id,
//! its answer.

use hookline_domain::ids::{CallId, OrgId};
use hookline_domain::time::Timestamp;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use super::bench_seed::{STEP, call_id};
use crate::clock::Clock;
use crate::intake::work::hash_of_transaction;
use crate::storage::bench::{self, LoggedUpdate};
use crate::storage::{Db, Result};

/// One less than a request is kept, so that none expires while it is measured.
const DAYS: i64 = 29;
const DAY_MICROS: i64 = 86_400_000_000;

/// So many requests, spread over the last weeks, each of another of the calls.
pub async fn fill(db: &Db, clock: &Clock, org: OrgId, count: u64) -> Result<()> {
    let first_at = clock.now().0 - DAYS * DAY_MICROS;
    let between = DAYS * DAY_MICROS / i64::try_from(count).unwrap_or(i64::MAX);
    let webhook = bench::update_revenue_webhook(db, org).await?;
    for first in (0..count).step_by(usize::try_from(STEP).expect("a step fits")) {
        let made: Vec<LoggedUpdate> = (first..(first + STEP).min(count))
            .map(|index| {
                let at = first_at + i64::try_from(index).unwrap_or(i64::MAX) * between;
                update(org, index, Timestamp(at), call_id(index))
            })
            .collect();
        bench::insert_requests(db, org, webhook, &made).await?;
    }
    bench::sort_transaction_ids(db).await
}

fn update(org: OrgId, index: u64, at: Timestamp, call: CallId) -> LoggedUpdate {
    let hash = |of: &str| -> [u8; 32] {
        Sha256::new().chain_update(of).chain_update(index.to_be_bytes()).finalize().into()
    };
    let random: [u8; 10] = hash("id")[..10].try_into().expect("10 of 32 bytes");
    let millis = u64::try_from(at.0 / 1_000).unwrap_or(0);
    let transaction_id = Uuid::from_slice(&hash("transaction")[..16]).expect("16 bytes").to_string();
    LoggedUpdate {
        id: Builder::from_unix_timestamp_millis(millis, &random).into_uuid(),
        at,
        body: format!(
            r#"{{"call_log_id":"{call}","revenue_paid_out":45.00,"transaction_id":"{transaction_id}"}}"#
        ),
        transaction_hash: Uuid::from_bytes(hash_of_transaction(org, &transaction_id)),
        transaction_id,
        fingerprint: hash("fingerprint"),
        response: format!(r#"{{"success":true,"call_log_ids":["{call}"],"revenue_paid_out":45.00}}"#),
        effect: format!(r#"{{"call_log_ids":["{call}"],"when":["completed"]}}"#),
    }
}
