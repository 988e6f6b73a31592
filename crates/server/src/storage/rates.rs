//! The rate windows that this node knows: the writer admits against them, handlers look at them.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use hookline_domain::ids::WebhookId;
use hookline_domain::rate::{RateLimit, RatePer, RateState, RateWindow};

use super::steady::SteadyClock;
use crate::intake::work::Work;

/// One webhook's window, and up to where the database's admissions are in it.
#[derive(Debug, Default)]
pub struct Tracked {
    pub window: RateWindow,
    /// The newest admission read or written; 0 when none is known.
    pub seq: i64,
    /// The span for which admissions were read; `None` until they were, or after a failed commit.
    pub read_for: Option<RatePer>,
}

impl Tracked {
    /// Whether the admissions of this span were read.
    pub fn covers(&self, per: RatePer) -> bool {
        self.read_for.is_some_and(|known| known >= per)
    }
}

pub struct RateBoard {
    tracked: RwLock<HashMap<WebhookId, Arc<Mutex<Tracked>>>>,
    pub steady: SteadyClock,
    /// Whose turn it is to admit, where admitting asks the database.
    pub turn: tokio::sync::Mutex<()>,
}

impl RateBoard {
    pub fn new(steady: SteadyClock) -> Self {
        Self { tracked: RwLock::default(), steady, turn: tokio::sync::Mutex::default() }
    }

    /// How the webhook stands as far as this node knows, without taking a place. A window that is
    /// known to be full only empties with time, so a refusal needs no look at the database.
    pub fn peek(&self, webhook: WebhookId, limit: RateLimit) -> RateState {
        // Read for a shorter span, it may have forgotten some; that only errs to the side of asking.
        lock(&self.tracked(webhook)).window.peek(limit, self.steady.now())
    }

    pub fn tracked(&self, webhook: WebhookId) -> Arc<Mutex<Tracked>> {
        if let Some(tracked) = self.tracked.read().unwrap_or_else(PoisonError::into_inner).get(&webhook) {
            return tracked.clone();
        }
        self.tracked.write().unwrap_or_else(PoisonError::into_inner).entry(webhook).or_default().clone()
    }
}

pub fn lock(tracked: &Mutex<Tracked>) -> MutexGuard<'_, Tracked> {
    tracked.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Places that one commit takes in a webhook's window; all carry one stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateGrant {
    pub webhook: WebhookId,
    pub stamp: i64,
    pub count: u32,
}

/// How each request of a batch stands against its webhook's limit, by its place in the batch.
pub type Standings = Vec<Option<RateState>>;

/// What a batch was admitted, and what to write.
#[derive(Debug)]
pub struct Admitted {
    pub standings: Standings,
    pub grants: Vec<RateGrant>,
}

/// Takes a place for each request of the batch that there is one for.
pub fn admit(board: &RateBoard, works: &[&Work]) -> Admitted {
    let now = board.steady.now();
    let mut granted: BTreeMap<WebhookId, RateGrant> = BTreeMap::new();
    let mut standing = |work: &Work| {
        let Work::Request(request) = work else { return None };
        let webhook = request.webhook.id;
        let tracked = board.tracked(webhook);
        let mut tracked = lock(&tracked);
        let state = tracked.window.admit(request.webhook.settings.rate_limit, now);
        if state.admitted {
            let stamp = tracked.window.last_stamp().unwrap_or(now);
            granted.entry(webhook).or_insert(RateGrant { webhook, stamp, count: 0 }).count += 1;
        }
        Some(state)
    };
    let standings = works.iter().map(|work| standing(work)).collect();
    Admitted { standings, grants: granted.into_values().collect() }
}

/// Gives back places that could not be written.
pub fn take_back(board: &RateBoard, grants: &[RateGrant]) {
    for grant in grants {
        lock(&board.tracked(grant.webhook)).window.take_back(grant.count);
    }
}

/// After a failed commit the windows hold admissions that are not in the database: read them again.
pub fn forget(board: &RateBoard, webhooks: impl Iterator<Item = WebhookId>) {
    for webhook in webhooks {
        *lock(&board.tracked(webhook)) = Tracked::default();
    }
}
