//! A row of `calls`, as both engines give it.

use hookline_domain::call::{Call, CallStatus, NoPayoutReason};
use hookline_domain::ids::{CallId, CampaignId, NumberId, OrgId, PublisherId};
use hookline_domain::money::Money;
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use super::{Result, StorageError};
use crate::intake::effect::LoadedCall;

/// The columns of `CallRow`, for statements that are put together when the program is built.
macro_rules! call_columns {
    () => {
        "org_id, id, external_id, caller, dialed, campaign_id, publisher_id, number_id, target, \
         status, started_at, answered_at, ended_at, converted, converted_at, revenue, payout, reason, \
         no_payout_reason, state, zip, last_seq"
    };
}
pub(super) use call_columns;

/// The same, for statements that are put together as they are needed.
pub const CALL_COLUMNS: &str = call_columns!();

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct CallRow {
    pub org_id: Uuid,
    pub id: Uuid,
    pub external_id: Option<String>,
    pub caller: String,
    pub dialed: String,
    pub campaign_id: Option<Uuid>,
    pub publisher_id: Option<Uuid>,
    pub number_id: Option<Uuid>,
    pub target: Option<String>,
    pub status: i64,
    pub started_at: i64,
    pub answered_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub converted: bool,
    pub converted_at: Option<i64>,
    pub revenue: Option<i64>,
    pub payout: Option<i64>,
    pub reason: Option<String>,
    pub no_payout_reason: Option<String>,
    pub state: Option<String>,
    pub zip: Option<String>,
    pub last_seq: i64,
}

/// How a status is stored; live ones are below 2, which the index `calls_live` relies on.
pub fn status_code(status: CallStatus) -> i64 {
    match status {
        CallStatus::Ringing => 0,
        CallStatus::InProgress => 1,
        CallStatus::Completed => 2,
        CallStatus::Failed => 3,
    }
}

fn status(code: i64) -> Result<CallStatus> {
    match code {
        0 => Ok(CallStatus::Ringing),
        1 => Ok(CallStatus::InProgress),
        2 => Ok(CallStatus::Completed),
        3 => Ok(CallStatus::Failed),
        other => Err(StorageError::Unreadable(format!("a call has the status {other}"))),
    }
}

fn money(micros: Option<i64>) -> Result<Option<Money>> {
    micros
        .map(|micros| {
            Money::from_micros(micros)
                .ok_or_else(|| StorageError::Unreadable(format!("a call has {micros} micro-dollars")))
        })
        .transpose()
}

fn no_payout_reason(text: &str) -> Result<NoPayoutReason> {
    NoPayoutReason::ALL
        .into_iter()
        .find(|reason| reason.as_str() == text)
        .ok_or_else(|| StorageError::Unreadable(format!("a call has `{text}` for its no_payout_reason")))
}

impl CallRow {
    pub fn load(self) -> Result<LoadedCall> {
        let call = Call {
            id: CallId(self.id),
            org: OrgId(self.org_id),
            caller: self.caller,
            dialed: self.dialed,
            campaign: self.campaign_id.map(CampaignId),
            publisher: self.publisher_id.map(PublisherId),
            number: self.number_id.map(NumberId),
            target: self.target,
            status: status(self.status)?,
            started_at: Timestamp(self.started_at),
            answered_at: self.answered_at.map(Timestamp),
            ended_at: self.ended_at.map(Timestamp),
            converted: self.converted,
            converted_at: self.converted_at.map(Timestamp),
            revenue_paid_out: money(self.revenue)?,
            publisher_paid_out: money(self.payout)?,
            reason: self.reason,
            no_payout_reason: self.no_payout_reason.as_deref().map(no_payout_reason).transpose()?,
            state: self.state,
            zip: self.zip,
        };
        Ok(LoadedCall {
            call,
            external_id: self.external_id,
            last_seq: self.last_seq,
            read_seq: self.last_seq,
        })
    }
}
