//! Makes deliveries of what the timeline tells. Every node reads it; the cursor in the database moves in the transaction
//! that adds the deliveries, from the place that this node knew, so one node's deliveries count and nothing is skipped.

use std::sync::Arc;
use std::time::Duration;

use hookline_domain::ids::{CallId, DeliveryId, OrgId};
use hookline_domain::outgoing::{Event, events_of};
use hookline_domain::time::Timestamp;

use super::occasion::{self, Happened, render};
use super::settle::count_outcome;
use crate::app::App;
use crate::sessions::{Cursor, Entries, Event as Entry};
use crate::settings::{OutgoingWebhook, Snapshot};
use crate::storage::Result;
use crate::storage::delivery_work::{self, Begins, NewDelivery};

/// Entries of the timeline that are read at once.
const ENTRIES_MAX: usize = 1_000;
/// Deliveries of one transaction; one entry may bring some more.
const DELIVERIES_PER_WRITE: usize = 100;
/// Bytes of their requests, after which no more entries are taken.
pub const REQUEST_BYTES_PER_WRITE: usize = 2 * 1024 * 1024;
/// Entries that told nothing, after which the cursor moves in the database too: a restart reads them again.
const UNWRITTEN_MAX: usize = 20_000;
/// How long it waits for a notice before it looks for itself.
const POLL: Duration = Duration::from_millis(250);
/// Between two looks: under load a write then takes many events.
const REST: Duration = Duration::from_millis(20);

pub async fn run(app: Arc<App>) {
    let mut notices = app.tail.notices();
    let mut reader = Reader::default();
    loop {
        notices.mark_unchanged();
        let more = reader.round(&app).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "events could not be made deliveries; tried again soon");
            reader = Reader::default();
            false
        });
        let pause = async {
            tokio::time::sleep(REST).await;
            if !more {
                // Woken or not, it looks: a notice from another node may be lost.
                let _ = tokio::time::timeout(POLL, notices.changed()).await;
            }
        };
        tokio::select! {
            () = app.draining.closing() => return,
            () = pause => {}
        }
    }
}

/// Where this node is in the timeline.
#[derive(Default)]
struct Reader {
    /// The cursor as the database had it, until another node has moved it.
    known: Option<String>,
    at: Cursor,
    unwritten: usize,
}

/// Something that an outgoing webhook may want to hear.
struct Told<'s> {
    webhook: &'s OutgoingWebhook,
    call: CallId,
    event: Event,
    at: Timestamp,
    /// The entry that tells it.
    entry: Cursor,
}

impl Reader {
    /// Whether there is more to do.
    async fn round(&mut self, app: &App) -> Result<bool> {
        // Nobody listens: nothing is read, and nothing written.
        let Some(since) = listening_since(app) else { return Ok(false) };
        if self.known.is_none() {
            let known = delivery_work::cursor(&app.db).await?;
            self.at = known.parse().unwrap_or_default();
            self.known = Some(known);
        }
        self.at = self.at.max(since);
        let Entries { entries, last, read } = app.tail.entries_after(self.at, ENTRIES_MAX).await?;
        let Some(last) = last else { return Ok(false) };
        // After the entries: whoever began to listen before one of them was written is known by now.
        app.settings.refresh().await?;
        let Ok(settings) = app.settings.current() else { return Ok(false) };
        let settings = settings.clone();
        let (told, through) = told(&settings, &entries, last);
        self.unwritten += read;
        if told.is_empty() && self.unwritten < UNWRITTEN_MAX {
            self.at = through;
            return Ok(read == ENTRIES_MAX);
        }
        let (deliveries, through) = deliveries(app, &settings, told, through).await?;
        let known = self.known.take().unwrap_or_default();
        let (cursor, now) = (through.to_string(), app.clock.now());
        if delivery_work::create(&app.db, &known, &cursor, &deliveries, now).await? {
            (self.at, self.known, self.unwritten) = (through, Some(cursor), 0);
            if !deliveries.is_empty() {
                app.deliveries.wake();
            }
            let failed = deliveries.iter().filter(|one| matches!(one.begins, Begins::Failed(_)));
            count_outcome("failed", failed.count() as u64);
            return Ok(through != last || read == ENTRIES_MAX);
        }
        // Another node did it.
        Ok(true)
    }
}

