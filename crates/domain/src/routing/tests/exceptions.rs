use super::*;

fn exception(order: u32, about: Value, then: Value) -> Value {
    let mut json = json!({"order": order, "then": then});
    json.as_object_mut().unwrap().extend(about.as_object().unwrap().clone());
    json
}

#[test]
fn the_override_of_the_lowest_order_that_is_about_the_call_applies() {
    let reject = |reason: &str| json!({"reject": reason});
    let mut world = World::plain(
        2,
        json!({"routes": routes(&[(1, 1, 1)]), "overrides": [
            exception(9, json!({"caller": CALLER}), reject("blocked caller")),
            exception(1, json!({"publisher": publisher(1)}), json!({"target": id(2)})),
            exception(2, json!({"caller": "+1212*"}), reject("not from here")),
            exception(3, json!({"filter": {"tag": "spam", "op": "equals", "value": "yes"}}), reject("spam")),
        ]}),
    );
    let decision = world.decide(0);
    let Outcome::Reject(refusal) = &decision.outcome else { panic!("{decision:?}") };
    assert_eq!((refusal.reason, refusal.message.as_str()), (RejectReason::OverrideReject, "blocked caller"));
    let overrides = serde_json::to_value(&decision.trace.overrides).unwrap();
    assert_eq!(
        overrides,
        json!([
            {"order": 1, "verdict": "publisher"},
            {"order": 2, "verdict": "caller"},
            {"order": 3, "verdict": "filter",
                "filter": {"tag": "spam", "op": "equals", "expected": "yes", "value": null, "passed": false}},
            {"order": 9, "verdict": "applied"},
        ])
    );
    world.publisher = Some(publisher(1));
    let decision = world.decide(0);
    assert_eq!(dialed(&decision), Ok(id(2)));
    assert_eq!(decision.trace.chosen.unwrap().by, ChosenBy::Override);
    assert!(decision.tags_read.is_empty(), "no filter was read");
}

#[test]
fn an_overrides_target_that_cannot_take_the_call_leaves_it_to_the_routes() {
    let targets = vec![target(1, json!({})), target(2, json!({"caps": {"day": 1}}))];
    let overrides = json!([exception(1, json!({"caller": "+1*"}), json!({"target": id(2)}))]);
    let mut world =
        World::new(targets, vec![plan(1, json!({"routes": routes(&[(1, 1, 1)]), "overrides": overrides}))]);
    assert_eq!(world.goes_to(0), Ok(2));
    world.count(2, CapPeriod::Day, 1);
    let decision = world.decide(0);
    assert_eq!(dialed(&decision), Ok(id(1)));
    let seen = &decision.trace.overrides[0];
    assert_eq!(seen.verdict, OverrideVerdict::TargetCannot);
    assert_eq!(seen.target.as_ref().unwrap().verdict, Verdict::CapDay);
    world.counters = Counters::default();
    world.attempted = vec![id(2)];
    assert_eq!(world.goes_to(0), Ok(1), "failover");
}

#[test]
fn an_override_can_lead_to_another_plan_but_not_in_circles() {
    let to =
        |order: u32, plan: u128| exception(order, json!({"caller": "+1*"}), json!({"plan": plan_id(plan)}));
    let plans = |then: u128| {
        vec![
            plan(1, json!({"routes": routes(&[(1, 1, 1)]), "overrides": [to(1, then)]})),
            plan(2, json!({"routes": routes(&[(2, 1, 1)]), "overrides": [to(1, 1)]})),
        ]
    };
    let targets = || vec![target(1, json!({})), target(2, json!({}))];
    let decision = World::new(targets(), plans(2)).decide(0);
    assert_eq!(dialed(&decision), Ok(id(2)));
    assert_eq!(decision.trace.led_to.unwrap().id, plan_id(2));
    assert_eq!(World::new(targets(), plans(3)).goes_to(0), Err(RejectReason::PlanMissing));
}

fn duplicates(counts: &str, then: &str) -> World {
    let rule = json!({"window_seconds": 3600, "counts": counts, "then": then});
    World::plain(4, json!({"routes": routes(&[(1, 1, 1), (2, 2, 1), (3, 3, 1)]), "duplicates": rule}))
}

