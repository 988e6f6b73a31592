//! Why a bid request got no route.

use super::decide::RejectReason;

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
