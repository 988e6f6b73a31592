//! `hookline seed`: a demo organization with finished and live calls. Run again, it changes nothing.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use tokio::sync::watch;

use super::change;
use super::user;
use crate::clock::Clock;
use crate::config::{AddressConfig, DatabaseConfig};
use crate::demo::calls::Stage;
use crate::demo::{self, DEMO_NAME, DEMO_NUMBER, DemoKeys, FLOW_NUMBER};
use crate::settings::Settings;
use crate::storage::audit::Entry;
use crate::storage::group_commit::{Committer, WriterParts};
use crate::storage::traffic::Traffic;
use crate::storage::{self, Db, RateBoard, Result, SteadyClock, StorageError, organizations};

#[derive(Args)]
pub struct SeedConfig {
    /// For the printed examples.
    #[command(flatten)]
    address: AddressConfig,
    /// Where the demo's keys are kept, readable by you only: the database has just their hashes.
    #[arg(long, default_value = "hookline-data/demo-keys.json")]
    keys_file: PathBuf,
}

pub async fn run(database: &DatabaseConfig, config: &SeedConfig) -> Result<()> {
    let db = Db::open(&database.database_url).await?;
    storage::migrate(&db).await?;
    let keys = if organizations::find_by_name(&db, DEMO_NAME).await?.is_some() {
        read_keys(&config.keys_file)?
    } else {
        Some(create(&db, &config.keys_file).await?)
    };
    let url = config.address.public_url();
    let link = user::demo_link(&db, &url, DEMO_NAME).await?;
    match keys {
        Some(keys) => print_examples(&url, &keys),
        None => println!(
            "The demo data is there, but {} is not, and keys are stored only as hashes. Delete the database to start over.",
            config.keys_file.display()
        ),
    }
    println!("Open the dashboard, signed in as the demo's owner (once, within a day):\n  {link}\n");
    db.close().await;
    Ok(())
}

async fn create(db: &Db, keys_file: &Path) -> Result<DemoKeys> {
    let _claim = match db {
        Db::Sqlite(sqlite) => Some(sqlite.lock_for_server()?),
        Db::Postgres(_) => None,
    };
    let clock = Clock::default();
    let mut tx = db.begin().await?;
    let (org, keys) = demo::create(&mut tx, &clock).await?;
    let entry = Entry::created("organization", org.0, &serde_json::json!({ "name": DEMO_NAME }));
    change::commit(tx, &clock, org, &entry).await?;
    demo::set_up(db, &clock, org).await?;
    write_keys(keys_file, &keys)?;
    let settings = Settings::load(db.clone(), clock.clone()).await?;
    let (appended, _) = watch::channel(0);
    let board = Arc::new(RateBoard::new(SteadyClock::start(db, clock.clone()).await?));
    let parts = WriterParts { clock: clock.clone(), board, appended, batch_max: 64 };
    let committer = Committer::start(db, parts, 1).await?;
    let traffic = Traffic::default();
    demo::calls::play(
        &Stage { settings: &settings, committer: &committer, clock: &clock, traffic: &traffic },
        org,
    )
    .await?;
    traffic.store(db).await?;
    Ok(keys)
}

fn write_keys(file: &Path, keys: &DemoKeys) -> Result<()> {
    let failed =
        |error: std::io::Error| StorageError::Setup(format!("can't write {}: {error}", file.display()));
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut out = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(file)
        .map_err(failed)?;
    let text = serde_json::to_string_pretty(keys).expect("strings are JSON");
    out.write_all(text.as_bytes()).map_err(failed)
}

fn read_keys(file: &Path) -> Result<Option<DemoKeys>> {
    match std::fs::read_to_string(file) {
        Ok(text) => serde_json::from_str(&text)
            .map(Some)
            .map_err(|error| StorageError::Setup(format!("{}: {error}", file.display()))),
        Err(_) => Ok(None),
    }
}

/// How this program was called.
fn program() -> String {
    std::env::args().next().unwrap_or_else(|| "hookline".to_owned())
}

fn print_examples(url: &str, keys: &DemoKeys) {
    let key = |kind: &str| keys.keys.get(kind).map_or("", String::as_str);
    println!("Hookline will be at {url}\n");
    println!("Keys of the demo organization:");
    for (kind, key) in &keys.keys {
        println!("  {kind:<15} {key}");
    }
    println!("  {:<15} {}\n", "API", keys.api_key);
    println!("Tell it who is about to call:");
    println!(
        "  curl -s '{url}/call-data?moja_auth_key={}' -H 'Content-Type: application/json' \\",
        key("call_data")
    );
    println!("    -d '{{\"caller_id\":\"+13105559876\",\"lead_source\":\"google_ads\",\"age\":67}}'\n");
    println!(
        "Let the call arrive; `routing` says where it goes, and for its lead_source that is the premium desk:"
    );
    println!(
        "  curl -s {url}/v1/calls -H 'Authorization: Bearer {}' -H 'Content-Type: application/json' \\",
        keys.api_key
    );
    println!("    -d '{{\"caller\":\"+13105559876\",\"dialed\":\"{DEMO_NUMBER}\"}}'\n");
    println!("Calls to {FLOW_NUMBER} go by a flow. Say what a call was worth:");
    println!(
        "  curl -s '{url}/update-revenue?moja_auth_key={}' -H 'Content-Type: application/json' \\",
        key("update_revenue")
    );
    println!("    -d '{{\"phone_number\":\"+13105559876\",\"revenue_paid_out\":150.00}}'\n");
    println!("Or let it play a hundred calls, from another terminal:");
    println!("  HOOKLINE_API_KEY={} {} simulate --url {url}\n", keys.api_key, program());
}
