use proptest::prelude::*;

use super::*;

const TARGETS: u128 = 6;

fn maybe(range: std::ops::Range<u32>) -> impl Strategy<Value = Value> {
    prop_oneof![Just(Value::Null), range.prop_map(Value::from)]
}

fn some_target() -> impl Strategy<Value = Value> {
    let hours = prop_oneof![
        3 => Just(Value::Null),
        1 => Just(json!({"time_zone": "UTC", "week": {"monday": [{"from": "17:00", "to": "18:00"}]}})),
        1 => Just(json!({"time_zone": "UTC", "week": {"monday": [{"from": "18:00", "to": "19:00"}]}})),
    ];
    let availability =
        prop_oneof![3 => Just(Value::Null), 1 => Just(json!({"url": "https://a.example/[ZIP]"}))];
    (prop::bool::weighted(0.9), maybe(1..3), maybe(1..4), maybe(1..3), hours, availability).prop_map(
        |(enabled, hour, day, concurrency, hours, availability)| {
            json!({"enabled": enabled, "caps": {"hour": hour, "day": day}, "concurrency": concurrency,
                "hours": hours, "availability": availability})
        },
    )
}

fn some_filter() -> impl Strategy<Value = Value> {
    prop_oneof![
        2 => Just(Value::Null),
        1 => Just(json!({"tag": "state", "op": "equals", "value": "CA"})),
        1 => Just(json!({"tag": "state", "op": "equals", "value": "NY"})),
        1 => Just(json!({"tag": "zip", "op": "exists"})),
    ]
}

fn some_plan() -> impl Strategy<Value = Value> {
    let target = || (1..=TARGETS + 1).prop_map(|number| json!(id(number)));
    let route = (target(), 1_u32..4, 1_u32..10, some_filter(), prop::bool::weighted(0.9)).prop_map(
        |(target, priority, weight, filter, enabled)| {
            json!({"target": target, "priority": priority, "weight": weight, "filter": filter, "enabled": enabled})
        },
    );
    let then = prop_oneof![
        2 => target().prop_map(|target| json!({"target": target})),
        2 => Just(json!({"plan": plan_id(2)})),
        1 => Just(json!({"reject": "no"})),
    ];
    let about = prop_oneof![
        Just(json!({"caller": "+1310*"})),
        Just(json!({"caller": "+1212*"})),
        Just(json!({"filter": {"tag": "state", "op": "equals", "value": "NY"}})),
        Just(json!({"publisher": publisher(1)})),
    ];
    let duplicates = prop_oneof![
        2 => Just(Value::Null),
        1 => prop::sample::select(vec!["route_normally", "reject", "same_target", "other_target"])
            .prop_map(|then| json!({"window_seconds": 600, "then": then})),
    ];
    let fallback = prop_oneof![Just(Value::Null), target()];
    let overrides = prop::collection::vec((about, then), 0..3);
    let strategy = prop::sample::select(vec!["sequential", "simultaneous"]);
    (prop::collection::vec(route, 1..8), overrides, duplicates, fallback, strategy, 2..=10_u32).prop_map(
        |(routes, overrides, duplicates, fallback, strategy, max)| {
            let overrides: Vec<Value> = (1..)
                .zip(overrides)
                .map(|(order, (mut json, then)): (u32, _)| {
                    (json["order"], json["then"]) = (json!(order), then);
                    json
                })
                .collect();
            json!({"routes": routes, "overrides": overrides, "duplicates": duplicates, "fallback": fallback,
                "strategy": strategy, "simultaneous_max": max})
        },
    )
}

prop_compose! {
    fn world()(
        targets in prop::collection::vec(some_target(), TARGETS as usize),
        plans in (some_plan(), some_plan()),
        used in prop::collection::vec(0_u32..4, TARGETS as usize * 3),
        state in prop::sample::select(vec!["CA", "NY"]),
        publisher_number in prop::option::of(1_u128..3),
        previous in prop::collection::vec((1..=TARGETS, 0_i64..1200), 0..3),
        attempted in prop::collection::vec(1..=TARGETS, 0..3),
        answers in prop::collection::vec(any::<bool>(), 0..=TARGETS as usize),
    ) -> World {
        let targets = (1..).zip(targets).map(|(number, json)| target(number, json)).collect();
        let mut world = World::new(targets, vec![plan(1, plans.0), plan(2, plans.1)]);
        for (number, used) in (1..).zip(used.chunks(3)) {
            world.count(number, CapPeriod::Hour, used[0]);
            world.count(number, CapPeriod::Day, used[1]);
            world.counters.live.insert(id(number), used[2]);
        }
        world.tags = vec![("state", state)];
        world.publisher = publisher_number.map(publisher);
        world.previous = previous
            .into_iter()
            .map(|(target, ago)| PreviousCall {
                target: Some(id(target)),
                at: world.now.plus_seconds(-ago),
                connected: true,
                converted: false,
            })
            .collect();
        world.attempted = attempted.into_iter().map(id).collect();
        world.availability = (1..).map(id).zip(answers).collect();
        world
    }
}

