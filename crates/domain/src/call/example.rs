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
    Call::ringing(
        CallId(Uuid::from_u128(1)),
        OrgId(Uuid::from_u128(2)),
        "+13105559876".into(),
        "+18005550100".into(),
        second(100),
    )
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
