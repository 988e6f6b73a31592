//! What a handler may reach.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::config::ServeConfig;
use crate::delivery::Wake;
use crate::http::refused_keys::RefusedKeys;
use crate::http::sign_in_limits::SignInLimits;
use crate::oidc::Oidc;
use crate::outbound::Outbound;
use crate::passwords::Passwords;
use crate::script::Scripts;
use crate::server_secret::ServerSecret;
use crate::sessions::Tail;
use crate::settings::Settings;
use crate::storage::group_commit::Committer;
use crate::storage::traffic::Traffic;
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
    pub sign_in_limits: SignInLimits,
    pub passwords: Passwords,
    /// By which provider people can sign in, if the operator names one.
    pub oidc: Option<Oidc>,
    pub outbound: Outbound,
    pub scripts: Scripts,
    pub metrics: PrometheusHandle,
    pub draining: Draining,
    pub traffic: Traffic,
    pub secret: ServerSecret,
    pub deliveries: Wake,
}

/// Whether the server was told to stop, and how far it is.
pub struct Draining {
    has_begun: AtomicBool,
    closing: watch::Sender<bool>,
}

impl Default for Draining {
    fn default() -> Self {
        Self { has_begun: AtomicBool::new(false), closing: watch::Sender::new(false) }
    }
}

impl Draining {
    /// From now on the load balancer is told to send no more, and what it still sends is done.
    pub fn begin(&self) {
        self.has_begun.store(true, Ordering::Relaxed);
    }

    pub fn has_begun(&self) -> bool {
        self.has_begun.load(Ordering::Relaxed)
    }

    /// From now on nothing new is begun, and what is under way is finished.
    pub fn close(&self) {
        self.begin();
        self.closing.send_replace(true);
    }

    pub fn is_closing(&self) -> bool {
        *self.closing.borrow()
    }

    /// Returns when nothing new is begun any more: what would go on for ever ends then.
    pub async fn closing(&self) {
        let mut closing = self.closing.subscribe();
        // The sender lives as long as `self`.
        let _ = closing.wait_for(|closing| *closing).await;
    }
}
