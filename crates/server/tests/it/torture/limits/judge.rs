//! Whether a limit was kept, by what clients saw of one window.
//!
//! When a request was counted lies somewhere between when it was sent and when it was answered. So "too many" is said only
//! of requests that lie within one window wherever in between they were counted, and "refused too early" only if
//! even all that may have been counted in the window before are fewer than the limit.

use std::time::Duration;

const WINDOW: Duration = Duration::from_secs(60);
/// By how much the nodes' steady clocks may differ: they read the database's over the network.
const SKEW: Duration = Duration::from_millis(250);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    Admitted,
    Refused,
    /// The node died before it answered: it may have been counted.
    Nothing,
}

/// Times since the start.
#[derive(Debug, Clone, Copy)]
pub struct Attempt {
    pub sent: Duration,
    pub answered: Duration,
    pub told: Told,
}

/// How many windows surely had more than the limit, and how many requests were surely refused below it.
pub fn broken(attempts: &[Attempt], limit: usize) -> (usize, usize) {
    let told = |told| attempts.iter().filter(move |attempt| attempt.told == told);
    let mut admitted: Vec<&Attempt> = told(Told::Admitted).collect();
    admitted.sort_by_key(|attempt| attempt.sent);
    let too_many = admitted.iter().enumerate().filter(|(first, attempt)| {
        let end = attempt.sent + WINDOW - SKEW;
        admitted[*first..].iter().filter(|other| other.answered < end).count() > limit
    });
    let too_early = told(Told::Refused).filter(|refused| {
        let may_count = |other: &&Attempt| {
            other.told != Told::Refused
                && other.sent <= refused.answered
                && other.answered + WINDOW + SKEW > refused.sent
        };
        attempts.iter().filter(may_count).count() < limit
    });
    (too_many.count(), too_early.count())
}
