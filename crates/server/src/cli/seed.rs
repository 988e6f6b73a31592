//! `hookline seed`: a demo organization with finished and live calls. Run again, it changes nothing.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use hookline_domain::call::CallEvent;
use hookline_domain::ids::{CallId, OrgId};
use hookline_domain::rate::RateLimit;
use hookline_domain::time::Timestamp;
use tokio::sync::watch;

use super::change;
use super::demo::{self, DEMO_NUMBER, DemoKeys};
use super::demo_routing::{self, FLOW_NUMBER};
use super::user;
use crate::clock::Clock;
use crate::config::DatabaseConfig;
use crate::intake::work::{CallEventReport, Outcome, StartCall, Work};
use crate::settings::Settings;
use crate::storage::audit::Entry;
use crate::storage::group_commit::{Committer, WriterParts};
use crate::storage::{self, Db, RateBoard, Result, SteadyClock, StorageError, Tx, organizations};

const DEMO_NAME: &str = "Demo";
const FINISHED_CALLS: u64 = 20;
const LIVE_CALLS: u64 = 2;

#[derive(Args)]
pub struct SeedConfig {
    /// The server's address, for the printed examples.
    #[arg(long, env = "HOOKLINE_PUBLIC_URL", default_value = "http://127.0.0.1:8080")]
    public_url: String,
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
    let link = user::demo_link(&db, &config.public_url, DEMO_NAME).await?;
    match keys {
        Some(keys) => print_examples(&config.public_url, &keys),
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
    let (org, keys) = create_demo(&mut tx, &clock).await?;
    let entry = Entry::created("organization", org.0, &serde_json::json!({ "name": DEMO_NAME }));
    change::commit(tx, &clock, org, &entry).await?;
    set_up(db, &clock, org).await?;
    write_keys(keys_file, &keys)?;
    let settings = Settings::load(db.clone(), clock.clone()).await?;
    let (appended, _) = watch::channel(0);
    let board = Arc::new(RateBoard::new(SteadyClock::start(db, clock.clone()).await?));
    let parts = WriterParts { clock: clock.clone(), board, appended, batch_max: 64 };
    let committer = Committer::start(db, parts, 1).await?;
    play(&settings, &committer, &clock, org).await?;
    Ok(keys)
}

/// The demo's organization, with keys.
pub async fn create_demo(tx: &mut Tx, clock: &Clock) -> Result<(OrgId, DemoKeys)> {
    demo::create_organization(tx, clock, DEMO_NAME, RateLimit::default()).await
}

/// What its calls are read and routed by.
pub async fn set_up(db: &Db, clock: &Clock, org: OrgId) -> Result<()> {
    let campaign = demo::create_campaign(db, clock, org).await?;
    demo_routing::create(db, clock, org, campaign).await
}

/// Plays calls through the same commits as a switch's.
pub async fn play(settings: &Settings, committer: &Committer, clock: &Clock, org: OrgId) -> Result<()> {
    let snapshot = settings.current().map_err(|stale| StorageError::Setup(stale.to_string()))?;
    let org =
        snapshot.orgs.get(&org).cloned().ok_or_else(|| StorageError::Setup("the demo is gone".into()))?;
    for index in 0..FINISHED_CALLS + LIVE_CALLS {
        let age_seconds = if index < FINISHED_CALLS { 3_600 * (FINISHED_CALLS - index) as i64 } else { 30 };
        let started_at = clock.now().plus_seconds(-age_seconds);
        let id = start_call(committer, clock, &org, index, started_at).await?;
        let mut events = vec![(CallEvent::Answered { target: None }, 8)];
        if index < FINISHED_CALLS {
            let talked = 30 + 37 * index as i64 % 600;
            events.push((
                CallEvent::Ended { failed: false, reason: Some("caller hung up".into()) },
                8 + talked,
            ));
        }
        for (event, seconds) in events {
            let at = started_at.plus_seconds(seconds);
            let (org, actor) = (org.clone(), "demo".to_owned());
            let report = CallEventReport { org, call: id, event, at, actor, after: None };
            commit(committer, Work::Event(Box::new(report))).await?;
        }
    }
    Ok(())
}

async fn start_call(
    committer: &Committer,
    clock: &Clock,
    org: &Arc<crate::settings::Org>,
    index: u64,
    started_at: Timestamp,
) -> Result<CallId> {
    let number = org.numbers.get(DEMO_NUMBER);
    let id = CallId(clock.new_id());
    let start = StartCall {
        id,
        org: org.clone(),
        external_id: None,
        caller: format!("+1{}555{:04}", [310, 212, 305, 312, 415][index as usize % 5], 100 + index),
        dialed: DEMO_NUMBER.into(),
        campaign: number.map(|number| number.campaign),
        publisher: number.and_then(|number| number.publisher),
        number: number.map(|number| number.id),
        started_at,
        parameters: vec![(
            "lead_source".into(),
            ["google_ads", "facebook", "organic"][index as usize % 3].into(),
        )],
        headers: vec![],
        actor: "demo".into(),
    };
    commit(committer, Work::Start(Box::new(start))).await?;
    Ok(id)
}

async fn commit(committer: &Committer, work: Work) -> Result<()> {
    match committer.commit(work).await {
        Ok(Outcome::Call(_)) => Ok(()),
        Ok(other) => Err(StorageError::Setup(format!("a demo call came to {other:?}"))),
        Err(error) => Err(StorageError::Setup(error.to_string())),
    }
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
