//! Ids. All are UUIDv7: they sort by time, so rows that are made together lie together on disk.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// The text is not an id in its one accepted spelling (lower-case hex with hyphens).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id: expected 36 characters of lower-case hex with hyphens")]
pub struct NotAnId;

fn parse_exact(text: &str) -> Result<Uuid, NotAnId> {
    // Ids are case-sensitive: two spellings of one id would give one call two names.
    let id = Uuid::try_parse(text).map_err(|_| NotAnId)?;
    let mut buffer = [0; 36];
    if id.hyphenated().encode_lower(&mut buffer) == text { Ok(id) } else { Err(NotAnId) }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                parse_exact(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// An organization: the tenant that owns everything else.
    OrgId;
    /// An inbound webhook's configuration.
    WebhookId;
    /// An outgoing webhook's configuration.
    OutgoingWebhookId;
    /// One event for one outgoing webhook, with its attempts.
    DeliveryId;
    /// One HTTP request to a webhook, as kept in the request log.
    RequestId;
    /// A call; written `call_log_id` on the wire.
    CallId;
    CampaignId;
    PublisherId;
    NumberId;
    CustomTagId;
    ApiKeyId;
    /// A person who signs in.
    UserId;
    /// What a person has set a page to, kept under a name.
    ViewId;
    /// One browser in which a person is signed in.
    SignInId;
    /// Where calls go: a number or a SIP address, with what it takes.
    TargetId;
    RoutingPlanId;
    /// A call flow; its versions have numbers.
    FlowId;
    /// Where a publisher asks for bids for a campaign.
    RtbEndpointId;
    /// One answered request to such an endpoint.
    BidId;
    /// A place that a bid holds in a target's caps for a while.
    ReservationId;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_read_is_written_the_same(
            bits: u128,
            text in "\\PC{0,40}",
            near in "[0-9a-fA-F]{8}-?[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-fA-F]{12}",
        ) {
            let id = CallId(Uuid::from_u128(bits));
            prop_assert_eq!(id.to_string().parse(), Ok(id));
            for text in [text, near] {
                if let Ok(id) = text.parse::<CallId>() {
                    prop_assert_eq!(id.to_string(), text);
                }
            }
        }
    }

    #[test]
    fn an_id_has_one_spelling() {
        let text = "0192f0c1-2345-7abc-8def-0123456789ab";
        assert_eq!(text.parse::<CallId>().unwrap().to_string(), text);
        for other in [
            "0192F0C1-2345-7ABC-8DEF-0123456789AB",
            "0192f0c123457abc8def0123456789ab",
            "{0192f0c1-2345-7abc-8def-0123456789ab}",
            "0192f0c1-2345-7abc-8def-0123456789ab ",
            "",
        ] {
            assert_eq!(other.parse::<CallId>(), Err(NotAnId), "{other:?}");
        }
    }
}
