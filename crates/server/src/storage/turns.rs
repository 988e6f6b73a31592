//! Whose turn it is to prepare a commit on PostgreSQL, where several writers work side by side.
//!
//! One prepares at any time. Another joins it only for a batch worth its own three messages: two commits
//! of a few requests each cost the database more than one of their sum.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// Requests that are worth a commit prepared beside another.
const BESIDE_MIN: usize = 16;

pub struct Turns {
    preparing: AtomicUsize,
    preparing_max: usize,
    /// A turn was given back, or enough is queued.
    changed: Notify,
}

/// Given back when dropped.
pub struct Turn(Arc<Turns>);

impl Turns {
    /// For so many writers, of which one waits for the disk while the others prepare.
    pub fn among(writers: u8) -> Arc<Self> {
        let preparing_max = usize::from(writers).max(2) - 1;
        Arc::new(Self { preparing: AtomicUsize::new(0), preparing_max, changed: Notify::new() })
    }

    /// Waits for a turn; `queued` tells how much there is to prepare. One writer asks at a time.
    pub async fn take(self: &Arc<Self>, queued: impl Fn() -> usize) -> Turn {
        loop {
            let preparing = self.preparing.load(Ordering::Acquire);
            if preparing == 0 || (preparing < self.preparing_max && queued() >= BESIDE_MIN) {
                self.preparing.fetch_add(1, Ordering::AcqRel);
                return Turn(self.clone());
            }
            self.changed.notified().await;
        }
    }

    /// Tells whoever waits how much is queued by now.
    pub fn queued(&self, requests: usize) {
        if requests >= BESIDE_MIN && self.preparing.load(Ordering::Acquire) < self.preparing_max {
            self.changed.notify_one();
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.preparing.fetch_sub(1, Ordering::AcqRel);
        self.0.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn a_second_turn_is_for_a_batch_that_is_worth_it() {
        let turns = Turns::among(3);
        let first = turns.take(|| 1).now_or_never().expect("nobody prepares");
        assert!(turns.take(|| BESIDE_MIN - 1).now_or_never().is_none());
        let second = turns.take(|| BESIDE_MIN).now_or_never().expect("enough waits");
        assert!(turns.take(|| 1_000).now_or_never().is_none(), "the third writer waits for the disk");
        drop((first, second));
        assert!(turns.take(|| 1).now_or_never().is_some());
    }

    #[test]
    fn who_waits_hears_of_a_turn_given_back_and_of_a_queue_that_grew() {
        let turns = Turns::among(3);
        let queued = AtomicUsize::new(1);
        let first = turns.take(|| 1).now_or_never();
        let mut waiting = Box::pin(turns.take(|| queued.load(Ordering::Relaxed)));
        assert!(waiting.as_mut().now_or_never().is_none());
        queued.store(BESIDE_MIN, Ordering::Relaxed);
        turns.queued(BESIDE_MIN);
        let second = waiting.as_mut().now_or_never();
        assert!(second.is_some());
        let mut waiting = Box::pin(turns.take(|| 1));
        assert!(waiting.as_mut().now_or_never().is_none());
        drop((first, second));
        assert!(waiting.as_mut().now_or_never().is_some());
    }
}
