//! A limit of its own for refused keys: an address that guesses is slowed down, and no webhook pays for it.

use std::net::IpAddr;

use hookline_domain::rate::{RateLimit, RatePer, RateState};

use super::attempts::{Attempts, network};

pub struct RefusedKeys(Attempts<IpAddr>);

impl RefusedKeys {
    pub fn new(per_minute: u32) -> Self {
        Self(Attempts::new(RateLimit { count: per_minute, per: RatePer::Minute }))
    }

    /// Counts a refused key of this address; `admitted` is false once there were too many.
    pub fn count(&self, address: IpAddr, now: i64) -> RateState {
        self.0.count(network(address), now)
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
