//! The rate windows that this node knows: the writer admits against them, handlers look at them.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use hookline_domain::ids::WebhookId;
use hookline_domain::rate::{RateLimit, RatePer, RateState, RateWindow};

use super::steady::SteadyClock;
use crate::intake::effect::{Admission, RateGrant};

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
}

impl RateBoard {
    pub fn new(steady: SteadyClock) -> Self {
        Self { tracked: RwLock::default(), steady }
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

/// The admissions of one commit; all carry one stamp.
pub struct BatchAdmission<'a> {
    board: &'a RateBoard,
    stamp: i64,
    granted: BTreeMap<WebhookId, u32>,
}

impl<'a> BatchAdmission<'a> {
    pub fn new(board: &'a RateBoard) -> Self {
        Self { board, stamp: board.steady.now(), granted: BTreeMap::new() }
    }

    pub fn grants(&self) -> impl Iterator<Item = RateGrant> + '_ {
        self.granted.iter().map(|(&webhook, &count)| RateGrant {
            webhook,
            count,
            stamp: lock(&self.board.tracked(webhook)).window.last_stamp().unwrap_or(self.stamp),
        })
    }
}

impl Admission for BatchAdmission<'_> {
    fn admit(&mut self, webhook: WebhookId, limit: RateLimit) -> RateState {
        let tracked = self.board.tracked(webhook);
        let mut tracked = lock(&tracked);
        let state = tracked.window.admit(limit, self.stamp);
        if state.admitted {
            *self.granted.entry(webhook).or_default() += 1;
        }
        state
    }
}

/// After a failed commit the windows hold admissions that are not in the database: read them again.
pub fn forget(board: &RateBoard, webhooks: impl Iterator<Item = WebhookId>) {
    for webhook in webhooks {
        *lock(&board.tracked(webhook)) = Tracked::default();
    }
}
