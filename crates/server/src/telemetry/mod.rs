//! Logs, metrics and traces: their names, declared once.

pub mod log;
pub mod metric;
pub mod trace;
