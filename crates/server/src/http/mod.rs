//! HTTP: the routes, what each handler answers, and the loop that serves them.

pub mod answer;
pub mod api;
mod attempts;
mod dashboard;
pub mod inbound;
pub mod openapi;
pub mod ops;
mod patience;
pub mod refused_keys;
pub mod router;
mod rtb;
pub mod server;
pub mod sign_in_limits;
mod unread;
