//! `hookline bench-seed`: calls whose ids a load generator can compute; bench/README.md has the formula.

use clap::Args;
use hookline_domain::call::{Call, CallStatus};
use hookline_domain::ids::{CallId, OrgId};
use hookline_domain::rate::{RateLimit, RatePer};
use hookline_domain::settings::RATE_COUNT_MAX;
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use super::{bench_log, bench_requests};
use crate::clock::Clock;
use crate::config::DatabaseConfig;
use crate::demo;
use crate::intake::effect::LoadedCall;
use crate::storage::{self, Db, Result, bench};
use crate::upkeep::checkpoint;

const FIRST_MILLIS: u64 = 1_750_000_000_000;
/// Calls or requests added in one transaction.
pub const STEP: u64 = 5_000;

#[derive(Args)]
pub struct BenchSeedConfig {
    /// Finished calls to make.
    #[arg(long, default_value_t = 1_000_000)]
    calls: u64,
    /// Requests per minute that each webhook takes.
    #[arg(long, default_value_t = RATE_COUNT_MAX)]
    rate: u32,
    /// Spread the calls over so many days up to now, with campaigns, publishers, targets, tags and outcomes,
    /// as a call log has them. Their ids are then not the load generator's.
    #[arg(long)]
    days: Option<u64>,
    /// Requests that told these calls' revenue in the last weeks: as many in the request log, with their transaction ids.
    #[arg(long, default_value_t = 0, conflicts_with = "days")]
    requests: u64,
}

pub async fn run(database: &DatabaseConfig, config: &BenchSeedConfig) -> Result<()> {
    let db = Db::open(&database.database_url).await?;
    storage::migrate(&db).await?;
    if let Db::Sqlite(sqlite) = &db {
        checkpoint::start(sqlite);
    }
    // A server's writer would not know of requests that it has not written.
    let _claim = match &db {
        Db::Sqlite(sqlite) if config.requests > 0 => Some(sqlite.lock_for_server()?),
        Db::Sqlite(_) | Db::Postgres(_) => None,
    };
    let clock = Clock::default();
    let rate = RateLimit { count: config.rate, per: RatePer::Minute };
    let mut tx = db.begin().await?;
    let name = format!("Bench {}", clock.new_id());
    let (org, keys) = demo::create_organization(&mut tx, &clock, &name, rate).await?;
    tx.commit().await?;
    demo::create_campaign(&db, &clock, org).await?;
    match config.days {
        Some(days) => bench_log::fill(&db, &clock, org, config.calls, days).await?,
        None => computable_calls(&db, org, config.calls).await?,
    }
    if config.requests > 0 {
        bench_requests::fill(&db, &clock, org, config.requests).await?;
    }
    bench::settle(&db).await?;
    println!(
        "{}",
        serde_json::json!({ "key": keys.keys["update_revenue"], "keys": keys.keys, "api_key": keys.api_key })
    );
    db.close().await;
    Ok(())
}

async fn computable_calls(db: &Db, org: OrgId, calls: u64) -> Result<()> {
    for first in (0..calls).step_by(usize::try_from(STEP).expect("a step fits")) {
        let last = (first + STEP).min(calls);
        let made: Vec<LoadedCall> = (first..last).map(|index| finished_call(org, index)).collect();
        bench::insert_calls(db, &made).await?;
    }
    Ok(())
}

/// The id of the call with this index.
pub fn call_id(index: u64) -> CallId {
    let high = (u128::from(FIRST_MILLIS + index) << 80) | (0x7 << 76) | (u128::from(index % 4_096) << 64);
    let low =
        (u128::from(0x8000 + (index >> 12) % 16_384) << 48) | (u128::from(index * 40_503) & 0xffff_ffff_ffff);
    CallId(Uuid::from_u128(high | low))
}

fn finished_call(org: OrgId, index: u64) -> LoadedCall {
    let started_at =
        Timestamp(i64::try_from((FIRST_MILLIS + index) * 1_000).expect("within the next centuries"));
    let caller = format!("+1{}", 2_000_000_000 + (index * 7_919) % 7_999_999_999);
    let call = Call {
        target: Some("+18005550111".into()),
        status: CallStatus::Completed,
        answered_at: Some(started_at.plus_seconds(8)),
        ended_at: Some(started_at.plus_seconds(128)),
        ..Call::ringing(call_id(index), org, caller, demo::DEMO_NUMBER.into(), started_at)
    };
    LoadedCall { call, external_id: None, last_seq: 0, read_seq: 0 }
}

#[cfg(test)]
mod tests {
    use super::call_id;

    #[test]
    fn ids_are_those_of_the_load_generator() {
        assert_eq!(call_id(0).to_string(), "01977420-dc00-7000-8000-000000000000");
        assert_eq!(call_id(5_000).to_string(), "01977420-ef88-7388-8001-00000c122238");
    }
}
