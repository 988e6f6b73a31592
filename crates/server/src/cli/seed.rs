//! `hookline seed`.
use clap::Args;

use crate::config::DatabaseConfig;
use crate::storage::Result;

#[derive(Args)]
pub struct SeedConfig {}

pub async fn run(_database: &DatabaseConfig, _config: &SeedConfig) -> Result<()> {
    Ok(())
}
