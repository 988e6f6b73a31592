//! From a raw request to its effect: what comes in, what it asks for, and what it does to calls.
//!
//! `work` names the things a commit takes. `effect` applies them, in order, to rows that an engine
//! loaded, and says which rows to write: no I/O, so both engines share every rule.

pub mod bid;
pub mod effect;
pub mod held;
pub mod refused;
pub mod sent;
pub mod work;
