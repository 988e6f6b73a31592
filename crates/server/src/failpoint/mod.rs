//! Named moments at which `make torture` ends the process as `kill -9` would. Without the feature `failpoints`, which
//! no release has, reaching one is nothing.

#[cfg(feature = "failpoints")]
mod armed;
#[cfg(feature = "failpoints")]
pub mod disk;

/// A moment between two steps of which a crash must not keep only one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failpoint {
    /// A batch is taken from the queue, and nothing is read or locked for it.
    BeforeClaim,
    /// The rules have changed the rows in memory.
    AfterEffect,
    /// All rows are written, within the transaction.
    BeforeCommit,
    /// On disk, and nobody was told.
    AfterCommit,
    /// The same, once for each request of a batch: its neighbours may have been told.
    BeforeAnswer,
    /// The log is in the database file, and the log has not begun again.
    InCheckpoint,
    /// Sums of reports have followed what changed, not committed.
    InReports,
    /// Old rows are removed in part, and not committed.
    InExpiry,
    /// Each write and each sync of SQLite's log, and of its database file, which only a checkpoint writes.
    LogWrite,
    LogSync,
    DatabaseWrite,
    DatabaseSync,
}

impl Failpoint {
    pub const ALL: [Self; 12] = [
        Self::BeforeClaim,
        Self::AfterEffect,
        Self::BeforeCommit,
        Self::AfterCommit,
        Self::BeforeAnswer,
        Self::InCheckpoint,
        Self::InReports,
        Self::InExpiry,
        Self::LogWrite,
        Self::LogSync,
        Self::DatabaseWrite,
        Self::DatabaseSync,
    ];

    /// Its name in `HOOKLINE_TEST_FAILPOINT=NAME:COUNT`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BeforeClaim => "before_claim",
            Self::AfterEffect => "after_effect",
            Self::BeforeCommit => "before_commit",
            Self::AfterCommit => "after_commit",
            Self::BeforeAnswer => "before_answer",
            Self::InCheckpoint => "in_checkpoint",
            Self::InReports => "in_reports",
            Self::InExpiry => "in_expiry",
            Self::LogWrite => "log_write",
            Self::LogSync => "log_sync",
            Self::DatabaseWrite => "database_write",
            Self::DatabaseSync => "database_sync",
        }
    }

    /// Ends the process here if this point is the one that was named, and this time is the time.
    #[inline(always)]
    pub fn reach(self) {
        #[cfg(feature = "failpoints")]
        armed::reach(self);
    }
}
