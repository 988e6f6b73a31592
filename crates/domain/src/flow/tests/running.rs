use super::*;
use crate::ids::RoutingPlanId;

fn ending(ending: Ending) -> Pause {
    Pause::End(ending)
}

#[test]
fn a_condition_decides_and_tells_why() {
    let nodes = json!({
        "a": {"type": "condition", "condition": {"tag": "Lead Source", "op": "equals", "value": "google"},
            "then": "b", "else": "c"},
        "b": dial(1), "c": dial(2),
    });
    let mut run = Run::of(nodes.clone(), &[("lead_source", "Google")]);
    let advanced = run.begin();
    assert_eq!(advanced.pause, dials(1));
    assert_eq!(path(&advanced.trace), ["s.next", "a.then", "b"]);
    let trace = serde_json::to_value(&advanced.trace[1]).unwrap();
    assert_eq!(
        trace,
        json!({
            "node": "a", "type": "condition", "branch": "then", "next": "b",
            "read": [{"name": "lead_source", "value": "Google"}],
            "explained": {"tag": "lead_source", "op": "equals", "expected": "google", "value": "Google", "passed": true},
        })
    );
    assert_eq!(run.state.tags_read().iter().map(|tag| tag.as_str()).collect::<Vec<_>>(), ["lead_source"]);
    assert_eq!(Run::of(nodes, &[]).begin().pause, dials(2));
}

#[test]
fn a_switch_takes_the_first_case_that_fits() {
    let nodes = json!({
        "a": {"type": "switch", "value": "[STATE]", "cases": [
            {"op": "is_one_of", "values": ["CA", "NV"], "next": "b"},
            {"op": "starts_with", "value": "c", "next": "c"},
        ], "default": "d"},
        "b": dial(1), "c": dial(2), "d": dial(3),
    });
    for (state, number) in [("CA", 1), ("nv", 1), ("CO", 2), ("NY", 3), ("", 3)] {
        assert_eq!(Run::of(nodes.clone(), &[("state", state)]).begin().pause, dials(number), "{state}");
    }
    assert_eq!(path(&Run::of(nodes, &[("state", "CO")]).begin().trace), ["s.next", "a.cases[1].next", "c"]);
}

#[test]
fn a_dial_goes_on_by_what_became_of_it() {
    let nodes = json!({
        "a": {"type": "dial", "target": target(1).to_string(), "no_answer": "b", "busy": "c"},
        "b": dial(2), "c": dial(3),
    });
    for (outcome, pause) in [
        (DialOutcome::NoAnswer, dials(2)),
        (DialOutcome::Busy, dials(3)),
        (DialOutcome::Failed, ending(Ending::NotReached { outcome: DialOutcome::Failed })),
        (DialOutcome::Connected, ending(Ending::Connected)),
    ] {
        let mut run = Run::of(nodes.clone(), &[]);
        run.begin();
        assert_eq!(run.give(Input::Dialed(outcome)).pause, pause);
        assert_eq!(run.state.is_over(), matches!(pause, Pause::End(_)));
    }
}

#[test]
fn a_menu_asks_until_it_is_answered_or_has_asked_enough() {
    let nodes = json!({
        "a": {"type": "menu", "prompt": "Hi [NAME]", "digits": {"1": "b", "22": "c"}, "timeout_seconds": 7,
            "attempts": 2, "invalid": "d", "no_input": "e"},
        "b": dial(1), "c": dial(2), "d": dial(3), "e": dial(4),
    });
    let asks = |attempt| Pause::Menu {
        prompt: "Hi Ann".into(),
        digits: vec!["1".into(), "22".into()],
        timeout_seconds: 7,
        attempt,
    };
    let digits = |digits: &str| Input::Digits(digits.to_owned());
    for (inputs, pauses) in [
        (vec![digits("22")], vec![dials(2)]),
        (vec![digits("9"), digits("1")], vec![asks(2), dials(1)]),
        (vec![digits("9"), digits("2")], vec![asks(2), dials(3)]),
        (vec![digits("9"), Input::NoInput], vec![asks(2), dials(4)]),
        (vec![Input::NoInput, Input::NoInput], vec![asks(2), dials(4)]),
    ] {
        let mut run = Run::of(nodes.clone(), &[("name", "Ann")]);
        assert_eq!(run.begin().pause, asks(1));
        let given: Vec<_> = inputs.into_iter().map(|input| run.give(input).pause).collect();
        assert_eq!(given, pauses);
    }
}

