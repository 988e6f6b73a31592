//! What is set up (organizations, webhooks, keys, tags, numbers), held in memory and read again when it changes.
//!
//! Every change raises `settings_version` in its own transaction. Nodes look at it each second, so a
//! deleted key stops working everywhere within `SETTINGS_STALE_MAX`; a node that can't look refuses.

pub mod load;
mod outgoing;
mod routing;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use hookline_domain::access::Role;
use hookline_domain::ids::{
    ApiKeyId, CampaignId, FlowId, NumberId, OrgId, OutgoingWebhookId, PublisherId, RtbEndpointId, WebhookId,
};
use hookline_domain::matching::MatchSettings;
use hookline_domain::phone::Country;
use hookline_domain::routing::Directory;
use hookline_domain::settings::WebhookSettings;
use hookline_domain::tags::{Definitions, TagName};
use hookline_domain::time::Timestamp;
use hookline_domain::webhook::WebhookKind;
use tokio::sync::{Mutex, MutexGuard};

use crate::clock::Clock;
use crate::storage::{Db, Result, StorageError, Tx};

pub use outgoing::OutgoingWebhook;
pub use routing::{
    CampaignRouting, OFFERED_NUMBERS_MAX, PublishedFlow, RESERVATION_SECONDS_DEFAULT,
    RESERVATION_SECONDS_MAX, RtbEndpoint, RtbSettings,
};

/// How often a node looks for a change made elsewhere.
pub const SETTINGS_POLL: Duration = Duration::from_millis(500);
/// A look at the settings that takes longer is given up, and the next begins on another connection.
const REFRESH_TIME_MAX: Duration = Duration::from_secs(5);
/// A node whose settings were last confirmed longer ago than this accepts no key.
const SETTINGS_STALE_MICROS_MAX: i64 = 4_500_000;

/// The SHA-256 of a key.
pub type KeyHash = [u8; 32];

#[derive(Debug, Clone)]
pub struct Webhook {
    pub id: WebhookId,
    pub org: OrgId,
    pub kind: WebhookKind,
    pub name: String,
    pub enabled: bool,
    pub settings: WebhookSettings,
    /// As in the database, for answers of the API.
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Debug, Clone)]
pub struct Campaign {
    pub id: CampaignId,
    pub name: String,
    pub tag_defaults: BTreeMap<TagName, String>,
    /// It may name what can't be read and is therefore not in the organization's directory or flows.
    pub routing: Option<CampaignRouting>,
}

#[derive(Debug, Clone)]
pub struct Publisher {
    pub id: PublisherId,
    pub name: String,
    pub tag_defaults: BTreeMap<TagName, String>,
}

#[derive(Debug, Clone)]
pub struct Number {
    pub id: NumberId,
    pub campaign: CampaignId,
    pub publisher: Option<PublisherId>,
}

/// One organization with what its calls and requests are read by.
#[derive(Debug, Clone)]
pub struct Org {
    pub id: OrgId,
    pub name: String,
    pub country: Country,
    pub definitions: Definitions,
    /// By E.164.
    pub numbers: HashMap<String, Number>,
    pub campaigns: HashMap<CampaignId, Campaign>,
    pub publishers: HashMap<PublisherId, Publisher>,
    pub webhooks: HashMap<WebhookId, Arc<Webhook>>,
    /// How each webhook's stored `call_data` is matched to calls.
    pub matching: HashMap<WebhookId, MatchSettings>,
    /// Targets and routing plans.
    pub directory: Directory,
    /// Those that have a published version.
    pub flows: HashMap<FlowId, Arc<PublishedFlow>>,
    pub rtb_endpoints: HashMap<RtbEndpointId, RtbEndpoint>,
    /// Whoever wants to hear of its calls; disabled ones too.
    pub outgoing: HashMap<OutgoingWebhookId, Arc<OutgoingWebhook>>,
}

impl Org {
    /// Whether any call may be routed here.
    pub fn routes_calls(&self) -> bool {
        self.campaigns.values().any(|campaign| campaign.routing.is_some())
    }

