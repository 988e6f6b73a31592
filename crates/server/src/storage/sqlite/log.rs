//! SQLite's write-ahead log on its way to the disk.
//!
//! The hot writer puts a commit's pages into the log and goes on. Another thread syncs the log, with all commits that are in it
//! by then, and answers those who wait for them: the disk and the writer work at the same time.

use std::fs::File;
use std::io;
use std::path::PathBuf;

use crate::failpoint::Failpoint;
use crate::storage::db::SqliteDb;
use crate::storage::{Result, StorageError};

pub struct Log {
    file: File,
    #[cfg_attr(
        not(feature = "failpoints"),
        expect(dead_code, reason = "the disk that forgets knows files by name")
    )]
    path: PathBuf,
}

impl Log {
    /// Once a connection has made it. SQLite holds no lock on this file that closing it again would end.
    pub fn open(db: &SqliteDb) -> Result<Self> {
        let open = || {
            let mut path = db.path.canonicalize()?.into_os_string();
            path.push("-wal");
            Ok(Self { file: File::options().write(true).open(&path)?, path: path.into() })
        };
        open().map_err(|error: io::Error| {
            StorageError::Setup(format!("can't open the write-ahead log of {}: {error}", db.path.display()))
        })
    }

    /// What was written to it before is on the disk after this.
    pub fn sync(&self) -> io::Result<()> {
        Failpoint::LogSync.reach();
        #[cfg(feature = "failpoints")]
        if let Some(done) = crate::failpoint::disk::sync_log(&self.path) {
            return done;
        }
        self.file.sync_data()
    }
}
