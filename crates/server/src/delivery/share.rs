//! How many requests are sent to whom at once, so that slow receivers hold up nobody else.

use std::collections::HashMap;

use hookline_domain::ids::OrgId;
use uuid::Uuid;

use crate::storage::delivery_work::{DueRow, Key};

/// Requests of this node under way at once.
pub const SENDING_MAX: usize = 128;
/// Of these, to the outgoing webhooks of one organization.
const SENDING_PER_ORG_MAX: usize = 48;
/// And to one outgoing webhook.
const SENDING_PER_WEBHOOK_MAX: usize = 16;
/// And to one, of the places that are free: one part in so many. However many slow ones there are, they leave some.
const FREE_PARTS: usize = 2;

/// What is under way to whom.
#[derive(Default)]
pub struct Shares {
    all: usize,
    by_org: HashMap<OrgId, usize>,
    by_webhook: HashMap<Uuid, usize>,
}

impl Shares {
    pub fn of(under_way: impl Iterator<Item = (Uuid, OrgId)>) -> Self {
        let mut shares = Self::default();
        under_way.for_each(|(webhook, org)| shares.add(webhook, org));
        shares
    }

    fn add(&mut self, webhook: Uuid, org: OrgId) {
        self.all += 1;
        *self.by_org.entry(org).or_default() += 1;
        *self.by_webhook.entry(webhook).or_default() += 1;
    }

    pub fn is_full(&self) -> bool {
        self.all >= SENDING_MAX
    }

    /// How many are on their way to one.
    pub fn to(&self, webhook: Uuid) -> usize {
        self.by_webhook.get(&webhook).copied().unwrap_or(0)
    }

    /// How many more one may be sent, if nobody else is; of one that is gone the organization is not known.
    pub fn room(&self, webhook: Uuid, org: Option<OrgId>) -> usize {
        let free = SENDING_MAX.saturating_sub(self.all);
        let of_org = org.and_then(|org| self.by_org.get(&org)).copied().unwrap_or(0);
        let free = free.min(SENDING_PER_ORG_MAX.saturating_sub(of_org));
        let share = (free / FREE_PARTS).clamp(1, SENDING_PER_WEBHOOK_MAX);
        share.saturating_sub(self.to(webhook)).min(free)
    }

    /// Which of these are sent now: in turn, and those first that least is sent to.
    pub fn choose(mut self, due: Vec<DueRow>) -> Vec<Key> {
        let mut turns: HashMap<Uuid, usize> = HashMap::new();
        let mut due: Vec<(usize, DueRow)> = due
            .into_iter()
            .map(|row| {
                let turn = turns.entry(row.webhook_id).or_insert_with(|| self.to(row.webhook_id));
                *turn += 1;
                (*turn, row)
            })
            .collect();
        due.sort_by_key(|(turn, row)| (*turn, row.next_at));
        let mut chosen = Vec::new();
        for (_, row) in due {
            let org = OrgId(row.org_id);
            if self.room(row.webhook_id, Some(org)) > 0 {
                self.add(row.webhook_id, org);
                chosen.push(row.key());
            }
        }
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(org: u128, webhook: u128, count: u128) -> impl Iterator<Item = DueRow> {
        (0..count).map(move |number| DueRow {
            org_id: Uuid::from_u128(org),
            id: Uuid::from_u128(webhook * 1_000 + number),
            webhook_id: Uuid::from_u128(webhook),
            event: String::new(),
            call_id: Uuid::nil(),
            due_at: 0,
            next_at: 0,
        })
    }

    #[test]
    fn many_slow_ones_leave_room() {
        // Of one organization, and of as many as there are webhooks.
        for of_one in [true, false] {
            let slow = (1..=40).flat_map(|webhook| due(if of_one { 1 } else { webhook }, webhook, 50));
            let slow = slow.collect::<Vec<_>>();
            let orgs: HashMap<Uuid, (Uuid, Uuid)> =
                slow.iter().map(|row| (row.id, (row.webhook_id, row.org_id))).collect();
            let under_way = Shares::default().choose(slow).into_iter();
            let shares = Shares::of(under_way.map(|(_, id)| (orgs[&id.0].0, OrgId(orgs[&id.0].1))));
            assert!(shares.all >= 40 && shares.room(Uuid::from_u128(99), None) > 0, "{}", shares.all);
            assert_eq!(shares.choose(due(99, 99, 1).collect()).len(), 1);
        }
        assert_eq!(Shares::default().choose(due(1, 1, 50).collect()).len(), SENDING_PER_WEBHOOK_MAX);
    }
}
