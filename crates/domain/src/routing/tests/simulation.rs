//! Calls over days, decided by two nodes that share the counters: no limit is ever exceeded.

use proptest::prelude::*;

use super::*;

const HOUR: usize = "2026-10-31T12".len();

/// One thing that happens; gaps are minutes since the one before.
#[derive(Debug, Clone)]
enum Event {
    /// So many of the targets that are tried refuse, before one takes the call.
    Call { gap: i64, chance: u64, refusals: usize },
    /// A bid that holds the best paid route's place, and a call that uses it or none.
    Bid { gap: i64, chance: u64, used: bool },
    /// The call or reservation that has been held longest ends, or is given back.
    End { given_back: bool },
}

/// A place that is taken at a target, and since when.
#[derive(Debug, Clone)]
struct Held {
    reservation: Reservation,
    at: Timestamp,
}

struct Simulation {
    nodes: [World; 2],
    counters: Counters,
    now: Timestamp,
    live: Vec<Held>,
    /// Every call that was taken and every reservation that was not given back, to count again.
    counted: Vec<(TargetId, Timestamp)>,
}

impl Simulation {
    fn new(targets: &[Value]) -> Self {
        let list: Vec<(u128, u32, u32)> =
            (1..).zip(targets).map(|(number, _)| (number, number as u32 % 2 + 1, number as u32)).collect();
        let node = || {
            let targets = (1..).zip(targets).map(|(number, json)| target(number, json.clone())).collect();
            World::new(targets, vec![plan(1, json!({"routes": routes(&list)}))])
        };
        // Before New York's clocks go back.
        let now = at("2026-10-31T12:00:00Z");
        Self { nodes: [node(), node()], counters: Counters::default(), now, live: vec![], counted: vec![] }
    }

    /// A node that holds the lock sees the counters as they are.
    fn node(&mut self, chance: u64) -> &mut World {
        let node = &mut self.nodes[chance as usize % 2];
        node.counters.clone_from(&self.counters);
        node.now = self.now;
        node.attempted.clear();
        node.reservation = None;
        node
    }

    fn take(&mut self, target: TargetId, claims: Vec<CounterKey>) {
        for key in &claims {
            *self.counters.used.entry(*key).or_default() += 1;
        }
        *self.counters.live.entry(target).or_default() += 1;
        self.counted.push((target, self.now));
        self.live.push(Held { reservation: Reservation { target, claims }, at: self.now });
    }

    fn hang_up(&mut self, held: &Held) {
        *self.counters.live.get_mut(&held.reservation.target).unwrap() -= 1;
    }

    /// The place was not used after all.
    fn give_back(&mut self, held: &Held) {
        self.hang_up(held);
        for key in &held.reservation.claims {
            *self.counters.used.get_mut(key).unwrap() -= 1;
        }
        let at = self.counted.iter().position(|one| *one == (held.reservation.target, held.at)).unwrap();
        self.counted.remove(at);
    }

    fn call(&mut self, chance: u64, refusals: usize) {
        let mut attempted = Vec::new();
        loop {
            let node = self.node(chance);
            node.attempted.clone_from(&attempted);
            let Outcome::Dial { targets } = node.decide(chance).outcome else { return };
            let Dialed { target, claims, .. } = only(targets);
            self.take(target, claims);
            if attempted.len() >= refusals {
                return;
            }
            self.check();
            let held = self.live.pop().unwrap();
            self.give_back(&held);
            attempted.push(target);
        }
    }

    fn bid(&mut self, chance: u64, used: bool) {
        let Some(best) = self.node(chance).eligible().routes.into_iter().next() else { return };
        self.take(best.target, best.claims);
        self.check();
        if !used {
            return;
        }
        let held = self.live.pop().unwrap();
        let node = self.node(chance + 1);
        node.reservation = Some(held.reservation.clone());
        let Outcome::Dial { targets } = node.decide(chance).outcome else { panic!("it was promised") };
        let Dialed { target, claims, .. } = only(targets);
        assert_eq!((target, claims), (held.reservation.target, vec![]));
        self.live.push(held);
    }

    fn happen(&mut self, event: &Event) {
        match event {
            Event::Call { gap, chance, refusals } => {
                self.now = self.now.plus_seconds(gap * 60);
                self.call(*chance, *refusals);
            }
            Event::Bid { gap, chance, used } => {
                self.now = self.now.plus_seconds(gap * 60);
                self.bid(*chance, *used);
            }
            Event::End { .. } if self.live.is_empty() => {}
            Event::End { given_back } => {
                let held = self.live.remove(0);
                if *given_back { self.give_back(&held) } else { self.hang_up(&held) }
            }
        }
    }

    /// Counts again, from the calls themselves and by the clocks' text.
    fn check(&self) {
        for target in self.nodes[0].directory.targets() {
            // What the clocks show, as far as it names the period; an hour that they show twice is two.
            let label = |at: Timestamp, length: usize| {
                let pass = if length == HOUR { target.time_zone.offset_seconds(at) } else { 0 };
                (target.time_zone.local(at).to_string()[..length].to_owned(), pass)
            };
            let calls = || self.counted.iter().filter(|(one, _)| *one == target.id).map(|(_, at)| *at);
            for (cap, length) in [
                (target.caps.hour, HOUR),
                (target.caps.day, "2026-10-31".len()),
                (target.caps.month, "2026-10".len()),
                (target.caps.total, 0),
            ] {
                let used = calls().filter(|at| label(*at, length) == label(self.now, length)).count();
                assert!(cap.is_none_or(|cap| used <= cap as usize), "{used} of {cap:?} at {}", target.name);
            }
            let live = self.live.iter().filter(|held| held.reservation.target == target.id).count();
            assert_eq!(live, self.counters.live(target.id) as usize);
            assert!(target.concurrency.is_none_or(|most| live <= most as usize));
        }
    }
}

fn some_target() -> impl Strategy<Value = Value> {
    let cap = |most: u32| prop_oneof![Just(Value::Null), (1..most).prop_map(Value::from)];
    let zone = prop::sample::select(vec!["UTC", "America/New_York", "Asia/Kolkata"]);
    let payout = (0_u32..4).prop_map(|payout| json!({"connected_seconds": 1, "payout": payout}));
    (cap(3), cap(6), cap(12), cap(20), cap(4), zone, payout).prop_map(
        |(hour, day, month, total, concurrency, zone, conversion)| {
            json!({"caps": {"hour": hour, "day": day, "month": month, "total": total},
                "concurrency": concurrency, "time_zone": zone, "conversion": conversion})
        },
    )
}

fn some_event() -> impl Strategy<Value = Event> {
    let gap = prop_oneof![8 => 0_i64..40, 1 => 0_i64..2_000];
    prop_oneof![
        4 => (gap.clone(), any::<u64>(), prop_oneof![3 => Just(0_usize), 1 => 1_usize..4])
            .prop_map(|(gap, chance, refusals)| Event::Call { gap, chance, refusals }),
        2 => (gap, 0..u64::MAX, any::<bool>()).prop_map(|(gap, chance, used)| Event::Bid { gap, chance, used }),
        3 => any::<bool>().prop_map(|given_back| Event::End { given_back }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_limit_is_ever_exceeded_by_two_nodes(
        targets in prop::collection::vec(some_target(), 1..5),
        events in prop::collection::vec(some_event(), 1..120),
    ) {
        let mut simulation = Simulation::new(&targets);
        for event in &events {
            simulation.happen(event);
            simulation.check();
        }
    }
}
