use std::collections::BTreeMap;

use super::*;

#[test]
fn the_lowest_priority_value_that_takes_the_call_gets_it() {
    let mut world = World::plain(3, json!({"routes": routes(&[(1, 3, 1), (2, 1, 1), (3, 2, 1)])}));
    for (attempted, expected) in [(vec![], 2), (vec![2], 3), (vec![2, 3], 1)] {
        world.attempted = attempted.into_iter().map(id).collect();
        assert_eq!(world.goes_to(5), Ok(expected));
    }
    world.attempted = vec![id(1), id(2), id(3)];
    assert_eq!(world.goes_to(5), Err(RejectReason::AllTried));
}

#[test]
fn every_weight_is_a_part_of_the_chances_in_the_plans_order() {
    let world = World::plain(4, json!({"routes": routes(&[(1, 1, 2), (4, 2, 9), (2, 1, 1), (3, 1, 3)])}));
    let chosen: Vec<u128> = (0..6).map(|chance| world.goes_to(chance).unwrap()).collect();
    assert_eq!(chosen, [1, 1, 2, 3, 3, 3]);
    assert_eq!(world.goes_to(6 * 1_000_000), Ok(1));
    let chosen = world.decide(3).trace.chosen.unwrap();
    assert_eq!((chosen.by, chosen.share), (ChosenBy::Weight, Some(Share { weight: 3, of: 6 })));
}

#[test]
fn calls_are_shared_out_in_proportion_to_weights() {
    let weights = [1_000, 500, 250, 200, 49, 1];
    let (calls, total) = (20_000, 2_000.0);
    let list: Vec<(u128, u32, u32)> =
        (1..).zip(weights).map(|(target, weight)| (target, 1, weight)).collect();
    let world = World::plain(6, json!({"routes": routes(&list)}));
    let mut counts = BTreeMap::<u128, u32>::new();
    for chance in Draw(7).take(calls) {
        *counts.entry(world.goes_to(chance).unwrap()).or_default() += 1;
    }
    for (target, weight) in (1..).zip(weights) {
        let part = f64::from(weight) / total;
        let (expected, sigma) = (part * calls as f64, (part * (1.0 - part) * calls as f64).sqrt());
        let count = f64::from(counts.get(&target).copied().unwrap_or(0));
        assert!((count - expected).abs() < 4.0 * sigma, "target {target}: {count}, expected {expected}");
    }
}

#[test]
fn a_target_that_cannot_take_the_call_is_passed_over_and_the_trace_says_why() {
    let shut = json!({"hours": {"time_zone": "America/New_York", "week": {"monday": [{"from": "13:00", "to": "14:00"}]}}});
    let filter = json!({"tag": "state", "op": "equals", "value": "CA"});
    let mut list = routes(&[
        (1, 1, 1),
        (2, 1, 1),
        (3, 1, 1),
        (4, 1, 1),
        (5, 1, 1),
        (6, 1, 1),
        (7, 2, 1),
        (9, 1, 1),
        (8, 1, 1),
    ]);
    list[0]["enabled"] = json!(false);
    list[1]["filter"] = filter;
    let targets = vec![
        target(1, json!({})),
        target(2, json!({})),
        target(3, shut),
        target(4, json!({"caps": {"day": 5}})),
        target(5, json!({"concurrency": 2})),
        target(6, json!({"availability": {"url": "https://a.example"}})),
        target(7, json!({})),
        target(8, json!({"enabled": false})),
    ];
    let mut world = World::new(targets, vec![plan(1, json!({"routes": list, "fallback": id(7)}))]);
    world.tags = vec![("state", "NY")];
    world.availability = vec![(id(6), false)];
    world.count(4, CapPeriod::Day, 5);
    world.counters.live.insert(id(5), 2);
    let decision = world.decide(0);
    assert_eq!(dialed(&decision), Ok(id(7)));
    let json = serde_json::to_value(&decision.trace).unwrap();
    let expected = [
        json!({"target": id(1), "name": "t1", "priority": 1, "weight": 1, "verdict": "disabled"}),
        json!({"target": id(2), "name": "t2", "priority": 1, "weight": 1, "verdict": "filter",
            "filter": {"tag": "state", "op": "equals", "expected": "CA", "value": "NY", "passed": false}}),
        json!({"target": id(3), "name": "t3", "priority": 1, "weight": 1, "verdict": "closed"}),
        json!({"target": id(4), "name": "t4", "priority": 1, "weight": 1, "verdict": "cap_day",
            "limit": {"used": 5, "max": 5}}),
        json!({"target": id(5), "name": "t5", "priority": 1, "weight": 1, "verdict": "concurrency",
            "limit": {"used": 2, "max": 2}}),
        json!({"target": id(6), "name": "t6", "priority": 1, "weight": 1, "verdict": "unavailable"}),
        json!({"target": id(9), "name": null, "priority": 1, "weight": 1, "verdict": "missing"}),
        json!({"target": id(8), "name": "t8", "priority": 1, "weight": 1, "verdict": "disabled"}),
        json!({"target": id(7), "name": "t7", "priority": 2, "weight": 1, "verdict": "eligible"}),
    ];
    assert_eq!(json["routes"], Value::from(expected.to_vec()));
    assert_eq!(json["plan"], json!({"id": plan_id(1), "name": "plan"}));
    assert_eq!(
        json["chosen"],
        json!({"target": id(7), "name": "t7", "by": "weight", "share": {"weight": 1, "of": 1}})
    );
    assert_eq!(json.get("fallback"), None);
}

