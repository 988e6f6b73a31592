//! A time zone by its IANA name, and how its clocks read.

use std::fmt;
use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::time::Timestamp;

/// A time zone, such as `America/New_York`; UTC by default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// The text is not the name of a time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a time zone: expected an IANA name such as America/New_York or UTC")]
pub struct NotAZone;

impl Zone {
    pub const UTC: Self = Self(TimeZone::UTC);

    /// What the zone's clocks show at a moment.
    pub fn local(&self, at: Timestamp) -> DateTime {
        self.0.to_datetime(instant(at))
    }

    /// What the clocks show minus UTC, in seconds.
    pub fn offset_seconds(&self, at: Timestamp) -> i64 {
        i64::from(self.0.to_offset(instant(at)).seconds())
    }

    /// The first moment at which the zone's clocks show this time or have passed it: of an hour that they
    /// show twice the first, and for one that they leave out the moment at which they jump.
    pub fn moment(&self, local: DateTime) -> Timestamp {
        let ambiguous = self.0.to_ambiguous_timestamp(local);
        let moment = match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { offset } => utc(local, offset),
            AmbiguousOffset::Fold { before, .. } => utc(local, before),
            AmbiguousOffset::Gap { before, after } => {
                let before_jump = utc(local, after);
                let jump = self.0.following(before_jump).next().map(|jump| jump.timestamp());
                jump.unwrap_or_else(|| utc(local, before))
            }
        };
        Timestamp(moment.as_microsecond())
    }
}

/// Clamped: outside of jiff's range (year ±9999) there are no local times.
fn instant(at: Timestamp) -> jiff::Timestamp {
    let edge = if at.0 < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
    jiff::Timestamp::from_microsecond(at.0).unwrap_or(edge)
}

fn utc(local: DateTime, offset: Offset) -> jiff::Timestamp {
    let edge = if local.year() < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
    offset.to_timestamp(local).unwrap_or(edge)
}

impl Default for Zone {
    fn default() -> Self {
        Self::UTC
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.iana_name().unwrap_or("UTC"))
    }
}

impl FromStr for Zone {
    type Err = NotAZone;

    fn from_str(name: &str) -> Result<Self, NotAZone> {
        // Etc/Unknown is found, but has no name and no clocks.
        let known = TimeZoneDatabase::bundled().get(name).ok().filter(|zone| zone.iana_name().is_some());
        known.map(Self).ok_or(NotAZone)
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moment(zone: &str, local: &str) -> String {
        let zone: Zone = zone.parse().unwrap();
        zone.moment(local.parse().unwrap()).to_string().replace(".000000", "")
    }

    #[test]
    fn a_zone_has_its_iana_name() {
        for (text, name) in
            [("America/New_York", "America/New_York"), ("asia/kolkata", "Asia/Kolkata"), ("UTC", "UTC")]
        {
            assert_eq!(text.parse::<Zone>().unwrap().to_string(), name);
        }
        for text in ["", "EST5EDT4", "Mars/Olympus", "Etc/Unknown", "+05:30", "../etc/passwd"] {
            assert_eq!(text.parse::<Zone>(), Err(NotAZone), "{text:?}");
        }
        assert_eq!(serde_json::to_string(&Zone::default()).unwrap(), "\"UTC\"");
    }

    #[test]
    fn an_hour_that_is_shown_twice_means_its_first_pass_and_a_skipped_one_the_jump() {
        for (zone, local, utc) in [
            ("America/New_York", "2026-07-01T12:00", "2026-07-01T16:00:00Z"),
            ("America/New_York", "2026-03-08T02:00", "2026-03-08T07:00:00Z"),
            ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:00:00Z"),
            ("America/New_York", "2026-03-08T03:00", "2026-03-08T07:00:00Z"),
            ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30:00Z"),
            ("America/New_York", "2026-11-01T02:00", "2026-11-01T07:00:00Z"),
            ("Asia/Kolkata", "2026-03-08T02:30", "2026-03-07T21:00:00Z"),
            // Half an hour is skipped and repeated here.
            ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30:00Z"),
            ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45:00Z"),
            // Midnight is skipped here.
            ("Africa/Cairo", "2026-04-24T00:00", "2026-04-23T22:00:00Z"),
        ] {
            assert_eq!(moment(zone, local), utc, "{zone} {local}");
        }
    }

    proptest! {
        #[test]
        fn the_moment_of_what_clocks_show_is_now_or_was_its_first_pass(
            second in 0_i64..4_000_000_000,
            zone in prop::sample::select(vec!["UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]),
        ) {
            let (zone, at): (Zone, _) = (zone.parse().unwrap(), Timestamp::default().plus_seconds(second));
            let moment = zone.moment(zone.local(at));
            prop_assert_eq!(zone.local(moment), zone.local(at));
            prop_assert!(moment == at || [1800, 3600].map(|pass| moment.plus_seconds(pass)).contains(&at));
        }

        #[test]
        fn no_moment_is_out_of_range(micros: i64) {
            let zone: Zone = "Asia/Kathmandu".parse().unwrap();
            let _ = (zone.moment(zone.local(Timestamp(micros))), zone.offset_seconds(Timestamp(micros)));
        }
    }
}
