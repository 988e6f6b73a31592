//! What a handler may reach.

use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::config::ServeConfig;
use crate::http::refused_keys::RefusedKeys;
use crate::sessions::Tail;
use crate::settings::Settings;
use crate::storage::group_commit::Committer;
use crate::storage::{Db, RateBoard};

pub struct App {
    pub db: Db,
    pub clock: Clock,
    pub config: ServeConfig,
    pub settings: Arc<Settings>,
    pub committer: Committer,
    pub board: Arc<RateBoard>,
    pub tail: Tail,
    pub refused_keys: RefusedKeys,
    pub metrics: PrometheusHandle,
    draining: watch::Sender<bool>,
}

/// The rooms of a running server, before they are put together.
pub struct Rooms {
    pub db: Db,
    pub clock: Clock,
    pub config: ServeConfig,
    pub settings: Arc<Settings>,
    pub committer: Committer,
    pub board: Arc<RateBoard>,
    pub tail: Tail,
    pub metrics: PrometheusHandle,
}

impl App {
    pub fn new(rooms: Rooms) -> Arc<Self> {
        Arc::new(Self {
            refused_keys: RefusedKeys::new(rooms.config.unauthorized_per_minute),
            db: rooms.db,
            clock: rooms.clock,
            config: rooms.config,
            settings: rooms.settings,
            committer: rooms.committer,
            board: rooms.board,
            tail: rooms.tail,
            metrics: rooms.metrics,
            draining: watch::Sender::new(false),
        })
    }

    /// From now on the load balancer is told to send no more, while requests under way are finished.
    pub fn drain(&self) {
        self.draining.send_replace(true);
    }

    pub fn is_draining(&self) -> bool {
        *self.draining.borrow()
    }

    /// Returns when the server was told to stop: what would go on for ever ends then.
    pub async fn until_draining(&self) {
        let mut draining = self.draining.subscribe();
        // The sender lives as long as `self`.
        let _ = draining.wait_for(|draining| *draining).await;
    }
}
