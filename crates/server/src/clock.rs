//! Time and ids: passed in, so that the rules read no clock.

use std::sync::{Arc, Mutex};

use hookline_domain::time::Timestamp;
use uuid::{ContextV7, Uuid};

/// Where time and ids come from. Cloning shares the source.
#[derive(Clone, Default)]
pub struct Clock {
    ids: Arc<Mutex<ContextV7>>,
}

impl Clock {
    /// The wall clock.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    pub fn now(&self) -> Timestamp {
        let since_1970 = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .expect("this machine's clock is set after 1970");
        let micros = since_1970.as_micros();
        Timestamp(i64::try_from(micros).expect("this machine's clock is set before the year 294000"))
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
