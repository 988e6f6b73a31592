use super::*;

/// Asks the caller, looks them up, and holds whoever is not of a known source.
fn nodes() -> Value {
    json!({
        "a": {"type": "menu", "prompt": "", "digits": {"1": "b"}, "invalid": "b", "no_input": "b"},
        "b": {"type": "http_request", "url": "https://crm.example/[NAME]", "next": "c", "error": "c",
            "response": [{"from": "/score", "to": {"variable": "score"}}]},
        "c": {"type": "condition", "condition": {"tag": "lead_source", "op": "equals", "value": "google"},
            "then": "d", "else": "h"},
        "d": {"type": "switch", "value": "[SCORE]", "cases": [{"op": "equals", "value": 7, "next": "e"}], "default": "f"},
        "e": dial(1), "f": dial(2),
        "h": {"type": "hold", "seconds": 60, "next": "i"},
        "i": {"type": "hold", "seconds": 60, "next": "f"},
    })
}

fn held() -> Run {
    let mut run = Run::of(nodes(), &[("name", "ann")]);
    run.begin();
    run.give(Input::Digits("1".into()));
    let advanced = run.give(Input::HttpDone(Ok(HttpAnswer { status: 200, body: json!({"score": 7}) })));
    assert_eq!(advanced.pause, Pause::Hold { seconds: 60 });
    run
}

#[test]
fn a_tag_that_came_later_decides_as_if_it_had_been_there() {
    let mut run = held();
    run.tags.0.insert("lead_source".into(), "google".into());
    let advanced = run.give(Input::TagsChanged);
    // Neither the caller nor the server was asked again.
    assert_eq!(advanced.pause, dials(1));
    assert!(!advanced.same_wait);
    assert_eq!(path(&advanced.trace), ["s.next", "a.digits.1", "b.next", "c.then", "d.cases[0].next", "e"]);
    let replayed: Vec<bool> = advanced.trace.iter().map(|node| node.replayed).collect();
    assert_eq!(replayed, [false, true, true, false, false, false]);
}

#[test]
fn a_tag_that_changes_the_question_has_it_asked_again() {
    let mut run = held();
    run.tags.0.insert("name".into(), "bob".into());
    let advanced = run.give(Input::TagsChanged);
    assert!(matches!(&advanced.pause, Pause::Http(request) if request.url.ends_with("/bob")));
    let advanced = run.give(Input::HttpDone(Err(HttpFailure::Timeout)));
    assert_eq!(advanced.pause, Pause::Hold { seconds: 60 });
    // Back to the first name: its answer is still known.
    run.tags.0.insert("name".into(), "ann".into());
    run.tags.0.insert("lead_source".into(), "google".into());
    assert_eq!(run.give(Input::TagsChanged).pause, dials(1));
}

#[test]
fn a_call_that_is_decided_alike_goes_on_waiting_for_what_is_left() {
    let mut run = held();
    run.at_seconds += 20;
    for _ in 0..3 {
        run.tags.0.insert("lead_source".into(), "bing".into());
        let advanced = run.give(Input::TagsChanged);
        assert_eq!((advanced.pause, advanced.same_wait), (Pause::Hold { seconds: 40 }, true));
    }
    // The first hold is over, and is not begun again.
    run.at_seconds += 40;
    assert_eq!(run.give(Input::HoldOver).pause, Pause::Hold { seconds: 60 });
    run.at_seconds += 100;
    let advanced = run.give(Input::TagsChanged);
    assert_eq!((advanced.pause, advanced.same_wait), (Pause::Hold { seconds: 1 }, true));
    assert_eq!(run.state.waiting_at().map(NodeId::as_str), Some("i"));
    assert_eq!(run.give(Input::HoldOver).pause, dials(2));
}

#[test]
fn a_target_that_did_not_answer_is_not_dialled_again() {
    let nodes = json!({
        "a": {"type": "dial", "target": target(1).to_string(), "no_answer": "b"},
        "b": {"type": "condition", "condition": {"tag": "vip", "op": "exists"}, "then": "c", "else": "d"},
        "c": dial(2), "d": dial(3),
    });
    let mut run = Run::of(nodes, &[]);
    run.begin();
    let advanced = run.give(Input::TagsChanged);
    assert_eq!((advanced.pause, advanced.same_wait), (dials(1), true));
    assert_eq!(run.give(Input::Dialed(DialOutcome::NoAnswer)).pause, dials(3));
    run.tags.0.insert("vip".into(), "1".into());
    let advanced = run.give(Input::TagsChanged);
    assert_eq!((advanced.pause, advanced.same_wait), (dials(2), false));
}

