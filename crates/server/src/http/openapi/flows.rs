//! Shapes of call flows and RTB endpoints.
#![expect(dead_code, reason = "these describe; most are never made")]

use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// A call flow: a graph of nodes. docs/api.md has an example.
#[derive(Serialize, ToSchema)]
#[schema(as = FlowGraph, example = json!({"version": 1, "start": "n1", "nodes": {"n1": {"type": "start", "next": "n2"}, "n2": {"type": "reject", "reason": "closed"}}}))]
pub struct FlowGraphDocument {
    /// Of the format: 1.
    version: u32,
    start: Option<String>,
    /// By id.
    #[schema(value_type = Object)]
    nodes: Value,
}

#[derive(ToSchema)]
#[schema(as = NewFlow)]
pub struct NewFlowDocument {
    name: String,
    draft: Option<FlowGraphDocument>,
}

/// What is not named stays; null throws the draft away.
#[derive(ToSchema)]
#[schema(as = FlowPatch)]
pub struct FlowPatchDocument {
    name: Option<String>,
    draft: Option<FlowGraphDocument>,
}

#[derive(ToSchema)]
#[schema(as = Flow)]
pub struct FlowDocument {
    id: Uuid,
    name: String,
    draft: Option<FlowGraphDocument>,
    /// The version that calls run by; null if none is published.
    version: Option<i64>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

#[derive(ToSchema)]
#[schema(as = FlowValidation)]
pub struct ValidationDocument {
    /// Whether it can be published: there may be warnings.
    valid: bool,
    problems: Vec<FlowProblemDocument>,
}

#[derive(ToSchema)]
#[schema(as = FlowProblem)]
pub struct FlowProblemDocument {
    /// Null for the flow itself.
    node: Option<String>,
    /// Within the node, such as `cases[1].next`.
    field: String,
    /// `error` or `warning`.
    severity: String,
    /// For programs, such as `missing_branch`.
    code: String,
    message: String,
}

#[derive(ToSchema)]
#[schema(as = PublishedFlow)]
pub struct PublishedDocument {
    id: Uuid,
    version: i64,
    #[schema(format = DateTime)]
    published_at: String,
    published_by: String,
    /// Warnings only.
    problems: Vec<FlowProblemDocument>,
}

#[derive(ToSchema)]
#[schema(as = FlowVersion)]
pub struct FlowVersionDocument {
    version: i64,
    #[schema(format = DateTime)]
    published_at: String,
    published_by: String,
    flow: FlowGraphDocument,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DiffQuery {
    /// A version's number, or `draft`.
    from: String,
    /// A version's number, or `draft`.
    to: String,
}

#[derive(ToSchema)]
#[schema(as = FlowDiff)]
pub struct FlowDiffDocument {
    from: String,
    to: String,
    /// If the start is another node.
    start: Option<ChangedFieldDocument>,
    /// Nodes that only `to` has.
    added: Vec<String>,
    /// Nodes that only `from` has.
    removed: Vec<String>,
    changed: Vec<ChangedNodeDocument>,
}

#[derive(ToSchema)]
#[schema(as = ChangedNode)]
pub struct ChangedNodeDocument {
    node: String,
    fields: Vec<ChangedFieldDocument>,
}

#[derive(ToSchema)]
#[schema(as = ChangedField)]
pub struct ChangedFieldDocument {
    field: String,
    from: Option<Value>,
    to: Option<Value>,
}

/// What is not named has its default.
#[derive(ToSchema)]
#[schema(as = RtbSettings)]
pub struct RtbSettingsDocument {
    /// For how long a bid holds a place in its target's caps: 1 to 300; 30 by default.
    reservation_seconds: Option<u32>,
    /// USD; routes that pay less are not offered.
    payout_min: Option<f64>,
    /// Ids of the numbers that may be offered; null: the publisher's numbers of the campaign or, if it has none, those
    /// of no publisher.
    numbers: Option<Vec<Uuid>>,
}

#[derive(ToSchema)]
#[schema(as = NewRtbEndpoint)]
pub struct NewRtbEndpointDocument {
    name: String,
    campaign_id: Uuid,
    publisher_id: Option<Uuid>,
    /// True if it is left out.
    enabled: Option<bool>,
    settings: Option<RtbSettingsDocument>,
}

/// What is not named stays, within `settings` too; null clears what may be empty.
#[derive(ToSchema)]
#[schema(as = RtbEndpointPatch)]
pub struct RtbEndpointPatchDocument {
    name: Option<String>,
    campaign_id: Option<Uuid>,
    publisher_id: Option<Uuid>,
    enabled: Option<bool>,
    settings: Option<RtbSettingsDocument>,
}

#[derive(ToSchema)]
#[schema(as = RtbEndpoint)]
pub struct RtbEndpointDocument {
    id: Uuid,
    name: String,
    campaign_id: Uuid,
    publisher_id: Option<Uuid>,
    enabled: bool,
    settings: RtbSettingsDocument,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

#[derive(ToSchema)]
#[schema(as = RtbEndpoints)]
pub struct RtbEndpointsDocument {
    rtb_endpoints: Vec<RtbEndpointDocument>,
}
