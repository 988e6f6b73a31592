//! Bids as they are kept: what both engines share, and the log that the API shows.

use std::collections::BTreeMap;

use hookline_domain::ids::{OrgId, RequestId, RtbEndpointId};
use hookline_domain::time::Timestamp;
use uuid::Uuid;

use super::calls::first_id;
use super::{Db, Result, StorageError, Value};
use crate::intake::bid::HeldBid;
use crate::settings::load::from_json;
use crate::values;

/// Bids of one organization that a commit gives back at most, for calls and bids wait for it; the next one goes on.
pub const OVERDUE_MAX: i64 = 16;
/// Bids of one caller that a call looks at, the newest.
pub const OF_CALLER_MAX: i64 = 20;

/// The columns of a [`HeldRow`], in its order.
macro_rules! held_columns {
    () => {
        "org_id, id, endpoint_id, caller, expires_at, parameters, reservation"
    };
}
pub(super) use held_columns;

/// A bid whose place is held, as it is stored.
#[derive(sqlx::FromRow)]
pub struct HeldRow {
    pub org_id: Uuid,
    pub id: Uuid,
    pub endpoint_id: Uuid,
    pub caller: Option<String>,
    pub expires_at: Option<i64>,
    pub parameters: String,
    pub reservation: Option<String>,
}

impl HeldRow {
    pub fn read(self) -> Result<HeldBid> {
        let parameters: BTreeMap<String, String> = from_json("rtb_bids.parameters", &self.parameters)?;
        let missing = || StorageError::Unreadable(format!("the bid {} is held and lacks its place", self.id));
        let reservation = self.reservation.as_deref().ok_or_else(missing)?;
        Ok(HeldBid {
            org: OrgId(self.org_id),
            id: RequestId(self.id),
            endpoint: RtbEndpointId(self.endpoint_id),
            caller: self.caller.clone().ok_or_else(missing)?,
            expires_at: Timestamp(self.expires_at.ok_or_else(missing)?),
            parameters: parameters.into_iter().collect(),
            reserved: from_json("rtb_bids.reservation", reservation)?,
        })
    }
}

/// What became of a bid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BidState {
    Reserved,
    Used,
    Expired,
    Rejected,
}

impl BidState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Used => "used",
            Self::Expired => "expired",
            Self::Rejected => "rejected",
        }
    }
}

impl std::str::FromStr for BidState {
    type Err = ();

    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        let all = [Self::Reserved, Self::Used, Self::Expired, Self::Rejected];
        all.into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}

/// A bid as the log has it.
#[derive(sqlx::FromRow)]
pub struct BidLine {
    pub id: Uuid,
    pub caller: Option<String>,
    pub at: i64,
    pub expires_at: Option<i64>,
    pub payout: Option<i64>,
    pub target_id: Option<Uuid>,
    pub parameters: String,
    pub state: String,
    pub reason: Option<String>,
    pub call_id: Option<Uuid>,
    pub answer: String,
}

/// Bids of an endpoint, newest first.
pub async fn page(
    db: &Db,
    org: OrgId,
    endpoint: RtbEndpointId,
    before: Option<RequestId>,
    state: Option<BidState>,
    limit: u32,
) -> Result<Vec<BidLine>> {
    let mut values = values![org.0, endpoint.0];
    let mut sql =
        "SELECT id, caller, at, expires_at, payout, target_id, parameters, state, reason, call_id, answer
         FROM rtb_bids WHERE org_id = $1 AND endpoint_id = $2"
            .to_owned();
    let conditions: [(&str, Option<Value>); 2] =
        [("id <", before.map(|id| id.0.into())), ("state =", state.map(|state| state.as_str().into()))];
    for (condition, value) in conditions {
        if let Some(value) = value {
            values.push(value);
            sql += &format!(" AND {condition} ${}", values.len());
        }
    }
    sql += &format!(" ORDER BY id DESC LIMIT {limit}");
    db.fetch_all(&sql, values).await
}

/// Bids of one state and reason.
#[derive(sqlx::FromRow)]
pub struct BidCount {
    pub state: String,
    pub reason: Option<String>,
    pub bids: i64,
    /// In all.
    pub payout: i64,
}

/// Bids of an endpoint that came in this time, the most frequent outcome first.
pub async fn summary(
    db: &Db,
    org: OrgId,
    endpoint: RtbEndpointId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<BidCount>> {
    db.fetch_all(
        "SELECT state, reason, COUNT(*) AS bids, CAST(COALESCE(SUM(payout), 0) AS BIGINT) AS payout
         FROM rtb_bids WHERE org_id = $1 AND endpoint_id = $2 AND id >= $3 AND id < $4
         GROUP BY state, reason ORDER BY bids DESC, state, reason",
        values![org.0, endpoint.0, first_id(from), first_id(to.plus_micros(1_000))],
    )
    .await
}

/// Organizations with bids whose time is over.
pub async fn overdue(db: &Db, now: Timestamp) -> Result<Vec<OrgId>> {
    let rows: Vec<(Uuid,)> = db
        .fetch_all(
            "SELECT DISTINCT org_id FROM rtb_bids WHERE state = 'reserved' AND expires_at <= $1",
            values![now.0],
        )
        .await?;
    Ok(rows.into_iter().map(|(org,)| OrgId(org)).collect())
}
