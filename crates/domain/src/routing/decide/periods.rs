//! When the periods began that this moment is in.

use crate::routing::period::{CapPeriod, CounterKey};
use crate::routing::target::Target;
use crate::time::Timestamp;
use crate::zone::Zone;

/// Worked out once for each time zone: targets have few of them, and a zone's rules are slow to apply.
pub(super) struct Periods<'a> {
    now: Timestamp,
    starts: Vec<(&'a Zone, [Option<Timestamp>; CapPeriod::ALL.len()])>,
}

impl<'a> Periods<'a> {
    pub fn new(now: Timestamp) -> Self {
        Self { now, starts: Vec::new() }
    }

    /// The counters of a call to this target, as [`Target::counters`] gives them.
    pub fn counters(&mut self, target: &'a Target) -> impl Iterator<Item = (CounterKey, u32)> {
        let zone = &target.time_zone;
        let known = self.starts.iter().position(|(known, _)| *known == zone);
        let at = known.unwrap_or_else(|| {
            self.starts.push((zone, Default::default()));
            self.starts.len() - 1
        });
        let (now, starts) = (self.now, &mut self.starts[at].1);
        CapPeriod::ALL.into_iter().zip(starts).filter_map(move |(period, start)| {
            let cap = target.caps.of(period)?;
            let start = *start.get_or_insert_with(|| period.start(now, zone));
            Some((CounterKey { target: target.id, period, start }, cap))
        })
    }
}
