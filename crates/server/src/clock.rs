//! Time, chance and ids, passed in so that a test can set them.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use hookline_domain::time::Timestamp;
use uuid::{ContextV7, Uuid};

/// Where time comes from. Cloning shares the source.
#[derive(Clone)]
pub struct Clock {
    source: Source,
    ids: Arc<Mutex<ContextV7>>,
}

#[derive(Clone)]
enum Source {
    System,
    /// A wall clock that a test moves, in microseconds beside the real one. Steady time goes on as it does.
    Shifted(Arc<AtomicI64>),
}

/// A test's hand on a shifted clock.
#[derive(Clone)]
pub struct ClockShift(Arc<AtomicI64>);

impl ClockShift {
    pub fn set_seconds(&self, seconds: i64) {
        self.0.store(seconds * hookline_domain::time::MICROS_PER_SECOND, Ordering::SeqCst);
    }
}

impl Clock {
    pub fn system() -> Self {
        Self { source: Source::System, ids: Arc::default() }
    }

    pub fn shifted() -> (Self, ClockShift) {
        let shift = Arc::new(AtomicI64::new(0));
        (Self { source: Source::Shifted(shift.clone()), ids: Arc::default() }, ClockShift(shift))
    }

    /// The wall clock.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    pub fn now(&self) -> Timestamp {
        let since_1970 = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .expect("this machine's clock is set after 1970");
        let micros = i64::try_from(since_1970.as_micros())
            .expect("this machine's clock is set before the year 294000");
        match &self.source {
            Source::System => Timestamp(micros),
            Source::Shifted(shift) => Timestamp(micros + shift.load(Ordering::SeqCst)),
        }
    }

    /// Microseconds since this machine booted: no correction of the wall clock moves it, and a
    /// restarted program reads on where the one before it stopped.
    pub fn since_boot(&self) -> i64 {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        now.tv_sec * 1_000_000 + now.tv_nsec / 1_000
    }

    /// A new id, later than every one given before in this program unless the clock went back.
    pub fn new_id(&self) -> Uuid {
        let micros = self.now().0;
        let seconds = u64::try_from(micros / 1_000_000).unwrap_or(0);
        let nanos = u32::try_from(micros % 1_000_000).unwrap_or(0) * 1_000;
        let context = self.ids.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Uuid::new_v7(uuid::Timestamp::from_unix(&*context, seconds, nanos))
    }
}
