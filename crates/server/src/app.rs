//! What a handler may reach.

use std::sync::Arc;

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

/// Whether the server was told to stop.
pub struct Draining(watch::Sender<bool>);

impl Default for Draining {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Draining {
    /// From now on the load balancer is told to send no more, while requests under way are finished.
    pub fn begin(&self) {
        self.0.send_replace(true);
    }

    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns when the server was told to stop: what would go on for ever ends then.
    pub async fn begun(&self) {
        let mut draining = self.0.subscribe();
        // The sender lives as long as `self`.
        let _ = draining.wait_for(|draining| *draining).await;
    }
}
