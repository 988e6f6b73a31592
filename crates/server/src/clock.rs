//! Time and ids: passed in, so that the rules read no clock.

use std::ffi::OsString;
use std::sync::{Arc, LazyLock, Mutex};

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
        let now =
            Timestamp(i64::try_from(micros).expect("this machine's clock is set before the year 294000"));
        now.plus_seconds(stepped_seconds())
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

/// For the story of a stepped clock, and in debug builds only: by how many seconds the wall clock is off,
/// as the file that is named by HOOKLINE_TEST_CLOCK_STEP says at this moment.
fn stepped_seconds() -> i64 {
    static FILE: LazyLock<Option<OsString>> = LazyLock::new(|| std::env::var_os("HOOKLINE_TEST_CLOCK_STEP"));
    if !cfg!(debug_assertions) {
        return 0;
    }
    let said = FILE.as_ref().and_then(|file| std::fs::read_to_string(file).ok());
    said.and_then(|said| said.trim().parse().ok()).unwrap_or(0)
}
