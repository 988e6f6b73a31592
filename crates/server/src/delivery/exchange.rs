//! A request that is sent at once, outside of the log: to try an outgoing webhook.

use hookline_domain::ids::DeliveryId;
use hookline_domain::outgoing::Rendered;

use super::send::{self, Attempt};
use crate::app::App;
use crate::settings::OutgoingWebhook;

/// What was sent, and what came of it.
pub struct Exchange {
    pub request: Rendered,
    pub attempt: Attempt,
}

pub async fn exchange(app: &App, webhook: &OutgoingWebhook, request: Rendered) -> Exchange {
    let id = DeliveryId(app.clock.new_id());
    let attempt = send::attempt(app, webhook, id, &request).await;
    Exchange { request, attempt }
}
