//! Hookline: call tracking on a server of one's own. The binary is `main.rs`; this is what it is made of.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod delivery;
pub mod demo;
pub mod failpoint;
pub mod http;
pub mod intake;
pub mod keys;
pub mod oidc;
pub mod outbound;
pub mod passwords;
pub mod problem;
pub mod routing;
pub mod script;
pub mod server_secret;
pub mod sessions;
pub mod settings;
pub mod storage;
pub mod telemetry;
pub mod upkeep;
