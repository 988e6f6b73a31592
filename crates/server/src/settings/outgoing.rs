//! Outgoing webhooks, as a part of the snapshot.

use hookline_domain::ids::{OrgId, OutgoingWebhookId};
use hookline_domain::outgoing::Settings;
use hookline_domain::time::Timestamp;

/// Where events of an organization's calls are told.
#[derive(Debug, Clone)]
pub struct OutgoingWebhook {
    pub id: OutgoingWebhookId,
    pub org: OrgId,
    pub name: String,
    pub enabled: bool,
    pub settings: Settings,
    /// Which of its signing secrets is in force, from 1.
    pub rotation: i64,
    /// The one before it signs too until then.
    pub old_secret_until: Option<Timestamp>,
    /// Tells whether the server's secret is still the one that it was made with.
    pub secret_check: Vec<u8>,
    /// Its events come after this place in the timeline.
    pub since: String,
    /// Why the server has disabled it.
    pub disabled_reason: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}
