//! The point at which this process is to end, and how.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::process::{Signal, getpid, kill_process};

use super::{Failpoint, disk};

struct Armed {
    at: Failpoint,
    /// Times left until it is the one.
    left: AtomicU64,
}

static ARMED: LazyLock<Option<Armed>> = LazyLock::new(|| {
    let text = std::env::var("HOOKLINE_TEST_FAILPOINT").ok()?;
    let (name, count) = text.split_once(':').expect("HOOKLINE_TEST_FAILPOINT is NAME:COUNT");
    let at = Failpoint::ALL.into_iter().find(|point| point.name() == name).expect("a failpoint of this name");
    Some(Armed { at, left: AtomicU64::new(count.parse().expect("a count")) })
});

pub fn reach(point: Failpoint) {
    let Some(armed) = ARMED.as_ref().filter(|armed| armed.at == point) else { return };
    if armed.left.fetch_sub(1, Ordering::Relaxed) == 1 {
        die();
    }
}

/// SIGKILL: no destructor, no flush, no goodbye.
fn die() -> ! {
    disk::lose_power();
    let _ = kill_process(getpid(), Signal::KILL);
    loop {
        std::thread::park();
    }
}
