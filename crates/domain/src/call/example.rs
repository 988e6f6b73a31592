//! A call for tests: it rings from 100 s on, and nothing more is known of it.

use uuid::Uuid;

use super::{Call, CallStatus};
use crate::ids::{CallId, OrgId};
use crate::time::Timestamp;

/// Whole seconds after the epoch.
pub(crate) fn second(seconds: i64) -> Timestamp {
    Timestamp::default().plus_seconds(seconds)
}

pub(crate) fn ringing_call() -> Call {
    Call {
        id: CallId(Uuid::from_u128(1)),
        org: OrgId(Uuid::from_u128(2)),
        caller: "+13105559876".into(),
        dialed: "+18005550100".into(),
        campaign: None,
        publisher: None,
        number: None,
        target: None,
        status: CallStatus::Ringing,
        started_at: second(100),
        answered_at: None,
        ended_at: None,
        converted: false,
        converted_at: None,
        revenue_paid_out: None,
        publisher_paid_out: None,
        reason: None,
        no_payout_reason: None,
        state: None,
        zip: None,
    }
}

/// One that was answered and is over.
pub(crate) fn completed_call() -> Call {
    Call {
        status: CallStatus::Completed,
        answered_at: Some(second(110)),
        ended_at: Some(second(170)),
        ..ringing_call()
    }
}
