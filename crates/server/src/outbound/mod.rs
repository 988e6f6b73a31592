//! HTTP requests to other systems, such as a call flow's and a target's availability check.
//!
//! Who writes a flow chooses where its requests go, and whoever answers for a host's name chooses its
//! addresses. Neither may reach into the network that this server stands in.

mod address_guard;
mod client;
mod names;
mod origin;
#[cfg(test)]
mod tests;

pub use address_guard::{Allow, NotANetwork};
pub use client::{
    ANSWER_BYTES_MAX, Outbound, REPLY_BYTES_MAX, REQUESTS_MAX, Reply, SECRET_BYTES_MAX, client_to_anywhere,
};
pub use origin::is_same_origin;
