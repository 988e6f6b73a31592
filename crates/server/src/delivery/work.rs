//! Claims what is due and has it sent; `share` says how much of it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use hookline_domain::ids::{DeliveryId, OrgId, OutgoingWebhookId};
use hookline_domain::outgoing::{Rendered, TIMEOUT_SECONDS_MAX};
use hookline_domain::time::Timestamp;
use tokio::sync::mpsc;
use tokio::task::{Id, JoinSet};
use uuid::Uuid;

use super::mark;
use super::send::{self, Attempt};
use super::settle::{self, Made};
use super::share::{SENDING_MAX, Shares};
use crate::app::App;
use crate::settings::{OutgoingWebhook, Snapshot};
use crate::storage::Result;
use crate::storage::delivery_work::{self, ClaimedRow, DueRow, Ended, Key};

/// Rows of one look, and of one transaction.
const DUE_MAX: usize = 200;
/// How long it waits for a notice before it looks for itself.
const POLL: Duration = Duration::from_millis(250);
/// The same where there are no outgoing webhooks: some may have left deliveries.
const POLL_IDLE: Duration = Duration::from_secs(30);
/// Between two looks: under load one then takes many.
const REST: Duration = Duration::from_millis(20);
/// A claim is longer than an attempt can take, with the time until it is settled.
const CLAIM_SECONDS: i64 = TIMEOUT_SECONDS_MAX as i64 + 60;
/// Attempts that wait to be settled.
const UNSETTLED_MAX: usize = 1_024;

pub async fn run(app: Arc<App>) {
    let (made, settling) = mpsc::channel(UNSETTLED_MAX);
    let settling = tokio::spawn(settle::run(app.clone(), settling));
    let mut worker = Worker { made, sending: JoinSet::new(), under_way: HashMap::new() };
    while !app.draining.is_closing() {
        let more = worker.round(&app).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "deliveries could not be claimed; tried again soon");
            false
        });
        worker.wait(&app, more).await;
    }
    let unfinished = worker.drain(&app).await;
    drop(worker);
    // A panic there is in the log already.
    let _ = settling.await;
    if let Err(error) = delivery_work::release(&app.db, &unfinished, app.clock.now()).await {
        tracing::warn!(%error, "deliveries could not be given back; they are sent again when their time is over");
    }
}

struct Sending {
    key: Key,
    claim: Uuid,
    webhook: OutgoingWebhookId,
}

/// What a look found.
struct Found {
    rows: Vec<DueRow>,
    /// Whether there may be more that could be taken.
    more: bool,
}

struct Worker {
    made: mpsc::Sender<Made>,
    sending: JoinSet<()>,
    under_way: HashMap<Id, Sending>,
}

impl Worker {
    /// One look at what is due. Whether there was more than it took.
    async fn round(&mut self, app: &Arc<App>) -> Result<bool> {
        self.reap();
        let now = app.clock.now();
        let waiting = waiting(app, now).await?;
        let pending = self.pending(app, now).await?;
        if waiting.rows.is_empty() && pending.rows.is_empty() {
            return Ok(false);
        }
        let (more_waiting, more_pending) = (waiting.more, pending.more);
        let found = pending.rows.len();
        let settings = known(app, waiting.rows.iter().chain(&pending.rows)).await?;
        let waiting = wanted(app, &settings, "waiting", waiting.rows).await?;
        let pending = wanted(app, &settings, "pending", pending.rows).await?;
        let are_some_dropped = pending.len() < found;
        let made_ready = mark::come_due(app, &settings, &waiting).await?;
        let are_some_claimed = self.claim(app, &settings, pending, now).await?;
        Ok(more_waiting || made_ready > 0 || (more_pending && (are_some_claimed || are_some_dropped)))
    }

    /// Of each outgoing webhook as many as may be sent to it, those first that least is sent to.
    async fn pending(&self, app: &App, now: Timestamp) -> Result<Found> {
        let shares = self.shares();
        if shares.is_full() {
            return Ok(Found { rows: Vec::new(), more: false });
        }
        let mut webhooks = delivery_work::webhooks_due(&app.db, "pending", now).await?;
        let settings = app.settings.current().ok().map(|settings| settings.clone());
        let room = |webhook: Uuid| {
            let known = settings.as_ref().and_then(|all| all.outgoing.get(&OutgoingWebhookId(webhook)));
            shares.room(webhook, known.map(|known| known.org))
        };
        webhooks.retain(|(webhook, _)| room(*webhook) > 0);
        webhooks.sort_by_key(|(webhook, next_at)| (shares.to(*webhook), *next_at));
        let more = !webhooks.is_empty();
        webhooks.truncate(SENDING_MAX);
        let of: Vec<(Uuid, usize)> =
            webhooks.into_iter().map(|(webhook, _)| (webhook, room(webhook))).collect();
        Ok(Found { rows: delivery_work::due(&app.db, "pending", now, &of).await?, more })
    }

    fn shares(&self) -> Shares {
        Shares::of(self.under_way.values().map(|one| (one.webhook.0, one.key.0)))
    }

    /// Whether there were any.
    async fn claim(
        &mut self,
        app: &Arc<App>,
        settings: &Snapshot,
        due: Vec<DueRow>,
        now: Timestamp,
    ) -> Result<bool> {
        let chosen = self.shares().choose(due);
        if chosen.is_empty() {
            return Ok(false);
        }
        let (claim, until) = (app.clock.new_id(), now.plus_seconds(CLAIM_SECONDS));
        for row in delivery_work::claim(&app.db, &chosen, claim, now, until).await? {
            if let Some(webhook) = settings.outgoing.get(&OutgoingWebhookId(row.webhook_id)) {
                self.send(app, webhook.clone(), claim, row);
            }
        }
        Ok(true)
    }

