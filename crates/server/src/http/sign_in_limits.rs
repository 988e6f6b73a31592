//! How often one address may try to sign in, and how often anyone may try it as one person.

use std::net::IpAddr;

use hookline_domain::access::Email;
use hookline_domain::rate::{RateLimit, RatePer, RateState};

use super::attempts::{Attempts, network};

/// Attempts of one address, right or wrong: passwords and links.
const PER_ADDRESS: RateLimit = RateLimit { count: 30, per: RatePer::Minute };
/// Attempts with one email address, right or wrong, whether there is such a person or not.
const PER_EMAIL: RateLimit = RateLimit { count: 10, per: RatePer::Minute };

pub struct SignInLimits {
    addresses: Attempts<IpAddr>,
    emails: Attempts<String>,
}

impl Default for SignInLimits {
    fn default() -> Self {
        Self { addresses: Attempts::new(PER_ADDRESS), emails: Attempts::new(PER_EMAIL) }
    }
}

impl SignInLimits {
    /// Counts before anything is looked at, so that attempts at the same time can't be more.
    pub fn count(&self, address: IpAddr, email: Option<&Email>, now: i64) -> RateState {
        let by_address = self.addresses.count(network(address), now);
        match email {
            Some(email) if by_address.admitted => self.emails.count(email.as_str().to_owned(), now),
            _ => by_address,
        }
    }
}
