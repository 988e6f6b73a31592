//! The places that calls and bids take at targets: what is taken is given back once.

use hookline_domain::ids::OrgId;
use hookline_domain::routing::CounterKey;

use super::Commit;
use crate::routing::Dialing;
use crate::settings::Org;

impl Commit<'_> {
    /// Takes the places of a call at its target. What a bid holds there becomes the call's, with the rule that
    /// the bid was answered.
    pub(super) fn take_places(&mut self, org: &Org, held: Option<Dialing>, dialing: Dialing) -> Dialing {
        let Some(held) = held else {
            self.claim(org.id, &dialing);
            return dialing;
        };
        let target = org.directory.target(held.target);
        let now: Vec<CounterKey> =
            target.into_iter().flat_map(|target| target.counters(self.at)).map(|(key, _)| key).collect();
        // An hour may have ended meanwhile: the call counts in its own.
        let (mut claims, past): (Vec<_>, Vec<_>) = held.claims.into_iter().partition(|key| now.contains(key));
        self.count_used(org.id, &past, -1);
        self.count_used(org.id, &dialing.claims, 1);
        claims.extend(dialing.claims);
        Dialing { claims, conversion: held.conversion.or(dialing.conversion), ..dialing }
    }

    /// Takes the places of a call at a target.
    pub(super) fn claim(&mut self, org: OrgId, dialing: &Dialing) {
        self.count(org, dialing, 1, true);
    }

    /// Gives them back; what was used stays used if the call was connected.
    pub(super) fn release(&mut self, org: OrgId, dialing: &Dialing, was_connected: bool) {
        self.count(org, dialing, -1, !was_connected);
    }

    fn count(&mut self, org: OrgId, dialing: &Dialing, by: i64, used_too: bool) {
        if used_too {
            self.count_used(org, &dialing.claims, by);
        }
        add(self.loaded.counters.live.entry(dialing.target).or_default(), by);
        *self.writes.live.entry((org, dialing.target)).or_default() += by;
    }

    fn count_used(&mut self, org: OrgId, keys: &[CounterKey], by: i64) {
        for key in keys {
            add(self.loaded.counters.used.entry(*key).or_default(), by);
            *self.writes.used.entry((org, *key)).or_default() += by;
        }
    }
}

fn add(count: &mut u32, by: i64) {
    *count = u32::try_from(i64::from(*count) + by).unwrap_or(0);
}
