//! The API for switches, engineers and the dashboard: `/v1/<noun>`, one file a verb.

pub mod api_keys;
pub mod auth;
pub mod calls;
mod change;
pub mod custom_tags;
pub mod groups;
pub mod numbers;
pub mod organization;
mod read;
pub mod requests;
pub mod unmatched;
pub mod webhooks;
