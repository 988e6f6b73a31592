//! What a call was worth, once it is over.

use serde::Serialize;

use super::target::Conversion;
use crate::call::NoPayoutReason;
use crate::money::Money;

/// Seconds after a call that has converted in which another one of its caller in the same campaign earns no
/// payout, where the plan that led it has no duplicate rule with a window of its own: 30 days.
pub const PRECONVERSION_SECONDS: u32 = 30 * 86_400;

/// What is known of a call that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EndedCall {
    /// As `Call::connected_seconds` counts them.
    pub connected_seconds: i64,
    /// An earlier call of this caller has converted within the campaign's window, and is paid for.
    pub converted_before: bool,
    /// It was sent to its target although a cap of target, publisher or campaign was used up.
    pub caps_exceeded: bool,
}

/// What a conversion rule makes of it. Values that a client has set on the call stand before these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Settled {
    pub converted: bool,
    pub revenue: Option<Money>,
    pub payout: Option<Money>,
    /// Why the publisher gets nothing, if there was a rule.
    pub no_payout_reason: Option<NoPayoutReason>,
}

/// Evaluates a call after its end. A rule that is not met leaves the call unconverted and unpaid; if it is
/// met, the call converts and its revenue stands, but the payout is held for a caller who has converted
/// before and over a cap. Without a rule, nothing is said of the call.
pub fn settle_conversion(call: EndedCall, rule: Option<&Conversion>) -> Settled {
    let Some(rule) = rule else { return Settled::default() };
    if call.connected_seconds < i64::from(rule.connected_seconds) {
        return Settled { no_payout_reason: Some(NoPayoutReason::ConditionNotMet), ..Settled::default() };
    }
    let held = if call.converted_before {
        Some(NoPayoutReason::CampaignPreconversion)
    } else if call.caps_exceeded {
        Some(NoPayoutReason::CapsExceeded)
    } else {
        None
    };
    let payout = rule.payout.filter(|_| held.is_none());
    Settled { converted: true, revenue: rule.revenue, payout, no_payout_reason: held }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_converts_when_it_was_connected_long_enough() {
        use NoPayoutReason::{CampaignPreconversion, CapsExceeded, ConditionNotMet};
        let (revenue, payout) = (Money::from_micros(25_000_000), Money::from_micros(18_000_000));
        let rule = Conversion { connected_seconds: 90, revenue, payout };
        for (connected_seconds, converted_before, caps_exceeded, converted, paid, reason) in [
            (89, false, false, false, None, Some(ConditionNotMet)),
            (90, false, false, true, payout, None),
            (90, true, false, true, None, Some(CampaignPreconversion)),
            (90, false, true, true, None, Some(CapsExceeded)),
            (90, true, true, true, None, Some(CampaignPreconversion)),
            (0, true, true, false, None, Some(ConditionNotMet)),
        ] {
            let call = EndedCall { connected_seconds, converted_before, caps_exceeded };
            let settled = settle_conversion(call, Some(&rule));
            let expected = Settled {
                converted,
                revenue: revenue.filter(|_| converted),
                payout: paid,
                no_payout_reason: reason,
            };
            assert_eq!(settled, expected, "{call:?}");
            assert_eq!(settle_conversion(call, None), Settled::default());
        }
    }
}