/// The place after which someone listens.
fn listening_since(app: &App) -> Option<Cursor> {
    let settings = app.settings.current().ok()?;
    let listening = settings.outgoing.values().filter(|webhook| webhook.enabled);
    listening.map(|webhook| since(webhook)).min()
}

fn since(webhook: &OutgoingWebhook) -> Cursor {
    webhook.since.parse().unwrap_or_default()
}

/// What the entries tell whom, and up to which of them.
fn told<'s>(settings: &'s Snapshot, entries: &[(OrgId, Entry)], last: Cursor) -> (Vec<Told<'s>>, Cursor) {
    let mut told = Vec::new();
    for (org, entry) in entries {
        let Some(org) = settings.orgs.get(org).filter(|org| !org.outgoing.is_empty()) else { continue };
        let events = events_of(&entry.changes);
        if events.is_empty() {
            continue;
        }
        let listening = |webhook: &&Arc<OutgoingWebhook>| webhook.enabled && since(webhook) < entry.cursor;
        for webhook in org.outgoing.values().filter(listening) {
            for event in &events {
                let one = |event, at| Told { webhook, call: entry.call, event, at, entry: entry.cursor };
                if webhook.settings.events.contains(event) {
                    told.push(one(*event, entry.at));
                }
                if *event == Event::Connected {
                    told.extend(webhook.settings.marks().map(|(mark, seconds)| {
                        // From the answer on, which the call knows better.
                        one(mark, entry.at.plus_seconds(seconds))
                    }));
                }
            }
        }
        if told.len() >= DELIVERIES_PER_WRITE {
            return (told, entry.cursor);
        }
    }
    (told, last)
}

/// The deliveries, and up to which entry they are all: `through`, unless their requests are large.
async fn deliveries(
    app: &App,
    settings: &Snapshot,
    told: Vec<Told<'_>>,
    through: Cursor,
) -> Result<(Vec<NewDelivery>, Cursor)> {
    let calls = occasion::load(&app.db, told.iter().map(|one| (one.webhook.org, one.call))).await?;
    let now = app.clock.now();
    let (mut deliveries, mut bytes, mut before) = (Vec::with_capacity(told.len()), 0, None);
    for Told { webhook, call: id, event, at, entry } in told {
        if let Some(before) = before.replace(entry)
            && before != entry
            && bytes >= REQUEST_BYTES_PER_WRITE
        {
            return Ok((deliveries, before));
        }
        let (Some((call, tags)), Some(org)) = (calls.get(&id), settings.orgs.get(&webhook.org)) else {
            continue;
        };
        if !webhook.settings.listens(event, call.campaign) {
            continue;
        }
        let mark = event.mark_seconds().and_then(|seconds| Some(call.answered_at?.plus_seconds(seconds)));
        let begins = if event.mark_seconds().is_some() {
            Begins::Waiting
        } else {
            match render(org, &webhook.settings, &Happened { event, at, call, tags }, now) {
                Ok(rendered) => Begins::Pending(occasion::to_text(&rendered)),
                Err(why) => Begins::Failed(why.to_string()),
            }
        };
        bytes += if let Begins::Pending(request) = &begins { request.len() } else { 0 };
        deliveries.push(NewDelivery {
            org: webhook.org,
            id: DeliveryId(app.clock.new_id()),
            webhook: webhook.id,
            event,
            call: id,
            due_at: mark.unwrap_or(at),
            begins,
        });
    }
    Ok((deliveries, through))
}