    /// The tracking numbers that an RTB endpoint of this campaign and publisher may announce, in the order of
    /// their ids; `only` limits them.
    fn offered_numbers(
        &self,
        campaign: CampaignId,
        publisher: Option<PublisherId>,
        only: Option<&[NumberId]>,
    ) -> Vec<String> {
        let may = |number: &Number| {
            number.campaign == campaign
                && (number.publisher.is_none() || number.publisher == publisher)
                && only.is_none_or(|only| only.contains(&number.id))
        };
        let mut numbers: Vec<(NumberId, &String, bool)> = self
            .numbers
            .iter()
            .filter(|(_, number)| may(number))
            .map(|(phone, number)| (number.id, phone, number.publisher == publisher))
            .collect();
        numbers.sort_unstable();
        let own_only = only.is_none() && numbers.iter().any(|(.., own)| *own);
        numbers.into_iter().filter(|(.., own)| *own || !own_only).map(|(_, phone, _)| phone.clone()).collect()
    }
}

#[derive(Debug, Clone)]
pub struct WebhookKey {
    pub webhook: Arc<Webhook>,
    /// The end of a rotation's overlap.
    pub expires_at: Option<Timestamp>,
}

#[derive(Debug, Clone)]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub org: OrgId,
    pub name: String,
    pub role: Role,
}

#[derive(Debug, Default)]
pub struct Snapshot {
    pub version: i64,
    pub webhook_keys: HashMap<KeyHash, WebhookKey>,
    pub api_keys: HashMap<KeyHash, ApiKey>,
    /// Whose an endpoint is: its requests come without a key.
    pub rtb: HashMap<RtbEndpointId, OrgId>,
    /// Of every organization.
    pub outgoing: HashMap<OutgoingWebhookId, Arc<OutgoingWebhook>>,
    pub orgs: HashMap<OrgId, Arc<Org>>,
}

/// The settings as this node knows them.
pub struct Settings {
    db: Db,
    clock: Clock,
    current: ArcSwap<Snapshot>,
    confirmed: AtomicI64,
    reading: Mutex<()>,
    changing: Mutex<()>,
}

/// This node has not been able to read its settings for too long.
#[derive(Debug, thiserror::Error)]
#[error("the settings could not be confirmed for {0} s")]
pub struct Stale(i64);

impl Settings {
    pub async fn load(db: Db, clock: Clock) -> Result<Self> {
        let settings = Self {
            db,
            clock,
            current: ArcSwap::default(),
            confirmed: AtomicI64::new(i64::MIN / 2),
            reading: Mutex::default(),
            changing: Mutex::default(),
        };
        settings.refresh().await?;
        Ok(settings)
    }

    /// The settings, if they were confirmed recently enough to honour a deleted key's 5 seconds.
    pub fn current(&self) -> std::result::Result<arc_swap::Guard<Arc<Snapshot>>, Stale> {
        let age = self.clock.since_boot() - self.confirmed.load(Ordering::Acquire);
        if age > SETTINGS_STALE_MICROS_MAX { Err(Stale(age / 1_000_000)) } else { Ok(self.current.load()) }
    }

    /// Lets one change of this node at a time depend on what the settings are.
    pub async fn turn(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().await
    }

    /// Looks whether anything changed, and reads it if so.
    pub async fn refresh(&self) -> Result<()> {
        // With whoever is looking already: what they were to wait for may be gone.
        match tokio::time::timeout(REFRESH_TIME_MAX, self.read()).await {
            Ok(done) => done,
            Err(_) => Err(StorageError::TimedOut(REFRESH_TIME_MAX)),
        }
    }

    async fn read(&self) -> Result<()> {
        let _one_at_a_time = self.reading.lock().await;
        // Taken before the question: what the answer does not know can only be younger than this.
        let asked = self.clock.since_boot();
        let version = load::version(&self.db).await?;
        let known = self.current.load_full();
        if version != known.version {
            let snapshot = load::snapshot(&self.db, version, &known).await?;
            tracing::debug!(version, "settings read");
            self.current.store(Arc::new(snapshot));
        }
        self.confirmed.store(asked, Ordering::Release);
        Ok(())
    }
}

/// Marks the settings as changed; part of the transaction that changes them.
pub async fn raise_version(tx: &mut Tx) -> Result<()> {
    next_version(tx).await.map(drop)
}

/// The same, and the new version. Until the transaction ends, no other changes the settings.
pub async fn next_version(tx: &mut Tx) -> Result<i64> {
    let raised: Option<(i64,)> = tx
        .fetch_optional(
            "UPDATE settings_version SET version = version + 1 WHERE id = $1 RETURNING version",
            crate::values![1_i64],
        )
        .await?;
    raised
        .map(|(version,)| version)
        .ok_or_else(|| StorageError::Unreadable("settings_version has lost its row".into()))
}
