//! The calls that deliveries tell of, and what they say of them.

use std::collections::{BTreeMap, HashMap};

use hookline_domain::call::Call;
use hookline_domain::ids::{CallId, OrgId};
use hookline_domain::outgoing::{self, Event, Occasion, Rendered, Settings, TooLarge};
use hookline_domain::tags::{TagSet, TagView};
use hookline_domain::time::Timestamp;

use crate::intake::effect::LoadedCall;
use crate::settings::Org;
use crate::storage::{Db, Result, StorageError, calls};

/// Calls that one statement reads.
const CALLS_PER_READ: usize = 100;

/// An event of a call.
pub struct Happened<'a> {
    pub event: Event,
    pub at: Timestamp,
    pub call: &'a Call,
    pub tags: &'a TagSet,
}

/// The request that tells of it.
pub fn render(
    org: &Org,
    settings: &Settings,
    happened: &Happened<'_>,
    now: Timestamp,
) -> std::result::Result<Rendered, TooLarge> {
    let call = happened.call;
    let campaign = call.campaign.and_then(|id| org.campaigns.get(&id));
    let publisher = call.publisher.and_then(|id| org.publishers.get(&id));
    let view = TagView {
        call,
        tags: happened.tags,
        defs: &org.definitions,
        campaign_name: campaign.map(|campaign| campaign.name.as_str()),
        publisher_name: publisher.map(|publisher| publisher.name.as_str()),
        now,
    };
    let occasion = Occasion { event: happened.event, at: happened.at, view };
    outgoing::render(settings, &|name| occasion.lookup(name))
}

/// As it is stored.
pub fn to_text(rendered: &Rendered) -> String {
    serde_json::to_string(rendered).expect("a request is JSON")
}

/// These calls as they are now; one that was removed for its age is not among them.
pub async fn load(
    db: &Db,
    wanted: impl Iterator<Item = (OrgId, CallId)>,
) -> Result<HashMap<CallId, (Call, TagSet)>> {
    let mut by_org: BTreeMap<OrgId, Vec<CallId>> = BTreeMap::new();
    for (org, call) in wanted {
        by_org.entry(org).or_default().push(call);
    }
    let mut loaded = HashMap::new();
    for (org, mut ids) in by_org {
        ids.sort_unstable();
        ids.dedup();
        for some in ids.chunks(CALLS_PER_READ) {
            let found = readable(db, org, some).await?;
            loaded.extend(found.into_iter().map(|(call, tags)| (call.call.id, (call.call, tags))));
        }
    }
    Ok(loaded)
}

/// These calls but for those that can't be read: one must not keep everyone else's from being told.
async fn readable(db: &Db, org: OrgId, ids: &[CallId]) -> Result<Vec<(LoadedCall, TagSet)>> {
    match calls::some(db, org, ids).await {
        Err(StorageError::Unreadable(_)) => {}
        found => return found,
    }
    let mut readable = Vec::new();
    for id in ids {
        match calls::some(db, org, &[*id]).await {
            Ok(found) => readable.extend(found),
            Err(error @ StorageError::Unreadable(_)) => {
                tracing::error!(%error, call = %id, "a call can't be read, so nobody is told of it");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(readable)
}
