//! HTTP: the routes, what each handler answers, and the loop that serves them.

pub mod answer;
pub mod api;
pub mod inbound;
pub mod openapi;
pub mod ops;
pub mod refused_keys;
pub mod router;
mod rtb;
pub mod server;
mod unread;