/// Whether a call may be sent to this target, whatever the plan says.
fn may_take(world: &World, target: TargetId) -> bool {
    let target = world.directory.target(target).unwrap();
    let open = target.hours.as_ref().is_none_or(|hours| hours.is_open(world.now));
    let under = target.counters(world.now).all(|(key, cap)| world.counters.used(&key) < cap);
    let free = target.concurrency.is_none_or(|most| world.counters.live(target.id) < most);
    let refused = target.availability.is_some() && world.availability.contains(&(target.id, false));
    target.enabled && open && under && free && !refused && !world.attempted.contains(&target.id)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_same_inputs_give_the_same_decision(world in world(), chance: u64) {
        prop_assert_eq!(world.decide(chance), world.decide(chance));
        prop_assert_eq!(world.eligible(), world.eligible());
    }

    #[test]
    fn only_a_target_that_takes_the_call_is_chosen(world in world(), chance: u64) {
        let decision = world.decide(chance);
        match &decision.outcome {
            Outcome::Dial { targets } => {
                for Dialed { target, claims, .. } in targets {
                    prop_assert!(may_take(&world, *target));
                    let counters = world.directory.target(*target).unwrap().counters(world.now);
                    prop_assert_eq!(claims, &counters.map(|(key, _)| key).collect::<Vec<_>>());
                    let plan = world.directory.plan(plan_id(1)).unwrap();
                    prop_assert!(world.directory.targets_of(plan).any(|one| one.id == *target));
                }
            }
            Outcome::AskAvailability { target, .. } => prop_assert!(may_take(&world, *target)),
            Outcome::Reject(_) => prop_assert_eq!(&decision.trace.chosen, &None),
        }
    }

    #[test]
    fn trying_goes_on_until_all_that_could_take_the_call_were_tried(mut world in world(), chance: u64) {
        world.attempted.clear();
        let mut tried = Vec::new();
        loop {
            match world.decide(chance).outcome {
                Outcome::Dial { targets } => {
                    for Dialed { target, .. } in targets {
                        prop_assert!(!tried.contains(&target), "{:?} twice", target);
                        tried.push(target);
                        world.attempted.push(target);
                    }
                }
                Outcome::AskAvailability { target, .. } => world.availability.push((target, true)),
                Outcome::Reject(_) => break,
            }
        }
        prop_assert!(tried.len() <= TARGETS as usize);
        prop_assert_eq!(world.eligible().routes, vec![]);
    }

    #[test]
    fn what_is_offered_for_a_bid_is_what_a_call_can_get(world in world(), chance: u64) {
        let bid = world.eligible();
        prop_assert_eq!(bid.routes.is_empty(), bid.refusal.is_some());
        prop_assert!(bid.routes.iter().all(|route| may_take(&world, route.target)));
        match world.decide(chance).outcome {
            Outcome::Dial { targets } => {
                for Dialed { target, .. } in targets {
                    prop_assert!(bid.routes.iter().any(|route| route.target == target));
                }
            }
            Outcome::AskAvailability { target, .. } => {
                prop_assert!(bid.routes.iter().any(|route| route.target == target));
            }
            Outcome::Reject(refusal) => prop_assert_eq!(bid.refusal, Some(refusal)),
        }
    }

    #[test]
    fn a_tag_that_was_not_read_changes_nothing(mut world in world(), chance: u64) {
        let before = world.decide(chance);
        world.tags.push(("zip", "90210"));
        if !before.tags_read.contains("zip") {
            prop_assert_eq!(before, world.decide(chance));
        }
    }

    #[test]
    fn all_chances_together_give_each_weight_its_part(weights in prop::collection::vec(1_u32..20, 1..7)) {
        let list: Vec<(u128, u32, u32)> = (1..).zip(&weights).map(|(target, weight)| (target, 1, *weight)).collect();
        let world = World::plain(TARGETS, json!({"routes": routes(&list)}));
        let mut counts = vec![0; weights.len()];
        for chance in 0..weights.iter().sum() {
            counts[world.goes_to(u64::from(chance)).unwrap() as usize - 1] += 1;
        }
        prop_assert_eq!(counts, weights);
    }
}