#[test]
fn a_hold_ends_and_a_reject_is_the_end() {
    let nodes = json!({
        "a": {"type": "hold", "seconds": 5, "next": "b"},
        "b": {"type": "reject", "reason": "nobody_there"},
    });
    let mut run = Run::of(nodes, &[]);
    assert_eq!(run.begin().pause, Pause::Hold { seconds: 5 });
    assert_eq!(run.state.waiting_at().map(NodeId::as_str), Some("a"));
    assert_eq!(run.give(Input::HoldOver).pause, Pause::Reject { reason: "nobody_there".into() });
    assert!(run.state.is_over());
}

#[test]
fn a_hold_in_a_loop_is_as_long_every_time() {
    let nodes = json!({
        "a": {"type": "condition", "condition": {"tag": "agent", "op": "exists"}, "then": "b", "else": "h"},
        "b": dial(1),
        "h": {"type": "hold", "seconds": 5, "next": "a"},
    });
    let mut run = Run::of(nodes, &[]);
    run.begin();
    for _ in 0..3 {
        run.at_seconds += 5;
        assert_eq!(run.give(Input::HoldOver).pause, Pause::Hold { seconds: 5 });
    }
    run.tags.0.insert("agent".into(), "free".into());
    assert_eq!(run.give(Input::HoldOver).pause, dials(1));
}

