//! Asks other systems for a call, between two commits.

use std::sync::Arc;

use hookline_domain::flow::Flow;
use hookline_domain::ids::CallId;

use super::{Ask, Stand};
use crate::app::App;
use crate::intake::work::{News, NextStep, Outcome, Standing, Work};
use crate::settings::{Org, PublishedFlow};
use crate::storage::flows::{self, VersionRow};
use crate::storage::{Result, StorageError, routes};

/// The answer of the other system, or why there is none.
pub async fn ask(app: &App, asked: &Ask) -> News {
    match asked {
        Ask::Availability { url, timeout_ms, .. } => {
            News::Available(app.outbound.is_available(url, *timeout_ms).await)
        }
        Ask::Http(request) => News::Http(app.outbound.send(request).await),
        Ask::Script { source, input, timeout_ms } => {
            News::Script(app.scripts.run(source, input, *timeout_ms).await)
        }
    }
}

/// Goes on with a call that an update let be decided again, or is to, and for which nobody waits.
pub fn go_on_alone(app: &Arc<App>, org: &Arc<Org>, call: CallId, standing: Standing) {
    let (app, org) = (app.clone(), org.clone());
    tokio::spawn(async move {
        let mut standing = standing;
        loop {
            let news = match &standing.stand {
                Stand::Asking(asked) => ask(&app, asked).await,
                _ => News::None,
            };
            let Ok(flow) = pinned_flow(&app, &org, call).await else { return };
            let actor = "routing".to_owned();
            let step =
                NextStep { org: org.clone(), call, decision: Some(standing.decision), news, flow, actor };
            match app.committer.commit(Work::Next(Box::new(step))).await {
                Ok(Outcome::Call(outcome)) => match outcome.routed {
                    Some(next) if outcome.has_to_ask && matches!(next.stand, Stand::Asking(_)) => {
                        standing = next
                    }
                    _ => return,
                },
                // The switch asks where the call stands when it hears nothing, and goes on from there.
                _ => return,
            }
        }
    });
}

/// The version of its flow that a call began with, if another is published by now.
pub async fn pinned_flow(app: &App, org: &Org, call: CallId) -> Result<Option<Arc<PublishedFlow>>> {
    if org.flows.is_empty() {
        return Ok(None);
    }
    let Some(routed) = routes::standing(&app.db, org.id, call).await? else { return Ok(None) };
    let Some(state) = &routed.flow else { return Ok(None) };
    if org.flows.get(&state.flow).is_some_and(|current| current.version == state.version) {
        return Ok(None);
    }
    let version = flows::version(&app.db, org.id, state.flow, i64::from(state.version)).await?;
    let Some(VersionRow { definition, .. }) = version else { return Ok(None) };
    let flow = Flow::parse(&definition)
        .map_err(|_| StorageError::Unreadable(format!("version {} of flow {}", state.version, state.flow)))?;
    let name = org.flows.get(&state.flow).map_or(String::new(), |current| current.name.clone());
    Ok(Some(Arc::new(PublishedFlow { id: state.flow, name, version: state.version, flow })))
}
