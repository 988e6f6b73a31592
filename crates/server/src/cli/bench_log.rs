//! Calls as a call log of some months has them: callers who call again, campaigns, publishers, targets, tags, outcomes.

use std::collections::BTreeMap;

use hookline_domain::call::{Call, CallStatus};
use hookline_domain::ids::{CallId, CampaignId, OrgId, PublisherId};
use hookline_domain::money::Money;
use hookline_domain::tags::{Tag, TagName, TagSet, TagSource};
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use super::bench_seed::STEP;
use crate::clock::Clock;
use crate::demo;
use crate::intake::effect::LoadedCall;
use crate::storage::campaigns::{self, Group, GroupRow};
use crate::storage::{Db, Result, bench};

const CAMPAIGNS: u64 = 12;
const PUBLISHERS: u64 = 25;
const TARGETS: u64 = 40;
/// So many calls has a caller, on average.
const CALLS_OF_A_CALLER: u64 = 5;
/// A prime that no count above divides by: neighbours in time differ in everything.
const STRIDE: u64 = 7_919;
const SOURCES: [&str; 5] = ["google_ads", "facebook", "bing", "organic", "tv"];
const DAY_MILLIS: u64 = 86_400_000;

pub struct Log {
    org: OrgId,
    campaigns: Vec<CampaignId>,
    publishers: Vec<PublisherId>,
    calls: u64,
    first_millis: u64,
    millis_between: u64,
}

/// Makes the campaigns and publishers that the calls belong to, and the calls: this many, over this many days up to now.
pub async fn fill(db: &Db, clock: &Clock, org: OrgId, calls: u64, days: u64) -> Result<()> {
    let now = u64::try_from(clock.now().0 / 1_000).unwrap_or(0);
    let log = Log {
        org,
        campaigns: groups(db, clock, org, Group::Campaign, CAMPAIGNS).await?.map(CampaignId).collect(),
        publishers: groups(db, clock, org, Group::Publisher, PUBLISHERS).await?.map(PublisherId).collect(),
        calls,
        first_millis: now.saturating_sub(days * DAY_MILLIS),
        millis_between: (days * DAY_MILLIS / calls.max(1)).max(1),
    };
    for first in (0..calls).step_by(usize::try_from(STEP).expect("a step fits")) {
        let made: Vec<LoadedCall> = (first..(first + STEP).min(calls)).map(|index| log.call(index)).collect();
        let tags: Vec<(CallId, TagSet)> =
            (first..).zip(&made).map(|(index, call)| (call.call.id, log.tags(index, &call.call))).collect();
        bench::insert_calls(db, &made).await?;
        bench::insert_tags(db, org, &tags).await?;
    }
    Ok(())
}

async fn groups(
    db: &Db,
    clock: &Clock,
    org: OrgId,
    group: Group,
    count: u64,
) -> Result<impl Iterator<Item = Uuid>> {
    let none = BTreeMap::new();
    let mut tx = db.begin().await?;
    let mut ids = Vec::new();
    for index in 0..count {
        let (id, name) = (clock.new_id(), format!("Bench {index}"));
        campaigns::create_group(
            &mut tx,
            org,
            group,
            &GroupRow { id, name: &name, tag_defaults: &none },
            clock.now(),
        )
        .await?;
        ids.push(id);
    }
    tx.commit().await?;
    Ok(ids.into_iter())
}

impl Log {
    fn call(&self, index: u64) -> LoadedCall {
        let millis = self.first_millis + index * self.millis_between;
        let at = Timestamp(i64::try_from(millis * 1_000).expect("within the next centuries"));
        let id = (u128::from(millis) << 80) | (0x7 << 76) | (0x8 << 60) | u128::from(index);
        let pick = index * STRIDE;
        let caller = format!("+1{}", 2_002_000_000 + pick % (self.calls / CALLS_OF_A_CALLER).max(1));
        let connected = !pick.is_multiple_of(11);
        let converted = connected && pick.is_multiple_of(3);
        let ended_at = Some(at.plus_seconds(20 + i64::try_from(pick % 400).expect("small")));
        let call = Call {
            campaign: Some(self.campaigns[place(pick, CAMPAIGNS)]),
            publisher: Some(self.publishers[place(pick, PUBLISHERS)]),
            target: Some(format!("Buyer {}", pick % TARGETS)),
            status: if connected { CallStatus::Completed } else { CallStatus::Failed },
            answered_at: connected.then(|| at.plus_seconds(8)),
            ended_at,
            converted,
            converted_at: ended_at.filter(|_| converted),
            revenue_paid_out: Money::from_micros(45_000_000).filter(|_| converted),
            publisher_paid_out: Money::from_micros(30_000_000).filter(|_| converted),
            ..Call::ringing(CallId(Uuid::from_u128(id)), self.org, caller, demo::DEMO_NUMBER.into(), at)
        };
        LoadedCall { call, external_id: None, last_seq: 0, read_seq: 0 }
    }

    fn tags(&self, index: u64, call: &Call) -> TagSet {
        let mut tags = TagSet::new();
        let pick = index * STRIDE;
        for (name, value) in [
            ("lead_source", SOURCES[place(pick, SOURCES.len() as u64)].to_owned()),
            ("age", (18 + pick % 60).to_string()),
            ("landing_page", format!("page-{}", pick % 97)),
        ] {
            let name = TagName::normalize(name).expect("these are tag names");
            let tag = Tag {
                value,
                source: TagSource::CallData,
                at: call.started_at,
                request: None,
                flagged: false,
            };
            tags.set(&name, tag);
        }
        tags
    }
}

fn place(pick: u64, of: u64) -> usize {
    usize::try_from(pick % of).expect("a remainder of a small number")
}
