//! HTTP below what clients should do: slow, broken, many, and while nodes are replaced.

mod balancer;
pub mod idle;
mod line;
mod malformed;
mod order;
pub mod rolling;
mod slow;

pub use line::Line;
