//! Targets, plans, flows and RTB endpoints. A definition that can't be read is left out with a word in
//! the log: it must not keep every other setting from being read.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::Arc;

use hookline_domain::flow::Flow;
use hookline_domain::ids::{CampaignId, FlowId, OrgId, PublisherId, RoutingPlanId, RtbEndpointId, TargetId};
use hookline_domain::routing::{Directory, RoutingPlan, Target};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::Orgs;
use crate::settings::{CampaignRouting, PublishedFlow, RtbEndpoint, RtbSettings, Snapshot};
use crate::storage::{Db, Result};
use crate::values;

/// What changed since `known` is read; the rest is shared with it.
pub(super) async fn directories(db: &Db, known: &Snapshot, orgs: &mut Orgs) -> Result<()> {
    let all = || known.orgs.values().map(|org| &org.directory);
    let old_targets = all().flat_map(Directory::targets).map(|one| (one.id.0, one.clone())).collect();
    let old_plans = all().flat_map(Directory::plans).map(|one| (one.id.0, one.clone())).collect();
    let mut targets = definitions(db, "targets", known.version, old_targets, |id, text| {
        let raw: &RawValue = serde_json::from_str(text).map_err(|error| error.to_string())?;
        Target::parse(TargetId(id), raw).map_err(|problem| problem.to_string())
    })
    .await?;
    let mut plans = definitions(db, "routing_plans", known.version, old_plans, |id, text| {
        let raw: &RawValue = serde_json::from_str(text).map_err(|error| error.to_string())?;
        RoutingPlan::parse(RoutingPlanId(id), raw).map_err(|problem| problem.to_string())
    })
    .await?;
    for (id, org) in orgs {
        let (targets, plans) = (targets.remove(id).unwrap_or_default(), plans.remove(id).unwrap_or_default());
        org.directory = Directory::new(targets, plans);
    }
    Ok(())
}

async fn definitions<T>(
    db: &Db,
    table: &str,
    known_version: i64,
    known: HashMap<Uuid, Arc<T>>,
    parse: impl Fn(Uuid, &str) -> std::result::Result<T, String>,
) -> Result<HashMap<OrgId, Vec<Arc<T>>>> {
    let sql = format!("SELECT org_id, id, CASE WHEN revision > $1 THEN definition END FROM {table}");
    let rows: Vec<(Uuid, Uuid, Option<String>)> = db.fetch_all(&sql, values![known_version]).await?;
    let mut by_org: HashMap<OrgId, Vec<Arc<T>>> = HashMap::new();
    for (org, id, changed) in rows {
        let one = match changed.map(|text| parse(id, &text)) {
            Some(Ok(one)) => Arc::new(one),
            Some(Err(problem)) => {
                left_out(table, OrgId(org), id, &problem);
                continue;
            }
            // Not there if it could not be read when it was new.
            None => match known.get(&id) {
                Some(one) => one.clone(),
                None => continue,
            },
        };
        by_org.entry(OrgId(org)).or_default().push(one);
    }
    Ok(by_org)
}

/// Says what is missing now, and how it comes back.
fn left_out(table: &str, org: OrgId, id: Uuid, problem: &dyn Display) {
    let path = table.replace('_', "-");
    tracing::error!(
        %org,
        %problem,
        "/v1/{path}/{id} can't be read and is left out: calls are routed without it. Send what is right to that path with PATCH (of a flow: publish a version), or delete it."
    );
}

pub(super) fn campaign_routing(org: OrgId, id: CampaignId, text: &str) -> Option<CampaignRouting> {
    serde_json::from_str(text).map_err(|error| left_out("campaigns", org, id.0, &error)).ok()
}

type FlowRow = (Uuid, Uuid, String, i64, Option<String>);

pub(super) async fn flows(db: &Db, known: &Snapshot, orgs: &mut Orgs) -> Result<()> {
    let rows: Vec<FlowRow> = db
        .fetch_all(
            "SELECT flows.org_id, flows.id, flows.name, flows.version,
                 CASE WHEN flows.revision > $1 THEN flow_versions.definition END
             FROM flows JOIN flow_versions ON flow_versions.org_id = flows.org_id
                 AND flow_versions.flow_id = flows.id AND flow_versions.version = flows.version",
            values![known.version],
        )
        .await?;
    for (org, id, name, version, changed) in rows {
        let (org, id) = (OrgId(org), FlowId(id));
        let flow = match changed.map(|text| Flow::parse(&text)) {
            Some(Ok(flow)) => Arc::new(PublishedFlow {
                id,
                name,
                version: u32::try_from(version).unwrap_or(u32::MAX),
                flow,
            }),
            Some(Err(problems)) => {
                left_out("flows", org, id.0, &problems.first().map(ToString::to_string).unwrap_or_default());
                continue;
            }
            None => match known.orgs.get(&org).and_then(|org| org.flows.get(&id)) {
                Some(flow) => flow.clone(),
                None => continue,
            },
        };
        if let Some(org) = orgs.get_mut(&org) {
            org.flows.insert(id, flow);
        }
    }
    Ok(())
}

#[derive(sqlx::FromRow)]
struct EndpointRow {
    id: Uuid,
    org_id: Uuid,
    name: String,
    campaign_id: Uuid,
    publisher_id: Option<Uuid>,
    enabled: bool,
    settings: String,
}

/// After the numbers, some of which they offer.
pub(super) async fn rtb_endpoints(db: &Db, orgs: &mut Orgs) -> Result<HashMap<RtbEndpointId, OrgId>> {
    let rows: Vec<EndpointRow> = db
        .fetch_all(
            "SELECT id, org_id, name, campaign_id, publisher_id, enabled, settings FROM rtb_endpoints",
            vec![],
        )
        .await?;
    let mut owners = HashMap::with_capacity(rows.len());
    for row in rows {
        let (id, org) = (RtbEndpointId(row.id), OrgId(row.org_id));
        let settings = serde_json::from_str::<&RawValue>(&row.settings)
            .map_err(|error| error.to_string())
            .and_then(|raw| RtbSettings::parse(raw, "settings").map_err(|problem| problem.to_string()));
        let settings = match settings {
            Ok(settings) => settings,
            Err(problem) => {
                left_out("rtb_endpoints", org, row.id, &problem);
                continue;
            }
        };
        let Some(owner) = orgs.get_mut(&org) else { continue };
        let (campaign, publisher) = (CampaignId(row.campaign_id), row.publisher_id.map(PublisherId));
        let offered = owner.offered_numbers(campaign, publisher, settings.numbers.as_deref());
        let endpoint = RtbEndpoint {
            id,
            org,
            name: row.name,
            campaign,
            publisher,
            enabled: row.enabled,
            settings,
            offered,
        };
        owner.rtb_endpoints.insert(id, endpoint);
        owners.insert(id, org);
    }
    Ok(owners)
}
