//! A demo organization with calls: what `seed` and the button make, and the start of what `bench-seed` makes.

pub mod calls;
mod routing;

use std::collections::BTreeMap;

use hookline_domain::access::Role;
use hookline_domain::ids::{
    ApiKeyId, CampaignId, CustomTagId, NumberId, OrgId, PublisherId, UserId, WebhookId,
};
use hookline_domain::phone::Country;
use hookline_domain::rate::RateLimit;
use hookline_domain::settings::WebhookSettings;
use hookline_domain::tags::{CustomTag, TagKind, TagName};
use hookline_domain::webhook::WebhookKind;
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::keys::{Key, KeyKind};
use crate::storage::campaigns::{self, Group, GroupRow, NumberRow};
use crate::storage::organizations::{self, NewApiKey, NewOrganization};
use crate::storage::users::User;
use crate::storage::webhooks::{self, NewWebhook};
use crate::storage::{Db, Result, Tx};

pub use routing::FLOW_NUMBER;

pub const DEMO_NAME: &str = "Demo";
pub const DEMO_NUMBER: &str = "+18885550100";

/// The keys of a new organization, in the clear.
#[derive(Serialize, Deserialize)]
pub struct DemoKeys {
    pub api_key: String,
    pub keys: BTreeMap<String, String>,
}

/// The demo's organization, with keys.
pub async fn create(tx: &mut Tx, clock: &Clock) -> Result<(OrgId, DemoKeys)> {
    create_organization(tx, clock, DEMO_NAME, RateLimit::default()).await
}

/// Who is signed in to the demo.
pub fn owner(id: UserId) -> User {
    User { id, email: "demo@example.com".to_owned(), name: "Demo owner".to_owned(), password_hash: None }
}

/// What its calls are read and routed by.
pub async fn set_up(db: &Db, clock: &Clock, org: OrgId) -> Result<()> {
    let campaign = create_campaign(db, clock, org).await?;
    routing::create(db, clock, org, campaign).await
}

/// Makes an organization with an API key and a webhook of each type.
pub async fn create_organization(
    tx: &mut Tx,
    clock: &Clock,
    name: &str,
    rate: RateLimit,
) -> Result<(OrgId, DemoKeys)> {
    let at = clock.now();
    let org = OrgId(clock.new_id());
    organizations::create(tx, &NewOrganization { id: org, name, country: Country::US, at }).await?;
    let api_key = Key::generate(KeyKind::Api);
    let new = NewApiKey { id: ApiKeyId(clock.new_id()), org, name: "demo", role: Role::Owner, at };
    organizations::create_api_key(tx, &new, &api_key).await?;
    let mut keys = BTreeMap::new();
    for kind in WebhookKind::ALL {
        let key = Key::generate(KeyKind::Webhook);
        let settings = WebhookSettings { rate_limit: rate, ..WebhookSettings::default_for(kind) };
        let new = NewWebhook {
            id: WebhookId(clock.new_id()),
            org,
            kind,
            name: kind.name(),
            settings: &settings,
            at,
        };
        webhooks::create(tx, &new, &key).await?;
        keys.insert(kind.name().to_owned(), key.reveal().to_owned());
    }
    Ok((org, DemoKeys { api_key: api_key.reveal().to_owned(), keys }))
}

/// Gives it custom tags, a publisher, and a campaign with a number.
pub async fn create_campaign(db: &Db, clock: &Clock, org: OrgId) -> Result<CampaignId> {
    let at = clock.now();
    let mut tx = db.begin().await?;
    for (key, label, kind) in [
        ("lead_source", "Lead source", TagKind::Text),
        ("ad_campaign", "Ad campaign", TagKind::Text),
        ("age", "Age", TagKind::Number),
        (
            "lead_quality",
            "Lead quality",
            TagKind::OneOf { values: vec!["low".into(), "medium".into(), "high".into()] },
        ),
    ] {
        let tag = CustomTag {
            id: CustomTagId(clock.new_id()),
            key: TagName::normalize(key).expect("the demo's names are tag names"),
            label: label.into(),
            kind,
            aliases: vec![],
            sources: None,
            default: None,
        };
        campaigns::create_custom_tag(&mut tx, org, &tag, at).await?;
    }
    let none = BTreeMap::new();
    let (campaign, publisher) = (CampaignId(clock.new_id()), PublisherId(clock.new_id()));
    for (group, id, name) in
        [(Group::Publisher, publisher.0, "Search ads"), (Group::Campaign, campaign.0, "Medicare")]
    {
        campaigns::create_group(&mut tx, org, group, &GroupRow { id, name, tag_defaults: &none }, at).await?;
    }
    let number = NumberRow {
        id: NumberId(clock.new_id()),
        phone_number: DEMO_NUMBER,
        campaign,
        publisher: Some(publisher),
    };
    campaigns::create_number(&mut tx, org, &number, at).await?;
    tx.commit().await?;
    Ok(campaign)
}
