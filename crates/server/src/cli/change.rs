//! What every change at the command line has in common: it is said in the audit log.

use hookline_domain::ids::OrgId;

use crate::clock::Clock;
use crate::storage::audit::{self, Actor, Entry, Stamp};
use crate::storage::{Result, Tx};

/// Ends a transaction that changes something of this organization.
pub async fn commit(mut tx: Tx, clock: &Clock, org: OrgId, entry: &Entry) -> Result<()> {
    record(&mut tx, clock, org, entry).await?;
    tx.commit().await
}

/// Says it, for what changes several organizations.
pub async fn record(tx: &mut Tx, clock: &Clock, org: OrgId, entry: &Entry) -> Result<()> {
    let stamp = Stamp { id: clock.new_id(), at: clock.now(), org };
    audit::append(tx, stamp, &Actor::Cli, entry).await
}