#[test]
fn routes_after_the_one_that_gets_the_call_are_not_looked_at() {
    let mut list = routes(&[(1, 1, 1), (2, 2, 1)]);
    list[0]["filter"] = json!({"tag": "a", "op": "not_exists"});
    list[1]["filter"] = json!({"tag": "b", "op": "not_exists"});
    let world = World::plain(2, json!({"routes": list}));
    let decision = world.decide(0);
    assert_eq!(verdicts(&decision), [Verdict::Eligible, Verdict::NotReached]);
    let read: Vec<String> = decision.tags_read.iter().map(ToString::to_string).collect();
    assert_eq!(read, ["a"], "a change of `b` changes nothing");
}

#[test]
fn an_outcome_has_what_the_switch_and_the_counters_need() {
    let changes = json!({"destination": "sip:a@b.example", "ring_seconds": 12, "time_zone": "America/New_York",
        "caps": {"hour": 1, "total": 9}, "conversion": {"connected_seconds": 90}});
    let mut world =
        World::new(vec![target(1, changes)], vec![plan(1, json!({"routes": routes(&[(1, 1, 1)])}))]);
    world.now = at("2026-01-05T17:20:00Z");
    assert_eq!(
        serde_json::to_value(world.decide(0).outcome).unwrap(),
        json!({"outcome": "dial", "targets": [{"target": id(1), "name": "t1", "destination": "sip:a@b.example",
        "ring_seconds": 12, "conversion": {"connected_seconds": 90}, "claims": [
            {"target": id(1), "period": "hour", "start": "2026-01-05T17:00:00.000000Z"},
            {"target": id(1), "period": "total", "start": "1970-01-01T00:00:00.000000Z"},
        ]}]})
    );
    world.attempted = vec![id(1)];
    assert_eq!(
        serde_json::to_value(world.decide(0).outcome).unwrap(),
        json!({"outcome": "reject", "reason": "all_tried",
            "message": "Every target that could take the call was tried."})
    );
}

#[test]
fn a_routes_conversion_goes_before_its_targets() {
    let mut list = routes(&[(1, 1, 1)]);
    list[0]["conversion"] = json!({"connected_seconds": 10});
    let own = target(1, json!({"conversion": {"connected_seconds": 90}}));
    let world = World::new(vec![own], vec![plan(1, json!({"routes": list}))]);
    let Outcome::Dial { targets } = world.decide(0).outcome else { panic!() };
    assert_eq!(only(targets).conversion.map(|rule| rule.connected_seconds), Some(10));
}

