//! A request to a webhook that comes without its key: one that is sent again, a test, or one of the demo's.

use std::sync::Arc;

use hookline_domain::ids::RequestId;
use hookline_domain::time::Timestamp;
use hookline_domain::webhook::{self, Method, RawRequest};

use super::work::{InboundRequest, LoggedRequest, transaction_hash};
use crate::settings::{Org, Webhook};

pub struct Sent {
    pub method: Method,
    pub address: String,
    /// Without a key.
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// Read as if it had come with the webhook's key, at this time.
pub fn read(
    id: RequestId,
    received_at: Timestamp,
    org: &Arc<Org>,
    webhook: Arc<Webhook>,
    sent: Sent,
) -> InboundRequest {
    let Sent { method, address, query, headers, body } = sent;
    let pairs: Vec<(&str, &[u8])> =
        headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let raw = RawRequest { kind: webhook.kind, method, query: &query, headers: &pairs, body: &body };
    let parsed = webhook::read(&raw, org.country);
    InboundRequest {
        id,
        org: org.clone(),
        webhook,
        received_at,
        raw: LoggedRequest {
            method: match method {
                Method::Get => "GET",
                Method::Post => "POST",
            },
            address,
            headers: serde_json::to_string(&headers).expect("pairs of strings are JSON"),
            query,
            body: body.into(),
        },
        transaction: transaction_hash(org.id, &parsed),
        parsed,
    }
}
