//! The rate limit: an exact sliding window.
//!
//! Never more than `count` in any rolling window, never refused below it. The price is memory: one
//! entry for each moment at which requests were admitted (requests of one commit share a moment).

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::time::MICROS_PER_SECOND;

/// The span over which requests are counted; shorter before longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RatePer {
    Minute,
    Hour,
    Day,
}

impl RatePer {
    pub fn seconds(self) -> i64 {
        match self {
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => 86_400,
        }
    }

    pub fn micros(self) -> i64 {
        self.seconds() * MICROS_PER_SECOND
    }
}

/// At most `count` requests in any span of `per`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateLimit {
    pub count: u32,
    pub per: RatePer,
}

impl Default for RateLimit {
    fn default() -> Self {
        Self { count: 100, per: RatePer::Minute }
    }
}

/// How a webhook stands against its limit, as the `RateLimit` headers tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateState {
    pub limit: RateLimit,
    pub remaining: u32,
    /// Whole seconds, rounded up, until one more place is free (0 if the window is empty).
    pub reset_seconds: i64,
    pub admitted: bool,
}

/// The admissions of one webhook within its window. Stamps are microseconds of a steady clock, one
/// that no correction of the wall clock moves.
#[derive(Debug, Default, Clone)]
pub struct RateWindow {
    admitted: VecDeque<(i64, u32)>,
    used: u64,
}

impl RateWindow {
    /// Admits one request at `now` if the window has a place.
    pub fn admit(&mut self, limit: RateLimit, now: i64) -> RateState {
        self.expire(limit, now);
        let admitted = self.used < u64::from(limit.count);
        if admitted {
            self.record(now, 1);
        }
        self.state(limit, now, admitted)
    }

    /// The answer `admit` would give, without taking a place.
    pub fn peek(&mut self, limit: RateLimit, now: i64) -> RateState {
        self.expire(limit, now);
        self.state(limit, now, self.used < u64::from(limit.count))
    }

    /// Takes in admissions made elsewhere (by another node, or before a restart), oldest first.
    pub fn record(&mut self, stamp: i64, count: u32) {
        // A stamp never goes back: a node whose steady clock lags behind joins the newest moment.
        let stamp = self.admitted.back().map_or(stamp, |&(last, _)| last.max(stamp));
        match self.admitted.back_mut() {
            Some((last, here)) if *last == stamp => *here += count,
            _ => self.admitted.push_back((stamp, count)),
        }
        self.used += u64::from(count);
    }

    /// Gives back places of the newest stamp: they were not used after all.
    pub fn take_back(&mut self, count: u32) {
        if let Some((_, here)) = self.admitted.back_mut() {
            let count = count.min(*here);
            *here -= count;
            self.used -= u64::from(count);
            if *here == 0 {
                self.admitted.pop_back();
            }
        }
    }

    /// The newest admission's stamp.
    pub fn last_stamp(&self) -> Option<i64> {
        self.admitted.back().map(|&(stamp, _)| stamp)
    }

    fn expire(&mut self, limit: RateLimit, now: i64) {
        while let Some(&(stamp, count)) = self.admitted.front() {
            if now.saturating_sub(stamp) < limit.per.micros() {
                break;
            }
            self.used -= u64::from(count);
            self.admitted.pop_front();
        }
    }

    fn state(&self, limit: RateLimit, now: i64, admitted: bool) -> RateState {
        let used = u32::try_from(self.used).unwrap_or(u32::MAX);
        RateState {
            limit,
            remaining: limit.count.saturating_sub(used),
            reset_seconds: self.next_free(limit, now),
            admitted,
        }
    }

