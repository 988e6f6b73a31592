//! When a delivery that failed is tried again.

use crate::time::MICROS_PER_SECOND;

/// After the first attempt, the second, and so on; the last stands for all that follow.
const DELAYS_SECONDS: [i64; 7] = [5, 30, 120, 600, 3_600, 10_800, 28_800];
/// Each delay is between this and as much above it as it is below, of a hundred: a receiver that was away must not get
/// all that waited in the same second.
const JITTER_PERCENT_MIN: i64 = 80;
/// For as long a receiver may put us off.
pub const RETRY_AFTER_SECONDS_MAX: i64 = 86_400;

/// How long after attempt number `made` (from 1) the next one is due, in microseconds. A receiver's `Retry-After`
/// makes it later, never sooner. `chance` is any number.
pub fn retry_micros(made: u32, retry_after_seconds: Option<i64>, chance: u64) -> i64 {
    let place = usize::try_from(made.saturating_sub(1)).unwrap_or(usize::MAX);
    let seconds = DELAYS_SECONDS[place.min(DELAYS_SECONDS.len() - 1)];
    let spread = (100 - JITTER_PERCENT_MIN) * 2 + 1;
    let percent = JITTER_PERCENT_MIN + i64::try_from(chance % spread.unsigned_abs()).unwrap_or(0);
    let delay = seconds * MICROS_PER_SECOND / 100 * percent;
    let asked = retry_after_seconds.unwrap_or(0).clamp(0, RETRY_AFTER_SECONDS_MAX) * MICROS_PER_SECOND;
    delay.max(asked)
}