fn earlier(target: u128, seconds_ago: i64) -> PreviousCall {
    let at = at(NOON).plus_seconds(-seconds_ago);
    PreviousCall { target: Some(id(target)), at, connected: false, converted: false }
}

#[test]
fn only_earlier_calls_that_count_within_the_window_make_a_duplicate() {
    let connected = PreviousCall { connected: true, ..earlier(1, 3600) };
    let converted = PreviousCall { converted: true, ..connected };
    for (counts, call, duplicate) in [
        ("any", earlier(1, 3600), true),
        ("any", earlier(1, 3601), false),
        ("connected", earlier(1, 10), false),
        ("connected", connected, true),
        ("converted", connected, false),
        ("converted", converted, true),
    ] {
        let mut world = duplicates(counts, "reject");
        world.previous = vec![call];
        let expected = if duplicate { Err(RejectReason::Duplicate) } else { Ok(1) };
        assert_eq!(world.goes_to(0), expected, "{counts} {call:?}");
        world.previous.insert(0, earlier(1, 4000));
        assert_eq!(world.goes_to(0), expected);
    }
}

#[test]
fn a_duplicate_goes_where_the_rule_says() {
    let previous = vec![earlier(2, 60), earlier(1, 120), earlier(3, 4000)];
    for (then, expected) in [("route_normally", 1), ("same_target", 2), ("other_target", 3)] {
        let mut world = duplicates("any", then);
        world.previous.clone_from(&previous);
        let decision = world.decide(0);
        assert_eq!(dialed(&decision), Ok(id(expected)), "{then}");
        let duplicate = decision.trace.duplicate.unwrap();
        assert_eq!((duplicate.previous_target, duplicate.previous_at), (Some(id(2)), previous[0].at));
    }
    let mut world = duplicates("any", "other_target");
    world.previous = vec![earlier(2, 60), earlier(1, 120), earlier(3, 180)];
    assert_eq!(world.goes_to(0), Err(RejectReason::Duplicate), "all targets have had this caller");
}

#[test]
fn the_same_target_is_preferred_only_as_long_as_it_takes_the_call() {
    let mut world = duplicates("any", "same_target");
    world.previous = vec![earlier(3, 60)];
    let decision = world.decide(0);
    assert_eq!(decision.trace.chosen.as_ref().unwrap().by, ChosenBy::SameTarget);
    assert_eq!(verdicts(&decision), [Verdict::NotReached, Verdict::NotReached, Verdict::Eligible]);
    world.attempted = vec![id(3)];
    assert_eq!(world.goes_to(0), Ok(1));
    world.previous = vec![earlier(4, 60)];
    assert_eq!(world.goes_to(0), Ok(1), "it is not in the plan");
}

#[test]
fn a_bids_promise_is_kept_and_its_own_place_does_not_stand_in_its_way() {
    let targets =
        vec![target(1, json!({})), target(2, json!({"caps": {"day": 1, "hour": 5}, "concurrency": 1}))];
    let mut world = World::new(targets, vec![plan(1, json!({"routes": routes(&[(1, 1, 1), (2, 2, 1)])}))]);
    let claims: Vec<CounterKey> =
        world.eligible().routes.into_iter().find(|route| route.target == id(2)).unwrap().claims;
    assert_eq!(claims.len(), 2);
    world.counters.used = claims.iter().map(|key| (*key, 1)).collect();
    world.counters.live.insert(id(2), 1);
    assert_eq!(world.goes_to(0), Ok(1));
    world.attempted = vec![id(1)];
    assert_eq!(world.goes_to(0), Err(RejectReason::AllTried), "another call finds the place taken");
    world.attempted.clear();
    world.reservation = Some(Reservation { target: id(2), claims });
    let decision = world.decide(0);
    assert_eq!(decision.trace.chosen.as_ref().unwrap().by, ChosenBy::Reservation);
    let Outcome::Dial { targets } = decision.outcome else { panic!() };
    let Dialed { target, claims, .. } = only(targets);
    assert_eq!((target, claims), (id(2), vec![]), "nothing is counted twice");
    world.attempted = vec![id(2)];
    assert_eq!(world.goes_to(0), Ok(1));
}
