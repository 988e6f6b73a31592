//! Where a target, a plan or a flow is used: what calls are routed by is not deleted from under them.

use hookline_domain::flow::Task;
use hookline_domain::ids::{FlowId, RoutingPlanId, TargetId};
use hookline_domain::routing::OverrideAction;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::problem::Problem;
use crate::settings::{CampaignRouting, Org};

/// Uses that one answer lists.
const USES_SHOWN_MAX: usize = 50;

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Use {
    kind: &'static str,
    name: String,
    id: Uuid,
    field: String,
}

/// In routing plans and in published flows; drafts route no call.
pub fn target(org: &Org, id: TargetId) -> Vec<Use> {
    let mut uses = Vec::new();
    for plan in org.directory.plans() {
        let mut add = |field: String| {
            uses.push(Use { kind: "routing_plan", name: plan.name.clone(), id: plan.id.0, field });
        };
        for (at, route) in plan.routes.iter().enumerate() {
            if route.target == id {
                add(format!("routes[{at}].target"));
            }
        }
        if plan.fallback == Some(id) {
            add("fallback".to_owned());
        }
        for (at, exception) in plan.overrides.iter().enumerate() {
            if exception.then == OverrideAction::Target(id) {
                add(format!("overrides[{at}].then.target"));
            }
        }
    }
    in_flows(org, &mut uses, |task| match task {
        Task::Dial { to, .. } => to.places().find(|(_, target)| *target == id).map(|(place, _)| place),
        _ => None,
    });
    uses
}

/// In campaigns, in other plans' overrides, and in published flows.
pub fn plan(org: &Org, id: RoutingPlanId) -> Vec<Use> {
    let mut uses = in_campaigns(org, CampaignRouting::Plan(id));
    for plan in org.directory.plans() {
        for (at, exception) in plan.overrides.iter().enumerate() {
            if exception.then == OverrideAction::Plan(id) {
                let field = format!("overrides[{at}].then.plan");
                uses.push(Use { kind: "routing_plan", name: plan.name.clone(), id: plan.id.0, field });
            }
        }
    }
    in_flows(org, &mut uses, |task| match task {
        Task::RoutingPlan { plan, .. } if *plan == id => Some("plan".to_owned()),
        _ => None,
    });
    uses
}

pub fn flow(org: &Org, id: FlowId) -> Vec<Use> {
    in_campaigns(org, CampaignRouting::Flow(id))
}

fn in_campaigns(org: &Org, routing: CampaignRouting) -> Vec<Use> {
    let campaigns = org.campaigns.values().filter(|campaign| campaign.routing == Some(routing));
    let uses = campaigns.map(|campaign| Use {
        kind: "campaign",
        name: campaign.name.clone(),
        id: campaign.id.0,
        field: "routing".to_owned(),
    });
    uses.collect()
}

fn in_flows(org: &Org, uses: &mut Vec<Use>, field: impl Fn(&Task) -> Option<String>) {
    for flow in org.flows.values() {
        for (node, field) in flow.flow.nodes().filter_map(|(node, it)| Some((node, field(&it.task)?))) {
            let field = format!("nodes.{node}.{field}");
            uses.push(Use { kind: "flow", name: flow.name.clone(), id: flow.id.0, field });
        }
    }
}

/// 409 if there is any, with the first in words and `used_by` for programs.
pub fn refuse_if_any(code: &'static str, noun: &str, mut uses: Vec<Use>) -> Result<(), Problem> {
    uses.sort_unstable();
    let Some(first) = uses.first() else { return Ok(()) };
    let kind = first.kind.replace('_', " ");
    let more = match uses.len() - 1 {
        0 => String::new(),
        more => format!(", and {more} more: `used_by` lists them"),
    };
    let message = format!(
        "The {kind} {} uses this {noun} in `{}`{more}. Change that first, or disable what must not get calls.",
        first.name, first.field
    );
    uses.truncate(USES_SHOWN_MAX);
    let mut problem = Problem::new(409, code, message);
    problem.details.push(("used_by", json!(uses)));
    Err(problem)
}