#[test]
fn a_turn_that_was_taken_is_not_taken_twice_and_chance_stays() {
    let nodes = json!({
        "a": {"type": "distribute", "mode": "round_robin", "branches": [{"next": "b"}, {"next": "c"}]},
        "b": {"type": "distribute", "mode": "weighted", "branches": [{"next": "d"}, {"next": "e"}]},
        "c": {"type": "reject", "reason": "second"},
        "d": {"type": "hold", "seconds": 60, "next": "f"},
        "e": {"type": "hold", "seconds": 60, "next": "f"},
        "f": dial(1),
    });
    let mut run = Run::of(nodes, &[]);
    run.begin();
    let first = run.state.waiting_at().cloned();
    for _ in 0..5 {
        let advanced = run.give(Input::TagsChanged);
        assert_eq!((advanced.effects.len(), advanced.same_wait), (0, true));
        assert_eq!(run.state.waiting_at().cloned(), first);
    }
    assert_eq!(run.distributed, 1);
}

#[test]
fn a_plan_is_asked_anew() {
    let nodes = json!({
        "a": {"type": "routing_plan", "plan": target(9).to_string(), "no_route": "h"},
        "h": {"type": "hold", "seconds": 60, "next": "a"},
    });
    let mut run = Run::of(nodes, &[]);
    run.begin();
    run.give(Input::PlanNoRoute("closed".into()));
    assert!(matches!(run.give(Input::TagsChanged).pause, Pause::Plan { .. }));
    let advanced = run.give(Input::TagsChanged);
    assert!(matches!(advanced.pause, Pause::Plan { .. }) && !advanced.same_wait);
}

#[test]
fn while_the_caller_or_a_server_has_the_word_nothing_is_decided_again() {
    let mut run = Run::of(nodes(), &[]);
    assert_eq!(run.try_give(Input::TagsChanged).err(), Some(NotExpected));
    run.begin();
    assert_eq!(run.try_give(Input::TagsChanged).err(), Some(NotExpected));
    run.give(Input::NoInput);
    run.give(Input::NoInput);
    run.give(Input::NoInput);
    assert_eq!(run.state.waiting_at().map(NodeId::as_str), Some("b"));
    assert_eq!(run.try_give(Input::TagsChanged).err(), Some(NotExpected));
}

#[test]
fn each_decision_has_its_own_limit_on_steps() {
    let mut run = held();
    for _ in 0..STEPS_MAX {
        run.give(Input::TagsChanged);
    }
    assert_eq!(run.state.steps(), 5);
}

#[test]
fn answers_are_kept_within_a_limit() {
    let nodes = json!({"a": {"type": "hold", "seconds": 1, "next": "b"}, "b": {"type": "hold", "seconds": 1, "next": "a"}});
    let mut run = Run::of(nodes, &[]);
    run.begin();
    for _ in 0..ANSWERS_MAX + 50 {
        run.give(Input::HoldOver);
    }
    assert!(serde_json::to_string(&run.state).unwrap().len() < 10_000);
    assert!(matches!(run.give(Input::TagsChanged).pause, Pause::Hold { .. }));
}

#[test]
fn a_tag_that_the_flow_has_set_is_set_again_only_if_it_is_another() {
    let nodes = json!({
        "a": {"type": "set_tag", "name": "seen", "value": "[LEAD]", "next": "h"},
        "h": {"type": "hold", "seconds": 60, "next": "b"},
        "b": dial(1),
    });
    let mut run = Run::of(nodes, &[("lead", "hot")]);
    let set = |value: &str| vec![Effect::SetTag { name: name("seen"), value: value.into() }];
    assert_eq!(run.begin().effects, set("hot"));
    assert_eq!(run.give(Input::TagsChanged).effects, []);
    run.tags.0.insert("lead".into(), "cold".into());
    assert_eq!(run.give(Input::TagsChanged).effects, set("cold"));
    run.tags.0.insert("seen".into(), "other".into());
    assert_eq!(run.give(Input::TagsChanged).effects, set("cold"));
}

#[test]
fn a_state_knows_which_tags_decided() {
    let nodes = json!({
        "a": {"type": "condition", "condition": {"any": [
            {"tag": "utm_source", "op": "exists"}, {"tag": "X-Gclid", "op": "exists"}, {"tag": "late", "op": "exists"},
        ]}, "then": "h", "else": "h"},
        "h": {"type": "hold", "seconds": 60, "next": "b"},
        "b": dial(1),
    });
    let mut run = Run::of(nodes, &[("x_gclid", "1")]);
    run.begin();
    let read = |key: &str| run.state.has_read(&name(key), &run.tags);
    assert!(read("lead_source") && read("gclid") && read("x_gclid"));
    // What came before it had decided.
    assert!(!read("late") && !read("source"));
}
