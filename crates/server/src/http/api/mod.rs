//! The API for switches, engineers and the dashboard: `/v1/<noun>`, one file a verb.

pub mod api_keys;
pub mod auth;
pub mod calls;
mod campaign_routing;
mod change;
pub mod custom_tags;
mod definition;
pub mod flows;
pub mod groups;
mod made_up;
mod members;
pub mod numbers;
pub mod organization;
pub mod read;
pub mod reports;
pub mod requests;
pub mod routing_plans;
pub mod rtb_endpoints;
pub mod targets;
pub mod unmatched;
mod used_by;
pub mod webhooks;
