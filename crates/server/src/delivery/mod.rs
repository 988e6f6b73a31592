//! Outgoing webhooks: what happens to calls is told to other systems.
//!
//! The timeline is the outbox, so the commits of calls know nothing of this. `create` reads it and makes deliveries;
//! `mark` makes those ready that waited for a call to last; `work` claims what is due, `send` speaks to the receiver, and
//! `settle` writes down what became of it.

mod create;
mod exchange;
mod mark;
mod occasion;
mod send;
mod settle;
mod share;
mod work;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::app::App;

pub use exchange::{Exchange, exchange};
pub use occasion::{Happened, render, to_text};
pub use send::{Attempt, goes_to};
pub use work::{WAS_DELETED, WAS_DISABLED};

/// Says that deliveries are due.
#[derive(Default)]
pub struct Wake(Notify);

impl Wake {
    pub fn wake(&self) {
        self.0.notify_one();
    }
}

/// What runs, to be awaited at the server's end.
pub struct Running {
    creating: JoinHandle<()>,
    working: JoinHandle<()>,
}

pub fn start(app: &Arc<App>) -> Running {
    Running {
        creating: tokio::spawn(create::run(app.clone())),
        working: tokio::spawn(work::run(app.clone())),
    }
}

impl Running {
    /// Returns when what was being sent has its end, or is given back; both begin when the server is told to stop.
    pub async fn finish(self, at_most: Duration) {
        let both = async {
            let _ = self.creating.await;
            let _ = self.working.await;
        };
        if tokio::time::timeout(at_most, both).await.is_err() {
            tracing::warn!("deliveries were still under way; they are sent again when their time is over");
        }
    }
}