    fn send(&mut self, app: &Arc<App>, webhook: Arc<OutgoingWebhook>, claim: Uuid, row: ClaimedRow) {
        let (key, webhook_id) = ((OrgId(row.org_id), DeliveryId(row.id)), webhook.id);
        let (app, made) = (app.clone(), self.made.clone());
        let task = self.sending.spawn(async move {
            let rendered = row.request.as_deref().map(serde_json::from_str::<Rendered>);
            let attempt = if let Some(Ok(rendered)) = rendered {
                send::attempt(&app, &webhook, key.1, &rendered).await
            } else {
                tracing::error!(delivery = %key.1, "a stored request can't be read");
                Attempt::not_sent(app.clock.now(), UNREADABLE.to_owned(), true)
            };
            let (number, due_at) = (row.attempts_made + 1, Timestamp(row.due_at));
            // It goes on until every sender is gone.
            let _ = made.send(Made { key, claim, webhook, number, due_at, attempt }).await;
        });
        self.under_way.insert(task.id(), Sending { key, claim, webhook: webhook_id });
    }

    fn reap(&mut self) {
        while let Some(ended) = self.sending.try_join_next_with_id() {
            self.ended(ended);
        }
    }

    fn ended(&mut self, ended: std::result::Result<(Id, ()), tokio::task::JoinError>) {
        let id = ended.map_or_else(|error| error.id(), |(id, ())| id);
        self.under_way.remove(&id);
    }

    async fn wait(&mut self, app: &App, more: bool) {
        let nobody = app.settings.current().is_ok_and(|settings| settings.outgoing.is_empty());
        let poll = if nobody { POLL_IDLE } else { POLL };
        let is_full = self.sending.len() >= SENDING_MAX;
        let has_ended = tokio::select! {
            () = app.draining.closing() => return,
            () = tokio::time::sleep(REST), if more && !is_full => return,
            () = tokio::time::sleep(poll) => return,
            () = app.deliveries.0.notified() => None,
            Some(ended) = self.sending.join_next_with_id() => Some(ended),
        };
        if let Some(ended) = has_ended {
            self.ended(ended);
        }
        tokio::time::sleep(REST).await;
    }

    /// Waits for what is under way; what does not end in time is to be given back.
    async fn drain(&mut self, app: &App) -> Vec<(Key, Uuid)> {
        let limit = Duration::from_secs(app.config.drain_seconds.into());
        let all = async {
            while let Some(ended) = self.sending.join_next_with_id().await {
                let id = ended.map_or_else(|error| error.id(), |(id, ())| id);
                self.under_way.remove(&id);
            }
        };
        // Those that ended meanwhile are settled by their claim, so that giving them back changes nothing.
        let _ = tokio::time::timeout(limit, all).await;
        self.sending.shutdown().await;
        self.under_way.values().map(|one| (one.key, one.claim)).collect()
    }
}

/// Marks whose time has come, of those webhooks first that wait longest.
async fn waiting(app: &App, now: Timestamp) -> Result<Found> {
    let mut webhooks = delivery_work::webhooks_due(&app.db, "waiting", now).await?;
    webhooks.truncate(DUE_MAX);
    let each = DUE_MAX / webhooks.len().max(1);
    let of: Vec<(Uuid, usize)> = webhooks.into_iter().map(|(webhook, _)| (webhook, each)).collect();
    let rows = delivery_work::due(&app.db, "waiting", now, &of).await?;
    let more = rows.len() >= each && !rows.is_empty();
    Ok(Found { rows, more })
}

/// The settings, read again if they lack an outgoing webhook that has deliveries: another node may have made it.
async fn known(app: &App, due: impl Iterator<Item = &DueRow>) -> Result<Arc<Snapshot>> {
    let current = || app.settings.current().map(|settings| settings.clone());
    let mut due = due;
    if let Ok(settings) = current()
        && due.all(|row| is_listening(&settings, row))
    {
        return Ok(settings);
    }
    app.settings.refresh().await?;
    current().map_err(|stale| crate::storage::StorageError::Setup(stale.to_string()))
}

fn is_listening(settings: &Snapshot, row: &DueRow) -> bool {
    settings.outgoing.get(&OutgoingWebhookId(row.webhook_id)).is_some_and(|webhook| webhook.enabled)
}

/// Without those whose outgoing webhook is gone or disabled, which are dropped.
async fn wanted(
    app: &App,
    settings: &Snapshot,
    state: &'static str,
    due: Vec<DueRow>,
) -> Result<Vec<DueRow>> {
    let (wanted, unwanted): (Vec<_>, Vec<_>) = due.into_iter().partition(|row| is_listening(settings, row));
    if !unwanted.is_empty() {
        let why = |row: &DueRow| match settings.outgoing.get(&OutgoingWebhookId(row.webhook_id)) {
            Some(_) => WAS_DISABLED,
            None => WAS_DELETED,
        };
        let ended = unwanted.iter().map(|row| Ended {
            key: row.key(),
            webhook: OutgoingWebhookId(row.webhook_id),
            state: "dropped",
            why: why(row).to_owned(),
        });
        let ended: Vec<Ended> = ended.collect();
        let count = delivery_work::end_due(&app.db, state, &ended, app.clock.now()).await?;
        settle::count_outcome("dropped", count);
    }
    Ok(wanted)
}

const UNREADABLE: &str = "Not sent: its stored request can't be read. Replay it to make its request anew.";
pub const WAS_DISABLED: &str = "The outgoing webhook was disabled before this was delivered.";
pub const WAS_DELETED: &str = "The outgoing webhook was deleted before this was delivered.";
