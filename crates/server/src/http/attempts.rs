//! How often something may be tried, for each of those that try it.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use hookline_domain::rate::{RateLimit, RateState, RateWindow};

/// Those remembered at once; beyond it those without a recent attempt are forgotten first.
const REMEMBERED_MAX: usize = 20_000;

/// Exact within this node and since it started.
pub struct Attempts<K> {
    limit: RateLimit,
    windows: Mutex<HashMap<K, RateWindow>>,
}

impl<K: Eq + Hash> Attempts<K> {
    pub fn new(limit: RateLimit) -> Self {
        Self { limit, windows: Mutex::default() }
    }

    /// Counts an attempt; `admitted` is false once there were too many.
    pub fn count(&self, who: K, now: i64) -> RateState {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= REMEMBERED_MAX && !windows.contains_key(&who) {
            let limit = self.limit;
            windows.retain(|_, window| window.peek(limit, now).remaining < limit.count);
            if windows.len() >= REMEMBERED_MAX {
                windows.clear();
            }
        }
        windows.entry(who).or_default().admit(self.limit, now)
    }
}

/// One subscriber of IPv6 has a /64 to choose addresses from.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) & (u128::MAX << 64)).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}
