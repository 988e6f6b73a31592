//! The API for switches, engineers and the dashboard: `/v1/<noun>`, one file a verb.

pub mod auth;
pub mod calls;
mod read;
pub mod requests;
pub mod webhooks;
