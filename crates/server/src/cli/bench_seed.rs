//! `hookline bench-seed`: calls with ids that a load generator can compute.

use clap::Args;

use crate::config::DatabaseConfig;
use crate::storage::{Result, StorageError};

#[derive(Args)]
pub struct BenchSeedConfig {
    /// Finished calls to make.
    #[arg(long, default_value_t = 1_000_000)]
    calls: u64,
}

pub async fn run(_database: &DatabaseConfig, config: &BenchSeedConfig) -> Result<()> {
    Err(StorageError::Setup(format!("{}", config.calls)))
}
