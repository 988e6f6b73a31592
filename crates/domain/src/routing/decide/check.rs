//! Whether a target takes the call.

use super::run::Run;
use super::trace::{Limit, Verdict};
use crate::condition::{Condition, Explained};
use crate::routing::period::CapPeriod;
use crate::routing::target::Target;
use crate::routing::url;

/// Comparisons that one trace explains; it need not repeat the same thing for hundreds of targets.
pub(super) const EXPLAINED_MAX: usize = 400;

impl<'a> Run<'a, '_> {
    /// The cheap questions first; the order decides only which of several obstacles is shown.
    pub fn verdict(
        &mut self,
        target: Option<&'a Target>,
        enabled: bool,
        filter: Option<&Condition>,
    ) -> (Verdict, Option<Limit>) {
        let Some(target) = target else { return (Verdict::Missing, None) };
        let verdict = if !enabled || !target.enabled {
            Verdict::Disabled
        } else if self.facts.attempted.contains(&target.id) {
            Verdict::Attempted
        } else if self.spent.contains(&target.id) {
            Verdict::Duplicate
        } else if filter.is_some_and(|filter| !self.passes(filter)) {
            Verdict::Filter
        } else if target.hours.as_ref().is_some_and(|hours| !hours.is_open(self.now)) {
            Verdict::Closed
        } else if let Some((verdict, limit)) = self.used_up(target) {
            return (verdict, Some(limit));
        } else if self.refuses(target) {
            Verdict::Unavailable
        } else {
            Verdict::Eligible
        };
        (verdict, None)
    }

    /// The cap or the concurrency that this call would exceed.
    fn used_up(&mut self, target: &'a Target) -> Option<(Verdict, Limit)> {
        let over = |used: u32, held: bool, max: u32| {
            (used.saturating_sub(u32::from(held)) >= max).then_some(Limit { used, max })
        };
        let (counters, facts) = (self.counters, self.facts);
        let capped = self.periods.counters(target).find_map(|(key, cap)| {
            let limit = over(counters.used(&key), facts.holds(&key), cap)?;
            let verdict = match key.period {
                CapPeriod::Hour => Verdict::CapHour,
                CapPeriod::Day => Verdict::CapDay,
                CapPeriod::Month => Verdict::CapMonth,
                CapPeriod::Total => Verdict::CapTotal,
            };
            Some((verdict, limit))
        });
        capped.or_else(|| {
            let reserved = facts.reservation.is_some_and(|held| held.target == target.id);
            let limit = over(counters.live(target.id), reserved, target.concurrency?)?;
            Some((Verdict::Concurrency, limit))
        })
    }

    pub fn passes(&self, filter: &Condition) -> bool {
        filter.evaluate(&|name| self.seen.get(name))
    }

    pub fn explain(&mut self, filter: &Condition) -> Option<Explained> {
        self.explained += filter.leaves();
        (self.explained <= EXPLAINED_MAX).then(|| filter.explain(&|name| self.seen.get(name)))
    }

    /// Whether the target has said no, which may be for the tags it was asked with.
    fn refuses(&mut self, target: &Target) -> bool {
        let Some(availability) = &target.availability else { return false };
        let refuses = self.facts.answer(target.id) == Some(false);
        if refuses {
            self.seen.note(url::tags(&availability.url));
        }
        refuses
    }
}
