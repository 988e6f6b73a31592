//! `hookline simulate`: plays calls and webhook requests against a running server, and checks that each
//! call came out as it was told.

mod client;
mod follow;
mod play;
mod report;
mod route;
mod script;

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use hookline_domain::webhook::WebhookKind;
use indicatif::{ProgressBar, ProgressStyle};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use self::client::Client;
use self::follow::Follower;
use self::play::Stage;
use self::report::Report;
use self::script::Script;
use crate::demo::{DEMO_NUMBER, FLOW_NUMBER};
use crate::storage::{Result, StorageError};

/// Calls under way at once.
const CALLS_LIVE_MAX: usize = 64;
/// A limit that the simulation does not reach.
const RATE_PER_MINUTE: u32 = 1_000_000;

#[derive(Args)]
pub struct SimulateConfig {
    /// Where the server is.
    #[arg(long, env = "HOOKLINE_URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// An API key of the organization to play in.
    #[arg(long, env = "HOOKLINE_API_KEY", hide_env_values = true)]
    api_key: String,
    /// Calls to play.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    calls: u32,
    /// Calls that start per second.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    rate: u32,
    /// Seconds that an answered call lasts.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(0..=600))]
    talk: u32,
    /// The same seed plays the same calls.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The numbers that are called in turn, with commas between.
    #[arg(long, value_delimiter = ',', default_values = [DEMO_NUMBER, FLOW_NUMBER])]
    dialed: Vec<String>,
}

pub async fn run(config: &SimulateConfig) -> Result<()> {
    let client = Client::new(&config.url, &config.api_key).map_err(StorageError::Setup)?;
    let (stage, webhooks) = set_up(&client, config).await.map_err(StorageError::Setup)?;
    let report = play(&client, config, Arc::new(stage)).await;
    let removed = remove(&client, &webhooks).await;
    println!("{report}");
    removed.map_err(StorageError::Setup)?;
    match report.differences.len() {
        0 => Ok(()),
        many => Err(StorageError::Setup(format!("{many} things came out otherwise than they were told"))),
    }
}

/// Makes four webhooks for the time of the simulation.
async fn set_up(
    client: &Client,
    config: &SimulateConfig,
) -> std::result::Result<(Stage, Vec<String>), String> {
    let tags = client.api(Method::GET, "/v1/custom-tags", None).await?.expect(200, "listing custom tags")?;
    let mut webhooks = Vec::new();
    let mut keys = Vec::new();
    for kind in WebhookKind::ALL {
        let new = json!({
            "type": kind,
            "name": "simulate",
            "settings": { "rate_limit": { "count": RATE_PER_MINUTE, "per": "minute" } },
        });
        let made = client.api(Method::POST, "/v1/webhooks", Some(&new)).await;
        match made.and_then(|answer| answer.expect(201, "making a webhook")) {
            Ok(made) => {
                webhooks.push(made["id"].as_str().unwrap_or_default().to_owned());
                keys.push(made["key"].as_str().unwrap_or_default().to_owned());
            }
            Err(problem) => {
                remove(client, &webhooks).await?;
                return Err(problem);
            }
        }
    }
    let stage = Stage {
        run: webhooks.first().cloned().unwrap_or_default(),
        keys: keys.try_into().map_err(|_| "there are four webhook types".to_owned())?,
        data_tag: data_tag(&tags),
        dialed: config.dialed.clone(),
        talk: Duration::from_secs(config.talk.into()),
    };
    Ok((stage, webhooks))
}

/// A custom tag that takes any text from anywhere: what `call_data` becomes can be seen by it. Not the one that
/// the demo routes by.
fn data_tag(tags: &Value) -> Option<String> {
    let tags = tags["custom_tags"].as_array()?;
    let mut open = tags.iter().filter(|tag| tag["kind"]["type"] == "text" && tag["sources"].is_null());
    let open = open.find(|tag| tag["key"] != "lead_source")?;
    open["key"].as_str().map(str::to_owned)
}

async fn remove(client: &Client, webhooks: &[String]) -> std::result::Result<(), String> {
    for id in webhooks {
        let path = format!("/v1/webhooks/{id}");
        let removed = client.api(Method::DELETE, &path, None).await;
        removed.and_then(|answer| answer.expect(200, "deleting a webhook")).map_err(|problem| {
            format!("{problem}\nThe webhooks named `simulate` are left; `hookline webhook delete ID` deletes them.")
        })?;
    }
    Ok(())
}

/// Plays the calls, a few at a time, until all are over or Ctrl-C.
async fn play(client: &Client, config: &SimulateConfig, stage: Arc<Stage>) -> Report {
    let follower = Follower::start(client).await;
    let progress = progress(config.calls);
    let places = Arc::new(Semaphore::new(CALLS_LIVE_MAX));
    let mut every = tokio::time::interval(Duration::from_secs(1) / config.rate);
    let mut calls = JoinSet::new();
    let mut report = Report::new(stage.data_tag.clone());
    for index in 0..config.calls {
        tokio::select! {
            _ = every.tick() => {}
            _ = tokio::signal::ctrl_c() => {
                report.interrupted = true;
                break;
            }
        }
        let Ok(place) = places.clone().acquire_owned().await else { break };
        let script = Script::new(config.seed, index);
        let (client, stage) = (client.clone(), stage.clone());
        calls.spawn(async move {
            let played = play::call(&client, &stage, &script).await;
            drop(place);
            played
        });
        while let Some(played) = calls.try_join_next() {
            take(&mut report, played, &progress);
        }
    }
    while let Some(played) = calls.join_next().await {
        take(&mut report, played, &progress);
    }
    progress.finish_and_clear();
    follower.finish(&mut report).await;
    report
}

fn take(
    report: &mut Report,
    played: std::result::Result<play::Played, tokio::task::JoinError>,
    progress: &ProgressBar,
) {
    match played {
        Ok(played) => report.add(played),
        Err(error) => report.differences.push(format!("a call was not played to its end: {error}")),
    }
    progress.inc(1);
    progress.set_message(format!("{} requests, {} otherwise", report.requests(), report.differences.len()));
}

/// Drawn only on a terminal.
fn progress(calls: u32) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} calls  {msg}  {elapsed}")
        .expect("the template is one");
    ProgressBar::new(calls.into()).with_style(style)
}
