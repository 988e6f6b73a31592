//! A bid request: whose call it announces, and why it got no route.

use super::decide::RejectReason;
use crate::phone;

/// What publishers' systems call the caller's number; the first that is there counts.
const CALLER_NAMES: [&str; 3] = ["caller_id", "callerid", "cid"];

/// The caller in a bid's parameters, whose names are in normal form; in E.164.
///
/// # Errors
/// It is missing, or no phone number.
pub fn bid_caller(parameters: &[(String, String)], country: phone::Country) -> Result<String, BidRefusal> {
    let sent = |name| parameters.iter().find(|(sent, value)| sent == name && !value.trim().is_empty());
    let (_, value) = CALLER_NAMES.iter().find_map(|name| sent(*name)).ok_or(BidRefusal::CallerMissing)?;
    phone::normalize(value, country).ok_or(BidRefusal::CallerInvalid)
}

/// As codes that publishers' systems know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BidRefusal {
    /// No endpoint has this id.
    EndpointUnknown,
    EndpointDisabled,
    CallerMissing,
    CallerInvalid,
    /// More requests than the endpoint takes.
    RateLimited,
    /// A route would take the call, but no tracking number is free to announce it by.
    NumberMissing,
    /// What the routes pay is less than the endpoint's least.
    PayoutTooLow,
    /// No answer of the availability checks came in time.
    TimedOut,
    /// The plan takes no such call now.
    Routing(RejectReason),
}

impl BidRefusal {
    /// The word in the answer and in the request log.
    pub fn code(self) -> &'static str {
        match self {
            Self::EndpointUnknown => "endpoint_not_found",
            Self::EndpointDisabled => "endpoint_disabled",
            Self::CallerMissing => "missing_caller_id",
            Self::CallerInvalid => "invalid_caller_id",
            Self::RateLimited => "rate_limited",
            Self::NumberMissing => "no_number",
            Self::PayoutTooLow => "payout_too_low",
            Self::TimedOut => "timed_out",
            Self::Routing(reason) => reason.code(),
        }
    }

    /// For people: what is wrong, and what to do.
    pub fn message(self) -> &'static str {
        match self {
            Self::EndpointUnknown => "No such endpoint. Check the id in the URL.",
            Self::EndpointDisabled => "The endpoint is disabled. Enable it to take bids.",
            Self::CallerMissing => "Missing caller_id parameter. Send the caller's number.",
            Self::CallerInvalid => {
                "The caller's number is no phone number. Send it in E.164, such as +13105550100."
            }
            Self::RateLimited => "Too many requests. Wait as long as Retry-After says.",
            Self::NumberMissing => {
                "A route is open, but no number is free to call. Add numbers to the campaign."
            }
            Self::PayoutTooLow => "No open route pays the endpoint's least payout.",
            Self::TimedOut => "No target said in time whether it takes the call.",
            Self::Routing(reason) => reason.message(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caller_is_found_under_each_of_its_names() {
        let us = phone::Country::default();
        let caller = |sent: &[(&str, &str)]| {
            let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
            bid_caller(&sent.iter().map(owned).collect::<Vec<_>>(), us)
        };
        for name in CALLER_NAMES {
            assert_eq!(caller(&[("zip", "90210"), (name, " 13105559876")]), Ok("+13105559876".to_owned()));
            assert_eq!(caller(&[(name, "anonymous")]), Err(BidRefusal::CallerInvalid));
        }
        let two = [("cid", "+13105550000"), ("caller_id", "(310) 555-9876")];
        assert_eq!(caller(&two), Ok("+13105559876".to_owned()));
        assert_eq!(caller(&[("caller_id", " "), ("caller", "+13105559876")]), Err(BidRefusal::CallerMissing));
    }
}
