//! Ends calls whose switch went silent, so that their places at targets are free again.

use std::sync::Arc;
use std::time::Duration;

use hookline_domain::call::CallEvent;
use hookline_domain::ids::CallId;
use hookline_domain::time::Timestamp;

use crate::app::App;
use crate::intake::work::{CallEventReport, Work};
use crate::settings::Org;
use crate::storage::calls::{self, SilentCall};
use crate::storage::{Result, StorageError};

const HOUR_SECONDS: i64 = 3_600;
/// Why the call is over, in its record.
const REASON: &str = "switch_silent";

pub async fn run(app: Arc<App>, every: Duration) {
    let mut every = tokio::time::interval(every);
    loop {
        every.tick().await;
        if let Err(error) = once(&app).await {
            tracing::warn!(%error, "silent calls could not be ended; tried again in a minute");
        }
    }
}

/// One round over every organization's live calls.
async fn once(app: &App) -> Result<()> {
    let before = app.clock.now().plus_seconds(-i64::from(app.config.silent_hours) * HOUR_SECONDS);
    let snapshot = app.settings.current().map_err(|stale| StorageError::Setup(stale.to_string()))?.clone();
    for org in snapshot.orgs.values() {
        for call in calls::silent(&app.db, org.id, before).await? {
            end(app, org, &call).await?;
        }
    }
    Ok(())
}

/// As if the switch had said so right after the last that was heard: nobody is charged for time that
/// nobody saw. Nothing happens if something was heard in the meantime.
async fn end(app: &App, org: &Arc<Org>, silent: &SilentCall) -> Result<()> {
    let failed = silent.answered_at.is_none();
    let report = CallEventReport {
        org: org.clone(),
        call: CallId(silent.id),
        event: CallEvent::Ended { failed, reason: Some(REASON.to_owned()) },
        at: Timestamp(silent.at),
        actor: "upkeep".to_owned(),
        after: Some(silent.last_seq),
    };
    let ended = app.committer.commit(Work::Event(Box::new(report))).await;
    ended.map(drop).map_err(|error| StorageError::Setup(error.to_string()))
}