#[test]
fn a_plan_decides_or_has_no_one() {
    let plan = RoutingPlanId(Uuid::from_u128(9));
    let nodes = |more: Value| {
        let mut nodes = json!({"a": {"type": "routing_plan", "plan": plan.to_string()}, "b": dial(1)});
        nodes["a"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        nodes
    };
    let no_route = || Input::PlanNoRoute("every target is closed".into());
    let mut run = Run::of(nodes(json!({"no_route": "b"})), &[]);
    assert_eq!(run.begin().pause, Pause::Plan { plan });
    assert_eq!(run.give(no_route()).pause, dials(1));
    let mut run = Run::of(nodes(json!({})), &[]);
    run.begin();
    let pause = ending(Ending::NoRoute { reason: "every target is closed".into() });
    assert_eq!(run.give(no_route()).pause, pause);
    let mut run = Run::of(nodes(json!({})), &[]);
    run.begin();
    assert_eq!(run.give(Input::Dialed(DialOutcome::Connected)).pause, ending(Ending::Connected));
}

#[test]
fn time_is_told_by_the_clocks_of_its_zone() {
    let nodes = json!({
        "a": {"type": "time", "open": "b", "closed": "c", "hours": {"time_zone": "America/New_York",
            "week": {"monday": [{"from": "09:00", "to": "17:00"}]}}},
        "b": dial(1), "c": dial(2),
    });
    for (moment, number, message) in [
        ("2026-01-05T14:00:00Z", 1, "Monday 2026-01-05 09:00 in America/New_York"),
        ("2026-01-05T13:59:59Z", 2, "Monday 2026-01-05 08:59 in America/New_York"),
        ("2026-07-06T13:00:00Z", 1, "Monday 2026-07-06 09:00 in America/New_York"),
        ("2026-07-05T13:00:00Z", 2, "Sunday 2026-07-05 09:00 in America/New_York"),
    ] {
        let mut run = Run::of(nodes.clone(), &[]);
        run.at_seconds =
            moment.parse::<crate::time::Timestamp>().unwrap().micros_since(second(0)) / 1_000_000;
        let advanced = run.begin();
        assert_eq!(advanced.pause, dials(number), "{moment}");
        assert_eq!(advanced.trace[1].message.as_deref(), Some(message));
    }
}

#[test]
fn round_robin_goes_by_turns_and_weights() {
    let nodes = json!({
        "a": {"type": "distribute", "mode": "round_robin",
            "branches": [{"weight": 2, "next": "b"}, {"weight": 0, "next": "c"}, {"next": "d"}]},
        "b": dial(1), "c": dial(2), "d": dial(3),
    });
    let mut run = Run::of(nodes, &[]);
    let turns: Vec<Pause> = (0..6)
        .map(|_| {
            run.state = FlowState::new(run.state.flow, 1);
            let advanced = run.begin();
            assert_eq!(advanced.effects, [Effect::CountRoundRobin { node: "a".parse().unwrap() }]);
            advanced.pause
        })
        .collect();
    assert_eq!(turns, [1, 1, 3, 1, 1, 3].map(dials));
}

#[test]
fn weights_come_out_in_proportion_and_two_nodes_draw_apart() {
    let nodes = json!({
        "a": {"type": "distribute", "mode": "weighted", "branches": [{"weight": 3, "next": "b"}, {"next": "c"}]},
        "b": {"type": "distribute", "mode": "weighted", "branches": [{"next": "d"}, {"next": "e"}]},
        "c": dial(1), "d": dial(2), "e": dial(3),
    });
    let mut run = Run::of(nodes, &[]);
    let mut counts = [0; 4];
    for chance in 0..4_000 {
        run.chance = chance;
        run.state = FlowState::new(run.state.flow, 1);
        match run.begin().pause {
            Pause::Dial { targets, .. } => counts[targets[0].0.as_u128() as usize] += 1,
            other => panic!("{other:?}"),
        }
    }
    // 1,000, 1,500 and 1,500 are to be expected, give or take a few standard deviations.
    assert!((850..1_150).contains(&counts[1]), "{counts:?}");
    assert!((1_350..1_650).contains(&counts[2]) && (1_350..1_650).contains(&counts[3]), "{counts:?}");
}

#[test]
fn an_input_that_is_not_waited_for_changes_nothing() {
    let nodes = json!({"a": {"type": "hold", "seconds": 5, "next": "b"}, "b": dial(1)});
    let mut run = Run::of(nodes, &[]);
    assert_eq!(run.try_give(Input::HoldOver).err(), Some(NotExpected));
    run.begin();
    let before = run.state.clone();
    for input in
        [Input::Begin, Input::NoInput, Input::Dialed(DialOutcome::Busy), Input::PlanNoRoute("x".into())]
    {
        assert_eq!(run.try_give(input).err(), Some(NotExpected));
    }
    assert_eq!(run.state, before);
    run.give(Input::HoldOver);
    assert_eq!(run.try_give(Input::HoldOver).err(), Some(NotExpected));
    run.give(Input::Dialed(DialOutcome::Connected));
    for input in [Input::Begin, Input::TagsChanged, Input::Dialed(DialOutcome::Connected)] {
        assert_eq!(run.try_give(input).err(), Some(NotExpected));
    }
}

#[test]
fn a_run_without_an_end_fails_with_a_reason() {
    let failure = |nodes: Value| match Run::of(nodes, &[]).begin().pause {
        Pause::End(Ending::Failed { failure }) => failure,
        other => panic!("{other:?}"),
    };
    let around = json!({"a": {"type": "debug", "message": "", "next": "s"}});
    assert_eq!(failure(around), Failure::TooManySteps);
    let gone = json!({"a": {"type": "debug", "message": "", "next": "gone"}});
    assert_eq!(failure(gone), Failure::UnknownNode { node: "gone".parse().unwrap() });
    let open = json!({"a": {"type": "debug", "message": ""}});
    assert_eq!(failure(open), Failure::MissingBranch { node: "a".parse().unwrap(), branch: "next".into() });
    let mut run = Run::of(json!({"a": {"type": "hold", "seconds": 5, "next": "s"}}), &[]);
    run.begin();
    run.flow = flow(json!({"a": dial(1)}));
    run.flow.nodes.remove("a");
    assert!(matches!(run.give(Input::HoldOver).pause, Pause::End(Ending::Failed { .. })));
}
