//! A limit of its own for refused keys: an address that guesses is slowed down, and no webhook pays for it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use hookline_domain::rate::{RateLimit, RatePer, RateState, RateWindow};

/// Addresses remembered at once; beyond it those without a recent refusal are forgotten first.
const ADDRESSES_MAX: usize = 20_000;

pub struct RefusedKeys {
    limit: RateLimit,
    by_address: Mutex<HashMap<IpAddr, RateWindow>>,
}

impl RefusedKeys {
    pub fn new(per_minute: u32) -> Self {
        Self { limit: RateLimit { count: per_minute, per: RatePer::Minute }, by_address: Mutex::default() }
    }

    /// Counts a refused key of this address; `admitted` is false once there were too many.
    pub fn count(&self, address: IpAddr, now: i64) -> RateState {
        let address = network(address);
        let mut by_address = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        if by_address.len() >= ADDRESSES_MAX && !by_address.contains_key(&address) {
            let limit = self.limit;
            by_address.retain(|_, window| window.peek(limit, now).remaining < limit.count);
            if by_address.len() >= ADDRESSES_MAX {
                by_address.clear();
            }
        }
        by_address.entry(address).or_default().admit(self.limit, now)
    }
}

/// One subscriber of IPv6 has a /64 to choose addresses from.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) & (u128::MAX << 64)).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_slowed_down_and_its_neighbour_is_not() {
        let keys = RefusedKeys::new(2);
        let guesser: IpAddr = "2001:db8::1".parse().unwrap();
        let same_line: IpAddr = "2001:db8::ffff".parse().unwrap();
        let other: IpAddr = "192.0.2.1".parse().unwrap();
        assert!(keys.count(guesser, 0).admitted);
        assert!(keys.count(same_line, 0).admitted);
        assert!(!keys.count(guesser, 1).admitted);
        assert!(keys.count(other, 1).admitted);
        assert!(keys.count(guesser, 60_000_000).admitted);
    }
}
