//! How the demo's calls find their way: a plan and a flow that read what `call_data` brought.

use std::collections::BTreeMap;

use hookline_domain::ids::{CampaignId, FlowId, NumberId, OrgId, RoutingPlanId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock::Clock;
use crate::settings::{self, CampaignRouting};
use crate::storage::campaigns::{self, Group, GroupRow, NumberRow};
use crate::storage::definitions::{self, DefinitionRow, Kind};
use crate::storage::flows::{self, FlowRow, VersionRow};
use crate::storage::{Db, Result};

/// The number whose calls go by the flow.
pub const FLOW_NUMBER: &str = "+18885550101";

/// Routes the demo's campaign by a plan, and adds a campaign that is routed by a flow.
pub async fn create(db: &Db, clock: &Clock, org: OrgId, by_plan: CampaignId) -> Result<()> {
    let at = clock.now();
    let mut tx = db.begin().await?;
    let revision = settings::next_version(&mut tx).await?;
    let new = || clock.new_id();
    let (premium, general, plan) = (new(), new(), new());
    let row = |id: Uuid, name: &str, definition: Value| DefinitionRow {
        id,
        name: name.to_owned(),
        definition: definition.to_string(),
        draft: None,
        created_at: at.0,
        updated_at: at.0,
    };
    let premium_desk = json!({"name": "Premium desk", "destination": "+18005550111", "concurrency": 100,
        "conversion": {"connected_seconds": 90, "revenue": 45.00, "payout": 30.00}});
    let general_desk = json!({"name": "General desk", "destination": "+18005550112",
        "conversion": {"connected_seconds": 120, "revenue": 20.00, "payout": 12.50}});
    for (id, name, target) in
        [(premium, "Premium desk", premium_desk), (general, "General desk", general_desk)]
    {
        definitions::create(&mut tx, org, Kind::Target, &row(id, name, target), revision).await?;
    }
    let name = "By lead source";
    let routes = json!([{"target": premium, "filter": google_ads()}, {"target": general, "priority": 2}]);
    let definition = json!({"name": name, "routes": routes});
    definitions::create(&mut tx, org, Kind::RoutingPlan, &row(plan, name, definition), revision).await?;
    let flow = FlowId(new());
    let version = VersionRow {
        version: 1,
        definition: graph(premium, plan).to_string(),
        published_at: at.0,
        published_by: "demo".to_owned(),
    };
    let draft = FlowRow { version: Some(1), ..FlowRow::new(flow, "Greeting".to_owned(), None, at) };
    flows::create(&mut tx, org, &draft, revision).await?;
    flows::add_version(&mut tx, org, flow, &version).await?;
    flows::update(&mut tx, org, &draft, revision).await?;

    let by_flow = CampaignId(new());
    let group = GroupRow { id: by_flow.0, name: "Home services", tag_defaults: &BTreeMap::new() };
    campaigns::create_group(&mut tx, org, Group::Campaign, &group, at).await?;
    let number =
        NumberRow { id: NumberId(new()), phone_number: FLOW_NUMBER, campaign: by_flow, publisher: None };
    campaigns::create_number(&mut tx, org, &number, at).await?;
    let plan = CampaignRouting::Plan(RoutingPlanId(plan));
    campaigns::set_routing(&mut tx, org, by_plan, Some(plan)).await?;
    campaigns::set_routing(&mut tx, org, by_flow, Some(CampaignRouting::Flow(flow))).await?;
    tx.commit().await
}

fn google_ads() -> Value {
    json!({"tag": "lead_source", "op": "equals", "value": "google_ads"})
}

/// Known leads go straight to the premium desk; who is not known is asked first.
fn graph(premium: Uuid, plan: Uuid) -> Value {
    json!({"version": 1, "start": "start", "nodes": {
        "start": {"type": "start", "next": "known"},
        "known": {"type": "condition", "condition": google_ads(), "then": "premium", "else": "menu"},
        "premium": {"type": "dial", "target": premium, "no_answer": "plan", "busy": "plan", "failed": "plan"},
        "menu": {"type": "menu", "prompt": "Press 1 for a quote.", "digits": {"1": "plan"},
            "invalid": "plan", "no_input": "plan"},
        "plan": {"type": "routing_plan", "plan": plan}
    }})
}
