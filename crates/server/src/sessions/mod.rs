//! Live calls: what happens to them, as it happens, for whoever listens.
//!
//! The timeline is the stream: a listener reads what was appended since its cursor, so nothing is
//! lost between a page load and a reconnect, and a node needs no memory of who was told what.

mod notify;
mod places;
mod tail;

pub use notify::{announce, forward, listen};
pub use places::check as check_places;
pub use tail::{Cursor, Entries, Event, Follower, Tail};
