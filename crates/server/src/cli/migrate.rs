//! `hookline migrate`.

use crate::config::DatabaseConfig;
use crate::storage::{self, Db, Result};

pub async fn run(database: &DatabaseConfig) -> Result<()> {
    let db = Db::open(&database.database_url).await?;
    storage::migrate(&db).await?;
    println!("The schema is up to date.");
    db.close().await;
    Ok(())
}