    /// Seconds until the used places drop below the limit, or, under the limit, until the oldest goes.
    fn next_free(&self, limit: RateLimit, now: i64) -> i64 {
        let mut to_leave = self.used.saturating_sub(u64::from(limit.count)) + 1;
        for &(stamp, count) in &self.admitted {
            if u64::from(count) >= to_leave {
                let micros = stamp.saturating_add(limit.per.micros()).saturating_sub(now);
                return (micros + MICROS_PER_SECOND - 1).div_euclid(MICROS_PER_SECOND).max(1);
            }
            to_leave -= u64::from(count);
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PER_MINUTE: i64 = 60 * MICROS_PER_SECOND;

    fn limit(count: u32) -> RateLimit {
        RateLimit { count, per: RatePer::Minute }
    }

    #[test]
    fn a_place_frees_exactly_one_window_after_it_was_taken() {
        let mut window = RateWindow::default();
        assert!(window.admit(limit(2), 0).admitted);
        assert!(window.admit(limit(2), 10).admitted);
        let refused = window.admit(limit(2), 20);
        assert_eq!((refused.admitted, refused.remaining, refused.reset_seconds), (false, 0, 60));
        assert!(!window.admit(limit(2), PER_MINUTE - 1).admitted);
        assert!(window.admit(limit(2), PER_MINUTE).admitted);
        assert!(!window.admit(limit(2), PER_MINUTE + 9).admitted);
        assert!(window.admit(limit(2), PER_MINUTE + 10).admitted);
    }

    #[test]
    fn retry_after_is_rounded_up_and_never_zero() {
        let mut window = RateWindow::default();
        window.admit(limit(1), 0);
        assert_eq!(window.peek(limit(1), PER_MINUTE - 1).reset_seconds, 1);
        assert_eq!(window.peek(limit(1), PER_MINUTE - MICROS_PER_SECOND - 1).reset_seconds, 2);
    }

    #[test]
    fn a_lowered_limit_waits_for_enough_places() {
        let mut window = RateWindow::default();
        for second in 0..10 {
            assert!(window.admit(limit(10), second * MICROS_PER_SECOND).admitted);
        }
        // Ten used, three allowed: eight must leave, the eighth was taken at second 7.
        assert_eq!(window.peek(limit(3), 10 * MICROS_PER_SECOND).reset_seconds, 57);
    }

    #[test]
    fn each_span_has_its_length() {
        for (per, seconds) in [(RatePer::Minute, 60), (RatePer::Hour, 3_600), (RatePer::Day, 86_400)] {
            assert_eq!((per.seconds(), per.micros()), (seconds, seconds * 1_000_000));
            let limit = RateLimit { count: 1, per };
            let mut window = RateWindow::default();
            assert!(window.admit(limit, 5).admitted);
            assert!(!window.admit(limit, seconds * 1_000_000 + 4).admitted);
            assert!(window.admit(limit, seconds * 1_000_000 + 5).admitted);
        }
    }

    #[test]
    fn the_headers_tell_what_is_left() {
        let mut window = RateWindow::default();
        let empty = window.peek(limit(3), 0);
        assert_eq!((empty.admitted, empty.remaining, empty.reset_seconds), (true, 3, 0));
        let first = window.admit(limit(3), 0);
        assert_eq!((first.admitted, first.remaining, first.reset_seconds), (true, 2, 60));
        window.record(10 * MICROS_PER_SECOND, 2);
        let full = window.peek(limit(3), 20 * MICROS_PER_SECOND);
        assert_eq!((full.admitted, full.remaining, full.reset_seconds), (false, 0, 40));
        // Of a limit that was lowered nothing is left, and three must leave of three: the last at 70 seconds.
        let lowered = window.peek(limit(1), 20 * MICROS_PER_SECOND);
        assert_eq!((lowered.admitted, lowered.remaining, lowered.reset_seconds), (false, 0, 50));
    }

    #[test]
    fn admissions_of_another_node_count_and_none_is_earlier_than_the_last() {
        let mut window = RateWindow::default();
        assert_eq!(window.last_stamp(), None);
        window.record(100, 2);
        window.record(40, 1);
        window.record(100, 1);
        assert_eq!(window.last_stamp(), Some(100));
        window.record(101, 1);
        assert_eq!((window.last_stamp(), window.peek(limit(9), 101).remaining), (Some(101), 4));
        assert_eq!(window.peek(limit(9), 99 + PER_MINUTE).remaining, 4);
        assert_eq!(window.peek(limit(9), 100 + PER_MINUTE).remaining, 8);
        assert_eq!(window.peek(limit(9), 101 + PER_MINUTE).remaining, 9);
    }

    #[test]
    fn places_that_were_not_used_are_free_at_once() {
        let mut window = RateWindow::default();
        window.take_back(1);
        window.record(0, 2);
        window.record(10, 2);
        window.record(10, 1);
        window.take_back(2);
        assert_eq!((window.peek(limit(9), 10).remaining, window.last_stamp()), (6, Some(10)));
        // No more than the newest moment has.
        window.take_back(9);
        assert_eq!((window.peek(limit(9), 10).remaining, window.last_stamp()), (7, Some(0)));
    }

    proptest! {
        #[test]
        fn never_over_the_limit_and_never_refused_under_it(
            count in 1u32..20,
            gaps in proptest::collection::vec(0i64..20 * MICROS_PER_SECOND, 1..300),
        ) {
            let mut window = RateWindow::default();
            let mut admitted: Vec<i64> = Vec::new();
            let mut now = 0;
            for gap in gaps {
                now += gap;
                let in_window = admitted.iter().filter(|&&at| now - at < PER_MINUTE).count();
                let state = window.admit(limit(count), now);
                prop_assert_eq!(state.admitted, in_window < count as usize);
                if state.admitted {
                    admitted.push(now);
                }
            }
        }
    }
}
