//! The demo's calls, played through the same commits as a switch's and as clients' requests.

use std::sync::Arc;

use hookline_domain::call::CallEvent;
use hookline_domain::ids::{CallId, OrgId, RequestId};
use hookline_domain::time::Timestamp;
use hookline_domain::webhook::{Method, WebhookKind};
use serde_json::{Value, json};

use super::DEMO_NUMBER;
use crate::clock::Clock;
use crate::intake::sent::{self, Sent};
use crate::intake::work::{CallEventReport, Outcome, StartCall, Work};
use crate::settings::{Org, Settings};
use crate::storage::group_commit::Committer;
use crate::storage::traffic::Traffic;
use crate::storage::{Result, StorageError};

const FINISHED_CALLS: u64 = 20;
const LIVE_CALLS: u64 = 2;
const ACTOR: &str = "demo";

/// What calls are played with.
pub struct Stage<'a> {
    pub settings: &'a Settings,
    pub committer: &'a Committer,
    pub clock: &'a Clock,
    pub traffic: &'a Traffic,
}

/// The organization's finished calls, an hour apart, and two that go on.
pub async fn play(stage: &Stage<'_>, org: OrgId) -> Result<()> {
    let snapshot = stage.settings.current().map_err(|stale| StorageError::Setup(stale.to_string()))?;
    let org = snapshot.orgs.get(&org).ok_or_else(|| StorageError::Setup("the demo is gone".into()))?;
    for index in 0..FINISHED_CALLS + LIVE_CALLS {
        let is_live = index >= FINISHED_CALLS;
        let age_seconds = if is_live { 30 } else { 3_600 * (FINISHED_CALLS - index) as i64 };
        stage.call(org, index, stage.clock.now().plus_seconds(-age_seconds), is_live).await?;
    }
    Ok(())
}

impl Stage<'_> {
    async fn call(&self, org: &Arc<Org>, index: u64, started_at: Timestamp, is_live: bool) -> Result<()> {
        let caller = format!("+1{}555{:04}", pick(index, &["310", "212", "305", "312", "415"]), 100 + index);
        let lead = json!({
            "caller_id": caller,
            "lead_source": pick(index, &["google_ads", "facebook", "organic"]),
            "ad_campaign": format!("medicare_q{}", 1 + index % 4),
            "age": 61 + index % 17,
        });
        self.request(org, WebhookKind::CallData, &lead, started_at.plus_seconds(-25)).await?;
        let id = self.start(org, caller, started_at).await?;
        self.report(org, id, CallEvent::Answered { target: None }, started_at.plus_seconds(8)).await?;
        if is_live {
            return Ok(());
        }
        let end = started_at.plus_seconds(38 + 37 * index as i64 % 600);
        let reason = Some("caller hung up".to_owned());
        self.report(org, id, CallEvent::Ended { failed: false, reason }, end).await?;
        let quality =
            json!({ "call_log_id": id, "add": { "lead_quality": pick(index, &["low", "high", "medium"]) } });
        self.request(org, WebhookKind::UpdateTags, &quality, end.plus_seconds(60)).await?;
        if index.is_multiple_of(4) {
            let sale = json!({ "call_log_id": id, "revenue_paid_out": "120.00", "transaction_id": format!("demo-{index}") });
            self.request(org, WebhookKind::UpdateRevenue, &sale, end.plus_seconds(600)).await?;
        }
        Ok(())
    }

    async fn start(&self, org: &Arc<Org>, caller: String, started_at: Timestamp) -> Result<CallId> {
        let number = org.numbers.get(DEMO_NUMBER);
        let id = CallId(self.clock.new_id());
        let start = StartCall {
            id,
            org: org.clone(),
            external_id: None,
            caller,
            dialed: DEMO_NUMBER.into(),
            campaign: number.map(|number| number.campaign),
            publisher: number.and_then(|number| number.publisher),
            number: number.map(|number| number.id),
            started_at,
            parameters: vec![],
            headers: vec![],
            actor: ACTOR.into(),
        };
        self.commit(Work::Start(Box::new(start))).await?;
        Ok(id)
    }

    async fn report(&self, org: &Arc<Org>, call: CallId, event: CallEvent, at: Timestamp) -> Result<()> {
        let report = CallEventReport { org: org.clone(), call, event, at, actor: ACTOR.into(), after: None };
        self.commit(Work::Event(Box::new(report))).await
    }

    /// To the organization's webhook of this type, as a client sends it.
    async fn request(&self, org: &Arc<Org>, kind: WebhookKind, body: &Value, at: Timestamp) -> Result<()> {
        let webhook = org.webhooks.values().find(|webhook| webhook.kind == kind);
        let webhook =
            webhook.ok_or_else(|| StorageError::Setup(format!("the demo has no {} webhook", kind.name())))?;
        let sent = Sent {
            method: Method::Post,
            address: ACTOR.into(),
            query: String::new(),
            headers: vec![("content-type".into(), "application/json".into())],
            body: body.to_string().into_bytes(),
        };
        let request = sent::read(RequestId(self.clock.new_id()), at, org, webhook.clone(), sent);
        self.commit(Work::Request(Box::new(request))).await?;
        self.traffic.count(org.id, webhook.id, 200, at);
        Ok(())
    }

    async fn commit(&self, work: Work) -> Result<()> {
        match self.committer.commit(work).await {
            Ok(Outcome::Call(_)) => Ok(()),
            Ok(Outcome::Answer(answer)) if answer.status == 200 => Ok(()),
            Ok(other) => Err(StorageError::Setup(format!("the demo came to {other:?}"))),
            Err(error) => Err(StorageError::Setup(error.to_string())),
        }
    }
}

/// One after the other.
fn pick<'a>(index: u64, of: &[&'a str]) -> &'a str {
    of[index as usize % of.len()]
}
