//! Writes down what became of attempts, many at a time.

use std::sync::Arc;
use std::time::Duration;

use hookline_domain::outgoing::retry_micros;
use hookline_domain::time::Timestamp;
use serde_json::json;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::send::Attempt;
use super::work::WAS_DISABLED;
use crate::app::App;
use crate::settings::{OutgoingWebhook, raise_version};
use crate::storage::audit::{self, Actor, Entry, Stamp};
use crate::storage::delivery_work::{self, Key, Settled};
use crate::storage::{Result, outgoing_webhooks};
use crate::telemetry::metric;

/// Attempts of one transaction.
const ATTEMPTS_PER_WRITE: usize = 64;
/// Between two transactions.
const REST: Duration = Duration::from_millis(20);
/// After a transaction that failed.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// Beyond these, what was not written is sent again when its claim ends.
const TRIES_MAX: u32 = 10;
const GONE_REASON: &str =
    "Its receiver answered 410: it is gone for good. Correct the URL and enable it again.";

/// An attempt that was made.
pub struct Made {
    pub key: Key,
    pub claim: Uuid,
    pub webhook: Arc<OutgoingWebhook>,
    pub number: i64,
    /// When the event was.
    pub due_at: Timestamp,
    pub attempt: Attempt,
}

pub async fn run(app: Arc<App>, mut made: mpsc::Receiver<Made>) {
    let mut some = Vec::with_capacity(ATTEMPTS_PER_WRITE);
    while made.recv_many(&mut some, ATTEMPTS_PER_WRITE).await > 0 {
        let mut tries = 0;
        while let Err(error) = write(&app, &some).await {
            tries += 1;
            tracing::warn!(%error, tries, "what became of deliveries could not be stored");
            if tries == TRIES_MAX {
                break;
            }
            tokio::time::sleep(RETRY_AFTER).await;
        }
        some.clear();
        if !app.draining.is_closing() {
            tokio::time::sleep(REST).await;
        }
    }
}

async fn write(app: &App, made: &[Made]) -> Result<()> {
    let now = app.clock.now();
    let settled: Vec<Settled> = made.iter().map(|one| settled(app, one, now)).collect();
    let gone: Vec<&Made> = made.iter().filter(|one| one.attempt.is_gone).collect();
    let mut tx = app.db.begin().await?;
    if !gone.is_empty() {
        // First, as everyone does who changes settings: else two could wait for each other.
        raise_version(&mut tx).await?;
    }
    delivery_work::settle(&mut tx, &settled).await?;
    let mut dropped = 0;
    for one in &gone {
        let (org, id) = (one.webhook.org, one.webhook.id);
        // Only as it was when this was sent: whoever has corrected it since must not find it disabled again.
        let as_of = one.webhook.updated_at;
        if outgoing_webhooks::disable(&mut tx, org, id, GONE_REASON, as_of, now).await? {
            dropped += delivery_work::drop_of(&mut tx, org, id, WAS_DISABLED, now).await?;
            let stamp = Stamp { id: app.clock.new_id(), at: now, org };
            let (before, after) =
                (json!({"enabled": true}), json!({"enabled": false, "disabled_reason": GONE_REASON}));
            let entry = Entry::updated("outgoing_webhook", id.0, &before, &after).called("disabled");
            audit::append(&mut tx, stamp, &Actor::Server, &entry).await?;
        }
    }
    tx.commit().await?;
    count_outcome("dropped", dropped);
    for one in &settled {
        count_outcome(if one.state == "pending" { "retried" } else { one.state }, 1);
    }
    for one in made.iter().filter(|one| one.attempt.is_delivered()) {
        let micros = u64::try_from(now.micros_since(one.due_at)).unwrap_or(0);
        metric::DELIVERY_SECONDS.record(Duration::from_micros(micros));
    }
    if !gone.is_empty() {
        app.settings.refresh().await?;
    }
    Ok(())
}

fn settled(app: &App, made: &Made, now: Timestamp) -> Settled {
    let Made { key, claim, webhook, number, attempt, .. } = made;
    let is_last = *number >= i64::from(webhook.settings.attempts_max) || attempt.is_final;
    let state = match (attempt.is_delivered(), is_last) {
        (true, _) => "delivered",
        (false, true) => "failed",
        (false, false) => "pending",
    };
    let made_before = u32::try_from(*number).unwrap_or(u32::MAX);
    // Chance comes with the id, whose last half is random.
    let chance = app.clock.new_id().as_u64_pair().1;
    let delay = retry_micros(made_before, attempt.retry_after_seconds, chance);
    Settled {
        key: *key,
        webhook: webhook.id,
        claim: *claim,
        number: *number,
        at: attempt.at,
        duration_ms: attempt.duration_ms,
        status: attempt.status.map(i64::from),
        error: attempt.error.clone(),
        response: attempt.response.clone(),
        state,
        next_at: (state == "pending").then(|| now.plus_micros(delay)),
        ended_at: (state != "pending").then_some(now),
    }
}

pub fn count_outcome(outcome: &'static str, count: u64) {
    metrics::counter!(metric::DELIVERIES, "outcome" => outcome).increment(count);
}
