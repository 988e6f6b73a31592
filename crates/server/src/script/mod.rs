//! JavaScript of call flows, each script in a process of our own binary.
//!
//! QuickJS looks at the time between instructions of a script, but not within its built-ins, and a
//! script may fill memory faster than anyone looks. So it runs where it can be killed.

mod engine;
mod limits;
mod pool;
mod process;
mod protocol;
pub mod worker;

pub use limits::*;
pub use pool::{Program, Scripts};
