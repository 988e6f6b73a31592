//! What a campaign's calls are routed by, as it is sent.

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::change::invalid_field;
use crate::problem::Problem;
use crate::settings::{CampaignRouting, Org};

/// Null is sent to clear it.
pub fn sent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<CampaignRouting>>, D::Error> {
    Option::deserialize(deserializer)
        .map(Some)
        .map_err(|_| D::Error::custom("`routing` must be {\"plan\":\"ID\"}, {\"flow\":\"ID\"} or null"))
}

/// What a campaign is routed by must be there.
pub fn check(org: &Org, routing: Option<CampaignRouting>) -> Result<(), Problem> {
    match routing {
        Some(CampaignRouting::Plan(id)) if org.directory.plan(id).is_none() => Err(invalid_field(format!(
            "`routing.plan`: no routing plan of this organization has the id {id}. GET /v1/routing-plans lists them."
        ))),
        Some(CampaignRouting::Flow(id)) if !org.flows.contains_key(&id) => Err(invalid_field(format!(
            "`routing.flow`: no published flow of this organization has the id {id}. Publish it with POST /v1/flows/{{id}}/publish, or choose another; GET /v1/flows lists them."
        ))),
        _ => Ok(()),
    }
}
