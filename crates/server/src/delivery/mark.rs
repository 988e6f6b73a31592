//! Deliveries that waited for a call to last: when their time comes, they become pending if it did.

use hookline_domain::call::Call;
use hookline_domain::ids::{CallId, OrgId, OutgoingWebhookId};
use hookline_domain::outgoing::Event;
use hookline_domain::time::{MICROS_PER_SECOND, Timestamp};

use super::create::REQUEST_BYTES_PER_WRITE;
use super::occasion::{self, Happened, render, to_text};
use super::settle::count_outcome;
use crate::app::App;
use crate::settings::Snapshot;
use crate::storage::Result;
use crate::storage::delivery_work::{self, DueRow, Ended, Ready};

/// Makes these ready or ends them; their outgoing webhooks are there and enabled. How many it has done so with.
pub async fn come_due(app: &App, settings: &Snapshot, due: &[DueRow]) -> Result<u64> {
    if due.is_empty() {
        return Ok(0);
    }
    let calls = due.iter().map(|row| (OrgId(row.org_id), CallId(row.call_id)));
    let calls = occasion::load(&app.db, calls).await?;
    let now = app.clock.now();
    let (mut ready, mut ended, mut bytes) = (Vec::new(), Vec::new(), 0);
    for row in due {
        let Some(webhook) = settings.outgoing.get(&OutgoingWebhookId(row.webhook_id)) else { continue };
        let Some(org) = settings.orgs.get(&webhook.org) else { continue };
        let Ok(event) = row.event.parse::<Event>() else { continue };
        let end = |state, why| Ended { key: row.key(), webhook: webhook.id, state, why };
        let Some((call, tags)) = calls.get(&CallId(row.call_id)) else {
            ended.push(end("dropped", "The call was removed for its age.".to_owned()));
            continue;
        };
        if let Some(why) = too_short(call, event) {
            ended.push(end("dropped", why));
            continue;
        }
        let happened = Happened { event, at: Timestamp(row.due_at), call, tags };
        match render(org, &webhook.settings, &happened, now) {
            Ok(rendered) => {
                let request = to_text(&rendered);
                bytes += request.len();
                ready.push(Ready { key: row.key(), request });
            }
            Err(why) => ended.push(end("failed", why.to_string())),
        }
        if bytes >= REQUEST_BYTES_PER_WRITE {
            break;
        }
    }
    if !ended.is_empty() {
        delivery_work::end_due(&app.db, "waiting", &ended, now).await?;
        ended.iter().for_each(|one| count_outcome(one.state, 1));
    }
    let ready = if ready.is_empty() { 0 } else { delivery_work::make_ready(&app.db, &ready, now).await? };
    Ok(ready + ended.len() as u64)
}

/// Why there is nothing to tell.
fn too_short(call: &Call, event: Event) -> Option<String> {
    let seconds = event.mark_seconds()?;
    let Some(answered_at) = call.answered_at else { return Some("Nobody answered the call.".to_owned()) };
    let connected = call.ended_at?.micros_since(answered_at);
    (connected < seconds * MICROS_PER_SECOND)
        .then(|| format!("The call ended after {} s, before this mark.", connected / MICROS_PER_SECOND))
}
