//! The rules of Hookline, without I/O.
//!
//! Nothing here reads a clock, a socket or a database: time, chance and ids come in as arguments, so
//! every rule can be tested by example and by property.

pub mod access;
pub mod call;
pub mod condition;
pub mod document;
pub mod flow;
pub mod ids;
pub mod matching;
pub mod money;
pub mod outgoing;
pub mod phone;
pub mod rate;
pub mod routing;
pub mod settings;
pub mod tags;
pub mod template;
pub mod time;
pub mod update;
pub mod webhook;
pub mod zone;
