//! Deliveries that waited for a call to last: when their time comes, they become pending if it did.

use hookline_domain::call::Call;
use hookline_domain::ids::{CallId, OrgId, OutgoingWebhookId};
use hookline_domain::outgoing::Event;
use hookline_domain::time::{MICROS_PER_SECOND, Timestamp};

use super::occasion::{self, Happened, render, to_text};
use super::settle::count_outcome;
use crate::app::App;
use crate::settings::Snapshot;
use crate::storage::Result;
use crate::storage::delivery_work::{self, DueRow, Ready};

/// Makes these ready or drops them; their outgoing webhooks are there and enabled.
pub async fn come_due(app: &App, settings: &Snapshot, due: &[DueRow]) -> Result<u64> {
    if due.is_empty() {
        return Ok(0);
    }
    let calls = due.iter().map(|row| (OrgId(row.org_id), CallId(row.call_id)));
    let calls = occasion::load(&app.db, calls).await?;
    let now = app.clock.now();
    let (mut ready, mut dropped) = (Vec::new(), Vec::new());
    for row in due {
        let Some(webhook) = settings.outgoing.get(&OutgoingWebhookId(row.webhook_id)) else { continue };
        let Some(org) = settings.orgs.get(&webhook.org) else { continue };
        let Ok(event) = row.event.parse::<Event>() else { continue };
        let Some((call, tags)) = calls.get(&CallId(row.call_id)) else {
            dropped.push((row.key(), "The call was removed for its age.".to_owned()));
            continue;
        };
        match too_short(call, event) {
            Some(why) => dropped.push((row.key(), why)),
            None => {
                let happened = Happened { event, at: Timestamp(row.due_at), call, tags };
                let request = to_text(&render(org, &webhook.settings, &happened, now));
                ready.push(Ready { key: row.key(), request });
            }
        }
    }
    if !dropped.is_empty() {
        let count = delivery_work::drop_due(&app.db, "waiting", &dropped, now).await?;
        count_outcome("dropped", count);
    }
    if ready.is_empty() { Ok(0) } else { delivery_work::make_ready(&app.db, &ready, now).await }
}

/// Why there is nothing to tell.
fn too_short(call: &Call, event: Event) -> Option<String> {
    let seconds = event.mark_seconds()?;
    let Some(answered_at) = call.answered_at else { return Some("Nobody answered the call.".to_owned()) };
    let connected = call.ended_at?.micros_since(answered_at);
    (connected < seconds * MICROS_PER_SECOND)
        .then(|| format!("The call ended after {} s, before this mark.", connected / MICROS_PER_SECOND))
}
