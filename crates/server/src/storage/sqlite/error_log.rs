//! What SQLite itself says of its troubles, in this server's log: an error's code tells that a file is damaged, this tells where
//! SQLite noticed it.

#![allow(unsafe_code, reason = "SQLite's settings are for the whole process")]

use std::ffi::c_int;
use std::sync::Once;

use rusqlite::{ffi, trace};

/// Before the process opens its first database; later SQLite refuses it, and says nothing.
pub fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: no connection is open, so no other call into SQLite runs; `tell` calls nothing of SQLite's.
        let done = unsafe { trace::config_log(Some(tell)) };
        if let Err(error) = done {
            tracing::debug!(%error, "SQLite's own error log is not read: a database was open before");
        }
    });
}

fn tell(code: c_int, said: &str) {
    match code & 0xff {
        ffi::SQLITE_NOTICE => tracing::info!(code, said, "SQLite tells"),
        // What a statement comes to is told by whoever ran it.
        ffi::SQLITE_ERROR
        | ffi::SQLITE_ABORT
        | ffi::SQLITE_BUSY
        | ffi::SQLITE_LOCKED
        | ffi::SQLITE_INTERRUPT
        | ffi::SQLITE_CONSTRAINT
        | ffi::SQLITE_SCHEMA
        | ffi::SQLITE_WARNING => tracing::debug!(code, said, "SQLite tells"),
        _ => tracing::warn!(
            code,
            said,
            "SQLite has trouble with its files: see that the disk has room and is healthy"
        ),
    }
}
