use super::*;

#[test]
fn each_cap_is_the_one_of_its_period() {
    for (period, verdict) in [
        (CapPeriod::Hour, Verdict::CapHour),
        (CapPeriod::Day, Verdict::CapDay),
        (CapPeriod::Month, Verdict::CapMonth),
        (CapPeriod::Total, Verdict::CapTotal),
    ] {
        let capped = target(1, json!({"caps": {period.as_str(): 3}, "time_zone": "America/New_York"}));
        let mut world = World::new(vec![capped], vec![plan(1, json!({"routes": routes(&[(1, 1, 1)])}))]);
        world.count(1, period, 2);
        assert_eq!(world.goes_to(0), Ok(1));
        world.count(1, period, 3);
        let decision = world.decide(0);
        assert_eq!(dialed(&decision), Err(RejectReason::AllCapped));
        assert_eq!(verdicts(&decision), [verdict]);
        // More than the cap: it was lowered while calls were under way.
        world.count(1, period, 4);
        assert_eq!(world.goes_to(0), Err(RejectReason::AllCapped));
        world.now = world.now.plus_seconds(32 * 86_400);
        assert_eq!(world.goes_to(0).is_ok(), period != CapPeriod::Total, "the next period is fresh");
    }
}

#[test]
fn the_day_of_a_cap_is_the_targets_own() {
    let capped = target(1, json!({"caps": {"day": 1}, "time_zone": "America/New_York"}));
    let mut world = World::new(vec![capped], vec![plan(1, json!({"routes": routes(&[(1, 1, 1)])}))]);
    world.now = at("2026-01-06T04:59:59Z");
    world.count(1, CapPeriod::Day, 1);
    assert_eq!(world.goes_to(0), Err(RejectReason::AllCapped));
    world.now = at("2026-01-06T05:00:00Z");
    assert_eq!(world.goes_to(0), Ok(1), "midnight in New York");
}

#[test]
fn the_counters_that_a_decision_needs_are_known_before_it() {
    let caps = json!({"caps": {"day": 1, "total": 5}});
    let targets = vec![
        target(1, caps.clone()),
        target(2, json!({"concurrency": 1})),
        target(3, caps.clone()),
        target(4, caps.clone()),
        target(5, caps.clone()),
        target(6, caps),
    ];
    let then = |order: u32, then: Value| json!({"order": order, "caller": "+1310*", "then": then});
    let overrides = [
        then(1, json!({"target": id(4)})),
        then(2, json!({"plan": plan_id(2)})),
        then(3, json!({"plan": plan_id(3)})),
        then(4, json!({"reject": "no"})),
    ];
    let first = json!({"routes": routes(&[(2, 1, 1), (1, 1, 1)]), "fallback": id(3), "overrides": overrides});
    let second = json!({"routes": routes(&[(5, 1, 1), (1, 1, 1)])});
    let world = World::new(targets, vec![plan(1, first), plan(2, second)]);
    let plan = world.directory.plan(plan_id(1)).unwrap();
    let mut targets: Vec<TargetId> = world.directory.targets_of(plan).map(|target| target.id).collect();
    targets.sort_unstable();
    targets.dedup();
    assert_eq!(targets, [1, 2, 3, 4, 5].map(id));
}
