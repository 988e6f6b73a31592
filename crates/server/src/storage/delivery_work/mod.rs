//! What is done with deliveries: made, made ready, claimed, settled. Every transaction is a few statements, however many
//! rows it takes: whoever commits calls waits for it.

mod claim;
mod create;
mod due;
mod settle;

use hookline_domain::ids::{DeliveryId, OrgId};
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use super::db::named;
use super::{Result, Tx, Value};
use crate::values;

pub use claim::{ClaimedRow, claim, release};
pub use create::{Begins, NewDelivery, create, cursor};
pub use due::{DueRow, Ended, Ready, drop_of, due, end_due, make_ready, webhooks_due};
pub use settle::{Settled, settle};

/// A delivery by its key.
pub type Key = (OrgId, DeliveryId);

/// Those of these that nobody else is at: on PostgreSQL they stay locked until the transaction ends, so that two nodes
/// take rows in no order that could hold both up.
async fn lock(
    tx: &mut Tx,
    wanted: impl Iterator<Item = Key>,
    state: &'static str,
    now: Timestamp,
) -> Result<Vec<Key>> {
    let wanted: Vec<Key> = wanted.collect();
    if wanted.is_empty() || matches!(tx, Tx::Sqlite(..)) {
        return Ok(wanted);
    }
    let rows = wanted.iter().map(|(org, id)| values![org.0, id.0]);
    let (tuples, values) = tuples(rows, values![state, now.0]);
    let sql = format!(
        "SELECT d.org_id, d.id FROM deliveries d JOIN (VALUES {tuples}) AS v
             ON d.org_id = v.column1 AND d.id = v.column2
         WHERE d.state = $1 AND d.next_at <= $2 FOR UPDATE OF d SKIP LOCKED"
    );
    let rows: Vec<(Uuid, Uuid)> = tx.fetch_all(&sql, values).await?;
    Ok(rows.into_iter().map(|(org, id)| (OrgId(org), DeliveryId(id))).collect())
}

/// `($3, $4), ($5, $6)` for rows of values, after the values that are there already.
fn tuples(rows: impl Iterator<Item = Vec<Value>>, before: Vec<Value>) -> (String, Vec<Value>) {
    let mut values = before;
    let mut tuples = Vec::new();
    for row in rows {
        tuples.push(format!("({})", named(&mut values, row)));
    }
    (tuples.join(", "), values)
}
