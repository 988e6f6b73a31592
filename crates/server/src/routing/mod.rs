//! Calls that find their way: where each stands in its plan or flow, and what that needs of others.
//!
//! The rules are in the domain; the commit applies them (`intake::effect::route`). Here is what is kept
//! between two commits, and who asks other systems for a call in the meantime.

pub mod ask;
pub mod stand;

pub use stand::{Ask, DialTarget, Dialing, Instruction, Leads, Routed, Stand};