#[test]
fn availability_is_asked_of_the_one_that_is_next_and_the_answer_counts() {
    let asks = json!({"availability": {"url": "https://a.example/?zip=[ZIP_CODE]", "timeout_ms": 200}});
    let targets = vec![target(1, asks.clone()), target(2, asks)];
    let mut world = World::new(targets, vec![plan(1, json!({"routes": routes(&[(1, 1, 1), (2, 1, 1)])}))]);
    let asked = world.decide(1);
    assert_eq!(
        serde_json::to_value(&asked.outcome).unwrap(),
        json!({"outcome": "ask_availability", "target": id(2), "name": "t2",
            "url": "https://a.example/?zip=[ZIP_CODE]", "timeout_ms": 200})
    );
    assert!(asked.tags_read.contains("zip_code"), "the answer may depend on it");
    world.availability = vec![(id(2), true)];
    assert_eq!(world.goes_to(1), Ok(2));
    world.availability = vec![(id(2), false)];
    assert!(matches!(world.decide(1).outcome, Outcome::AskAvailability { target, .. } if target == id(1)));
    world.availability.push((id(1), false));
    let refused = world.decide(1);
    assert_eq!(dialed(&refused), Err(RejectReason::AllUnavailable));
    assert!(refused.tags_read.contains("zip_code"), "another ZIP code may be taken");
}

#[test]
fn a_trace_of_many_filters_explains_the_first_of_them() {
    let filter = json!({"any": vec![json!({"tag": "state", "op": "equals", "value": "CA"}); 4]});
    let list: Vec<Value> = (1..=200).map(|number| json!({"target": id(number), "filter": filter})).collect();
    let decision = World::plain(200, json!({"routes": list})).decide(0);
    assert_eq!(verdicts(&decision), [Verdict::Filter; 200]);
    let explained = decision.trace.routes.iter().map(|route| route.filter.is_some());
    assert!(explained.eq((0..200).map(|at| at < 100)));
}

#[test]
fn the_fallback_gets_what_no_route_takes_if_it_can() {
    let filter = json!({"tag": "state", "op": "exists"});
    let plan_json = json!({"routes": [{"target": id(1), "filter": filter}], "fallback": id(2)});
    let targets = vec![target(1, json!({})), target(2, json!({"caps": {"total": 1}}))];
    let mut world = World::new(targets, vec![plan(1, plan_json)]);
    let decision = world.decide(0);
    assert_eq!(dialed(&decision), Ok(id(2)));
    assert_eq!(decision.trace.chosen.unwrap().by, ChosenBy::Fallback);
    world.count(2, CapPeriod::Total, 1);
    assert_eq!(world.goes_to(0), Err(RejectReason::AllCapped));
    world.tags = vec![("state", "CA")];
    assert_eq!(world.goes_to(0), Ok(1));
}

#[test]
fn the_reason_is_what_stopped_the_one_that_was_nearest() {
    let filter = json!({"tag": "state", "op": "exists"});
    let shut = json!({"hours": {"time_zone": "UTC", "week": {"sunday": [{"from": "01:00", "to": "02:00"}]}}});
    let world = |targets: Vec<Target>| {
        let mut list = routes(&[(1, 1, 1), (2, 1, 1)]);
        list[0]["filter"] = filter.clone();
        World::new(targets, vec![plan(1, json!({"routes": list}))])
    };
    let off = json!({"enabled": false});
    assert_eq!(world(vec![]).goes_to(0), Err(RejectReason::NoRoute));
    assert_eq!(
        world(vec![target(1, off.clone()), target(2, off.clone())]).goes_to(0),
        Err(RejectReason::NoRoute)
    );
    assert_eq!(world(vec![target(1, json!({})), target(2, off)]).goes_to(0), Err(RejectReason::Filtered));
    assert_eq!(world(vec![target(1, json!({})), target(2, shut)]).goes_to(0), Err(RejectReason::AllClosed));
    let mut busy = world(vec![target(1, json!({})), target(2, json!({"concurrency": 1}))]);
    busy.counters.live.insert(id(2), 1);
    assert_eq!(busy.goes_to(0), Err(RejectReason::AllBusy));
}
