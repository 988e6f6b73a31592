//! The spans over which a target's calls are counted, and the counters.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::ids::TargetId;
use crate::time::{MICROS_PER_SECOND, Timestamp};
use crate::zone::Zone;

/// Over what a cap counts, by the clocks of the target's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CapPeriod {
    Hour,
    Day,
    Month,
    /// Ever.
    Total,
}

impl CapPeriod {
    pub const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Month, Self::Total];

    /// The word in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
            Self::Total => "total",
        }
    }

    /// When the period that `at` is in began; it names the period. An hour that the clocks show twice is two
    /// periods, a day with such an hour is one of 25.
    pub fn start(self, at: Timestamp, zone: &Zone) -> Timestamp {
        let midnight = |date: jiff::civil::Date| zone.moment(date.at(0, 0, 0, 0));
        match self {
            // Hours run on through every jump but the few of half an hour, which is why the offset counts.
            Self::Hour => {
                let hour = 3_600 * MICROS_PER_SECOND;
                let offset = zone.offset_seconds(at) * MICROS_PER_SECOND;
                Timestamp(at.0.saturating_sub(at.0.saturating_add(offset).rem_euclid(hour)))
            }
            Self::Day => midnight(zone.local(at).date()),
            Self::Month => midnight(zone.local(at).date().first_of_month()),
            Self::Total => Timestamp::default(),
        }
    }
}

/// What is counted: a target's calls in one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CounterKey {
    pub target: TargetId,
    pub period: CapPeriod,
    /// As [`CapPeriod::start`] gives it.
    pub start: Timestamp,
}

/// The counters as they were read, under the lock under which they will be raised.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counters {
    /// Calls that were sent to the target, and reservations that are held. What is not here is 0.
    pub used: HashMap<CounterKey, u32>,
    /// Calls that ring at the target or are connected to it, and reservations that are held.
    pub live: HashMap<TargetId, u32>,
}

impl Counters {
    pub fn used(&self, key: &CounterKey) -> u32 {
        self.used.get(key).copied().unwrap_or(0)
    }

    pub fn live(&self, target: TargetId) -> u32 {
        self.live.get(&target).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn start(period: CapPeriod, zone: &str, at: &str) -> String {
        let start = period.start(at.parse().unwrap(), &zone.parse().unwrap());
        start.to_string().replace(".000000", "")
    }

    #[test]
    fn a_period_begins_by_the_clocks_of_the_zone() {
        use CapPeriod::{Day, Hour, Month, Total};
        for (period, zone, at, expected) in [
            (Hour, "UTC", "2026-01-05T12:59:59.999999Z", "2026-01-05T12:00:00Z"),
            (Hour, "Asia/Kolkata", "2026-01-05T12:15:00Z", "2026-01-05T11:30:00Z"),
            // The hour that New York shows twice is two periods.
            (Hour, "America/New_York", "2026-11-01T05:59:59Z", "2026-11-01T05:00:00Z"),
            (Hour, "America/New_York", "2026-11-01T06:00:00Z", "2026-11-01T06:00:00Z"),
            (Hour, "America/New_York", "2026-03-08T07:30:00Z", "2026-03-08T07:00:00Z"),
            // Its longest and its shortest day.
            (Day, "America/New_York", "2026-11-02T04:59:59Z", "2026-11-01T04:00:00Z"),
            (Day, "America/New_York", "2026-11-02T05:00:00Z", "2026-11-02T05:00:00Z"),
            (Day, "America/New_York", "2026-03-09T03:59:59Z", "2026-03-08T05:00:00Z"),
            (Day, "America/New_York", "2026-03-09T04:00:00Z", "2026-03-09T04:00:00Z"),
            (Day, "Asia/Kolkata", "2026-01-05T18:30:00Z", "2026-01-05T18:30:00Z"),
            (Day, "Africa/Cairo", "2026-04-24T12:00:00Z", "2026-04-23T22:00:00Z"),
            (Month, "America/New_York", "2026-11-30T12:00:00Z", "2026-11-01T04:00:00Z"),
            (Month, "America/New_York", "2026-12-01T04:59:59Z", "2026-11-01T04:00:00Z"),
            (Month, "UTC", "2024-02-29T12:00:00Z", "2024-02-01T00:00:00Z"),
            (Total, "America/New_York", "2026-11-01T05:00:00Z", "1970-01-01T00:00:00Z"),
        ] {
            assert_eq!(start(period, zone, at), expected, "{period:?} {zone} {at}");
        }
    }

    proptest! {
        #[test]
        fn every_moment_of_a_period_has_its_start(
            second in 0_i64..4_000_000_000,
            zone in prop::sample::select(vec!["UTC", "America/New_York", "Asia/Kathmandu", "Africa/Cairo"]),
        ) {
            let (zone, at): (Zone, _) = (zone.parse().unwrap(), Timestamp::default().plus_seconds(second));
            for (period, most) in [(CapPeriod::Hour, 1), (CapPeriod::Day, 25), (CapPeriod::Month, 31 * 24 + 1)] {
                let start = period.start(at, &zone);
                prop_assert!(start <= at && at < start.plus_seconds(most * 3600));
                prop_assert_eq!(period.start(start, &zone), start);
                prop_assert!(period.start(start.plus_micros(-1), &zone) < start);
            }
        }

        #[test]
        fn no_moment_is_out_of_range(micros: i64) {
            for period in CapPeriod::ALL {
                period.start(Timestamp(micros), &"Asia/Kathmandu".parse().unwrap());
            }
        }
    }
}
